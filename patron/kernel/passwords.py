"""Passwords: Argon2id with the parameters OWASP names, about 30 ms; Django's default costs 0.4 s."""

import threading
from typing import Any, Final

from django.contrib.auth.hashers import Argon2PasswordHasher

# Argon2 lets go of the interpreter lock, so without a bound a burst of logins would take every core from the reads.
_slots: Final = threading.BoundedSemaphore(2)


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
