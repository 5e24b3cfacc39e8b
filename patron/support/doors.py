"""The read of this room that storefronts make often, for the door in front of Django's handler; see `kernel.doors`."""

from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import parse_qsl

from patron.accounts import cookies
from patron.accounts.doors import site
from patron.kernel.doors import Read
from patron.support import conversation_reads, pages
from patron.support.serializers.conversations import wanted

PATH: Final = "/users/conversations/"


def own_conversations(environ: Mapping[str, Any], language: str) -> bytes | None:
    """`GET /users/conversations/` of somebody whose session was seen in the last hour."""
    key, base = cookies.key_at_a_glance(environ.get("HTTP_COOKIE", "")), site(environ)
    if not key or not base:
        return None
    asked = environ.get("QUERY_STRING", "")
    query = dict(parse_qsl(asked, keep_blank_values=True))
    window = pages.window(query, lambda: f"{base}{PATH}?{asked}".rstrip("?"))
    answer = conversation_reads.own_list(key, wanted(query), window)
    return answer.body if answer and answer.stale_session is None else None


READS: Final[dict[str, Read]] = {PATH: own_conversations}
