"""What is entered in the console about staff: passwords, permissions, tokens."""

from typing import Any, Final

from django import forms
from django.apps import apps
from django.contrib import admin
from django.contrib.auth.models import Permission
from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet
from django.utils.text import capfirst
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.forms import AdminOwnPasswordChangeForm, AdminPasswordChangeForm

from patron.channels import tokens
from patron.channels.models import Staff, StaffToken
from patron.kernel import clock, transactions

VERBS: Final = {"view": _("see"), "add": _("add"), "change": _("change"), "delete": _("delete")}


class _EndsSignIns:
    """A password form after which nothing goes on that was signed in with the old password."""

    def save(self, commit: bool = True) -> Staff:
        def work() -> Staff:
            staff: Staff = super(_EndsSignIns, self).save(commit=commit)  # type: ignore[misc]
            tokens.revoke_sign_ins(staff)
            return staff

        return transactions.run(work)


class OwnPasswordForm(_EndsSignIns, AdminOwnPasswordChangeForm):  # type: ignore[misc]
    """Staff change their own password."""


class PasswordForm(_EndsSignIns, AdminPasswordChangeForm):  # type: ignore[misc]
    """Staff change another's password."""


class RightsWidget(forms.CheckboxSelectMultiple):
    """A line for each table, a box for each right over it."""

    template_name = "channels/rights.html"

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        lines: dict[tuple[Any, str], dict[str, Any]] = {}
        for _group, options, _index in context["widget"]["optgroups"]:
            for option in options:
                permission = option["value"].instance
                line = lines.setdefault(_line_of(permission), {})
                line[permission.codename.partition("_")[0]] = option
        context["verbs"] = VERBS.values()
        context["lines"] = [
            {"room": room, "table": table, "boxes": [boxes.get(verb) for verb in VERBS]}
            for (room, table), boxes in lines.items()
        ]
        return context


class PermissionsField(forms.ModelMultipleChoiceField):  # type: ignore[type-arg]
    """Rights by table: see, add, change, delete; and the rights over settings."""

    widget = RightsWidget

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(queryset=grantable(), required=False, **kwargs)

    def label_from_instance(self, permission: Any) -> str:
        """`Shoppers: see`, for those who hear the page."""
        return f"{_line_of(permission)[1]}: {VERBS[permission.codename.partition('_')[0]]}"


def grantable() -> QuerySet[Permission]:
    """The permissions that open or close something in the console, and those over settings."""
    found = Q(content_type__app_label="constance", codename__in=("view_config", "change_config"))
    for model, table in admin.site._registry.items():
        codenames = [f"{verb}_{model._meta.model_name}" for verb in getattr(table, "rights", ())]
        found |= Q(content_type__app_label=model._meta.app_label, codename__in=codenames)
    return (
        Permission.objects.filter(found)
        .select_related("content_type")
        .order_by("content_type__app_label", "content_type__model", "id")
    )


def _line_of(permission: Permission) -> tuple[str, str]:
    """The room and the table a permission is about, in the reader's language."""
    if permission.content_type.app_label == "constance":
        return capfirst(gettext("settings")), capfirst(gettext("settings"))
    room = apps.get_app_config(permission.content_type.app_label).verbose_name
    model = permission.content_type.model_class()
    return str(room), capfirst(str(model._meta.verbose_name_plural if model else permission.content_type.model))


class TokenForm(forms.ModelForm):  # type: ignore[type-arg]
    """Whose token, what for, until when."""

    class Meta:
        model = StaffToken
        fields = ("staff", "name", "expires_at")

    def clean_name(self) -> str:
        """Sign-ins are told from programs by their name."""
        name: str = self.cleaned_data["name"]
        if name.lower() == tokens.LOGIN:
            raise ValidationError(_("This name is kept for sign-ins."))
        return name

    def clean_expires_at(self) -> Any:
        """An end that is past would make a key that never works."""
        moment = self.cleaned_data["expires_at"]
        if moment is not None and moment <= clock.now():
            raise ValidationError(_("Enter a moment in the future."))
        return moment
