"""Which columns of this room hold personal data; see `kernel.personal_data`."""

from datetime import timedelta
from typing import Final

from patron.gateways.models import CapturedMail, CapturedSms, OutgoingMail, OutgoingMessage, OutgoingSms, State
from patron.kernel import clock
from patron.kernel.personal_data import Holding, hold

# A dance that takes longer than this does not end in an account.
_LONGEST_DANCE: Final = timedelta(days=1)


def declare() -> None:
    """Called when the room is ready."""
    hold(_message(OutgoingSms, exported=(), bookkeeping=("is_otp",)))
    hold(_message(OutgoingMail, exported=("subject",), bookkeeping=()))


def adopt(phone: str, shopper_id: int) -> None:
    """Give a new shopper the SMS sent to the phone (E.164) while it was nobody's, so that they are theirs to export."""
    OutgoingSms.objects.filter(
        state__in=State.values,  # with the date, what the index is on
        created_at__gt=clock.now() - _LONGEST_DANCE,
        to=phone,
        shopper_id=None,
    ).update(shopper_id=shopper_id)


def forget_captured(shopper_id: int) -> None:
    """Take what was sent to the shopper out of the sandbox's inboxes too."""
    sms = OutgoingSms.objects.filter(shopper_id=shopper_id).values_list("pk", flat=True)
    CapturedSms.objects.filter(message_id__in=sms).delete()
    mails = OutgoingMail.objects.filter(shopper_id=shopper_id).values_list("pk", flat=True)
    CapturedMail.objects.filter(message_id__in=mails).delete()


def _message(model: type[OutgoingMessage], *, exported: tuple[str, ...], bookkeeping: tuple[str, ...]) -> Holding:
    shown = {"to", "purpose", "state", "created_at", "sent_at", *exported}
    kept = {"id", "purpose", "state", "attempts", "gateway", "created_at", "queued_at", "sent_at", "expires_at"}
    return Holding(
        model=model,
        owner="shopper_id",
        exported=frozenset(shown),
        # What a message says is sealed while it waits (it may hold a code or a link) and gone once it was sent.
        withheld=frozenset(
            {"sealed_content", "id", "attempts", "trouble", "gateway", "queued_at", "expires_at", "shopper_id"}
            | {"request_id", *bookkeeping}
        ),
        # One that was waiting has nothing left to say: its job finds that out and lets it be.
        erased={"sealed_content": None, "to": "", "trouble": ""} | dict.fromkeys(exported, ""),
        kept=frozenset(kept | {"shopper_id", "request_id", *bookkeeping}),
    )
