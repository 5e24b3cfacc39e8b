"""Shoppers, staff and channels, as their own rooms make them."""

from tests.accounts.conftest import advance, anonymous, english, make_shopper, sign_in
from tests.channels.conftest import call, make_channel, make_token
from tests.loyalty.members import in_sync, member, provider

__all__ = [
    "advance",
    "anonymous",
    "call",
    "english",
    "in_sync",
    "make_channel",
    "make_shopper",
    "make_token",
    "member",
    "provider",
    "sign_in",
]
