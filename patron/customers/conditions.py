"""Values of filters read from words, and the SQL conditions they make.

Text here is constant. Whatever came from a request is bound as a parameter with its type said: no value and no key is
ever read as SQL, and no name of a column comes from a request.
"""

import re
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, time, timedelta
from itertools import product
from typing import Any, Final

import msgspec
from django.utils.translation import gettext as _
from rest_framework.exceptions import ParseError

from patron.customers.models import OF_CHANNEL, Customer
from patron.kernel import parsing

MOST_VALUES: Final = 10_000  # of `id__in` and the like
MOST_KEYS: Final = 16  # of a path into JSON
OPERATORS: Final = {"exact": "=", "gt": ">", "gte": ">=", "lt": "<", "lte": "<="}
_LARGEST: Final = 2**63 - 1
_WHOLE: Final = re.compile(r"[+-]?[0-9]{1,40}")
_DAY: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_MOMENT: Final = re.compile(
    r"(?P<day>[0-9]{4}-[0-9]{2}-[0-9]{2})(?:[T ](?P<time>[0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]{1,6})?)?)"
    r"(?P<zone>Z|[ +-][0-9]{2}:?[0-9]{2})?)?"
)
_TRUE: Final = frozenset({"true", "1"})
_FALSE: Final = frozenset({"false", "0"})
_FLAGS: Final = {"is_active": 1, "email_allowed": 2, "sms_allowed": 4, "call_allowed": 8}
_GENDERS: Final = {None: 0, Customer.Gender.MALE.value: 16, Customer.Gender.FEMALE.value: 32}
_TYPES: Final = {None: 0, Customer.UserType.GUEST.value: 64, Customer.UserType.REGISTERED.value: 128}


class Unreadable(ValueError):
    """A value that its filter does not take; the message says what was expected."""


class Conditions:
    """What a list asks for: conditions that all hold, of `customers_customer c`, with their parameters."""

    def __init__(self) -> None:
        self.values: dict[str, Any] = {}
        self.channels: frozenset[int] | None = None
        self._parts: list[tuple[str, str]] = []
        self._json: list[tuple[str, list[str]]] = []
        self._mapping: list[str] = []
        self._traits: dict[str, Any] = {}

    def bind(self, value: Any, kind: str) -> str:
        """The placeholder of a value; `kind` is its PostgreSQL type."""
        name = f"v{len(self.values)}"
        self.values[name] = value
        return f"%({name})s::{kind}"

    def add(self, condition: str, column: str = "") -> None:
        """One more that must hold. `column`: the one it is about, where an index of that column can find its rows."""
        self._parts.append((condition, column))

    def add_json(self, column: str, objects: Sequence[dict[str, Any]]) -> None:
        """A column of JSON contains one of these objects, none of which is empty."""
        self._json.append((column, [self.bind(encoded(each), "jsonb") for each in objects]))

    def add_mapping(self, condition: str) -> None:
        """One more that must hold for one and the same mapping `m` of the customer."""
        self._mapping.append(condition)

    def add_trait(self, name: str, value: Any) -> None:
        """A value of one of the columns that `traits` holds. Two values for one column fit nobody."""
        if self._traits.setdefault(name, value) != value:
            self.add("FALSE")

    def add_channels(self, channels: frozenset[int]) -> None:
        """Only these, and only those of earlier calls."""
        self.channels = channels if self.channels is None else self.channels & channels

    @property
    def are_of_json(self) -> bool:
        """Whether an index of JSON finds the rows: all of a channel's before the first, however few are wanted."""
        return bool(self._json)

    @property
    def are_by_channel(self) -> bool:
        """Whether the rows are found in each channel by itself: their index begins with it."""
        return bool(self._json or self._mapping or self.channels is not None)

    def channels_sql(self) -> str:
        """The placeholder of the named channels."""
        return self.bind(sorted(self.channels or ()), "bigint[]")

    def sql(self, *, channel: str = "") -> str:
        """All of them; `TRUE` when there are none. For when all have been added.

        `channel`: the one that is asked for now, where each is asked for by itself.
        """
        others, json = self._others(channel), self._json_sql(channel)
        if channel and (others or not json):
            # JSON says it too: beside it alone all of a channel would be found for nothing, by another index
            others.append(f"c.channel_id = {channel}")
        return " AND ".join([*others, *json]) or "TRUE"

    def json_sql(self, *, channel: str = "") -> str:
        """Those of JSON, of which there is one at least."""
        return " AND ".join(self._json_sql(channel))

    def others_sql(self, *, channel: str = "") -> str:
        """All others but the channel that is asked for now; empty when there are none."""
        return " AND ".join(self._others(channel))

    def of_column(self, column: str) -> list[str]:
        """Those by which an index of the column finds rows."""
        return [condition for condition, of in self._parts if of == column]

    def besides(self, column: str) -> list[str]:
        """All others but the channels: what is looked at in each row that is walked past."""
        parts = [condition for condition, of in self._parts if of != column]
        # a look-up a row: beside an OR an EXISTS may be answered by reading all mappings there are
        mapping = [f"({self._mapping_sql()} LIMIT 1)"] if self._mapping else []
        return [*parts, *self._json_sql(), *self._traits_sql(), *mapping]

    def _others(self, channel: str) -> list[str]:
        parts = [*(condition for condition, _column in self._parts), *self._traits_sql()]
        if self._mapping:
            parts.append(f"EXISTS ({self._mapping_sql(channel)})")
        if not channel and self.channels is not None:
            parts.append(f"c.channel_id = ANY({self.channels_sql()})")
        return parts

    def _json_sql(self, channel: str = "") -> list[str]:
        parts = []
        for column, objects in self._json:
            if not channel:
                parts.append(_either(f"{column} @> {each}" for each in objects))
                continue
            indexed = OF_CHANNEL.format(channel="c.channel_id", json=column)
            wanted = (OF_CHANNEL.format(channel=channel, json=each) for each in objects)
            # the second holds anyway: the index leaves the empty ones out
            parts += [_either(f"{indexed} @> {each}" for each in wanted), f"NOT ({column} = '{{}}'::jsonb)"]
        return parts

    def _traits_sql(self) -> list[str]:
        return [f"c.traits = ANY({self.bind(_traits(self._traits), 'smallint[]')})"] if self._traits else []

    def _mapping_sql(self, channel: str = "") -> str:
        mapping = " AND ".join([*self._mapping, *([f"m.channel_id = {channel}"] if channel else [])])
        return f"SELECT true FROM customers_customermapping m WHERE m.customer_id = c.id AND {mapping}"  # noqa: S608 -- constant words


