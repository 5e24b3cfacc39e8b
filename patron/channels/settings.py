"""Dynamic settings of the staff's sign-in."""

from typing import Any, Final

from django.utils.translation import gettext_lazy as _

from patron.kernel import cleaning, dynamic, limits

FAILED_PER_USERNAME: Final = "failed-per-username"
FAILED_PER_ADDRESS: Final = "failed-per-address"
FAILED_CODES: Final = "failed-codes"
_DEFAULTS: Final[dict[str, dict[str, Any]]] = {
    FAILED_PER_USERNAME: {"count": 10, "duration": "5m"},
    FAILED_PER_ADDRESS: {"count": 50, "duration": "5m"},
    FAILED_CODES: {"count": 5, "duration": "15m"},
}
_limit: Final = cleaning.shaped({"count": cleaning.integer(1, 1_000_000), "duration": cleaning.duration})


def throttle(scope: str) -> limits.Limit:
    """The limit of one of the three; one that the setting does not name keeps its default."""
    found = dynamic.get("STAFF_LOGIN_THROTTLES").get(scope) or _DEFAULTS[scope]
    return limits.Limit(int(found["count"]), limits.parse_duration(found["duration"]))


dynamic.declare(
    "STAFF_LOGIN_THROTTLES",
    _DEFAULTS,
    _(
        "How often a wrong staff password may be tried (failed-per-username, failed-per-address), and a wrong code of "
        "the second step (failed-codes)."
    ),
    cleaning.shaped(dict.fromkeys(_DEFAULTS, _limit), optional=tuple(_DEFAULTS)),
    group="staff",
)
dynamic.declare(
    "STAFF_SIGN_INS_KEPT",
    20,
    _("How many sign-ins of one staff member stay valid at once; one more ends the one unused for longest."),
    cleaning.integer(1, 1000),
    group="staff",
)
dynamic.declare(
    "STAFF_SIGN_IN_DAYS",
    365,
    _("Days until a staff member's sign-in through the API ends; 0: never."),
    cleaning.integer(0, 3650),
    group="staff",
)
dynamic.declare(
    "STAFF_TOTP_REQUIRED",
    False,
    _("Whether everybody must set up two-step sign-in before the console shows them anything else."),
    cleaning.boolean,
    group="staff",
)
