"""Captcha: is the caller a person? (dynamic setting CAPTCHA_GATEWAY)."""

from functools import lru_cache
from typing import Final

import structlog

from patron.gateways.captcha.contract import CaptchaGateway
from patron.gateways.captcha.embedded import SITE_KEY, EmbeddedCaptcha
from patron.gateways.captcha.http import HttpCaptcha
from patron.kernel import dynamic
from patron.kernel.errors import GatewayTrouble

URLS: Final = {
    "recaptcha": "https://www.google.com/recaptcha/api/siteverify",
    "hcaptcha": "https://api.hcaptcha.com/siteverify",
    "turnstile": "https://challenges.cloudflare.com/turnstile/v0/siteverify",
}
LONGEST_TOKEN: Final = 8192
_log = structlog.get_logger("patron.captcha")
_embedded: Final = EmbeddedCaptcha()


def verify(token: str, ip: str) -> bool:
    """Whether the provider says that `token` was earned by a person at `ip`.

    Called inside a request: takes two seconds at most, and a provider in trouble means not passed.
    """
    if not 0 < len(token) <= LONGEST_TOKEN:
        return False
    try:
        return _active().verify(token, ip)
    except GatewayTrouble as trouble:
        _log.warning("captcha_trouble", reason=trouble.reason)
        return False


def site_key() -> str:
    """The public key that the provider's widget is given."""
    return str(dynamic.get("CAPTCHA_GATEWAY").get("site_key") or SITE_KEY)


def _active() -> CaptchaGateway:
    found = dynamic.get("CAPTCHA_GATEWAY")
    if found["provider"] == "embedded":
        return _embedded
    return _http(found.get("url") or URLS[found["provider"]], found["secret"])


@lru_cache(maxsize=4)
def _http(url: str, secret: str) -> HttpCaptcha:
    return HttpCaptcha(url, secret)
