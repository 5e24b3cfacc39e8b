"""SQL conditions and their parameters: how one comparison of a rule is written.

Text here is constant. Whatever came from a person is bound as a parameter with its type said, so the plan does not
depend on how a value looks and no value is ever read as SQL.
"""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any, Final

import msgspec

OPERATORS: Final = {"eq": "=", "lt": "<", "lte": "<=", "gt": ">", "gte": ">="}


class Parameters:
    """Values bound under names: `%(now)s`, `%(today)s` and one for each value of the rules."""

    def __init__(self) -> None:
        self.values: dict[str, Any] = {}
        self._known: dict[tuple[str, str], str] = {}

    def bind(self, value: Any, kind: str) -> str:
        """The placeholder of a value; `kind` is its PostgreSQL type. The same value is bound once."""
        name = self._known.setdefault((kind, repr(value)), f"r{len(self.values)}")
        self.values[name] = value
        return f"%({name})s::{kind}"

    def at(self, now: datetime, **others: Any) -> dict[str, Any]:
        """All of them for one moment, with the statement's own."""
        return {**self.values, "now": now, "today": now.date(), **others}


def plain(column: str, kind: str, op: str, value: Any, bound: Parameters) -> str:
    """A column against a value of its own type."""
    if op == "isnull":
        return f"{column} IS NULL"
    if op == "in":
        return f"{column} = ANY({bound.bind(list(value), kind + '[]')})"
    if op == "startswith":
        return f"{column} ^@ {bound.bind(value, kind)}"
    return f"{column} {OPERATORS[op]} {bound.bind(value, kind)}"


def flag(column: str, op: str, value: bool, bound: Parameters) -> str:
    """A boolean column."""
    return f"{column} IS NULL" if op == "isnull" else f"{column} = {str(value).upper()}"


def day(column: str, op: str, value: Any, bound: Parameters) -> str:
    """A moment, compared by its day in UTC; ranges of the bare column, so that its index serves them."""
    if op == "isnull":
        return f"{column} IS NULL"
    if op == "in":
        return f"({column} AT TIME ZONE 'UTC')::date = ANY({bound.bind(value, 'date[]')})"
    starts = f"({bound.bind(value, 'date')}::timestamp AT TIME ZONE 'UTC')"
    after = f"({starts} + interval '1 day')"
    return {
        "eq": f"({column} >= {starts} AND {column} < {after})",
        "lt": f"{column} < {starts}",
        "lte": f"{column} < {after}",
        "gt": f"{column} >= {after}",
        "gte": f"{column} >= {starts}",
    }[op]


def age(born: str, op: str, value: Any, bound: Parameters) -> str:
    """Whole years at `%(today)s` of a date of birth, as ranges of that date."""
    if op == "isnull":
        return f"{born} IS NULL"
    if op in ("eq", "in"):
        years = value if op == "in" else [value]
        ranges = [f"({_older(born, low, bound)} AND {_younger(born, high + 1, bound)})" for low, high in spans(years)]
        return f"({' OR '.join(ranges)})"
    edge = value + 1 if op in ("lte", "gt") else value
    return _older(born, edge, bound) if op in ("gt", "gte") else _younger(born, edge, bound)


def spans(numbers: Sequence[int]) -> list[tuple[int, int]]:
    """Whole numbers as ranges of neighbours, both ends included: 3, 1, 2, 7 are (1, 3), (7, 7)."""
    found: list[tuple[int, int]] = []
    for number in sorted(set(numbers)):
        if found and found[-1][1] + 1 == number:
            found[-1] = (found[-1][0], number)
        else:
            found.append((number, number))
    return found


def contains(column: str, op: str, value: Any, bound: Parameters) -> str:
    """A list of texts that holds a value, or one of several. An empty list is a missing one."""
    if op == "isnull":
        return f"coalesce(cardinality({column}), 0) = 0"
    wanted = bound.bind([value] if op == "eq" else list(value), "text[]")
    return f"{column} && {wanted}"


def json_value(column: str, key: str, op: str, value: Any, bound: Parameters) -> str:
    """The value under a key of a JSON object, compared with one of the same JSON type: `1` is not `"1"`."""
    if op == "eq":
        return f"{column} @> {bound.bind(_json({key: value}), 'jsonb')}"
    under = bound.bind(key, "text")
    if op == "isnull":
        return f"{column} ->> {under} IS NULL"
    if op == "in":
        return f"{column} -> {under} = ANY({bound.bind([_json(each) for each in value], 'text[]')}::jsonb[])"
    if isinstance(value, str):
        text = _typed(column, under, "string") + ' COLLATE "C"'
        return plain(text, "text", op, value, bound)
    return plain(json_number(column, under), "numeric", op, decimal(value), bound)


def json_number(column: str, under: str) -> str:
    """The number under a bound key; null where there is none or it is no number."""
    return f"({_typed(column, under, 'number')})::numeric"


def decimal(number: float) -> Decimal:
    """The number as it was written: through a float of PostgreSQL it would lose digits."""
    return Decimal(repr(number))


def _typed(column: str, under: str, kind: str) -> str:
    return f"CASE WHEN jsonb_typeof({column} -> {under}) = '{kind}' THEN {column} ->> {under} END"


def _json(value: Any) -> str:
    return msgspec.json.encode(value).decode()


def _older(born: str, years: int, bound: Parameters) -> str:
    return f"{born} <= {_birthday(years, bound)}"


def _younger(born: str, years: int, bound: Parameters) -> str:
    return f"{born} > {_birthday(years, bound)}"


def _birthday(years: int, bound: Parameters) -> str:
    """The latest date of birth of somebody who is `years` old today."""
    return f"(%(today)s::date - make_interval(years => {bound.bind(years, 'int')}))::date"
