"""Fields of the console's forms."""

import pytest
from django import forms

from patron.kernel.form_fields import JsonField


class Form(forms.Form):
    value = JsonField()


@pytest.mark.parametrize("text", ['{"a": [1, 2.5, null, true, "ş"]}', '"text"', "[]", "5"])
def test_json_is_read(text: str) -> None:
    """Any kind of it; it is shown again in its own words."""
    form = Form({"value": text})
    form.fields["value"].required = False
    assert form.is_valid()
    assert form["value"].value() is not None
    assert str(form["value"])


@pytest.mark.parametrize(
    "text",
    ["{", "x", '{"a": NaN}', '{"a": 1e999}', '{"a": "\\u0000"}', '{"a": "\\ud800"}', '{"a":' * 2000 + "1" + "}" * 2000],
)
def test_what_no_client_could_read_is_refused(text: str) -> None:
    """And shown again as it was entered."""
    form = Form({"value": text})
    assert form.errors == {"value": [str(JsonField.default_error_messages["invalid"])]}
    assert form["value"].value() == text
    assert str(form["value"]).encode()
