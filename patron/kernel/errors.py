"""What can go wrong, in three kinds.

    Exception
    ├── Refusal            the caller can act on it: a status, a code, a text
    │   ├── Invalid        400, a list of texts by field
    │   ├── Unauthenticated, Forbidden, NotFound
    │   └── TooMany        429, with the seconds to wait
    ├── GatewayTrouble     somebody else's system; says whether a retry can help
    └── anything else      a bug: 500, a request id, no detail

Pure Python, so that journeys need neither Django nor a web framework to refuse. Texts may be lazy translations: they
become words when the answer is rendered, in the language of the request.
"""

from collections.abc import Mapping, Sequence
from typing import Protocol


class Text(Protocol):
    """A str, or a lazy translation that becomes one."""

    def __str__(self) -> str: ...


class Refusal(Exception):
    """A request that was understood and is not granted.

    Rendered as 406 `{"non_field_errors": text, "error_code": code}` (the published shape), or in the shape of the
    subclass.
    """

    status = 406

    def __init__(self, code: str, text: Text) -> None:
        super().__init__(code)
        self.code = code
        self.text = text


class Invalid(Refusal):
    """400 by field, for what only a journey can find out (a taken phone, an e-mail in use)."""

    status = 400

    def __init__(self, fields: Mapping[str, Sequence[Text]]) -> None:
        super().__init__("invalid", ", ".join(fields))
        self.fields = fields


class Unauthenticated(Refusal):
    """401 `{"detail": text}`."""

    status = 401

    def __init__(self, text: Text) -> None:
        super().__init__("not_authenticated", text)


class Forbidden(Refusal):
    """403 `{"detail": text}`."""

    status = 403

    def __init__(self, text: Text) -> None:
        super().__init__("permission_denied", text)


class NotFound(Refusal):
    """404 `{"detail": "Not found."}`."""

    status = 404

    def __init__(self) -> None:
        super().__init__("not_found", "Not found.")


class TooMany(Refusal):
    """429 `{"detail": text}` with `Retry-After`.

    `wait_seconds`: whole seconds until another try can succeed.
    `redirect_url`: where a person can lift the limit (a captcha), if anywhere.
    """

    status = 429

    def __init__(self, wait_seconds: int, redirect_url: str | None = None) -> None:
        super().__init__("throttled", "Request was throttled.")
        self.wait_seconds = max(1, wait_seconds)
        self.redirect_url = redirect_url


class GatewayTrouble(Exception):
    """A system outside Patron did not do what was asked.

    `permanent`: the same call will fail again, so a retry is waste. `reason` is shown to staff and logged; it must hold
    no personal data.
    """

    def __init__(self, reason: str, *, permanent: bool) -> None:
        super().__init__(reason)
        self.reason = reason
        self.permanent = permanent
