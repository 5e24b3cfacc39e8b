"""What is entered in the console about staff: passwords, permissions, tokens."""

from typing import Any, Final

from django import forms
from django.contrib.auth.models import Group, Permission
from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.forms import AdminOwnPasswordChangeForm, AdminPasswordChangeForm
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget

from patron.channels import tokens
from patron.channels.models import Staff, StaffToken
from patron.kernel import clock, transactions

_ACTIONS: Final = {"view": _("see"), "add": _("add"), "change": _("change"), "delete": _("delete")}
# What Django itself keeps: nobody is given rights over it.
_UNGRANTED: Final = ("admin", "contenttypes", "sessions", "auth", "constance")


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


class PermissionsField(forms.ModelMultipleChoiceField):  # type: ignore[type-arg]
    """Rights by table: see, add, change, delete; and the rights over settings."""

    widget = UnfoldAdminCheckboxSelectMultipleWidget

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(queryset=grantable(), required=False, **kwargs)

    def label_from_instance(self, permission: Any) -> str:
        """`shopper: see`, in the reader's language."""
        word, _underscore, _model = permission.codename.partition("_")
        if permission.content_type.app_label == "constance":
            return f"{gettext('settings')}: {_ACTIONS[word]}"
        model = permission.content_type.model_class()
        name = model._meta.verbose_name if model else permission.content_type.model
        return f"{name}: {_ACTIONS.get(word, word)}"


def grantable() -> QuerySet[Permission]:
    """The permissions that can be given to staff."""
    settings = Q(content_type__app_label="constance", codename__in=("view_config", "change_config"))
    return (
        Permission.objects.filter(~Q(content_type__app_label__in=_UNGRANTED) | settings)
        .select_related("content_type")
        .order_by("content_type__app_label", "content_type__model", "id")
    )


class GroupForm(forms.ModelForm):  # type: ignore[type-arg]
    """A name and what its members may do."""

    permissions = PermissionsField(label=_("permissions"))

    class Meta:
        model = Group
        fields = ("name", "permissions")


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
