"""The antivirus: files that people send in are shown to it before anybody opens them (`CLAMD_URL`)."""

from functools import lru_cache

from django.conf import settings

from patron.gateways.antivirus.clamd import Clamd
from patron.gateways.antivirus.contract import Antivirus


def is_on() -> bool:
    """Whether there is one."""
    return bool(settings.CLAMD_URL)


def is_clean(content: bytes) -> bool:
    """What it says of a file. Raises GatewayTrouble when it says nothing in time; `is_on` must have been asked."""
    return _named(settings.CLAMD_URL).is_clean(content)


@lru_cache(maxsize=2)
def _named(url: str) -> Antivirus:
    return Clamd(url)
