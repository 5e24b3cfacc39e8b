"""The page on which staff change the dynamic settings: by group, checked, audited, secrets masked."""

import json
from typing import Any, Final

from django import forms
from django.contrib import messages
from django.contrib.admin import site
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from unfold.widgets import (
    UnfoldAdminExpandableTextareaWidget,
    UnfoldAdminIntegerFieldWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextInputWidget,
    UnfoldBooleanSwitchWidget,
)

from patron.console import look
from patron.kernel import dynamic
from patron.kernel.cleaning import Choice
from patron.kernel.dynamic import BadValue, Setting
from patron.kernel.form_fields import JsonField
from patron.kernel.models import SettingChange
from patron.kernel.tables import staff_id

GROUPS: Final = {
    "account": _("Accounts"),
    "sms": _("SMS"),
    "mail": _("Mail"),
    "captcha": _("Captcha"),
    "loyalty": _("Loyalty card"),
    "support": _("Support"),
    "limits": _("Limits"),
    "staff": _("Staff"),
    "general": _("General"),
}


class JsonText(JsonField):
    """Lists and maps as indented JSON, in the letters they were written in."""

    widget = UnfoldAdminExpandableTextareaWidget

    def __init__(self) -> None:
        # An empty list is a value like any other, so nothing is "empty" but the empty text.
        super().__init__(required=True)
        self.empty_values = [""]

    def prepare_value(self, value: Any) -> Any:
        """What the browser shows; a text it sent is shown as it came."""
        return value if isinstance(value, str) else json.dumps(value, indent=2, ensure_ascii=False)


class SettingsForm(forms.Form):
    """One field a setting of one group, with what is in force.

    Compared with what the page showed: a setting that somebody else changed meanwhile is left alone.
    """

    def __init__(self, group: str, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for setting in dynamic.REGISTRY.values():
            if setting.group == group:
                field = _field(setting)
                field.initial = dynamic.masked(dynamic.get(setting.name), setting.name)
                field.label = setting.name
                field.help_text = setting.help  # type: ignore[assignment]
                field.show_hidden_initial = True
                field.widget.attrs["dir"] = "ltr"
                self.fields[setting.name] = field

    def save(self, staff: int) -> bool:
        """Store what was changed, all or nothing; a refused value becomes an error of its field. Whether it is done."""
        with transaction.atomic():
            for name in self.changed_data:
                try:
                    dynamic.put(name, self.cleaned_data[name], staff_id=staff, source="console")
                except BadValue as refused:
                    self.add_error(name, str(refused))
            if self.errors:
                transaction.set_rollback(True)
        dynamic.forget()
        return not self.errors


def settings_page(request: HttpRequest, group: str = "") -> HttpResponse:
    """Show one group; store what was changed. Raises PermissionDenied, Http404."""
    if not look.may_see_settings(request):
        raise PermissionDenied
    groups = _groups()
    group = group or groups[0]
    if group not in groups:
        raise Http404
    dynamic.forget()  # whoever changes settings must see what is in force now, not two seconds ago
    form = SettingsForm(group, request.POST if request.method == "POST" else None)
    may_change = look.may_change_settings(request)
    if request.method == "POST":
        if not may_change:
            raise PermissionDenied
        if form.is_valid() and form.save(staff_id(request)):
            messages.success(request, _("The settings are saved; they are in force within two seconds."))
            return HttpResponseRedirect(reverse("admin:dynamic_settings_group", args=[group]))
    context = site.each_context(request) | {
        "title": _("Settings"),
        "form": form,
        "may_change": may_change,
        "rows": _rows(form),
        "tabs": [
            {
                "title": _title(name),
                "address": reverse("admin:dynamic_settings_group", args=[name]),
                "active": name == group,
            }
            for name in groups
        ],
    }
    return TemplateResponse(request, "console/settings.html", context)


def _field(setting: Setting) -> forms.Field:
    if isinstance(setting.clean, Choice):
        options = [(option, option) for option in setting.clean.options]
        return forms.ChoiceField(choices=options, widget=UnfoldAdminSelectWidget)
    if isinstance(setting.default, bool):
        return forms.BooleanField(required=False, widget=UnfoldBooleanSwitchWidget)
    if isinstance(setting.default, int):
        return forms.IntegerField(widget=UnfoldAdminIntegerFieldWidget)
    if isinstance(setting.default, str):
        return forms.CharField(required=False, strip=False, widget=UnfoldAdminTextInputWidget)
    return JsonText()


def _groups() -> list[str]:
    """The groups in a fixed order: the known ones first, then those of rooms that named none here."""
    present = {setting.group for setting in dynamic.REGISTRY.values()}
    return [name for name in GROUPS if name in present] + sorted(present - set(GROUPS))


def _title(group: str) -> Any:
    return GROUPS.get(group, group.capitalize())


def _rows(form: SettingsForm) -> list[dict[str, Any]]:
    changes = SettingChange.objects.filter(name__in=form.fields).select_related("staff")
    latest = {change.name: change for change in changes.order_by("name", "-changed_at", "-id").distinct("name")}
    history = reverse("admin:kernel_settingchange_changelist")
    return [
        {
            "field": form[name],
            "is_switch": isinstance(dynamic.REGISTRY[name].default, bool),
            "is_changed": dynamic.get(name) != dynamic.REGISTRY[name].default,
            "default": _written(dynamic.REGISTRY[name].default),
            "latest": latest.get(name),
            "history": f"{history}?q={name}",
        }
        for name in form.fields
    ]


def _written(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
