"""Customers and their mappings in the console, which opens to staff of all channels only."""

from typing import Any, Final

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.admin import TabularInline
from unfold.contrib.filters.admin import RangeDateTimeFilter

from patron.channels.access import EVERYWHERE
from patron.customers import conditions, mappings, records, serializers
from patron.customers.admin_history import MergesTwo
from patron.customers.models import Change, Customer, CustomerMapping
from patron.kernel.journey_tables import JourneyTable
from patron.kernel.tables import as_id, link, one_of, staff_id

_LOCKED: Final = ("channel", "channel_code")
_PERSON: Final = (
    "email",
    "first_name",
    "last_name",
    "phone_number",
    "gender",
    "date_of_birth",
    "user_type",
    "date_joined",
)
_FLAGS: Final = ("is_active", "email_allowed", "sms_allowed", "call_allowed")


class Mappings(TabularInline):  # type: ignore[misc]
    """What other systems call the customer: a part of it, so its rights are the customer's."""

    model = CustomerMapping
    fields = ("integration_type", "code")
    extra = 0
    tab = True

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return any(request.user.has_perm(f"customers.{verb}_customer") for verb in ("view", "change"))

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.has_perm("customers.change_customer")

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.has_perm("customers.change_customer")

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.has_perm("customers.change_customer")


@admin.register(Customer)
class CustomerTable(MergesTwo, JourneyTable):
    """Made and changed through the journeys, as the API does it; never deleted."""

    inlines = (Mappings,)
    list_display = ("id", "email", "first_name", "last_name", "phone_number", "channel", "channel_code", "created_date")
    list_display_links = ("id", "email")
    list_filter = (
        "channel",
        "is_active",
        one_of("user_type", _("user type"), Customer.UserType.values),
        ("created_date", RangeDateTimeFilter),
        ("modified_date", RangeDateTimeFilter),
    )
    list_select_related = ("channel",)
    ordering = ("-id",)
    rights = ("view", "add", "change")
    readonly_fields = ("shopper", "created_date", "modified_date")
    search_help_text = _("The beginning of an e-mail, an exact phone or code, or #12")
    fieldsets = (
        (None, {"fields": (*_LOCKED, "erp_code", "shopper", "created_date", "modified_date")}),
        (_("Person"), {"fields": _PERSON}),
        (_("Permissions"), {"fields": _FLAGS}),
        (_("Details"), {"fields": sorted(records.OBJECTS)}),
    )

    @admin.display(description=_("shopper"))
    def shopper(self, customer: Customer) -> str:
        """The shopper's page, for a customer of the own storefront."""
        return link("accounts_shopper", customer.shopper_id)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """The key of a customer stays."""
        return (*_LOCKED, *self.readonly_fields) if obj else self.readonly_fields

    def search(self, rows: QuerySet[Any], words: str) -> QuerySet[Any]:
        """An e-mail where there is an @, else whatever is exact; each by its index."""
        if words.startswith("#"):
            return rows.filter(pk=as_id(words) or 0)
        if "@" in words:
            begins = rows.filter(email__gte=words)
            end = conditions.after_prefix(words)
            return begins.filter(email__lt=end) if end else begins
        return rows.filter(Q(phone_number=words) | Q(channel_code=words) | Q(erp_code=words))

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: Customer, form: Any, change: bool) -> None:
        """What the form has checked, within the bounds that the API keeps. Raises Invalid."""
        wish = {
            name: {} if value is None and name in records.OBJECTS else value
            for name, value in form.cleaned_data.items()
            # what was not touched stays as it is by now, with the microseconds that the form does not show
            if name in records.FIELDS and (name in form.changed_data or not change)
        }
        if change:
            wish = serializers.read(wish, ())
            records.change(obj.pk, wish, EVERYWHERE, staff_id=staff_id(request), source=Change.Source.CONSOLE)
            return
        wish |= {"channel": form.cleaned_data["channel"].pk, "channel_code": form.cleaned_data["channel_code"]}
        obj.pk = obj.id = records.create(serializers.read(wish, serializers.REQUIRED), EVERYWHERE).pk

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        """Mappings, through their journey; those that go first, since one that comes may be the same."""
        formset.save(commit=False)
        customer_id, staff = form.instance.pk, staff_id(request)
        how: dict[str, Any] = {"scope": EVERYWHERE, "staff_id": staff, "source": Change.Source.CONSOLE}
        for mapping in formset.deleted_objects:
            mappings.delete(customer_id, mapping.pk, **how)
        for mapping, names in formset.changed_objects:
            mappings.change(customer_id, mapping.pk, {name: getattr(mapping, name) for name in names}, **how)
        for mapping in formset.new_objects:
            wish = {name: getattr(mapping, name) for name in mappings.FIELDS}
            mapping.pk = mappings.create(customer_id, wish, **how).pk
