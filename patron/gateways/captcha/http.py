"""reCAPTCHA, hCaptcha and Turnstile, which are asked the same question in the same words."""

import weakref
from typing import Final

import msgspec

from patron.gateways import calls
from patron.kernel.errors import GatewayTrouble

TIMEOUT: Final = 2.0
# Each call holds a thread of the web server: while two wait for the provider, the next caller is sent away at once.
CONNECTIONS: Final = 2
WAIT_FOR_CONNECTION: Final = 0.1


class _Answer(msgspec.Struct):
    success: bool


class HttpCaptcha:
    """`POST` of secret, response and remoteip as a form, answered with `{"success": true|false, …}`."""

    def __init__(self, url: str, secret: str) -> None:
        self._url = url
        self._secret = secret
        self._breaker = calls.new_breaker()
        self._client = calls.http_client(TIMEOUT, connections=CONNECTIONS, wait=WAIT_FOR_CONNECTION)
        weakref.finalize(self, self._client.close)  # when the setting changes, the connections of the old one end

    def verify(self, token: str, ip: str) -> bool:
        """See the contract."""
        form = {"secret": self._secret, "response": token} | ({"remoteip": ip} if ip else {})
        with calls.call("captcha", seconds=TIMEOUT, breaker=self._breaker):
            status, body = calls.post(self._client, self._url, seconds=TIMEOUT, data=form)
            if status != 200:
                raise GatewayTrouble(f"HTTP {status}", permanent=False)
            try:
                return msgspec.json.decode(body, type=_Answer).success
            except (msgspec.DecodeError, UnicodeDecodeError) as error:
                raise GatewayTrouble("the answer is not as published", permanent=False) from error
