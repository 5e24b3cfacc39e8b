"""The demo's segments: loaded once, in six languages, each with its prices."""

import pytest
from django.db import connection

from patron.kernel import languages
from patron.reference.models import PriceList
from patron.sandbox import demo, demo_segments, reset
from patron.segments import recomputation, roster, rules
from patron.segments.models import Segment, Standing


@pytest.mark.django_db
def test_the_demos_shoppers_stand_in_its_segments():
    """After the first run everybody stands somewhere, and the German in Europe."""
    demo.load()
    recomputation.run()
    names = {segment.pk: segment.name["en"] for segment in Segment.objects.all()}
    stands = {
        email: [names[each] for each in available]
        for email, available in Standing.objects.values_list("shopper__email", "available")
    }
    assert stands["jonas@demo.example"] == ["Europe", "Everybody"]
    assert stands["camille@demo.example"] == ["Newsletter readers", "Europe", "Everybody"]
    assert all(each[-1] == "Everybody" for each in stands.values())


def test_the_demos_segments_are_whole():
    """A name in every language, a rule that can be read, a price list that is there."""
    codes = {each["code"] for each in demo_segments.PRICE_LISTS}
    for segment in demo_segments.SEGMENTS:
        assert list(segment["name"]) == list(languages.LANGUAGES)
        assert rules.parse(segment["rule"])
        assert segment["price_list"] in codes


@pytest.mark.django_db
def test_what_was_deleted_stays_deleted():
    """A second start brings nothing back."""
    demo_segments.load()
    Segment.objects.all().delete()
    PriceList.objects.all().delete()
    demo_segments.load()
    assert (Segment.objects.count(), PriceList.objects.count()) == (0, 0)


@pytest.mark.django_db(transaction=True)
def test_reset_forgets_the_rules_of_before():
    """A process that knew the segments of before the reset notices that they are others now."""
    demo.load()
    before = roster.current()
    reset.run()
    after = roster.current()
    assert [each.names for each in after.candidates] == [each.names for each in before.candidates]
    assert not {each.id for each in after.candidates} & {each.id for each in before.candidates}
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM segments_revision")
        assert cursor.fetchone() == (1,)
