"""Values that come from Django and are not plain."""

from typing import Any

import pytest
from django.utils.functional import lazystr
from django.utils.safestring import mark_safe
from rest_framework.exceptions import ErrorDetail

from patron.kernel.encoding import encode


@pytest.mark.parametrize(
    "text",
    [mark_safe("<b>"), lazystr(mark_safe("<b>")), ErrorDetail("<b>", "code")],
    ids=["safe", "lazy", "error"],
)
def test_special_texts_become_plain(text: Any) -> None:
    """A text marked safe for HTML, a lazy one and an error's are written as what they say, as keys and values alike."""
    assert encode({text: [text]}) == b'{"<b>":["<b>"]}'
