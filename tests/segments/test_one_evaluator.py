"""The SQL of a rule and a plain reading of it agree, whoever the shopper and whatever the rule."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from patron.accounts.models import Shopper
from patron.kernel import secrets
from patron.segments import rules
from patron.segments.conditions import Parameters
from patron.segments.models import Facts
from patron.segments.roster import FACTS, Candidate, Roster
from tests.segments import shapes
from tests.segments.reading import Person, fits

CASES = given(
    people=st.lists(shapes.PEOPLE, min_size=1, max_size=6),
    several=st.lists(shapes.RULES, min_size=1, max_size=4),
    today=shapes.TODAYS,
)
# Each example rolls back what it wrote, so one database serves them all.
SHARED = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large]


@pytest.mark.django_db
@settings(max_examples=150, deadline=None, suppress_health_check=SHARED)
@CASES
def test_sql_reads_a_rule_as_it_is_meant(people: list[Person], several: list[Any], today: date) -> None:
    """For random shoppers and random trees, alone in a WHERE and among others in the list of what is available."""
    compare(people, several, today)


@pytest.mark.prove
@pytest.mark.django_db
@settings(
    max_examples=5_000,
    deadline=None,
    suppress_health_check=SHARED,
    phases=[Phase.explicit, Phase.generate, Phase.shrink],
)
@CASES
def test_sql_reads_a_rule_as_it_is_meant_at_length(people: list[Person], several: list[Any], today: date) -> None:
    """The same, five thousand times."""
    compare(people, several, today)


@pytest.mark.django_db
@settings(max_examples=50, deadline=None, suppress_health_check=SHARED)
@given(people=st.lists(shapes.PEOPLE, min_size=1, max_size=6), rule=shapes.RULES, today=shapes.TODAYS)
def test_a_rule_and_its_not_part_the_shoppers_in_two(people: list[Person], rule: Any, today: date) -> None:
    """Nobody is in both, and nobody in neither."""
    with transaction.atomic():
        ids = keep(people)
        assert sorted(fitting(rule, today) + fitting({"not": rule}, today)) == sorted(ids)
        transaction.set_rollback(True)


def compare(people: list[Person], several: list[Any], today: date) -> None:
    expected = [[at for at, rule in enumerate(several) if fits(rule, person, today)] for person in people]
    with transaction.atomic():
        ids = keep(people)
        found = available(several, today)
        alone = fitting(several[0], today)
        transaction.set_rollback(True)
    assert [found[pk] for pk in ids] == expected
    assert sorted(alone) == sorted(pk for pk, fitting in zip(ids, expected, strict=True) if 0 in fitting)


def keep(people: list[Person]) -> list[int]:
    """Store them; those of whom nothing was said have no facts at all."""
    ids = []
    for number, person in enumerate(people):
        local = f"{number}.{person.email}"
        shopper = Shopper.objects.create(
            username=secrets.digest(local),
            email=local,
            password="",
            modified_date=person.date_joined,
            **{
                name: getattr(person, name)
                for name in (
                    "gender",
                    "date_of_birth",
                    "language_code",
                    "user_type",
                    "email_allowed",
                    "sms_allowed",
                    "call_allowed",
                    "date_joined",
                    "attributes",
                )
            },
        )
        ids.append(shopper.pk)
        known = (person.points, person.order_count, person.order_totals, person.last_order_date, person.channels)
        if known != (None, 0, {}, None, []):
            Facts.objects.create(
                shopper=shopper,
                loyalty_points=person.points,
                order_count=person.order_count,
                order_totals=person.order_totals,
                last_order_date=person.last_order_date,
                channels=person.channels,
            )
    return ids


def available(several: list[Any], today: date) -> dict[int, list[int]]:
    """Shopper id → places of the rules that fit, asked as the product asks."""
    roster = Roster(
        None, [Candidate(at, 0, {"en": "x"}, None, None, rules.parse(rule)) for at, rule in enumerate(several)]
    )
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT u.id, {roster.available} FROM accounts_shopper u {FACTS}", roster.at(noon(today)))
        return dict(cursor.fetchall())


def fitting(rule: Any, today: date) -> list[int]:
    """The ids that fit, asked as the preview asks."""
    bound = Parameters()
    condition = rules.parse(rule).sql(bound)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT u.id FROM accounts_shopper u {FACTS} WHERE {condition}", bound.at(noon(today)))
        return [pk for (pk,) in cursor.fetchall()]


def noon(today: date) -> datetime:
    return datetime(today.year, today.month, today.day, 12, tzinfo=UTC)
