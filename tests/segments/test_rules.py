"""The language of rules: what is refused, and where the fault is said to be."""

from typing import Any

import pytest
from django.db import connection

from patron.segments import fields, rules
from patron.segments.conditions import Parameters, spans
from patron.segments.roster import FACTS

OBJECT = "expected an object with all, any or not, or with field, op and value"
FINE = {"field": "gender", "op": "eq", "value": "male"}


def condition(field: Any, op: Any, value: Any) -> dict[str, Any]:
    return {"field": field, "op": op, "value": value}


@pytest.mark.parametrize(
    ("rule", "text"),
    [
        (None, f"rule: {OBJECT}"),
        ([], f"rule: {OBJECT}"),
        ("gender", f"rule: {OBJECT}"),
        ({}, f"rule: {OBJECT}"),
        ({"all": [], "any": []}, f"rule: {OBJECT}"),
        ({"field": "gender", "op": "eq"}, f"rule: {OBJECT}"),
        (FINE | {"all": []}, f"rule: {OBJECT}"),
        ({"All": [FINE]}, f"rule: {OBJECT}"),
        ({"all": FINE}, "rule.all: expected a list of rules"),
        ({"any": []}, "rule.any: expected at least one rule"),
        ({"not": [FINE]}, f"rule.not: {OBJECT}"),
        ({"all": [FINE, {"any": [FINE, {"not": 5}]}]}, f"rule.all[1].any[1].not: {OBJECT}"),
        (
            {"all": [FINE, FINE, condition("date_joined", "gte", "2024-5-31")]},
            "rule.all[2].value: expected a date as 2024-05-31",
        ),
        (condition("date_joined", "eq", "2024-02-30"), "rule.value: expected a date as 2024-05-31"),
        (condition("date_joined", "eq", "0001-01-01"), "rule.value: expected a date as 2024-05-31"),
        (condition("date_joined", "eq", 20240531), "rule.value: expected a date as 2024-05-31"),
        (condition("date_joined", "in", ["2024-05-31", "soon"]), "rule.value[1]: expected a date as 2024-05-31"),
        (condition("gender", "lt", "male"), "rule.op: expected one of eq, ne, in, isnull"),
        (condition("gender", "EQ", "male"), "rule.op: expected one of eq, ne, in, isnull"),
        (condition("gender", None, "male"), "rule.op: expected one of eq, ne, in, isnull"),
        (condition("gender", ["eq"], "male"), "rule.op: expected one of eq, ne, in, isnull"),
        (condition("gender", "eq", "Male"), "rule.value: expected one of male, female, unknown"),
        (condition("gender", "eq", None), "rule.value: expected one of male, female, unknown"),
        (condition("gender", "isnull", "true"), "rule.value: expected true or false"),
        (condition("gender", "in", "male"), "rule.value: expected a list of 1 to 1000 values"),
        (condition("gender", "in", []), "rule.value: expected a list of 1 to 1000 values"),
        (condition("order_count", "in", list(range(1001))), "rule.value: expected a list of 1 to 1000 values"),
        (condition("age", "eq", "18"), "rule.value: expected a whole number from 0 to 150"),
        (condition("age", "eq", True), "rule.value: expected a whole number from 0 to 150"),
        (condition("age", "eq", 18.5), "rule.value: expected a whole number from 0 to 150"),
        (condition("age", "gte", -1), "rule.value: expected a whole number from 0 to 150"),
        (condition("email_allowed", "eq", 1), "rule.value: expected true or false"),
        (condition("loyalty_points", "gte", "many"), "rule.value: expected a number"),
        (condition("loyalty_points", "gte", float("nan")), "rule.value: expected a number"),
        (condition("loyalty_points", "gte", float("inf")), "rule.value: expected a number"),
        (condition("loyalty_points", "gte", 10**400), "rule.value: expected a number"),
        (condition("email_domain", "eq", ""), "rule.value: expected text of 1 to 255 characters"),
        (condition("email_domain", "eq", "x" * 256), "rule.value: expected text of 1 to 255 characters"),
        (condition("email_domain", "eq", "a\x00b"), "rule.value: expected text of 1 to 255 characters"),
        (condition("attributes.tier", "eq", "\ud800"), "rule.value: expected text of 1 to 255 characters"),
        (condition("attributes.tier", "eq", {"a": 1}), "rule.value: expected text, a number, or true or false"),
        (condition("attributes.tier", "eq", None), "rule.value: expected text, a number, or true or false"),
        (condition("attributes.tier", "lt", True), "rule.value: expected text or a number"),
        (condition("attributes.tier", "startswith", 5), "rule.value: expected text of 1 to 255 characters"),
        (condition("channel", "startswith", "6"), "rule.op: expected one of eq, ne, in, isnull"),
    ],
)
def test_says_where_the_fault_is_and_what_was_expected(rule: Any, text: str, english: None) -> None:
    """The path leads to the very value."""
    with pytest.raises(rules.BadRule) as bad:
        rules.parse(rule)
    assert str(bad.value) == text


