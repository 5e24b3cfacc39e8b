"""An SMS provider that speaks the vendor's "SMS flow" over HTTP."""

import weakref
from typing import Final

from patron.gateways import calls
from patron.gateways.sms.contract import Sms
from patron.kernel.errors import GatewayTrouble

API_VERSION: Final = "1.0"
CONNECTIONS: Final = 32


class HttpGateway:
    """`POST {base_url}/send-sms` with Basic auth.

    201 (any 2xx) is success, 4xx a refusal for good, everything else can be tried again.
    """

    def __init__(self, base_url: str, username: str, password: str, sender: str, timeout: int) -> None:
        self._url = f"{base_url}/send-sms"
        self._sender = sender
        self._timeout = timeout
        self._breaker = calls.new_breaker()
        self._client = calls.http_client(
            timeout,
            connections=CONNECTIONS,
            auth=(username, password),
            headers={"x-akinon-api-version": API_VERSION},
        )
        weakref.finalize(self, self._client.close)  # when the setting changes, the connections of the old one end

    def send(self, sms: Sms) -> None:
        """See the contract."""
        with calls.call("sms", seconds=self._timeout, breaker=self._breaker):
            status, body = calls.post(
                self._client,
                self._url,
                seconds=self._timeout,
                headers={"x-akinon-request-id": str(sms.message_id)},
                json={
                    "from": self._sender,
                    "to": sms.to,
                    "text": sms.text.replace("\r\n", "\n").replace("\n", "/n"),  # the published escape
                    "isOtp": sms.is_otp,
                },
            )
            if not 200 <= status < 300:
                raise GatewayTrouble(calls.reason(status, body), permanent=400 <= status < 500)
