"""What a room that is a stranger to the shoppers' room may know of one shopper: asked here, answered by that room.

Events name a shopper by id alone, since they lie in a queue; whoever hears one asks here what is so now, and so hears
the newest however late or often the event comes.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class ShopperFacts:
    """A shopper as they are now. `call_allowed` None: never said. `is_anonymized`: nothing here names a person.

    `gender`: male, female, unknown or None. `user_type`: guest or registered.
    """

    id: int
    email: str
    first_name: str
    last_name: str
    phone: str | None
    is_active: bool
    is_anonymized: bool
    email_allowed: bool
    sms_allowed: bool
    call_allowed: bool | None
    gender: str | None
    date_of_birth: date | None
    date_joined: datetime
    user_type: str
    attributes: dict[str, Any]


Read = Callable[[int], ShopperFacts | None]
_reads: list[Read] = []


def provide(read: Read) -> None:
    """Answer for shoppers. Called once, by the room that owns them, when it is ready."""
    _reads[:] = [read]


def find(shopper_id: int) -> ShopperFacts | None:
    """The shopper of an id; None for nobody's. One statement. Raises LookupError where no room has shoppers."""
    if not _reads:
        raise LookupError("no room answers for shoppers")
    return _reads[0](shopper_id)
