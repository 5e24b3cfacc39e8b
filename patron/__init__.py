"""Patron: the customer layer of a shop."""

__version__ = "0.1.0"
