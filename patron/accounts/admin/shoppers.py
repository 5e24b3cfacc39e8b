"""Shoppers: found, changed through the journeys, with their sessions and the ledger of what they agreed to."""

import re
from typing import Any

from django.contrib import admin, messages
from django.db.models import Q, QuerySet
from django.db.models.functions import Lower
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from unfold.contrib.filters.admin import RangeDateTimeFilter
from unfold.decorators import action
from unfold.enums import ActionVariant

from patron.accounts import anonymizing, phone_claims, profile, sessions
from patron.accounts.admin.records import ConsentRows, SessionRows, image
from patron.accounts.forms import AnonymizeForm, ShopperForm
from patron.accounts.models import Shopper
from patron.gateways.admin import latest_messages
from patron.kernel import phones
from patron.kernel.errors import Invalid
from patron.kernel.tables import Table, as_id, left_to_right, one_of, staff_id

USER_TYPES = ("registered", "guest")


@admin.register(Shopper)
class ShopperTable(Table):
    """A shopper is made by registering and erased by anonymising, never here."""

    form = ShopperForm
    list_display = ("id", "email", "masked_phone", "first_name", "last_name", "user_type", "is_active", "date_joined")
    list_display_links = ("id", "email")
    list_filter = ("is_active", one_of("user_type", _("user type"), USER_TYPES), ("date_joined", RangeDateTimeFilter))
    ordering = ("-date_joined", "-id")
    sortable_by = ("date_joined",)
    search_help_text = _("#12, e-mail, phone or name")
    inlines = (ConsentRows, SessionRows)
    actions = None
    actions_detail = ("end_sessions", "anonymize")
    warn_unsaved_form = True
    rights = ("view", "change", "delete")
    readonly_fields = (
        "id", "username", "email", "email_verified_at", "phone_verified_at", "user_type", "client_type", "is_active",
        "date_joined", "last_login", "modified_date", "anonymized_at", "attributes", "picture", "latest_messages",
    )  # fmt: skip
    fieldsets = (
        (_("Person"), {"fields": ("first_name", "last_name", "gender", "date_of_birth", "language_code", "picture")}),
        (_("Addresses"), {"fields": ("email", "email_verified_at", "phone", "phone_verified_at")}),
        (
            _("Permissions"),
            {
                "fields": ("email_allowed", "sms_allowed", "call_allowed"),
                "description": _("A change is written to the consent ledger under your name."),
            },
        ),
        (
            _("Account"),
            {
                "fields": (
                    "id", "username", "user_type", "client_type", "is_active", "date_joined", "last_login",
                    "modified_date", "anonymized_at", "attributes",
                )
            },
        ),
        (_("Messages"), {"fields": ("latest_messages",)}),
    )  # fmt: skip

    @admin.display(description=_("phone"))
    def masked_phone(self, shopper: Shopper) -> str:
        """Masked in lists; whole on the shopper's page."""
        return left_to_right(phones.mask(shopper.phone_e164 or shopper.phone or ""))

    @admin.display(description=_("avatar"))
    def picture(self, shopper: Shopper) -> str:
        """The picture itself."""
        return image(shopper.avatar) if shopper.avatar else ""

    @admin.display(description=_("latest messages"))
    def latest_messages(self, shopper: Shopper) -> str:
        """The ten latest SMS and mails, with the ways to all of them."""
        return latest_messages(shopper.pk)

    def search(self, rows: QuerySet[Any], words: str) -> QuerySet[Any]:
        """By what identifies a shopper. A name is looked for through the whole table, for those who know no more."""
        if words.startswith("#") or (len(words) < 9 and words.isdigit()):
            return rows.filter(pk=as_id(words))
        if "@" in words:
            found: QuerySet[Any] = rows.annotate(lower_email=Lower("email")).filter(lower_email=words.lower())
            active = found.filter(is_active=True)  # the index is over these
            return active if active.exists() else found
        if re.fullmatch(r"[\d\s()+-]+", words):
            return rows.filter(phone_e164=phone_claims.e164(words) or "")
        first, _space, last = words.partition(" ")
        if last:
            return rows.filter(first_name__istartswith=first, last_name__istartswith=last.strip())
        return rows.filter(Q(first_name__istartswith=words) | Q(last_name__istartswith=words) | Q(username=words))

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Who was anonymised is nobody, and stays so."""
        return super().has_change_permission(request, obj) and getattr(obj, "anonymized_at", None) is None

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """A refusal of the journey that no check foresaw (a phone taken in this moment) comes back as a message."""
        try:
            response: HttpResponse = super().changeform_view(request, *args, **kwargs)
        except Invalid as refused:
            for texts in refused.fields.values():
                for text in texts:
                    self.message_user(request, str(text), messages.ERROR)
            return HttpResponseRedirect(request.get_full_path())
        return response

    def save_model(self, request: HttpRequest, obj: Shopper, form: Any, change: bool) -> None:
        """Through the journey, so that the ledger is written and the rooms that listen hear of it."""
        if form.changes:
            profile.change_by_staff(obj.pk, form.changes, staff_id(request))

    def has_intervene_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        """Whoever may change shoppers."""
        return request.user.has_perm("accounts.change_shopper")

    @action(  # type: ignore[untyped-decorator]
        description=_("End sessions"),
        permissions=["intervene"],
        icon="logout",
        dialog={
            "title": _("End all sessions"),
            "description": _("The shopper is signed out everywhere and signs in again with the password or a code."),
            "form_submit_text": _("End sessions"),
        },
    )
    def end_sessions(self, request: HttpRequest, form: Any, object_id: str) -> HttpResponse:
        """Sign the shopper out everywhere."""
        shopper = self.get_object(request, object_id)
        ended = sessions.end_others(shopper.pk)
        self.log_change(request, shopper, "end sessions")
        text = ngettext("%(count)d session was ended.", "%(count)d sessions were ended.", ended)
        self.message_user(request, text % {"count": ended}, messages.SUCCESS)
        return _back_to(object_id)

    @action(  # type: ignore[untyped-decorator]
        description=_("Anonymize"),
        permissions=["anonymize"],
        icon="person_off",
        variant=ActionVariant.DANGER,
        dialog={
            "title": _("Anonymize the shopper"),
            "description": _(
                "Everything personal is erased for good; the number, the totals and the consent ledger stay."
            ),
            "form_class": AnonymizeForm,
            "form_submit_text": _("Anonymize"),
        },
    )
    def anonymize(self, request: HttpRequest, form: Any, object_id: str) -> HttpResponse:
        """Erase the person, once the number was typed again."""
        shopper = self.get_object(request, object_id)
        anonymizing.anonymize(shopper.pk, staff_id=staff_id(request))
        self.log_change(request, shopper, "anonymize")
        self.message_user(request, _("The shopper is anonymized."), messages.SUCCESS)
        return _back_to(object_id)

    def has_anonymize_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        """A right of its own, since it cannot be undone: the one to delete shoppers."""
        return request.user.has_perm("accounts.delete_shopper")


def _back_to(object_id: str) -> HttpResponse:
    # the dialog is posted by htmx, which follows this header and no redirect
    return HttpResponse(headers={"HX-Redirect": reverse("admin:accounts_shopper_change", args=[object_id])})
