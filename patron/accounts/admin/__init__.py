"""The shopper's room in the console."""

from patron.accounts.admin import records, shoppers

__all__ = ["records", "shoppers"]
