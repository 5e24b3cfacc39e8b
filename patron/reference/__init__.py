"""What a shop refers to by a code and does not change from sale to sale.

Owns: price lists, stock lists, catalogs, sellers, products with their pictures.
Offers: their tables and the staff's API of them.
Needs: kernel.
"""
