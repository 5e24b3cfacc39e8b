"""Serializers whose fields are made once a thread."""

import importlib
import pkgutil
import threading
from typing import Any

from django.http import QueryDict
from rest_framework import serializers
from rest_framework.fields import empty

import patron
from patron.kernel.fields import BooleanField, Shape


class Wish(Shape):
    """Two fields, one of which has another inside."""

    name = serializers.CharField(max_length=3)
    tags = serializers.ListField(child=serializers.CharField(max_length=2), required=False)

    def validate_name(self, value: str) -> str:
        """What the request at hand says."""
        return f"{self.context['greeting']} {value}"


def judged(data: Any, **wishes: Any) -> Any:
    wish = Wish(data=data, context={"greeting": wishes.pop("greeting", "Hi")}, **wishes)
    return wish.validated_data if wish.is_valid() else set(wish.errors)


def test_one_request_says_nothing_of_the_next() -> None:
    """Neither what it held, nor what was wrong, nor how it was to be read."""
    assert judged({"name": "abcd", "tags": ["xyz"]}) == {"name", "tags"}
    assert judged({}, partial=True) == {}
    assert judged({}) == {"name"}
    assert judged({"name": "a", "tags": ["x"]}) == {"name": "Hi a", "tags": ["x"]}
    assert judged({"name": "a"}, greeting="Hello") == {"name": "Hello a"}


def test_threads_have_their_own() -> None:
    """A field knows the serializer it belongs to at this moment."""
    seen = []

    def look() -> None:
        seen.append(Wish().fields["name"])

    thread = threading.Thread(target=look)
    thread.start()
    thread.join()
    look()
    look()
    assert seen[0] is not seen[1] is seen[2]


class Ticks(serializers.Serializer[Any]):
    """Three ways to say what absent means."""

    unsaid = BooleanField(required=False)
    usual = BooleanField(default=True)
    needed = BooleanField()


def test_what_a_form_leaves_out_is_absent() -> None:
    """As in JSON, and not false; what it holds is read."""
    for data in (QueryDict("needed=false"), {"needed": False}):
        wish = Ticks(data=data)
        assert wish.is_valid()
        assert wish.validated_data == {"usual": True, "needed": False}
    assert not Ticks(data=QueryDict("unsaid=true")).is_valid()


def _below(kind: type[Any]) -> set[type[Any]]:
    return {kind}.union(*map(_below, kind.__subclasses__()))


def test_no_serializer_takes_what_a_form_leaves_out_for_false() -> None:
    """A field of the framework's own would."""
    for found in pkgutil.walk_packages(patron.__path__, "patron."):
        if "serializers" in found.name:
            importlib.import_module(found.name)
    ours = [each for each in _below(serializers.Serializer) if each.__module__.startswith("patron.")]
    fields = [field for each in ours for field in each._declared_fields.values()]
    assert len(fields) > 100
    assert {type(field) for field in fields if field.default_empty_html is not empty} == set()