def text(value: str) -> str:
    """Any text that PostgreSQL can hold."""
    if "\x00" in value:
        raise Unreadable(_("Null characters are not allowed."))
    return value


def whole(value: str) -> int:
    """A whole number; one beyond what a column holds becomes the largest or smallest there is, which no row has."""
    if not _WHOLE.fullmatch(value.strip()):
        raise Unreadable(_("Enter a whole number."))
    return max(-_LARGEST, min(int(value), _LARGEST))


def wholes(values: Sequence[str]) -> list[int]:
    """Whole numbers, repeated or in lists with commas."""
    words = [word for value in values for word in value.split(",")]
    if len(words) > MOST_VALUES:
        raise Unreadable(_("At most %(most)d values are allowed.") % {"most": MOST_VALUES})
    return [whole(word) for word in words]


def boolean(value: str) -> bool:
    """`true`, `True`, `1` and their opposites."""
    word = value.strip().lower()
    if word not in _TRUE | _FALSE:
        raise Unreadable(_("Must be a valid boolean."))
    return word in _TRUE


def choice(value: str, choices: Sequence[str]) -> str:
    """One of a closed list."""
    if value not in choices:
        raise Unreadable(
            _("Select a valid choice. %(value)s is not one of the available choices.") % {"value": value[:64]}
        )
    return value


def day(value: str) -> date:
    """A day as 2023-01-17."""
    try:
        if _DAY.fullmatch(value):
            return date.fromisoformat(value)
    except ValueError:
        pass  # 2023-02-30
    raise Unreadable(_("Enter a valid date."))


def moment(value: str) -> datetime:
    """A moment in ISO 8601; UTC where no zone is given, midnight where no time is."""
    found = _MOMENT.fullmatch(value.strip())
    # a plus sign that was not escaped arrives as a space
    zone = (found["zone"] or "Z").replace(" ", "+") if found else ""
    try:
        if found:
            read = datetime.fromisoformat(f"{found['day']}T{found['time'] or '00:00'}{zone}")
            return read.astimezone(UTC)
    except (ValueError, OverflowError):
        pass  # 2023-02-30, 25:00, the end of time in another zone
    raise Unreadable(_("Enter a valid date/time."))


def day_bounds(value: str) -> tuple[datetime, datetime]:
    """The moments at which a day begins and is over, in UTC."""
    starts = datetime.combine(day(value), time(), UTC)
    if starts.date() == date.max:
        raise Unreadable(_("Enter a valid date."))
    return starts, starts + timedelta(days=1)


def json_object(value: str) -> dict[str, Any]:
    """A JSON object that the database can hold."""
    try:
        return parsing.json_object(value.encode())
    except (ParseError, UnicodeEncodeError):
        raise Unreadable(_("Enter a valid JSON object.")) from None


def under(keys: Sequence[str], value: str) -> list[dict[str, Any]]:
    """The objects that hold `value` under a path of keys: as a text and, where it is one, as a JSON number or word."""
    if not all(keys) or len(keys) > MOST_KEYS:
        raise Unreadable(_("Enter a path of keys, as attributes__color."))
    for word in (*keys, value):
        text(word)
    return [_nested(keys, each) for each in (value, *_scalars(value))]


def encoded(value: dict[str, Any]) -> str:
    """As it is bound for jsonb."""
    return msgspec.json.encode(value).decode()


def after_prefix(prefix: str) -> str | None:
    """The first text, by code point, behind all that begin with `prefix`; None when there is none."""
    for place in range(len(prefix) - 1, -1, -1):
        following = ord(prefix[place]) + 1
        if following <= 0x10FFFF:
            # surrogates are no characters: the one behind U+D7FF is U+E000
            return prefix[:place] + chr(0xE000 if 0xD800 <= following <= 0xDFFF else following)
    return None


def _either(conditions: Iterable[str]) -> str:
    return f"({' OR '.join(conditions)})"


def _scalars(value: str) -> list[Any]:
    try:
        read = msgspec.json.decode(value)
    except (msgspec.DecodeError, UnicodeEncodeError, RecursionError):
        return []
    if isinstance(read, str):
        return [read] if "\x00" not in read else []
    return [read] if read is None or isinstance(read, bool | int | float) else []


def _nested(keys: Sequence[str], value: Any) -> dict[str, Any]:
    for key in reversed(keys):
        value = {key: value}
    return dict(value)


def _traits(wanted: dict[str, Any]) -> list[int]:
    """The numbers of every mixture that has the wanted values; see `Customer.traits`."""
    parts: list[tuple[int, ...]] = []
    for name, bit in _FLAGS.items():
        parts.append((0, bit) if name not in wanted else (bit if wanted[name] else 0,))
    for name, numbers in (("gender", _GENDERS), ("user_type", _TYPES)):
        parts.append(tuple(numbers.values()) if name not in wanted else (numbers[wanted[name]],))
    return sorted(map(sum, product(*parts)))
