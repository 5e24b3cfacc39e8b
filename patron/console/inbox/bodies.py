"""What the page sends, in the shapes of the sellers' API."""

from typing import Any

import msgspec
from django.http import HttpRequest
from django.utils.translation import gettext as _
from rest_framework import serializers

from patron.kernel.errors import Invalid
from patron.support.serializers import answers
from patron.support.serializers.conversations import LARGEST_ID, cleaned


class Reply(answers.ReplyWish):
    """An answer. `seen`: the last message that the writer had before them."""

    seen = serializers.IntegerField(min_value=0, max_value=LARGEST_ID)


def read(request: HttpRequest, shape: type[serializers.Serializer[Any]]) -> dict[str, Any]:
    """The body as `shape` has it. Raises Invalid."""
    try:
        data = msgspec.json.decode(request.body or b"{}", type=dict[str, Any])
    except (msgspec.DecodeError, RecursionError) as error:
        raise Invalid({"non_field_errors": [_("This is not what the page sends.")]}) from error
    return cleaned(shape(data=data))
