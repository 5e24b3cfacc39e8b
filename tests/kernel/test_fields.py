"""Serializers whose fields are made once a thread."""

import threading
from typing import Any

from rest_framework import serializers

from patron.kernel.fields import Shape


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
