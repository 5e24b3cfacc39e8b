"""The read of this room that storefronts make often, for the door in front of Django's handler; see `kernel.doors`.

Where the points are to be asked for first, the view behind does it.
"""

from typing import Final

from patron.accounts.doors import of_session
from patron.accounts.doors import own_profile as profile
from patron.kernel.doors import Read
from patron.loyalty import reads

READS: Final[dict[str, Read]] = {
    "/loyalty-card/loyalty_card/": of_session(reads.own_card_now),
    "/users/profile-with-loyalty/": profile,
}
