"""`patron import shoppers`: shoppers of another system, with the passwords they had there.

Of an old password its digest comes (md5, sha1, sha256). It is hashed by Argon2id as it is, and the password itself at
the first sign-in. Argon2id is slow on purpose: about 30 ms of a core for each shopper, on all cores at once, which is
what the import takes. Whoever is there already is refused, not changed.
Source: 5-omnitron, Bulk import and export; 1-shopper, Consent ledger.
"""

import os
import secrets
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final

from django.contrib.auth.hashers import make_password
from django.db import IntegrityError
from django.utils.translation import gettext as _
from rest_framework.exceptions import ValidationError

from patron.accounts import consent, email_change, phone_claims
from patron.accounts.models import EMAIL_TAKEN, PHONE_TAKEN, Shopper
from patron.accounts.serializers.file_import import ALGORITHMS, COLUMNS, ImportedShopper
from patron.kernel import clock, events, languages, passwords, transactions
from patron.kernel.errors import Invalid
from patron.kernel.file_content import Unreadable
from patron.kernel.importing import Cleaned, Written
from patron.kernel.record_files import Batch, Fault, Reader, by_column
from patron.kernel.refused_rows import COLUMNS as PASSED

BATCH: Final = 200  # rows of a transaction: a few seconds of hashing
SOURCE: Final = "import"
_WRAPPED: Final = "wrapped"
_REFUSED: Final = {EMAIL_TAKEN: email_change.taken_email, PHONE_TAKEN: phone_claims.taken}
Row = tuple[int, dict[str, Any], Any]  # line, what was said, the record as it came


class ShopperFile:
    """Where the rows of a file of shoppers go: see `kernel.importing.Target`."""

    kind = "shoppers"
    batch = BATCH
    overwrites = False  # whoever is there is refused

    def __init__(
        self, *, names: Mapping[str, str] | None = None, ignored: Iterable[str] = (), is_rehearsal: bool = False
    ) -> None:
        """`names`: field → column. `is_rehearsal`: nothing will be kept, so nothing is hashed."""
        self.options = {"names": dict(names or {}), "ignored": sorted(ignored)}
        self._fields = by_column(COLUMNS, names)
        self._ignored = frozenset((*ignored, *PASSED))
        self._columns: list[str | None] = []
        self._hashes = not is_rehearsal
        self._rehearsed: set[str] = set()  # e-mails and phones

    def open(self, reader: Reader) -> None:
        """The columns of a CSV file. Raises Unreadable."""
        names = reader.names
        if names is None:
            return
        unknown = [name for name in names if name not in self._fields and name not in self._ignored]
        if unknown:
            text = _("There is no field for these columns: %(names)s. Map them, or have them ignored.")
            raise Unreadable(text % {"names": ", ".join(unknown)})
        self._columns = [self._fields.get(name) for name in names]
        if "email" not in self._columns:
            raise Unreadable(_("These columns are missing: %(names)s.") % {"names": "email"})

    def clean(self, batch: Batch) -> Cleaned:
        """Wrap the old digests, on all cores; what a digest is, is looked at here, the rest when it is written."""
        rows: list[Row] = [(line, self._said(record), record) for line, record in batch.rows]
        if self._hashes:
            with ThreadPoolExecutor(os.cpu_count(), thread_name_prefix="patron-hash") as threads:
                for (_line, said, _raw), wrapped in zip(rows, threads.map(_wrap, rows), strict=True):
                    said[_WRAPPED] = wrapped
        return Cleaned(rows, list(batch.faults), [], batch.mark)

    def close(self) -> None:
        """Nothing was put off."""

    def stage(self, rows: list[Row]) -> None:
        """They are written one by one."""

    def write(self, rows: list[Row], import_id: int | None) -> Written:
        """A shopper of each row, unless something of it is taken or malformed."""
        done = Written()
        for line, said, raw in rows:
            try:
                shopper, given = _shopper(said)
                if import_id is None:
                    _refuse_taken(shopper, self._rehearsed)
                else:
                    transactions.run(lambda shopper=shopper, given=given: _store(shopper, given))  # type: ignore[misc]
                done.created += 1
            except ValidationError as error:
                done.faults.append(Fault(line, _told(error.detail), raw))  # type: ignore[arg-type]
            except Invalid as error:
                done.faults.append(Fault(line, _told(error.fields), raw))
            except IntegrityError as error:
                taken = _REFUSED.get(transactions.constraint_of(error) or "")
                if taken is None:
                    raise
                done.faults.append(Fault(line, _told(taken().fields), raw))
        return done

    def _said(self, record: Any) -> dict[str, Any]:
        """What the record says, by field; an empty cell says nothing."""
        if isinstance(record, dict):
            return {self._fields[name]: value for name, value in record.items() if name in self._fields}
        pairs = zip(self._columns, record, strict=True)
        return {name: cell for name, cell in pairs if name is not None and cell != ""}


def _wrap(row: Row) -> str | None:
    """What to store for an old digest; None for no digest, or one that will be refused."""
    said = row[1]
    algorithm, digest = said.get("password_algorithm"), said.get("password")
    if not ALGORITHMS.fits(algorithm, digest):
        return None
    return passwords.WRAPPED[str(algorithm).lower()].wrap(str(digest))


def _shopper(said: Mapping[str, Any]) -> tuple[Shopper, dict[str, Any]]:
    """A shopper, not stored yet, and what was said of them. Raises ValidationError."""
    wish = ImportedShopper(data={name: value for name, value in said.items() if name != _WRAPPED})
    wish.is_valid(raise_exception=True)
    given: dict[str, Any] = wish.validated_data
    number = phone_claims.e164(given["phone"]) if given.get("phone") else None
    now = clock.now()
    fields = ("email", "first_name", "last_name", "gender", "date_of_birth", *consent.FIELDS)
    shopper = Shopper(
        **{name: given[name] for name in fields if name in given},
        username=secrets.token_hex(32),
        password=said.get(_WRAPPED) or make_password(None),
        phone=given.get("phone") or None,
        phone_e164=number,
        phone_claim=phone_claims.claim_of(number),
        language_code=languages.DEFAULT_LANGUAGE,
        date_joined=given.get("date_joined") or now,
        modified_date=now,
    )
    return shopper, given


def _store(shopper: Shopper, given: Mapping[str, Any]) -> None:
    shopper.save(force_insert=True)
    before = consent.snapshot(shopper) | {field: None for field in consent.FIELDS if field in given}
    consent.record(shopper, before, source=SOURCE)
    events.put("shopper.registered", shopper_id=shopper.pk)


def _refuse_taken(shopper: Shopper, before: set[str]) -> None:
    """For a rehearsal, which no constraint stops. `before`: of those that came before. Raises Invalid."""
    from patron.accounts import sign_in

    email, phone = shopper.email.lower(), shopper.phone_claim
    if email in before or sign_in.find(shopper.email):
        raise email_change.taken_email()
    if shopper.phone_e164 and (phone in before or phone_claims.is_taken(shopper.phone_e164)):
        raise phone_claims.taken()
    before.update(filter(None, (email, phone)))


def _told(fields: Mapping[str, Iterable[Any]]) -> str:
    return "; ".join(f"{name}: {' '.join(map(str, texts))}" for name, texts in fields.items())
