"""A shopper's old number and e-mail are told that the phone was changed, so that a thief cannot do it in silence.

The change itself puts an event; the worker words and queues the two messages. What it must know of the moment of the
change travels sealed, since a job's row outlives it for a while.

Source: 1-shopper, The phone-code dance; 0-conventions, NOTIFY_OLD_PHONE.
"""

from typing import Any, Final

import msgspec
from django.utils import translation
from django.utils.translation import gettext as _

from patron.accounts.models import Shopper
from patron.gateways import outbox
from patron.kernel import dynamic, events, languages, phones, secrets, transactions

EVENT: Final = "shopper.phone_changed"
_SEAL: Final = "phone-notice"
_PURPOSE: Final = "phone-changed"


class _Notice(msgspec.Struct, frozen=True):
    """Who is told what: the old number, the e-mail of that moment, the new number's mask, the shopper's language."""

    old_number: str | None
    email: str | None
    new_number: str
    language: str


def put(shopper: Shopper, old_number: str | None) -> None:
    """Tell of the shopper's new number, if NOTIFY_OLD_PHONE, once the transaction at hand commits."""
    if not dynamic.get("NOTIFY_OLD_PHONE") or not (old_number or shopper.email):
        return
    language = languages.base(shopper.language_code) or languages.DEFAULT_LANGUAGE
    notice = _Notice(old_number, shopper.email, phones.mask(shopper.phone_e164 or ""), language)
    sealed = secrets.seal(_SEAL, msgspec.json.encode(notice)).decode()
    events.put(EVENT, shopper_id=shopper.pk, notice=sealed)


def hear(event: str, payload: dict[str, Any]) -> None:
    """Queue the SMS and the mail of a notice that `put` sealed. Raises kernel.secrets.Unsealable."""
    shopper_id = payload["shopper_id"]
    notice = msgspec.json.decode(secrets.unseal(_SEAL, payload["notice"].encode()), type=_Notice)
    shop = dynamic.get("SHOP_NAME")
    with translation.override(notice.language):
        text = _(
            "%(shop)s: the phone number of your account was changed to %(phone)s. If this was not you, contact us."
        ) % {"shop": shop, "phone": notice.new_number}
        subject = _("%(shop)s: your phone number was changed") % {"shop": shop}

    def work() -> None:
        if notice.old_number:
            outbox.queue_sms(notice.old_number, text, purpose=_PURPOSE, shopper_id=shopper_id)
        if notice.email:
            outbox.queue_mail(notice.email, subject, text, purpose=_PURPOSE, shopper_id=shopper_id)

    transactions.run(work)
