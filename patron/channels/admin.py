"""Channels, staff, their groups and their tokens in the console.

Nobody can give what they do not have: rights and superusers are touched by superusers only, tokens of others too, and
nobody else who may more than oneself.
"""

from typing import Any

from django.contrib import admin, messages
from django.contrib.auth.admin import GroupAdmin, UserAdmin
from django.contrib.auth.models import Group
from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.html import format_html
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from unfold.contrib.filters.admin import RangeDateTimeFilter
from unfold.forms import UserChangeForm, UserCreationForm

from patron.channels import access, tokens, totp
from patron.channels.channels import CHANNELS
from patron.channels.forms import PasswordForm, PermissionsField, TokenForm
from patron.channels.models import Authenticator, Channel, RecoveryCode, Staff, StaffToken
from patron.kernel import clock
from patron.kernel.tables import ReadOnlyTable, Table, as_id, staff_id
from patron.reference.admin import RecordsTable

_RIGHTS = ("is_superuser", "is_restricted", "channels", "groups", "user_permissions")

admin.site.unregister(Group)


@admin.register(Staff)
class StaffTable(UserAdmin, Table):  # type: ignore[type-arg, misc]
    """Staff are switched off, not deleted: what they did stays theirs."""

    form = UserChangeForm
    add_form = UserCreationForm
    change_password_form = PasswordForm
    list_display = (
        "username",
        "email",
        "first_name",
        "last_name",
        "is_superuser",
        "is_restricted",
        "has_second_step",
        "is_active",
        "last_login",
    )
    list_filter = ("is_superuser", "is_active", "is_restricted", "channels", "groups")
    ordering = ("username",)
    filter_horizontal = ()
    readonly_fields = ("password_page", "totp_since", "last_login", "date_joined")
    actions = ("reset_totp",)
    rights = ("view", "add", "change")
    search_help_text = _("Username, e-mail or name")
    fieldsets = (
        (None, {"fields": ("username", "password_page", "totp_since")}),
        (_("Person"), {"fields": ("first_name", "last_name", "email")}),
        (_("Rights"), {"fields": ("is_active", "is_staff", *_RIGHTS)}),
        (_("Dates"), {"fields": ("last_login", "date_joined")}),
    )
    add_fieldsets = ((None, {"fields": ("username", "password1", "password2")}),)

    @admin.display(description=_("password"))
    def password_page(self, staff: Staff) -> str:
        """The way to a new one; of the old one there is nothing to show."""
        address = reverse("admin:auth_user_password_change", args=[staff.pk])
        return format_html('<a href="{}" class="text-link">{}</a>', address, _("Set a new password"))

    @admin.display(description=_("two steps"), boolean=True)
    def has_second_step(self, staff: Staff) -> bool:
        """Whether signing in asks for a code."""
        return staff.totp_since is not None

    @admin.action(description=_("Reset two-step sign-in"), permissions=["reset_totp"])
    def reset_totp(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        """For those who lost their app: the password alone signs them in, and what they were signed in with ends."""
        chosen = list(queryset.exclude(totp_since=None))
        for staff in chosen:
            totp.reset(staff)
            self.log_change(request, staff, "reset two-step sign-in")
        text = ngettext("%(count)d staff member was reset.", "%(count)d staff members were reset.", len(chosen))
        self.message_user(request, text % {"count": len(chosen)}, messages.SUCCESS)

    def has_reset_totp_permission(self, request: HttpRequest) -> bool:
        """Superusers only."""
        return request.user.is_superuser

    def search(self, rows: QuerySet[Any], words: str) -> QuerySet[Any]:
        """Few rows, so the beginning of each is read."""
        found = Q()
        for field in ("username", "email", "first_name", "last_name"):
            found |= Q(**{f"{field}__istartswith": words})
        return rows.filter(found)

    def formfield_for_manytomany(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Rights as boxes to tick."""
        if db_field.name == "user_permissions":
            return PermissionsField(label=capfirst(db_field.verbose_name))
        return super().formfield_for_manytomany(db_field, request, **kwargs)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """Rights are given by superusers."""
        return self.readonly_fields if request.user.is_superuser else (*self.readonly_fields, *_RIGHTS)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Who could set the password of somebody who may more would be them."""
        allowed: bool = super().has_change_permission(request, obj)
        return allowed and (obj is None or access.of(_member(request)).covers(access.of(obj)))

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: Staff, form: Any, change: bool) -> None:
        """A new staff member may open the console."""
        if not change:
            obj.is_staff = True
        super().save_model(request, obj, form, change)


@admin.register(Group)
class GroupTable(GroupAdmin, Table):  # type: ignore[misc]
    """Rights under one name."""

    filter_horizontal = ()
    rights = ("view",)
    search_help_text = _("Name")

    def search(self, rows: QuerySet[Any], words: str) -> QuerySet[Any]:
        """By name."""
        return rows.filter(name__istartswith=words)

    def formfield_for_manytomany(self, db_field: Any, request: HttpRequest | None = None, **kwargs: Any) -> Any:
        """Rights as boxes to tick."""
        return PermissionsField(label=capfirst(db_field.verbose_name))

    def has_add_permission(self, request: HttpRequest) -> bool:
        return request.user.is_superuser

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.is_superuser

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.is_superuser


@admin.register(Channel)
class ChannelTable(RecordsTable):
    """Where the shop sells; which groups' members see a channel is said by superusers."""

    records = CHANNELS
    list_display = ("id", "name", "channel_type", "catalog", "is_active", "modified_at")
    list_display_links = ("id", "name")
    list_filter = ("channel_type", "is_active")
    list_select_related = ("catalog",)
    fieldsets = (
        (None, {"fields": ("name", "channel_type", "catalog", "is_active", "groups")}),
        (_("The channel's program"), {"fields": ("conf", "schema", "category_tree")}),
        (_("Dates"), {"fields": ("created_at", "modified_at")}),
    )
    filter_horizontal = ()
    ordering = ("id",)
    search_help_text = _("A number (#12), or the beginning of a name")

    def search(self, rows: QuerySet[Any], words: str) -> QuerySet[Any]:
        """By number or name; there are few."""
        return rows.filter(pk=as_id(words)) if words.startswith("#") else rows.filter(name__istartswith=words)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """Rights are given by superusers."""
        return self.readonly_fields if request.user.is_superuser else (*self.readonly_fields, "groups")


@admin.register(Authenticator)
class AuthenticatorTable(ReadOnlyTable):
    """Who has an app, and when a code of it was last used."""

    list_display = fields = ("staff", "last_used_at")
    list_select_related = ("staff",)
    ordering = ("staff_id",)


@admin.register(RecoveryCode)
class RecoveryCodeTable(ReadOnlyTable):
    """How many of them are left to whom."""

    list_display = fields = ("staff", "used_at")
    list_select_related = ("staff",)
    list_filter = (("used_at", admin.EmptyFieldListFilter),)
    ordering = ("-id",)


@admin.register(StaffToken)
class TokenTable(Table):
    """Tokens are made and revoked; the key is shown once, right after it was made."""

    form = TokenForm
    list_display = ("name", "staff", "is_valid", "created_at", "expires_at", "last_used_at", "revoked_at")
    fields = ("staff", "name", "is_valid", "created_at", "expires_at", "last_used_at", "revoked_at")
    readonly_fields = ("is_valid", "created_at", "last_used_at", "revoked_at")
    add_fieldsets = ((None, {"fields": ("staff", "name", "expires_at")}),)
    list_filter = (("revoked_at", admin.EmptyFieldListFilter), ("created_at", RangeDateTimeFilter))
    list_select_related = ("staff",)
    ordering = ("-id",)
    search_help_text = _("Username, or name of a token")
    actions = ("revoke",)
    rights = ("view", "add", "change")

    @admin.display(description=_("valid"), boolean=True)
    def is_valid(self, token: StaffToken) -> bool:
        """Neither revoked nor expired."""
        return token.revoked_at is None and (token.expires_at is None or token.expires_at > clock.now())

    def search(self, rows: QuerySet[Any], words: str) -> QuerySet[Any]:
        """By owner or name."""
        return rows.filter(Q(staff__username=words) | Q(name=words))

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """For oneself; a superuser for anybody."""
        if db_field.name == "staff":
            owners = Staff.objects.filter(is_active=True).order_by("username")
            kwargs["queryset"] = owners if request.user.is_superuser else owners.filter(pk=staff_id(request))
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """With one button: after it comes the page with the key, whatever else was asked for."""
        one_button = {"show_save_and_continue": False, "show_save_and_add_another": False}
        response: HttpResponse = super().add_view(request, form_url, one_button | (extra_context or {}))
        return response

    def save_model(self, request: HttpRequest, obj: StaffToken, form: Any, change: bool) -> None:
        """Make it; the key goes to the page that answers, and nowhere else."""
        made, obj.key = tokens.make(obj.staff, obj.name, obj.expires_at)  # type: ignore[attr-defined]
        obj.pk = made.pk

    def response_add(self, request: HttpRequest, obj: Any, post_url_continue: str | None = None) -> HttpResponse:
        """The one page that shows the key: no redirect, since it would have to be kept somewhere meanwhile."""
        context = self.admin_site.each_context(request) | {"title": _("The new token"), "token": obj, "opts": self.opts}
        return TemplateResponse(request, "channels/new_token.html", context)

    @admin.action(description=_("Revoke"), permissions=["revoke"])
    def revoke(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        """The chosen tokens are refused from now on."""
        mine = queryset if request.user.is_superuser else queryset.filter(staff=request.user)
        chosen = list(mine.filter(revoked_at=None))
        for token in chosen:
            tokens.end(token)
            self.log_change(request, token, "revoke")
        text = ngettext("%(count)d token was revoked.", "%(count)d tokens were revoked.", len(chosen))
        self.message_user(request, text % {"count": len(chosen)}, messages.SUCCESS)

    def has_revoke_permission(self, request: HttpRequest) -> bool:
        """Whoever may change tokens: superusers anybody's, others their own."""
        return request.user.has_perm("channels.change_stafftoken")


def _member(request: HttpRequest) -> Staff:
    member = request.user
    if not isinstance(member, Staff):
        raise PermissionDenied
    return member
