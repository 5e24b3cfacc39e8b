"""Demo data: shoppers in six languages and a staff member, loaded once.

The shoppers' password is published, so it is worth nothing outside a sandbox; that of the staff member, who sees
everything, is random all the same and lies in the data directory.
"""

import os
import secrets
from pathlib import Path
from typing import Any, Final

import msgspec
from django.conf import settings
from django.utils.translation import gettext as _

from patron.channels import staff
from patron.channels.models import Staff
from patron.kernel import clock, dynamic, transactions
from patron.kernel.errors import Invalid
from patron.sandbox import (
    demo_channels,
    demo_conversations,
    demo_credit,
    demo_customers,
    demo_loyalty,
    demo_segments,
    demo_support,
    people,
)
from patron.sandbox.models import DemoMark
from patron.sandbox.people import Person

SHOPPER_EMAIL: Final = "ayse@demo.example"
SHOPPER_PASSWORD: Final = "Demo-shopper-1"  # noqa: S105 -- published
STAFF_USERNAME: Final = "demo"
# A developer's test runs all come from one address.
SETTINGS: Final[dict[str, Any]] = {"THROTTLE_EXEMPT_NETWORKS": ["127.0.0.0/8", "::1/128"]}
_MARK: Final = "demo"


def _person(email: str, first_name: str, last_name: str, phone: str, language: str, **more: Any) -> Person:
    return Person(email, SHOPPER_PASSWORD, first_name, last_name, phone, language, **more)


PEOPLE: Final = (
    _person(
        SHOPPER_EMAIL, "Ayşe", "Yılmaz", "+905450000101", "tr", gender="female", email_allowed=True, sms_allowed=True
    ),
    _person("emily@demo.example", "Emily", "Clark", "+905450000102", "en", gender="female", email_allowed=True),
    _person("omar@demo.example", "عمر", "الحسن", "+905450000103", "ar", gender="male", sms_allowed=True),
    _person("olga@demo.example", "Ольга", "Смирнова", "+905450000104", "ru", gender="female"),
    _person("jonas@demo.example", "Jonas", "Müller", "+905450000105", "de", gender="male", call_allowed=True),
    _person("camille@demo.example", "Camille", "Lefèvre", "+905450000106", "fr", email_allowed=True),
)


def load() -> None:
    """Load the demo unless it was loaded before; what somebody deleted since does not come back.

    Safe to call at every start. A staff password that was lost with the data directory is made and set anew.
    """
    is_new_password = not _password_path().exists()
    if not DemoMark.objects.filter(name=_MARK).exists():
        prepared = people.prepare(PEOPLE)
        transactions.run(lambda: _load_once(prepared))
    demo_segments.load()
    demo_support.load(SHOPPER_EMAIL)
    demo_conversations.load(STAFF_USERNAME)
    demo_channels.load()
    demo_customers.load()
    demo_credit.load()
    demo_loyalty.load()
    member = Staff.objects.filter(username=STAFF_USERNAME).first() if is_new_password else None
    if member is not None and not member.check_password(staff_password()):
        staff.change_password(member, staff_password())


def seed(path: Path) -> int:
    """Make the shoppers of a JSON file (a list of objects as `people.Person`) and return how many are new.

    All or none; one whose e-mail is already here is left as it is. Raises Invalid for a file that cannot be read or a
    person that cannot be made.
    """
    try:
        found = msgspec.json.decode(path.read_bytes(), type=list[Person])
    except OSError as error:
        raise Invalid({path.name: [_("The file cannot be read.")]}) from error
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise Invalid({path.name: [str(error)]}) from error
    return people.insert(people.prepare(found), "seed")


def staff_password() -> str:
    """The demo staff member's password: random, made once, readable by the owner of the data directory alone."""
    path = _password_path()
    try:
        # O_EXCL: of several processes that start at once exactly one makes it
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(secrets.token_urlsafe(12))
    except FileExistsError:
        pass  # made before
    return path.read_text().strip()


def _password_path() -> Path:
    return Path(settings.DATA_DIR) / "demo_staff_password"


def _load_once(prepared: list[people.Prepared]) -> None:
    # of several starts at once one gets here first, the others find its mark when it has committed
    _, is_mine = DemoMark.objects.get_or_create(name=_MARK, defaults={"loaded_at": clock.now()})
    if not is_mine:
        return
    people.insert(prepared, "demo")
    if not Staff.objects.filter(username=STAFF_USERNAME).exists():
        staff.create(STAFF_USERNAME, staff_password(), email="demo@staff.example", is_superuser=True)
    for name, value in SETTINGS.items():
        dynamic.put(name, value, staff_id=None, source="demo")
