"""Every filter of the list, as the document prints them, and how each is read.

Source: omnitron-customers, Filters; 5-omnitron, Customers.
"""

from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import Any, Final, NamedTuple, Protocol

from django.utils.translation import gettext as _

from patron.customers import conditions, reads
from patron.customers.conditions import OPERATORS, Conditions, Unreadable
from patron.customers.models import Customer
from patron.kernel.errors import Invalid

NULL: Final = "null"
COMPARED: Final = ("exact", "gt", "gte", "lt", "lte")
# Parameters of a list that are no filters.
OTHERS: Final = frozenset({"page", "limit", "cursor", "sort", "count"})
_PATHS: Final = ("attributes", "extra_field")


class Parameters(Protocol):
    """A query string: names, each with one or more values. Django's QueryDict is one."""

    def lists(self) -> Iterable[tuple[str, list[str]]]: ...


class Filter(NamedTuple):
    """`type` and `lookups` as published; `others` are offered beside them. `read` adds what the values ask for."""

    type: str
    lookups: tuple[str, ...]
    read: Callable[[str, Sequence[str], Conditions], None]
    others: tuple[str, ...] = ()


def read(parameters: Parameters) -> Conditions:
    """What a query string asks for.

    Raises Invalid by parameter: an unknown lookup and a field without a filter are refused, never ignored.
    """
    found = Conditions()
    refused: dict[str, list[str]] = {}
    for name, values in parameters.lists():
        if name in OTHERS:
            continue
        try:
            _read(name, values, found)
        except Unreadable as error:
            refused[name] = [str(error)]
    if refused:
        raise Invalid(refused)
    return found


def block() -> dict[str, Any]:
    """The `filters` of OPTIONS, exactly as published."""
    shown: dict[str, Any] = {
        name: {"type": each.type, "lookup_types": list(each.lookups)} for name, each in FILTERS.items()
    }
    shown["mapping"] = {"type": "RelatedFilter", "lookup_types": "See available filters for Integration Mappings"}
    return shown


def names() -> list[str]:
    """Every parameter that filters, but for paths into JSON."""
    each = [
        name if lookup == "exact" else f"{name}__{lookup}"
        for name, described in (FILTERS | _MAPPING).items()
        for lookup in (*described.lookups, *described.others)
    ]
    return [*each, "mapping__code__exact"]


def _read(name: str, values: Sequence[str], found: Conditions) -> None:
    field, _separator, lookup = name.rpartition("__")
    known = FILTERS | _MAPPING
    if name in known:
        known[name].read("exact", values, found)
    elif field in known and lookup in (*known[field].lookups, *known[field].others):
        known[field].read(lookup, values, found)
    elif name.partition("__")[0] in _PATHS:
        _json_path(name, values, found)
    elif "__" in name or name in reads.CustomerRow.__struct_fields__:
        raise Unreadable(_("There is no such filter."))


def _moment(column: str, lookup: str, values: Sequence[str], found: Conditions) -> None:
    if lookup == "date":
        starts, ends = (found.bind(each, "timestamptz") for each in conditions.day_bounds(values[-1]))
        found.add(f"{column} >= {starts} AND {column} < {ends}", column)
    else:
        bound = found.bind(conditions.moment(values[-1]), "timestamptz")
        found.add(f"{column} {OPERATORS[lookup]} {bound}", column)


def _number(lookup: str, values: Sequence[str], found: Conditions) -> None:
    if lookup == "in":
        found.add(f"c.id = ANY({found.bind(conditions.wholes(values), 'bigint[]')})", "c.id")
    else:
        found.add(f"c.id {OPERATORS[lookup]} {found.bind(conditions.whole(values[-1]), 'bigint')}", "c.id")


def _text(column: str, lookup: str, values: Sequence[str], found: Conditions) -> None:
    value = conditions.text(values[-1])
    if lookup == "exact":
        found.add(f"{column} = {found.bind(value, 'text')}", column)
        return
    # as a range, which the index answers whatever the plan knows of the value
    found.add(f"{column} >= {found.bind(value, 'text')}", column)
    if (end := conditions.after_prefix(value)) is not None:
        found.add(f"{column} < {found.bind(end, 'text')}", column)


def _text_or_null(column: str, lookup: str, values: Sequence[str], found: Conditions) -> None:
    if values[-1] == NULL:
        found.add(f"{column} IS NULL")
    else:
        _text(column, lookup, values, found)


