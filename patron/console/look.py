"""How the console looks: name, colours, navigation. Read by Django's settings, so it imports no models."""

from collections.abc import Callable
from typing import Any, Final

from django.conf import settings
from django.contrib.admin import site
from django.http import HttpRequest
from django.templatetags.static import static
from django.urls import reverse_lazy
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

_BLUE: Final = {
    "50": "oklch(97% .014 254.604)",
    "100": "oklch(93.2% .032 255.585)",
    "200": "oklch(88.2% .059 254.128)",
    "300": "oklch(80.9% .105 251.813)",
    "400": "oklch(70.7% .165 254.624)",
    "500": "oklch(62.3% .214 259.815)",
    "600": "oklch(54.6% .245 262.881)",
    "700": "oklch(48.8% .243 264.376)",
    "800": "oklch(42.4% .199 265.638)",
    "900": "oklch(37.9% .146 265.522)",
    "950": "oklch(28.2% .091 267.935)",
}
UNFOLD: Final[dict[str, Any]] = {
    "SITE_TITLE": "Patron",
    "SITE_HEADER": "Patron",
    "SITE_SUBHEADER": _("Back office"),
    "SITE_SYMBOL": "storefront",
    "SITE_URL": None,
    "SITE_FAVICONS": [
        {"rel": "icon", "type": "image/svg+xml", "href": lambda request: static("console/favicon.svg")},
    ],
    "SHOW_HISTORY": False,
    "SHOW_VIEW_ON_SITE": False,
    "ENVIRONMENT": "patron.console.look.environment",
    "COLORS": {"primary": _BLUE},
    "STYLES": [lambda request: static("console/console.css")],
    "ACCOUNT": {
        "navigation": [
            {"title": _("Change password"), "link": reverse_lazy("admin:password_change")},
            {"title": _("Two-step sign-in"), "link": reverse_lazy("admin:two_step")},
        ]
    },
    "DASHBOARD_CALLBACK": "patron.console.dashboard.add_numbers",
    "SIDEBAR": {"show_search": False, "navigation": "patron.console.look.navigation"},
}


def environment(request: HttpRequest) -> list[Any] | None:
    """A label that tells the sandbox from the shop."""
    return [_("Sandbox"), "warning"] if settings.SANDBOX else None


def navigation(request: HttpRequest) -> list[dict[str, Any]]:
    """The sidebar; what a staff member may not see is left out by the site."""
    sandbox = _group(
        _("Sandbox"),
        _table(_("Captured SMS"), "inbox", "gateways_capturedsms"),
        _table(_("Captured mails"), "drafts", "gateways_capturedmail"),
        _table(_("Faults"), "bolt", "gateways_fault"),
        _table(_("Clock"), "more_time", "sandbox_clockoffset"),
        _table(_("Demo data"), "science", "sandbox_demomark"),
    )
    groups = [
        _group(
            None,
            {"title": _("Overview"), "icon": "dashboard", "link": reverse_lazy("admin:index")},
            {
                "title": _("Inbox"),
                "icon": "forum",
                "link": reverse_lazy("admin:inbox"),
                "permission": may_see_inbox,
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
        ),
        _group(
            _("Settings"),
            {
                "title": _("Settings"),
                "icon": "tune",
                "link": reverse_lazy("admin:dynamic_settings"),
                "permission": may_see_settings,
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
    named = {item["link"] for group in (*groups, sandbox) for item in group["items"]}
    return [*groups, *_others({str(address) for address in named}), *([sandbox] if settings.SANDBOX else [])]


def may_see_inbox(request: HttpRequest) -> bool:
    """Whoever answers shoppers, or reads what they write."""
    from patron.console.inbox import agents  # the models are not loaded yet when this module is

    return agents.is_one(request)


def may_see_settings(request: HttpRequest) -> bool:
    """Whoever may see or change the dynamic settings."""
    return request.user.has_perm("constance.view_config") or may_change_settings(request)


def may_change_settings(request: HttpRequest) -> bool:
    """Whoever may change the dynamic settings."""
    return request.user.has_perm("constance.change_config")


def _others(named: set[str]) -> list[dict[str, Any]]:
    """A group for each room whose tables have no place of their own above."""
    groups: dict[str, dict[str, Any]] = {}
    for model in site._registry:
        names = model._meta
        item = _table(capfirst(names.verbose_name_plural), "table", f"{names.app_label}_{names.model_name}")
        if str(item["link"]) not in named:
            groups.setdefault(names.app_label, _group(names.app_config.verbose_name))["items"].append(item)
    return list(groups.values())


def _group(title: Any, *items: dict[str, Any]) -> dict[str, Any]:
    return {"title": title, "items": list(items)}


def _table(title: Any, icon: str, name: str) -> dict[str, Any]:
    return {
        "title": title,
        "icon": icon,
        "link": reverse_lazy(f"admin:{name}_changelist"),
        "permission": _may_view(name),
    }


def _may_view(name: str) -> Callable[[HttpRequest], bool]:
    app, _underscore, model = name.partition("_")
    return lambda request: any(request.user.has_perm(f"{app}.{verb}_{model}") for verb in ("view", "change"))
