"""What a staff member enters on a segment's page."""

from typing import Any, Final

import msgspec
from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminTextareaWidget

from patron.kernel import names
from patron.segments import rules
from patron.segments.catalogue import catalogue
from patron.segments.models import Segment
from patron.segments.serializers import LONGEST_NAME

NAMES: Final = names.inputs("name")
PLAIN: Final = ("priority", "is_active", "starts_at", "ends_at", "price_list", "stock_list_code")


class RuleEditor(UnfoldAdminTextareaWidget):  # type: ignore[misc]
    """The rule as JSON, and inputs that write it, with the number of shoppers it fits."""

    template_name = "segments/rule_editor.html"

    class Media:
        js = ("segments/rule-editor.js",)
        css = {"all": ("segments/segments.css",)}

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context(name, value, attrs)
        return context | {"catalogue": catalogue()}


class RuleField(forms.CharField):
    """A rule; refused with the path of its fault."""

    widget = RuleEditor

    def to_python(self, value: Any) -> Any:
        """JSON that is a rule."""
        text = super().to_python(value)
        if not text:
            return None
        try:
            rule = msgspec.json.decode(text)
            rules.parse(rule)
        except (msgspec.DecodeError, RecursionError) as error:
            raise ValidationError(_("This is not valid JSON.")) from error
        except rules.BadRule as bad:
            raise ValidationError(str(bad)) from bad
        return rule

    def prepare_value(self, value: Any) -> Any:
        """What the browser shows; a text it sent is shown as it came."""
        if isinstance(value, str) or value is None:
            return value
        return msgspec.json.format(msgspec.json.encode(value), indent=2).decode()

    def run_validators(self, value: Any) -> None:
        """A rule was checked when it was read."""


class SegmentForm(forms.ModelForm):  # type: ignore[type-arg]
    """A segment with its names by language."""

    rule = RuleField(label=_("Rule"))

    class Meta:
        model = Segment
        fields = PLAIN

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        names.fill(self, "name", self.instance.name)
        self.fields["rule"].initial = rules.written(self.instance.rule or rules.EVERYBODY)

    @property
    def data_of_segment(self) -> dict[str, Any]:
        """What the journey takes."""
        cleaned = self.cleaned_data
        price_list = cleaned["price_list"]
        return {
            "name": names.taken(cleaned, "name"),
            "rule": cleaned["rule"],
            "price_list_id": price_list.pk if price_list else None,
            **{field: cleaned[field] for field in PLAIN if field != "price_list"},
        }


names.add(SegmentForm, "name", longest=LONGEST_NAME)
