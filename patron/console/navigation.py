"""The console's sidebar: every table has its place and picture; one that has none yet stands with its room."""

from collections.abc import Callable
from typing import Any

from django.apps import apps
from django.conf import settings
from django.contrib.admin import site
from django.http import HttpRequest
from django.urls import reverse_lazy
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from patron.console import look


def groups(request: HttpRequest) -> list[dict[str, Any]]:
    """The sidebar; what a staff member may not see is left out by the site."""
    named = [
        _group(
            None,
            {"title": _("Overview"), "icon": "dashboard", "link": reverse_lazy("admin:index")},
            {
                "title": _("Inbox"),
                "icon": "forum",
                "link": reverse_lazy("admin:inbox"),
                "permission": look.may_see_inbox,
            },
        ),
        _group(
            _("Shoppers"),
            _table(_("Shoppers"), "group", "accounts_shopper"),
            _table(_("Consent ledger"), "fact_check", "accounts_consent"),
            _table(_("Sessions"), "devices", "accounts_session"),
            _table(_("Codes sent"), "pin", "accounts_challenge"),
            _table(_("Avatars"), "account_circle", "accounts_avatar"),
        ),
        _group(
            _("Support"),
            _table(None, "forum", "support_conversation"),
            _table(None, "chat", "support_message"),
            _table(None, "quickreply", "support_savedanswer"),
            _table(None, "block", "support_blockedsender"),
            _table(None, "contact_mail", "support_contactmessage"),
            _table(None, "attach_file", "support_contactfile"),
            _table(None, "topic", "support_subject"),
        ),
        _group(
            _("Loyalty"),
            _table(None, "loyalty", "loyalty_loyaltycard"),
            _table(None, "card_membership", "loyalty_enrolment"),
            _table(None, "credit_card_off", "loyalty_farewell"),
            _table(None, "published_with_changes", "loyalty_reconciliation"),
            _table(None, "account_balance_wallet", "loyalty_creditaccount"),
            _table(None, "receipt", "loyalty_credittransaction"),
            _table(None, "balance", "loyalty_creditentry"),
        ),
        _group(
            _("Customers"),
            _table(None, "contacts", "customers_customer"),
            _table(None, "manage_history", "customers_change"),
            _table(None, "merge", "customers_merge"),
            _table(None, "upload_file", "kernel_fileimport"),
        ),
        _group(
            _("Orders"),
            _table(None, "shopping_bag", "orders_order"),
            _table(None, "shopping_cart", "orders_orderitem"),
        ),
        _group(
            _("Messages"),
            _table(_("SMS"), "sms", "gateways_outgoingsms"),
            _table(_("Mails"), "mail", "gateways_outgoingmail"),
        ),
        _group(
            _("Segments"),
            _table(_("Segments"), "groups_2", "segments_segment"),
            _table(_("Price lists"), "sell", "reference_pricelist"),
            _table(_("Standings"), "leaderboard", "segments_standing"),
            _table(_("Facts of shoppers"), "receipt_long", "segments_facts"),
            _table(_("Recomputations"), "sync", "segments_recomputation"),
        ),
        _group(
            _("Channels"),
            _table(_("Channels"), "hub", "channels_channel"),
            _table(_("Catalogs"), "menu_book", "reference_catalog"),
            _table(_("Stock lists"), "inventory_2", "reference_stocklist"),
            _table(None, "store", "reference_datasource"),
            _table(None, "apparel", "reference_product"),
            _table(None, "image", "reference_productimage"),
        ),
        _group(
            _("Settings"),
            {
                "title": _("Settings"),
                "icon": "tune",
                "link": reverse_lazy("admin:dynamic_settings"),
                "permission": look.may_see_settings,
            },
            _table(_("Changes"), "history", "kernel_settingchange"),
            _table(_("Limits reached"), "speed", "kernel_counter"),
        ),
        _group(
            _("Staff"),
            _table(_("Staff"), "badge", "channels_staff"),
            _table(_("Groups"), "groups", "auth_group"),
            _table(_("Tokens"), "key", "channels_stafftoken"),
            _table(_("Authenticators"), "phonelink_lock", "channels_authenticator"),
            _table(_("Recovery codes"), "emergency", "channels_recoverycode"),
            _table(_("Journal"), "menu_book", "admin_logentry"),
        ),
        _group(
            _("Works"),
            _table(_("Jobs"), "work", "procrastinate_procrastinatejob"),
            _table(_("Job events"), "timeline", "procrastinate_procrastinateevent"),
            _table(_("Workers"), "engineering", "procrastinate_procrastinateworker"),
            _table(_("Periodic jobs"), "schedule", "procrastinate_procrastinateperiodicdefer"),
            _table(_("Kept answers"), "replay", "kernel_keptanswer"),
        ),
    ]
    sandbox = [_sandbox()] if settings.SANDBOX else []
    placed = {str(item["link"]) for group in (*named, *sandbox) for item in group["items"]}
    return [*named, *_others(placed), *sandbox]


def _sandbox() -> dict[str, Any]:
    """Its tables are there in the sandbox only."""
    return _group(
        _("Sandbox"),
        _table(_("Captured SMS"), "inbox", "gateways_capturedsms"),
        _table(_("Captured mails"), "drafts", "gateways_capturedmail"),
        _table(_("Faults"), "bolt", "gateways_fault"),
        _table(_("Clock"), "more_time", "sandbox_clockoffset"),
        _table(_("Demo data"), "science", "sandbox_demomark"),
        _table(None, "id_card", "sandbox_simulatedaccount"),
        _table(None, "edit_note", "sandbox_simulatedwrite"),
        _table(None, "toggle_on", "sandbox_simulatorswitches"),
    )


def _others(placed: set[str]) -> list[dict[str, Any]]:
    """A group for each room whose tables have no place of their own above."""
    found: dict[str, dict[str, Any]] = {}
    for model in site._registry:
        names = model._meta
        item = _table(None, "table", f"{names.app_label}_{names.model_name}")
        if str(item["link"]) not in placed:
            found.setdefault(names.app_label, _group(names.app_config.verbose_name))["items"].append(item)
    return list(found.values())


def _group(title: Any, *items: dict[str, Any]) -> dict[str, Any]:
    return {"title": title, "items": list(items)}


def _table(title: Any, icon: str, name: str) -> dict[str, Any]:
    """`name`: room and model as `loyalty_loyaltycard`. A `title` of None is the model's own name for many."""
    return {
        "title": title or capfirst(apps.get_model(name.replace("_", ".", 1))._meta.verbose_name_plural),
        "icon": icon,
        "link": reverse_lazy(f"admin:{name}_changelist"),
        "permission": _may_view(name),
    }


def _may_view(name: str) -> Callable[[HttpRequest], bool]:
    app, _underscore, model = name.partition("_")
    return lambda request: any(request.user.has_perm(f"{app}.{verb}_{model}") for verb in ("view", "change"))
