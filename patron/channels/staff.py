"""Staff members are made, and change their password."""

from django.contrib.auth import password_validation
from django.core.exceptions import ValidationError
from django.db import IntegrityError
from django.utils.translation import gettext_lazy as _

from patron.channels import tokens
from patron.channels.models import Staff
from patron.kernel import transactions
from patron.kernel.errors import Invalid

USERNAME_TAKEN = "channels_staff_username_key"


def create(username: str, password: str, *, email: str = "", is_superuser: bool = False) -> Staff:
    """A new active staff member who may open the console.

    `is_superuser`: holds every permission. Raises Invalid by field: a username that is malformed or taken, a malformed
    e-mail, a password that the validators refuse.
    """
    staff = Staff(
        username=Staff.normalize_username(username),
        email=Staff.objects.normalize_email(email),
        is_staff=True,
        is_superuser=is_superuser,
    )
    _check_fields(staff)
    _check_password(password, staff)
    staff.set_password(password)  # slow on purpose, so before the transaction
    try:
        transactions.run(lambda: staff.save(force_insert=True))
    except IntegrityError as error:
        if transactions.constraint_of(error) != USERNAME_TAKEN:
            raise
        raise Invalid({"username": [_("A user with that username already exists.")]}) from error
    return staff


def change_password(staff: Staff, password: str) -> None:
    """Set a password and end what was signed in with the old one; tokens made for programs stay.

    Raises Invalid on `password` when the validators refuse it.
    """
    _check_password(password, staff)
    staff.set_password(password)

    def write() -> None:
        Staff.objects.filter(pk=staff.pk).update(password=staff.password)
        tokens.revoke_sign_ins(staff)

    transactions.run(write)


def _check_fields(staff: Staff) -> None:
    try:
        staff.clean_fields(exclude=["password"])
    except ValidationError as error:
        raise Invalid(error.message_dict) from error


def _check_password(password: str, staff: Staff) -> None:
    try:
        password_validation.validate_password(password, staff)
    except ValidationError as error:
        raise Invalid({"password": error.messages}) from error
