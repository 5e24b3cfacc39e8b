"""What a shop refers to by a code and does not change from sale to sale.

Owns: price lists.
Offers: their table and the staff's API of it.
Needs: kernel.
"""
