"""Passwords: Argon2id with the parameters OWASP names, about 30 ms; Django's default costs 0.4 s."""

import contextlib
import ctypes
import threading
from typing import Any, Final

from django.contrib.auth.hashers import Argon2PasswordHasher

# Argon2 lets go of the interpreter lock, so without a bound a burst of logins would take every core from the reads.
_slots: Final = threading.BoundedSemaphore(2)
_LARGE_BYTES: Final = 8 * 1024 * 1024
_M_MMAP_THRESHOLD: Final = -3  # of glibc's malloc.h

# glibc keeps a freed block of up to 32 MB for the thread that had it, so four threads would hold 76 MB for ever. Larger
# ones than this go back to the system at once, which costs a tenth of a hash. Other C libraries do so anyway.
with contextlib.suppress(OSError, AttributeError):
    ctypes.CDLL(None).mallopt(_M_MMAP_THRESHOLD, _LARGE_BYTES)


class Argon2(Argon2PasswordHasher):
    """19 MiB, two passes, one lane; at most two at once in a process."""

    memory_cost = 19456
    time_cost = 2
    parallelism = 1

    def encode(self, password: str, salt: str) -> str:
        with _slots:
            return str(super().encode(password, salt))

    def verify(self, password: str, encoded: str) -> bool:
        with _slots:
            return bool(super().verify(password, encoded))

    def harden_runtime(self, password: str, encoded: str) -> Any:
        # Argon2 has no rounds to add; the base class says so with a warning.
        return None
