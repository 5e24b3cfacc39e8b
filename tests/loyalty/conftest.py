"""Shoppers, staff and channels, as their own rooms make them."""

from tests.accounts.conftest import advance, anonymous, english, make_shopper, sign_in
from tests.channels.conftest import call, make_channel, make_token

__all__ = ["advance", "anonymous", "call", "english", "make_channel", "make_shopper", "make_token", "sign_in"]