def _flag(name: str, lookup: str, values: Sequence[str], found: Conditions) -> None:
    found.add_trait(name, conditions.boolean(values[-1]))


def _choice(name: str, choices: Sequence[str], lookup: str, values: Sequence[str], found: Conditions) -> None:
    found.add_trait(name, conditions.choice(values[-1], choices))


def _day(column: str, lookup: str, values: Sequence[str], found: Conditions) -> None:
    found.add(f"{column} = {found.bind(conditions.day(values[-1]), 'date')}")


def _channel(lookup: str, values: Sequence[str], found: Conditions) -> None:
    found.add_channels(frozenset(conditions.wholes(values)))


def _json(column: str, lookup: str, values: Sequence[str], found: Conditions) -> None:
    _contains(column, [conditions.json_object(values[-1])], found)


def _json_path(name: str, values: Sequence[str], found: Conditions) -> None:
    field, *keys = name.split("__")
    _contains(f"c.{_PATHS[_PATHS.index(field)]}", conditions.under(keys, values[-1]), found)


def _contains(column: str, objects: list[dict[str, Any]], found: Conditions) -> None:
    if not all(objects):
        return  # every object contains the empty one
    found.add_json(column, objects)


def _mapping(column: str, lookup: str, values: Sequence[str], found: Conditions) -> None:
    found.add_mapping(f"{column} = {found.bind(conditions.text(values[-1]), 'text')}")


def _mapping_id(lookup: str, values: Sequence[str], found: Conditions) -> None:
    found.add_mapping(f"m.id = {found.bind(conditions.whole(values[-1]), 'bigint')}")


_ONE: Final = ("exact",)
FILTERS: Final[dict[str, Filter]] = {
    "created_date": Filter("DateFilter", (*COMPARED, "date"), partial(_moment, "c.created_date")),
    "modified_date": Filter("DateFilter", (*COMPARED, "date"), partial(_moment, "c.modified_date")),
    "attributes": Filter("JsonMethodFilter", _ONE, partial(_json, "c.attributes")),
    "channel": Filter("ModelMultipleChoiceFilter", _ONE, _channel),
    "email": Filter("CharFilter", ("exact", "startswith"), partial(_text, "c.email")),
    "first_name": Filter("CharFilterWithNull", _ONE, partial(_text_or_null, "c.first_name")),
    "last_name": Filter("CharFilterWithNull", _ONE, partial(_text_or_null, "c.last_name")),
    "phone_number": Filter("CharFilterWithNull", _ONE, partial(_text_or_null, "c.phone_number")),
    "is_active": Filter("BooleanFilter", _ONE, partial(_flag, "is_active")),
    "channel_code": Filter("CharFilterWithNull", _ONE, partial(_text_or_null, "c.channel_code")),
    "erp_code": Filter("CharFilterWithNull", _ONE, partial(_text_or_null, "c.erp_code")),
    "extra_field": Filter("JsonMethodFilter", _ONE, partial(_json, "c.extra_field")),
    "email_allowed": Filter("BooleanFilter", _ONE, partial(_flag, "email_allowed")),
    "sms_allowed": Filter("BooleanFilter", _ONE, partial(_flag, "sms_allowed")),
    "call_allowed": Filter("BooleanFilter", _ONE, partial(_flag, "call_allowed")),
    "date_joined": Filter("IsoDateTimeFilter", _ONE, partial(_moment, "c.date_joined")),
    "gender": Filter("ChoiceFilter", _ONE, partial(_choice, "gender", Customer.Gender.values)),
    "user_type": Filter("ChoiceFilter", _ONE, partial(_choice, "user_type", Customer.UserType.values)),
    "date_of_birth": Filter("DateFilter", _ONE, partial(_day, "c.date_of_birth")),
    "id": Filter("NumberFilter", COMPARED, _number, others=("in",)),
    "pk": Filter("NumberFilter", COMPARED, _number, others=("in",)),
}
_MAPPING: Final[dict[str, Filter]] = {
    "mapping": Filter("RelatedFilter", _ONE, _mapping_id),
    "mapping__code": Filter("CharFilter", _ONE, partial(_mapping, "m.code")),
    "mapping__integration_type": Filter("CharFilter", _ONE, partial(_mapping, "m.integration_type")),
}
