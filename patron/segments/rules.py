"""The language of rules: who belongs to a segment.

    rule      = {"all": [rule, …]} | {"any": [rule, …]} | {"not": rule} | condition
    condition = {"field": name, "op": op, "value": value}

`{"all": []}` fits everybody. A rule is true or false of a shopper, never unknown: a comparison with a missing value is
false, `ne` is what `eq` is not (and so true of a missing value), `not` is a plain complement. So `not eq` and `ne` are
the same, and a rule and its `not` part the shoppers in two.

A rule is read into a tree, refused with the path of its fault, and compiled to one SQL condition, which is used for a
single shopper and for everybody.
"""

from dataclasses import dataclass
from typing import Any, Final

from django.utils.translation import gettext as _

from patron.segments import fields, values
from patron.segments.conditions import Parameters
from patron.segments.fields import Field

MAX_DEPTH: Final = 20
MAX_NODES: Final = 1_000
EVERYBODY: Final[dict[str, Any]] = {"all": []}
_CONDITION: Final = frozenset({"field", "op", "value"})


class BadRule(ValueError):
    """A rule that is refused. `path`: where, as `rule.all[2].value`. `expected`: what should stand there."""

    def __init__(self, path: str, expected: str) -> None:
        super().__init__(f"{path}: {expected}")
        self.path = path
        self.expected = expected


@dataclass(frozen=True, slots=True)
class Comparison:
    """One condition, its value cleaned."""

    field: Field
    op: str
    value: Any

    def sql(self, bound: Parameters) -> str:
        """True where it holds; false or null where it does not."""
        if self.op == "ne":
            return _complement(self.field.condition("eq", self.value, bound))
        if self.op == "isnull" and not self.value:
            return _complement(self.field.condition("isnull", True, bound))
        return self.field.condition(self.op, self.value, bound)


@dataclass(frozen=True, slots=True)
class Group:
    """`all` or `any` of several rules."""

    word: str
    parts: tuple["Rule", ...]

    def sql(self, bound: Parameters) -> str:
        if not self.parts:
            return "TRUE" if self.word == "all" else "FALSE"
        joint = " AND " if self.word == "all" else " OR "
        return f"({joint.join(part.sql(bound) for part in self.parts)})"


@dataclass(frozen=True, slots=True)
class Negation:
    """`not` of a rule."""

    part: "Rule"

    def sql(self, bound: Parameters) -> str:
        return _complement(self.part.sql(bound))


Rule = Comparison | Group | Negation


def parse(raw: Any) -> Rule:
    """Read a rule from JSON. Raises BadRule for the first fault."""
    return _Reader().rule(raw, "rule", 1)


def written(raw: Any) -> Any:
    """A stored rule with its keys in the order in which they are read aloud; the database keeps them by length."""
    if isinstance(raw, list):
        return [written(each) for each in raw]
    if not isinstance(raw, dict):
        return raw
    keys = ("field", "op", "value") if raw.keys() == _CONDITION else raw
    return {key: written(raw[key]) for key in keys}


def _complement(sql: str) -> str:
    # AND and OR of nulls come out true exactly where they would with false in the nulls' place; NOT alone would not.
    return f"(({sql}) IS NOT TRUE)"


class _Reader:
    def __init__(self) -> None:
        self.nodes = 0

    def rule(self, raw: Any, path: str, depth: int) -> Rule:
        self.nodes += 1
        if depth > MAX_DEPTH:
            raise BadRule(path, _("expected at most %(most)d levels") % {"most": MAX_DEPTH})
        if self.nodes > MAX_NODES:
            raise BadRule(path, _("expected at most %(most)d groups and conditions") % {"most": MAX_NODES})
        keys = set(raw) if isinstance(raw, dict) else set()
        if keys == _CONDITION:
            return self._comparison(raw, path)
        if len(keys) == 1 and keys <= {"all", "any", "not"}:
            return self._group(raw, path, depth)
        raise BadRule(path, _("expected an object with all, any or not, or with field, op and value"))

    def _group(self, raw: dict[str, Any], path: str, depth: int) -> Rule:
        ((word, inner),) = raw.items()
        if word == "not":
            return Negation(self.rule(inner, f"{path}.not", depth + 1))
        if not isinstance(inner, list):
            raise BadRule(f"{path}.{word}", _("expected a list of rules"))
        if word == "any" and not inner:
            raise BadRule(f"{path}.any", _("expected at least one rule"))
        return Group(word, tuple(self.rule(each, f"{path}.{word}[{at}]", depth + 1) for at, each in enumerate(inner)))

    def _comparison(self, raw: dict[str, Any], path: str) -> Comparison:
        field = fields.find(raw["field"]) if isinstance(raw["field"], str) else None
        if field is None:
            raise BadRule(f"{path}.field", _("expected one of %(options)s") % {"options": fields.names()})
        op = raw["op"]
        if not isinstance(op, str) or op not in field.ops:
            raise BadRule(f"{path}.op", _("expected one of %(options)s") % {"options": ", ".join(field.ops)})
        return Comparison(field, op, _value(field, op, raw["value"], f"{path}.value"))


def _value(field: Field, op: str, raw: Any, path: str) -> Any:
    try:
        if op == "isnull":
            return values.flag(raw)
        if op == "in":
            return values.several(field.clean, raw)
        return _fitting(op, field.clean(raw))
    except values.Unfit as unfit:
        raise BadRule(path if unfit.at is None else f"{path}[{unfit.at}]", unfit.expected) from None


def _fitting(op: str, value: Any) -> Any:
    """What fits the field may still not fit the op, where the field takes values of several types."""
    if op == "startswith":
        return values.text(value)
    if op in ("lt", "lte", "gt", "gte") and isinstance(value, bool):
        raise values.Unfit(_("expected text or a number"))
    return value
