"""What an editor of rules offers: every field with its ops and values, in the reader's words."""

from typing import Any, Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from patron.segments.fields import FAMILIES, FIELDS, Family, Field

_CHOICES: Final = {
    "female": gettext_noop("female"),
    "male": gettext_noop("male"),
    "unknown": gettext_noop("unknown"),
    "registered": gettext_noop("registered"),
    "guest": gettext_noop("guest"),
}
_EXAMPLE: Final = {"attributes": "key", "order_total": "try"}


def catalogue() -> dict[str, Any]:
    """As JSON for the page. `ops` and `choices` are pairs: as rules write them, as they are read."""
    return {
        "fields": [_field(field) for field in FIELDS.values()],
        "families": [_family(family) for family in FAMILIES.values()],
        "words": words(),
    }


def words() -> dict[str, str]:
    """The editor's own."""
    return {
        "all": _("All of these"),
        "any": _("Any of these"),
        "none": _("None of these"),
        "notall": _("Not all of these"),
        "group": _("How the conditions of this group count"),
        "condition": _("Condition"),
        "field": _("Field"),
        "op": _("Comparison"),
        "value": _("Value"),
        "values": _("Values, one a line"),
        "type": _("Type of the value"),
        "text": _("text"),
        "number": _("number"),
        "flag": _("yes or no"),
        "yes": _("yes"),
        "no": _("no"),
        "addCondition": _("Add a condition"),
        "addGroup": _("Add a group"),
        "remove": _("Remove"),
        "counting": _("Counting …"),
        "notJson": _("This is not valid JSON."),
        "notShown": _("This rule cannot be shown as inputs; mend it as JSON."),
        "unreachable": _("The rule could not be counted just now."),
    }


def _family(family: Family) -> dict[str, Any]:
    return _field(family.member(_EXAMPLE[family.name])) | {
        "name": family.name,
        "label": str(family.label),
        "part": str(family.part),
        "pattern": family.pattern.pattern,
        "example": _EXAMPLE[family.name],
    }


def _field(field: Field) -> dict[str, Any]:
    return {
        "name": field.name,
        "label": str(field.label),
        "kind": field.kind,
        "ops": [(op, _op(op, field.kind)) for op in field.ops],
        "choices": [(choice, _(_CHOICES[choice])) for choice in field.choices],
    }


def _op(op: str, kind: str) -> str:
    """How an op is read between a field and a value."""
    is_date = kind == "date"
    return {
        "eq": _("is"),
        "ne": _("is not"),
        "in": _("is one of"),
        "lt": _("is before") if is_date else _("is less than"),
        "lte": _("is on or before") if is_date else _("is at most"),
        "gt": _("is after") if is_date else _("is more than"),
        "gte": _("is on or after") if is_date else _("is at least"),
        "startswith": _("starts with"),
        "isnull": _("is missing"),
    }[op]
