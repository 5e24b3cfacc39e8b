"""The one question that every order import asks of every order: is there a customer of this e-mail?

Answered by one statement, the caller's token and rights in it, without DRF's request; for all channels also in front of
Django's handler, see `kernel.doors`. Only for who sees all channels: others' rows of an e-mail would show in the time,
and `listing` sees to it that they do not. Whatever is not asked in just these words, or not answered by a plain 200, is
left to the view, so that each refusal is decided there alone.
"""

from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import parse_qsl

import msgspec

from patron.channels import access, authentication, tokens
from patron.customers import reads
from patron.customers.listing import MOST_ROWS, PAGE_ROWS
from patron.kernel import clock, rows, secrets
from patron.kernel.doors import Read

_WORDS: Final = frozenset({"email", "channel", "page", "limit"})
_VIEW: Final = ("customers.view_customer",)
# The caller is looked up once (OFFSET 0: it is not dissolved into each place that asks of it). With and without channel
# are two statements, so that the plan of each is the same for all values and is kept: making one costs five look-ups.
_ASK: Final = f"""
SELECT caller.permissions, {reads.COLUMNS}
FROM (
    SELECT {access.COLUMNS}
    FROM channels_stafftoken t JOIN channels_staff s ON s.id = t.staff_id
    WHERE t.key_digest = %(key)s AND t.revoked_at IS NULL AND (t.expires_at IS NULL OR t.expires_at > %(now)s)
        AND s.is_active AND t.last_used_at > %(seen)s
    OFFSET 0
) caller (permissions, channels)
LEFT JOIN customers_customer c ON c.email = %(email)s {{and_channel}}
ORDER BY c.id LIMIT %(limit)s
"""  # noqa: S608 -- columns of our own
_ANYWHERE: Final = "WHERE caller.channels IS NULL"
_IN_CHANNEL: Final = f"""AND c.channel_id = %(channel)s
{_ANYWHERE} AND EXISTS (SELECT FROM channels_channel ch WHERE ch.id = %(channel)s)
"""
_BY_EMAIL: Final = rows.Statement(_ASK.format(and_channel=_ANYWHERE))
_BY_EMAIL_IN_CHANNEL: Final = rows.Statement(_ASK.format(and_channel=_IN_CHANNEL))


def by_email(environ: Mapping[str, Any], channel_id: int | None) -> bytes | None:
    """The body of the list, None where there is more to say. `channel_id`: the one in the address.

    A token whose use has not been noted within the hour is left to the view too, which notes it.
    """
    scheme, _space, key = environ.get("HTTP_AUTHORIZATION", "").partition(" ")
    asked = _read(environ.get("QUERY_STRING", ""), channel_id)
    if asked is None or scheme != authentication.SCHEME:
        return None
    email, channel, limit = asked
    now = clock.now()
    found = rows.every(
        _BY_EMAIL if channel is None else _BY_EMAIL_IN_CHANNEL,
        {
            "key": secrets.digest(key),
            "now": now,
            "seen": now - tokens.USE_NOTED_EVERY,
            "email": email,
            "channel": channel,
            "limit": limit + 1,
        },
    )
    if not 0 < len(found) <= limit or (found[0][0] is not None and not set(_VIEW) <= set(found[0][0])):
        return None
    customers = [reads.customer(row[1:]) for row in found if row[1] is not None]
    return msgspec.json.encode(reads.Listed(len(customers), None, None, customers))


def _read(query: str, channel_id: int | None) -> tuple[str, int | None, int] | None:
    """E-mail, channel and rows of a page of a question in just these words; None for any other."""
    words = _words(query)
    if words is None or words.get("page", "1") != "1" or "\x00" in words.get("email", "\x00"):
        return None
    limit, channel = words.get("limit", str(PAGE_ROWS)), words.get("channel", "0")
    if not (_is_number(limit) and 0 < int(limit) <= MOST_ROWS and _is_number(channel)):
        return None
    if "channel" not in words:
        return words["email"], channel_id, int(limit)
    return (words["email"], int(channel), int(limit)) if channel_id in (None, int(channel)) else None


def _words(query: str) -> dict[str, str] | None:
    if not query.isascii():  # bytes that were not escaped: Django knows what they mean
        return None
    try:
        asked = parse_qsl(query, keep_blank_values=True, strict_parsing=True, max_num_fields=len(_WORDS))
    except ValueError:
        return None
    words = dict(asked)
    return words if len(words) == len(asked) and _WORDS.issuperset(words) else None


def _is_number(word: str) -> bool:
    return word.isascii() and word.isdigit() and len(word) < 16


READS: Final[dict[str, Read]] = {"/api/v1/customers/": lambda environ, _language: by_email(environ, None)}
