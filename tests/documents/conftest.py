"""The documents' people are shoppers as everywhere else."""

from tests.accounts.conftest import advance, english, make_shopper, sign_in

__all__ = ["advance", "english", "make_shopper", "sign_in"]
