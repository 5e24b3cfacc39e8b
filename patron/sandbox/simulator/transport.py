"""How the adapter reaches the simulator: in its own process, over the database that all processes share."""

import httpx

from patron.sandbox.simulator import trouble
from patron.sandbox.simulator.server import Request


class Transport(httpx.BaseTransport):
    """In the place of the network. The adapter's caller must have no transaction open, as with any provider."""

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """One request to the simulator."""
        body = request.read()
        headers = {name.lower(): value for name, value in request.headers.items()}
        try:
            given = trouble.answer(Request(request.method, request.url.path, headers, body))
        except trouble.Broken as error:
            raise httpx.RemoteProtocolError("the simulator hung up", request=request) from error
        return httpx.Response(given.status, headers=given.headers, content=given.body, request=request)
