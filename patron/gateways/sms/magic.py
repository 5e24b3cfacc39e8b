"""Ten numbers with a fixed fate, for the built-in gateways of the sandbox.

| number | what happens |
|---|---|
| +905000000001 | delivered |
| +905000000002 | delivered after two seconds |
| +905000000003 | unreachable: refused for good, failed at once |
| +905000000004 | rejected by the provider: refused for good, failed at once |
| +905000000005 | one temporary failure, then delivered |
| +905000000006 | two temporary failures, then delivered |
| +905000000007 | no answer within the timeout, at every try, until the code's life is over |
| +905000000008 | no answer within the timeout once, then delivered |
| +905000000009 | delivered, but the answer is lost once: tried again, captured once |
| +905000000010 | the provider is out of order for this number, at every try |

Any other number is delivered at once.
"""

import time
from dataclasses import dataclass
from typing import Final

from patron.kernel.errors import GatewayTrouble

TIMEOUT: Final = 5.0
_ALWAYS: Final = 1_000_000


@dataclass(frozen=True, slots=True)
class Fate:
    """What happens to an SMS: each try takes `seconds`, and its first `failures` tries end in `trouble`."""

    seconds: float = 0.0
    trouble: str = ""
    failures: int = 0
    permanent: bool = False
    is_answer_lost: bool = False

    def wait(self, attempt: int) -> None:
        """Take as long as this try takes."""
        if self.seconds and (attempt <= self.failures or not self.failures):
            time.sleep(self.seconds)

    def delivers(self, attempt: int) -> bool:
        """Whether this try reaches the phone, whatever is answered."""
        return attempt > self.failures or self.is_answer_lost

    def answer(self, attempt: int) -> None:
        """Raise GatewayTrouble if this try is one that fails."""
        if attempt <= self.failures:
            raise GatewayTrouble(self.trouble, permanent=self.permanent)


_NO_ANSWER: Final = f"no answer within {TIMEOUT:g} s (magic number)"
FATES: Final = {
    "+905000000001": Fate(),
    "+905000000002": Fate(seconds=2),
    "+905000000003": Fate(trouble="unreachable (magic number)", failures=_ALWAYS, permanent=True),
    "+905000000004": Fate(trouble="rejected (magic number)", failures=_ALWAYS, permanent=True),
    "+905000000005": Fate(trouble="failed for now (magic number)", failures=1),
    "+905000000006": Fate(trouble="failed for now (magic number)", failures=2),
    "+905000000007": Fate(seconds=TIMEOUT, trouble=_NO_ANSWER, failures=_ALWAYS),
    "+905000000008": Fate(seconds=TIMEOUT, trouble=_NO_ANSWER, failures=1),
    "+905000000009": Fate(trouble="the answer was lost (magic number)", failures=1, is_answer_lost=True),
    "+905000000010": Fate(trouble="out of order (magic number)", failures=_ALWAYS),
}
_ORDINARY: Final = Fate()


def fate(to: str) -> Fate:
    """What is to happen to the SMS that go to `to`."""
    return FATES.get(to, _ORDINARY)
