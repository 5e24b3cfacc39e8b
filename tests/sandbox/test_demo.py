"""Demo data and seed files."""

import json
import stat
from pathlib import Path

import pytest
from django.conf import settings as django_settings
from django.contrib.auth.hashers import check_password

from patron.accounts.models import Consent, Shopper
from patron.channels.models import Staff
from patron.kernel import dynamic
from patron.kernel.errors import Invalid
from patron.sandbox import demo

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def no_password_yet():
    """Each test begins without the file."""
    path = Path(django_settings.DATA_DIR) / "demo_staff_password"
    path.unlink(missing_ok=True)
    yield path
    path.unlink(missing_ok=True)


def test_the_demo_has_shoppers_staff_and_free_loopback(no_password_yet):
    """Who may sign in is who the start screen names."""
    demo.load()

    shopper = Shopper.objects.get(email=demo.SHOPPER_EMAIL)
    assert check_password(demo.SHOPPER_PASSWORD, shopper.password)
    assert shopper.phone_e164 == shopper.phone_claim
    assert shopper.phone_verified_at is not None
    assert set(Shopper.objects.values_list("language_code", flat=True)) == {"tr", "en", "ar", "ru", "de", "fr"}
    member = Staff.objects.get(username=demo.STAFF_USERNAME)
    assert member.is_superuser
    assert member.check_password(demo.staff_password())
    assert stat.S_IMODE(no_password_yet.stat().st_mode) == 0o600
    assert dynamic.get("THROTTLE_EXEMPT_NETWORKS") == ["127.0.0.0/8", "::1/128"]


def test_permissions_of_the_demo_stand_in_the_ledger():
    """As those of a registration would."""
    demo.load()

    shopper = Shopper.objects.get(email=demo.SHOPPER_EMAIL)
    assert set(Consent.objects.filter(shopper=shopper).values_list("channel", "new_value", "source")) == {
        ("email", True, "demo"),
        ("sms", True, "demo"),
    }


def test_what_was_deleted_of_the_demo_stays_deleted():
    """A second start loads nothing."""
    demo.load()
    Shopper.objects.filter(email="olga@demo.example").delete()
    staff = Staff.objects.count()
    demo.load()

    assert not Shopper.objects.filter(email="olga@demo.example").exists()
    assert Staff.objects.count() == staff


def test_a_lost_password_file_is_made_anew(no_password_yet):
    """And the staff member's password with it."""
    demo.load()
    before = demo.staff_password()
    no_password_yet.unlink()
    demo.load()

    assert demo.staff_password() != before
    assert Staff.objects.get(username=demo.STAFF_USERNAME).check_password(demo.staff_password())


def seed_file(tmp_path: Path, content: object) -> Path:
    path = tmp_path / "seed.json"
    path.write_text(content if isinstance(content, str) else json.dumps(content))
    return path


def test_a_seed_file_makes_its_shoppers_once(tmp_path):
    """One whose e-mail is here, in whatever letter case, is left as it is."""
    path = seed_file(
        tmp_path,
        [
            {"email": "Zoe@shop.example", "password": "Seed-pass-1", "phone": "0545 000 02 01", "sms_allowed": True},
            {"email": "yan@shop.example", "password": "Seed-pass-1", "language_code": "ru"},
        ],
    )

    assert demo.seed(path) == 2
    path.write_text(path.read_text().replace("Zoe@", "zoe@"))
    assert demo.seed(path) == 0
    zoe = Shopper.objects.get(email="Zoe@shop.example")
    assert (zoe.phone, zoe.phone_e164) == ("0545 000 02 01", "+905450000201")
    assert check_password("Seed-pass-1", zoe.password)


@pytest.mark.parametrize(
    "content",
    [
        "not json",
        {"email": "a@shop.example"},
        [{"email": "a@shop.example"}],
        [{"email": "a@shop.example", "password": 7}],
        [{"email": "a@shop.example", "password": "Seed-pass-1", "surname": "?"}],
        [{"email": "nobody", "password": "Seed-pass-1"}],
        [{"email": "a@shop.example", "password": "Seed-pass-1", "language_code": "xx"}],
        [{"email": "a@shop.example", "password": "Seed-pass-1", "phone": "twelve"}],
        [
            {"email": "a@shop.example", "password": "Seed-pass-1", "phone": "+905450000301"},
            {"email": "b@shop.example", "password": "Seed-pass-1", "phone": "+905450000301"},
        ],
    ],
)
@pytest.mark.django_db(transaction=True)
def test_a_bad_seed_file_makes_nobody(tmp_path, content):
    """All or none, and the refusal says which."""
    with pytest.raises(Invalid) as refused:
        demo.seed(seed_file(tmp_path, content))

    assert refused.value.fields
    assert not Shopper.objects.exists()


def test_a_seed_file_that_is_not_there_is_refused(tmp_path):
    """As a sentence, not a traceback."""
    with pytest.raises(Invalid):
        demo.seed(tmp_path / "none.json")
