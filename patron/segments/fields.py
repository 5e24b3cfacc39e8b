"""The closed list of what a rule can ask of a shopper. What is not here cannot be reached.

`u` is the shopper's row, `f` the facts about them, which may be missing.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from django.utils.translation import gettext_lazy as _

from patron.kernel.errors import Text
from patron.kernel.fields import GENDERS
from patron.segments import conditions, values
from patron.segments.conditions import Parameters

KEY: Final = re.compile(r"[A-Za-z0-9_-]{1,64}")
CURRENCY: Final = re.compile(r"[a-z]{3}")
EQUAL: Final = ("eq", "ne", "in", "isnull")
ORDERED: Final = (*EQUAL, "lt", "lte", "gt", "gte")
TEXT: Final = (*EQUAL, "startswith")
FLAG: Final = ("eq", "ne", "isnull")
OPS: Final = ("eq", "ne", "in", "lt", "lte", "gt", "gte", "startswith", "isnull")
# The expression of the index accounts_shopper_email_domain, word for word.
DOMAIN: Final = """(nullif(lower(split_part(u.email, '@', -1)), '') COLLATE "C")"""
Condition = Callable[[str, Any, Parameters], str]


@dataclass(frozen=True, slots=True)
class Field:
    """One thing a rule can ask for.

    `name`: as rules write it. `ops`: those it takes. `clean`: turns a value of JSON into one to compare with or raises
    `values.Unfit`. `condition`: op, value → SQL; it is asked for neither `ne` nor a negation, which the compiler makes.
    `kind`: which input an editor offers.
    """

    name: str
    label: Text
    kind: str
    ops: tuple[str, ...]
    clean: Callable[[Any], Any]
    condition: Condition
    choices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Family:
    """Fields that differ by what stands behind the dot: `attributes.<key>`."""

    name: str
    label: Text
    part: Text
    pattern: re.Pattern[str]
    member: Callable[[str], Field]


def find(name: str) -> Field | None:
    """The field a rule names; None for anything outside the list."""
    if name in FIELDS:
        return FIELDS[name]
    family, dot, part = name.partition(".")
    if dot and family in FAMILIES and FAMILIES[family].pattern.fullmatch(part):
        return FAMILIES[family].member(part)
    return None


def names() -> str:
    """All of them, for a message."""
    return ", ".join([*FIELDS, *(f"{family}.<{each.pattern.pattern}>" for family, each in FAMILIES.items())])


def _column(column: str, kind: str) -> Condition:
    return lambda op, value, bound: conditions.plain(column, kind, op, value, bound)


def _flag(column: str) -> Condition:
    return lambda op, value, bound: conditions.flag(column, op, value, bound)


def _counted(column: str, kind: str) -> Condition:
    """A number that is 0 where it is missing; the bare column where 0 does not fit, so that its index serves."""

    def condition(op: str, value: Any, bound: Parameters) -> str:
        if op == "isnull":
            return "FALSE"
        found = conditions.plain(column, kind, op, value, bound)
        return f"({found} OR {column} IS NULL)" if _holds_for_zero(op, value) else found

    return condition


def _holds_for_zero(op: str, value: Any) -> bool:
    if op == "in":
        return 0 in value
    return bool({"eq": value == 0, "lt": value > 0, "lte": value >= 0, "gt": value < 0, "gte": value <= 0}[op])


def _has_loyalty(op: str, value: bool, bound: Parameters) -> str:
    # The flag is written when a card is linked: who has none has no flag, and is not "missing".
    if op == "isnull":
        return "FALSE"
    found = """u.attributes @> '{"has_loyalty": true}'::jsonb"""
    return found if value else f"NOT {found}"


def _attribute(key: str) -> Field:
    return Field(
        f"attributes.{key}",
        key,
        "attribute",
        OPS,
        values.json_scalar,
        lambda op, value, bound: conditions.json_value("u.attributes", key, op, value, bound),
    )


def _order_total(currency: str) -> Field:
    def condition(op: str, value: Any, bound: Parameters) -> str:
        total = conditions.json_number("f.order_totals", bound.bind(currency, "text"))
        return _counted(total, "numeric")(op, value, bound)

    return Field(f"order_total.{currency}", currency, "number", ORDERED, values.number, condition)


_LIST: Final = (
    Field(
        "gender",
        _("gender"),
        "choice",
        EQUAL,
        values.one_of(GENDERS),
        _column("u.gender", "text"),
        GENDERS,
    ),
    Field(
        "age",
        _("age in years"),
        "number",
        ORDERED,
        values.whole(0, 150),
        lambda op, value, bound: conditions.age("u.date_of_birth", op, value, bound),
    ),
    Field("language_code", _("language"), "text", TEXT, values.text, _column("u.language_code", "text")),
    Field(
        "user_type",
        _("user type"),
        "choice",
        EQUAL,
        values.one_of(("registered", "guest")),
        _column("u.user_type", "text"),
        ("registered", "guest"),
    ),
    Field("email_allowed", _("e-mail allowed"), "flag", FLAG, values.flag, _flag("u.email_allowed")),
    Field("sms_allowed", _("SMS allowed"), "flag", FLAG, values.flag, _flag("u.sms_allowed")),
    Field("call_allowed", _("calls allowed"), "flag", FLAG, values.flag, _flag("u.call_allowed")),
    Field(
        "date_joined",
        _("date joined"),
        "date",
        ORDERED,
        values.day,
        lambda op, value, bound: conditions.day("u.date_joined", op, value, bound),
    ),
    Field(
        "email_domain",
        _("domain of the e-mail"),
        "text",
        TEXT,
        values.lower_text,
        _column(DOMAIN, "text"),
    ),
    Field("has_loyalty", _("has a loyalty card"), "flag", FLAG, values.flag, _has_loyalty),
    Field(
        "loyalty_points", _("loyalty points"), "number", ORDERED, values.number, _column("f.loyalty_points", "numeric")
    ),
    Field(
        "order_count",
        _("number of orders"),
        "number",
        ORDERED,
        values.whole(0, 10**9),
        _counted("f.order_count", "bigint"),
    ),
    Field(
        "last_order_date",
        _("date of the last order"),
        "date",
        ORDERED,
        values.day,
        _column("f.last_order_date", "date"),
    ),
    Field(
        "channel",
        _("sales channel"),
        "text",
        EQUAL,
        values.code,
        lambda op, value, bound: conditions.contains("f.channels", op, value, bound),
    ),
)
FIELDS: Final = {field.name: field for field in _LIST}
FAMILIES: Final = {
    family.name: family
    for family in (
        Family("attributes", _("attribute"), _("key"), KEY, _attribute),
        Family("order_total", _("total of orders"), _("currency"), CURRENCY, _order_total),
    )
}
