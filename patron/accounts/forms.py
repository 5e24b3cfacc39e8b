"""What a staff member enters on a shopper's page."""

from typing import Any, Final

from django import forms
from django.contrib.admin.utils import label_for_field
from django.core.exceptions import ValidationError
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from rest_framework import exceptions
from unfold.forms import BaseDialogForm
from unfold.widgets import (
    UnfoldAdminNullBooleanSelectWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextInputWidget,
)

from patron.accounts import profile
from patron.accounts.models import Shopper
from patron.accounts.serializers.profile import ProfileChange
from patron.kernel.fields import GENDERS

CHANGEABLE: Final = (*profile.PLAIN, "phone")


class ShopperForm(forms.ModelForm):  # type: ignore[type-arg]
    """The fields staff may change; each is checked by the rule that the shopper's own change obeys.

    Compared with what the page showed, not with the row as it is now: what the shopper changed meanwhile stays.
    """

    phone = forms.CharField(required=False, widget=UnfoldAdminTextInputWidget({"dir": "ltr"}))
    gender = forms.ChoiceField(
        required=False,
        choices=[("", "-"), *((g, _(g)) for g in GENDERS)],
        widget=UnfoldAdminSelectWidget,
    )
    call_allowed = forms.NullBooleanField(required=False, widget=UnfoldAdminNullBooleanSelectWidget)

    class Meta:
        model = Shopper
        fields = CHANGEABLE

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            field.label = capfirst(str(label_for_field(name, Shopper)))
            field.show_hidden_initial = True

    def clean(self) -> dict[str, Any]:
        """Run the shopper's own rules over what was changed."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        rules = ProfileChange().fields
        for name in set(self.changed_data) - set(self.errors):
            if cleaned[name] in (None, ""):  # staff may empty a field, which the shopper may not
                cleaned[name] = None if name in ("phone", "gender") else cleaned[name]
                continue
            given = cleaned[name].isoformat() if name == "date_of_birth" else cleaned[name]
            try:
                cleaned[name] = rules[name].run_validation(given)
            except exceptions.ValidationError as refused:
                self.add_error(name, [ValidationError(str(text)) for text in refused.detail])
        return cleaned

    @property
    def changes(self) -> dict[str, Any]:
        """What was changed, cleaned."""
        return {name: self.cleaned_data[name] for name in self.changed_data}


class AnonymizeForm(BaseDialogForm):  # type: ignore[misc]
    """The shopper's number typed once more: what follows cannot be undone."""

    number = forms.CharField(
        label=_("Type the shopper's number to confirm"), widget=UnfoldAdminTextInputWidget({"autocomplete": "off"})
    )

    def clean_number(self) -> str:
        """The number of the page the dialog was opened on."""
        number: str = self.cleaned_data["number"].strip().removeprefix("#")
        if number != str(self.object_id):
            raise ValidationError(_("This is another number."))
        return number
