"""The OpenAPI document: made from the views, written to the repository, compared with it, served."""

import copy
import threading
from pathlib import Path

from django.utils import translation
from drf_spectacular.drainage import GENERATOR_STATS
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.renderers import OpenApiYamlRenderer

from patron.operations.openapi import security
from patron.operations.openapi.shared import Json

_lock = threading.Lock()
_made: Json | None = None


class NotDescribed(Exception):
    """The generator could not understand a view; the message says which and why, one a line."""


class OutOfDate(Exception):
    """The committed document differs from the code; the message says what to do."""


def build() -> Json:
    """Make the document from the views. Needs no database. Raises NotDescribed."""
    # The generator keeps its warnings in module state, and texts depend on the language at hand.
    with _lock, translation.override("en"), GENERATOR_STATS.silence():
        document: Json = SchemaGenerator().get_schema(request=None, public=True)  # type: ignore[no-untyped-call]
        complaints = [*GENERATOR_STATS._warn_cache, *GENERATOR_STATS._error_cache]
    if complaints:
        raise NotDescribed("\n".join(complaints))
    return document


def as_yaml(document: Json) -> bytes:
    """The document as it is committed: the same bytes for the same views."""
    text: bytes = OpenApiYamlRenderer().render(document, renderer_context={})  # type: ignore[no-untyped-call]
    return text


def write(path: Path) -> None:
    """Write the committed document. Raises NotDescribed."""
    path.write_bytes(as_yaml(build()))


def check(path: Path) -> None:
    """Raise OutOfDate unless the committed document is what `write` would write; NotDescribed as there."""
    if not path.exists() or path.read_bytes() != as_yaml(build()):
        raise OutOfDate(f"{path.name} is out of date: run `make openapi` and commit it.")


def served(site: str, session_cookie: str, *, takes_x_cookie: bool) -> Json:
    """The document as this server means it.

    `site`: scheme and host it was asked at. `session_cookie`: the name in use. `takes_x_cookie`: whether the header
    X-Cookie works now; where it does not, it is not offered.
    """
    global _made
    if _made is None:
        _made = build()
    schemes = copy.deepcopy(_made["components"]["securitySchemes"])
    schemes[security.SESSION]["name"] = session_cookie
    document = {
        **_made,
        "servers": [{"url": site}],
        "components": {**_made["components"], "securitySchemes": schemes},
    }
    if not takes_x_cookie:
        del schemes[security.X_COOKIE]
        document["paths"] = {path: _without_x_cookie(item) for path, item in _made["paths"].items()}
    return document


def _without_x_cookie(item: Json) -> Json:
    return {
        method: operation
        if "security" not in operation
        else operation | {"security": [way for way in operation["security"] if security.X_COOKIE not in way]}
        for method, operation in item.items()
    }