@pytest.mark.parametrize(
    "name",
    [
        "password",
        "u.password",
        "email",
        "id",
        "attributes",
        "attributes.",
        "attributes.a.b",
        "attributes.a b",
        "attributes.it's",
        "attributes." + "k" * 65,
        "attributes.key\n",
        "attributes.ключ",
        "order_total",
        "order_total.TRY",
        "order_total.usdt",
        "order_total.us'",
        "gender; DROP TABLE accounts_shopper",
        "gender OR true",
        "Gender",
        "f.order_count",
        "",
        None,
        5,
        ["gender"],
    ],
)
def test_nothing_outside_the_list_can_be_asked(name: Any) -> None:
    """A column, a table, or what looks like a field but is none."""
    with pytest.raises(rules.BadRule, match=r"^rule\.field: expected one of gender, age, "):
        rules.parse(condition(name, "eq", "x"))


def test_depth_is_limited(english: None) -> None:
    """Twenty levels are read, the next one is refused, two hundred as well."""
    assert rules.parse(nested(20))
    for depth in (21, 200):
        with pytest.raises(rules.BadRule) as bad:
            rules.parse(nested(depth))
        assert str(bad.value) == f"rule{'.not' * 20}: expected at most 20 levels"


def test_size_is_limited(english: None) -> None:
    """A thousand groups and conditions are read, one more is refused, ten thousand as well."""
    assert rules.parse({"any": [FINE] * 999})
    for count in (1000, 9999):
        with pytest.raises(rules.BadRule) as bad:
            rules.parse({"any": [FINE] * count})
        assert str(bad.value) == "rule.any[999]: expected at most 1000 groups and conditions"


@pytest.mark.django_db
@pytest.mark.parametrize(
    "text", ["'; DROP TABLE accounts_shopper; --", "%(now)s", "%s", "$1", '"', "\\", "x' OR '1'='1"]
)
def test_no_value_is_ever_read_as_sql(text: str) -> None:
    """Neither values nor keys stand in the statement: it has the same text whatever they say."""
    for field in ("attributes.tier", "email_domain", "language_code", "channel"):
        for op in set(fields.find(field).ops) - {"isnull"}:  # type: ignore[union-attr]
            given = [text] if op == "in" else text
            bound, plain = Parameters(), Parameters()
            sql = rules.parse(condition(field, op, given)).sql(bound)
            assert sql == rules.parse(condition(field, op, ["x"] if op == "in" else "x")).sql(plain)
            with connection.cursor() as cursor:
                cursor.execute(f"SELECT count(*) FROM accounts_shopper u {FACTS} WHERE {sql}", bound.at(moment()))
                assert cursor.fetchone() == (0,)


@pytest.mark.django_db
def test_an_attribute_key_is_bound_too() -> None:
    """The one part of a field's name that a person chooses."""
    one, other = Parameters(), Parameters()
    assert rules.parse(condition("attributes.a-b", "gt", 1)).sql(one) == rules.parse(
        condition("attributes.c_d", "gt", 1)
    ).sql(other)


@pytest.mark.django_db
def test_the_largest_rules_still_run() -> None:
    """A thousand conditions, a list of a thousand values, twenty levels."""
    for rule in (
        {"any": [condition(f"attributes.k{number}", "gte", number) for number in range(999)]},
        condition("attributes.tier", "in", [f"t{number}" for number in range(1000)]),
        condition("age", "in", list(range(0, 151, 2))),
        nested(20),
    ):
        bound = Parameters()
        sql = rules.parse(rule).sql(bound)
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT count(*) FROM accounts_shopper u {FACTS} WHERE {sql}", bound.at(moment()))


def test_neighbours_make_one_range() -> None:
    """So that a list of ages stays short."""
    assert spans([3, 1, 2, 2, 7]) == [(1, 3), (7, 7)]


def nested(depth: int) -> dict[str, Any]:
    rule: dict[str, Any] = FINE
    for _level in range(depth - 1):
        rule = {"not": rule}
    return rule


def moment() -> Any:
    with connection.cursor() as cursor:
        cursor.execute("SELECT now()")
        return cursor.fetchone()[0]
