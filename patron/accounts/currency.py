"""The currency of a request: chosen for the session, or by header where the shop allows it."""

from django.utils.translation import gettext_lazy as _

from patron.accounts import sessions
from patron.accounts.models import Session
from patron.accounts.sessions import Opened
from patron.kernel import dynamic
from patron.kernel.errors import Invalid


def activate(session: Session | None, currency_code: str) -> Opened | None:
    """Choose a currency, in any letter case; a guest without a session gets one. Raises Invalid for an unknown one."""
    code = currency_code.lower()
    if code not in dynamic.get("AVAILABLE_CURRENCIES"):
        raise Invalid({"currency_code": [_("This currency is not available.")]})
    return sessions.choose_currency(session, code)


def of(chosen: str | None, header: str | None = None) -> str:
    """The currency in force, in lower case: three letters of AVAILABLE_CURRENCIES, else DEFAULT_CURRENCY.

    `header`: `x-currency`, read only with READ_CURRENCY_FROM_HEADER. `chosen`: the session's `currency_code`. One that
    is not available any more counts as none.
    """
    available = dynamic.get("AVAILABLE_CURRENCIES")
    wanted = (header or "").strip().lower() if dynamic.get("READ_CURRENCY_FROM_HEADER") else ""
    for code in (wanted, chosen or ""):
        if code in available:
            return code
    return str(dynamic.get("DEFAULT_CURRENCY"))
