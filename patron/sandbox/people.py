"""Shoppers made without a registration: for the demo and for seed files."""

from collections.abc import Iterable, Sequence
from datetime import date
from secrets import token_hex
from typing import Any

import msgspec
from django.contrib.auth.hashers import make_password
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import IntegrityError
from django.utils.translation import gettext as _

from patron.accounts import consent, phone_claims
from patron.accounts.models import PHONE_TAKEN, Shopper
from patron.kernel import clock, languages, transactions
from patron.kernel.errors import Invalid

_NO_PERMISSION = {"email_allowed": False, "sms_allowed": False, "call_allowed": None}
Prepared = tuple["Person", str]


class Person(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One shopper of a seed file. The phone, if any, counts as verified, the e-mail as well."""

    email: str
    password: str
    first_name: str = ""
    last_name: str = ""
    phone: str | None = None
    language_code: str = languages.DEFAULT_LANGUAGE
    gender: str | None = None
    date_of_birth: date | None = None
    email_allowed: bool = False
    sms_allowed: bool = False
    call_allowed: bool | None = None
    attributes: dict[str, Any] = {}


def prepare(people: Iterable[Person]) -> list[Prepared]:
    """Check each person and hash the passwords (slow on purpose, so each once and before the transaction).

    Raises Invalid, which names the person by e-mail.
    """
    checked = [_checked(person) for person in people]
    hashes = {password: make_password(password) for password in {person.password for person in checked}}
    return [(person, hashes[person.password]) for person in checked]


def insert(prepared: Sequence[Prepared], source: str) -> int:
    """Insert those whose e-mail no active shopper has, all or none, and return how many.

    `source`: what the consent ledger says of their permissions. Raises Invalid for a taken phone.
    """
    return transactions.run(lambda: sum(_insert(person, password, source) for person, password in prepared))


def _checked(person: Person) -> Person:
    problems = {
        "email": not _is_email(person.email),
        "password": not person.password,
        "phone": person.phone is not None and phone_claims.e164(person.phone) is None,
        "language_code": person.language_code not in languages.LANGUAGES,
        "gender": person.gender not in (None, "male", "female", "unknown"),
    }
    wrong = [field for field, is_wrong in problems.items() if is_wrong]
    if wrong:
        raise Invalid({person.email: [_("This value cannot be used: {fields}.").format(fields=", ".join(wrong))]})
    return person


def _is_email(text: str) -> bool:
    try:
        validate_email(text)
    except ValidationError:
        return False
    return True


def _insert(person: Person, password: str, source: str) -> bool:
    if Shopper.objects.filter(email__iexact=person.email, is_active=True).exists():
        return False
    now = clock.now()
    number = phone_claims.e164(person.phone) if person.phone else None
    fields = msgspec.structs.asdict(person) | {
        "password": password,
        "attributes": {"register_client_type": "default", "confirm": True} | person.attributes,
    }
    shopper = Shopper(
        username=token_hex(32),
        phone_e164=number,
        phone_claim=phone_claims.claim_of(number),
        phone_verified_at=now if number else None,
        email_verified_at=now,
        date_joined=now,
        modified_date=now,
        **fields,
    )
    try:
        shopper.save(force_insert=True)
    except IntegrityError as error:
        if transactions.constraint_of(error) != PHONE_TAKEN:
            raise
        raise Invalid({person.email: [_("This phone number is already in use.")]}) from error
    consent.record(shopper, _NO_PERMISSION, source=source)
    return True
