"""How the console looks: name, colours. Read by Django's settings, so it imports no models."""

from typing import Any, Final

from django.conf import settings
from django.http import HttpRequest
from django.templatetags.static import static
from django.urls import reverse_lazy
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
    "SIDEBAR": {"show_search": False, "navigation": "patron.console.navigation.groups"},
}


def environment(request: HttpRequest) -> list[Any] | None:
    """A label that tells the sandbox from the shop."""
    return [_("Sandbox"), "warning"] if settings.SANDBOX else None


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
