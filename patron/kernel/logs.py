"""JSON logs: one line an event, with the request's id, without personal data.

Personal data is kept out twice: nobody logs it, and a last processor masks what looks like a phone number, an e-mail
address, a code or a token, also inside the texts of libraries and tracebacks.
"""

import logging
import re
import sys
from collections.abc import MutableMapping
from typing import Any, Final

import msgspec
import structlog

from patron.kernel import context

_EMAIL: Final = re.compile(r"[^\s@\"'<>(),;=]+@[^\s@\"'<>(),;]+\.[A-Za-z]{2,}")
_PHONE: Final = re.compile(r"(?<![\w.:-])\+?\d[\d ()-]{8,17}\d(?![\w.:-])")
_TOKEN: Final = re.compile(r"\b[0-9a-f]{32,}\b")
_CODE: Final = re.compile(r"(?i)\b(code|password|otp|token|key)(\"?'?\s*[:=]\s*\"?'?)[^\s,\"'}&]+")


def masked_text(text: str) -> str:
    """The text with whatever looks personal or secret replaced."""
    text = _EMAIL.sub("***@***", text)
    text = _CODE.sub(r"\1\2***", text)
    text = _TOKEN.sub("***", text)
    return _PHONE.sub("***", text)


def _mask(_: Any, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    for key, value in event.items():
        if isinstance(value, str) and key not in ("request_id", "timestamp", "level", "logger"):
            event[key] = masked_text(value)
    return event


def _with_request(_: Any, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    request_id = context.caller().request_id
    if request_id:
        event.setdefault("request_id", request_id)
    return event


def _encode(event: Any, **_: Any) -> str:
    return msgspec.json.encode(event, enc_hook=str).decode()


_SHARED: Final[list[Any]] = [
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.stdlib.ExtraAdder(allow=()),
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    _with_request,
]


def configure(level: str = "INFO") -> None:
    """Send every logger of the process, ours and the libraries', to standard output as JSON lines."""
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=_SHARED,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.format_exc_info,
                _mask,
                structlog.processors.JSONRenderer(serializer=_encode),
            ],
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level)
    logging.captureWarnings(True)  # what libraries warn of (a damaged picture, say) is a line like any other
    logging.getLogger("procrastinate").setLevel(logging.WARNING)  # its INFO prints every job's arguments
    logging.getLogger("httpx").setLevel(logging.WARNING)
    # It repeats the access line of a 4xx or 5xx, with the path, in which a link's token may stand.
    logging.getLogger("django.request").setLevel(logging.CRITICAL)
    structlog.configure(
        processors=[*_SHARED, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )


def access_line(fields: dict[str, Any]) -> None:
    """One line for one answered request. Its fields are ours and hold nothing personal, so no processor runs."""
    if logging.getLogger("patron.access").isEnabledFor(logging.INFO):
        sys.stdout.write(msgspec.json.encode(fields).decode() + "\n")
