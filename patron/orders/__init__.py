"""What was bought, as imported.

Owns: orders and their items.
Offers: their tables: other rooms ask whether a shopper bought something.
Needs: accounts, customers, channels, reference, kernel.
"""
