"""A person shows that they are none of the machines: one captcha passed is worth one try beyond a limit."""

from datetime import timedelta
from typing import Final

from django.utils.translation import gettext_lazy as _

from patron.accounts import sessions
from patron.accounts.models import Session
from patron.accounts.sessions import Opened
from patron.accounts.settings import throttle
from patron.gateways import captcha
from patron.kernel import clock, context, limits, middleware, transactions
from patron.kernel.errors import Invalid

WORTH_FOR: Final = timedelta(minutes=10)
_SCOPE: Final = "captcha"


def site_key() -> str:
    """The public key for the provider's widget."""
    return captcha.site_key()


def solve(session: Session | None, token: str) -> Opened | None:
    """Note in the session that `token` passed; a guest without a session gets one. Raises Invalid when it did not.

    The provider is asked before the transaction opens, which would otherwise wait for somebody else's system, and not
    more often for one address than it may sign in: raises TooMany.
    """
    ip = context.caller().ip
    if not middleware.is_exempt(ip):
        limits.hit(_SCOPE, ip, throttle("login"))
    if not captcha.verify(token, ip):
        raise Invalid({"non_field_errors": [_("The captcha was not passed. Please try again.")]})

    def work() -> Opened | None:
        opened = None if session else sessions.open_guest()
        passed = opened.session_id if opened else session.pk if session else 0
        Session.objects.filter(pk=passed).update(captcha_passed_at=clock.now())
        return opened

    return transactions.run(work)


def take(session: Session | None) -> bool:
    """Use up the captcha that was passed in the session within ten minutes; of parallel takers one gets it."""
    if session is None:
        return False
    now = clock.now()
    passed = Session.objects.filter(pk=session.pk, captcha_passed_at__gt=now - WORTH_FOR)
    return bool(passed.update(captcha_passed_at=None))
