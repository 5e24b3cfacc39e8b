"""Staff with a token."""

from tests.accounts.conftest import english
from tests.channels.conftest import call
from tests.segments.conftest import token_of

__all__ = ["call", "english", "token_of"]
