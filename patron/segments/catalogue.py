"""What an editor of rules offers: every field with its ops and values, in the reader's words."""

from typing import Any, Final

from django.utils.translation import gettext as _

from patron.segments.fields import FAMILIES, FIELDS, Family, Field


def catalogue() -> dict[str, Any]:
    """As JSON for the page."""
    return {
        "fields": [_field(field) for field in FIELDS.values()],
        "families": [_family(family) for family in FAMILIES.values()],
        "ops": ops(),
        "words": words(),
    }


def ops() -> dict[str, str]:
    """How each op is read aloud between a field and a value."""
    return {
        "eq": _("is"),
        "ne": _("is not"),
        "in": _("is one of"),
        "lt": _("is less than"),
        "lte": _("is at most"),
        "gt": _("is more than"),
        "gte": _("is at least"),
        "startswith": _("starts with"),
        "isnull": _("is missing"),
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
        "empty": _("An empty group of all fits everybody."),
    }


_EXAMPLE: Final = {"attributes": "key", "order_total": "try"}


def _family(family: Family) -> dict[str, Any]:
    member = _field(family.member(_EXAMPLE[family.name]))
    return member | {
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
        "ops": list(field.ops),
        "choices": list(field.choices),
    }
