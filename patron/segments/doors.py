"""The read of this room that storefronts make often, for the door in front of Django's handler; see `kernel.doors`."""

from typing import Final

from patron.accounts.doors import of_session
from patron.kernel.doors import Read
from patron.segments import reads

READS: Final[dict[str, Read]] = {"/users/segments/": of_session(reads.own_segments)}
