"""A plain reading of rules, for comparison: it shares nothing with the product but the language it reads."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any


@dataclass
class Person:
    """What is known of a shopper. No `orders` and no `points`: nothing was ever said of them."""

    email: str = "ada@example.com"
    gender: str | None = None
    date_of_birth: date | None = None
    language_code: str = "tr"
    user_type: str = "registered"
    email_allowed: bool = False
    sms_allowed: bool = False
    call_allowed: bool | None = None
    date_joined: datetime = datetime(2024, 1, 1, tzinfo=UTC)
    attributes: dict[str, Any] = field(default_factory=dict)
    points: Decimal | None = None
    order_count: int = 0
    order_totals: dict[str, Any] = field(default_factory=dict)
    last_order_date: date | None = None
    channels: list[str] = field(default_factory=list)


def fits(rule: Mapping[str, Any], person: Person, today: date) -> bool:
    """Whether the rule is true of the person."""
    match rule:
        case {"all": parts}:
            return all(fits(part, person, today) for part in parts)
        case {"any": parts}:
            return any(fits(part, person, today) for part in parts)
        case {"not": part}:
            return not fits(part, person, today)
        case {"field": name, "op": op, "value": wanted}:
            return _holds(op, _found(name, person, today), _wanted(name, wanted))
    raise AssertionError(rule)


def age_at(born: date, today: date) -> int:
    """Whole years."""
    return today.year - born.year - ((today.month, today.day) < (born.month, born.day))


def _found(name: str, person: Person, today: date) -> Any:
    prefix, _dot, part = name.partition(".")
    if prefix == "attributes":
        return person.attributes.get(part)
    if prefix == "order_total":
        return person.order_totals.get(part, 0)
    if name == "age":
        return None if person.date_of_birth is None else age_at(person.date_of_birth, today)
    if name == "date_joined":
        return person.date_joined.astimezone(UTC).date()
    if name == "email_domain":
        return person.email.rpartition("@")[2].lower() or None
    if name == "has_loyalty":
        return person.attributes.get("has_loyalty") is True
    if name == "loyalty_points":
        return person.points
    if name == "channel":
        return set(person.channels) or None
    return getattr(person, name)


def _wanted(name: str, wanted: Any) -> Any:
    if isinstance(wanted, list):
        return [_wanted(name, each) for each in wanted]
    if name in ("date_joined", "last_order_date") and isinstance(wanted, str):
        return date.fromisoformat(wanted)
    if name == "channel" and not isinstance(wanted, bool):
        return str(wanted)
    return wanted.lower() if name == "email_domain" and isinstance(wanted, str) else wanted


def _holds(op: str, found: Any, wanted: Any) -> bool:
    if op == "isnull":
        return (found is None) == wanted
    if op == "ne":
        return not _holds("eq", found, wanted)
    if op == "in":
        return any(_holds("eq", found, each) for each in wanted)
    if isinstance(found, set):
        return wanted in found
    if _type(found) is not _type(wanted):
        return False
    if _type(found) is Decimal:
        found, wanted = Decimal(str(found)), Decimal(str(wanted))
    match op:
        case "eq":
            return bool(found == wanted)
        case "lt":
            return bool(found < wanted)
        case "lte":
            return bool(found <= wanted)
        case "gt":
            return bool(found > wanted)
        case "gte":
            return bool(found >= wanted)
        case "startswith":
            return bool(found.startswith(wanted))
    raise AssertionError(op)


def _type(value: Any) -> type:
    """`True` is no number, and all numbers are of one kind."""
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        return type(value)
    return Decimal
