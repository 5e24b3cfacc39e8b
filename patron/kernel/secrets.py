"""Secrets that are stored: as digests where they are only compared, sealed where they must be read again."""

import base64
import hashlib
import hmac
import secrets
from functools import lru_cache

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings


class Unsealable(Exception):
    """A sealed value that this secret key cannot open: it was sealed under another, or damaged."""


def new_token() -> str:
    """An unguessable token of 40 hex characters (160 bits)."""
    return secrets.token_hex(20)


def digest(token: str) -> str:
    """What is stored of a token that is random enough to need no slow hash: 64 hex characters."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def keyed_digest(purpose: str, value: str) -> str:
    """HMAC-SHA256 under the secret key: for values that could be guessed (a six-digit code). 64 hex characters."""
    return hmac.new(_derived(purpose, settings.SECRET_KEY), value.encode(), hashlib.sha256).hexdigest()


def same(one: str, other: str) -> bool:
    """Comparison whose time does not depend on where the two differ."""
    return hmac.compare_digest(one.encode("utf-8", "surrogatepass"), other.encode("utf-8", "surrogatepass"))


def seal(purpose: str, value: bytes) -> bytes:
    """Encrypt and authenticate under the secret key, for one purpose only."""
    return _box(purpose).encrypt(value)


def unseal(purpose: str, sealed: bytes) -> bytes:
    """The value that `seal` was given. Raises Unsealable."""
    try:
        return _box(purpose).decrypt(bytes(sealed))
    except InvalidToken as error:
        raise Unsealable(purpose) from error


@lru_cache(maxsize=32)
def _box(purpose: str) -> MultiFernet:
    keys = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    return MultiFernet([Fernet(base64.urlsafe_b64encode(_derived(purpose, key))) for key in keys])


@lru_cache(maxsize=64)
def _derived(purpose: str, key: str) -> bytes:
    return hmac.new(key.encode(), b"patron:" + purpose.encode(), hashlib.sha256).digest()
