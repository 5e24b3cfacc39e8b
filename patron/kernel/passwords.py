"""Passwords: Argon2id with the parameters OWASP names, about 30 ms; Django's default costs 0.4 s."""

import contextlib
import ctypes
import hashlib
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


class Wrapped(Argon2):
    """Argon2id over an old system's unsalted digest: what is stored of a password nobody has typed here yet.

    The digest alone is never stored: it would be guessed at in no time. Django hashes the password anew at the first
    sign-in, since these are not its first choice.
    """

    digest: str

    def encode(self, password: str, salt: str) -> str:
        return super().encode(self._digest_of(password), salt)

    def verify(self, password: str, encoded: str) -> bool:
        return super().verify(self._digest_of(password), encoded)

    def wrap(self, hexadecimal: str) -> str:
        """What to store for an old digest. For an import: not one of the two at once that web processes bear."""
        return str(Argon2PasswordHasher.encode(self, hexadecimal.lower(), self.salt()))

    def _digest_of(self, password: str) -> str:
        return hashlib.new(self.digest, password.encode(), usedforsecurity=False).hexdigest()


class Argon2OverMd5(Wrapped):
    """`md5(password)` in hexadecimal."""

    algorithm = "argon2_md5"
    digest = "md5"


class Argon2OverSha1(Wrapped):
    """`sha1(password)` in hexadecimal."""

    algorithm = "argon2_sha1"
    digest = "sha1"


class Argon2OverSha256(Wrapped):
    """`sha256(password)` in hexadecimal."""

    algorithm = "argon2_sha256"
    digest = "sha256"


WRAPPED: Final = {hasher.digest: hasher() for hasher in (Argon2OverMd5, Argon2OverSha1, Argon2OverSha256)}
