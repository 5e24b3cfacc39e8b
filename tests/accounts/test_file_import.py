"""Shoppers of another system come with what they agreed to and the passwords they had."""

import hashlib
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from patron.accounts import sign_in
from patron.accounts.file_import import ShopperFile
from patron.accounts.models import Consent, Shopper
from patron.kernel import importing
from patron.kernel.file_content import Unreadable
from patron.kernel.models import FileImport
from patron.kernel.record_files import Reader
from tests.moments import before_call, die

HEADER = (
    "first_name,last_name,email,gender,sms_allowed,email_allowed,phone,date_of_birth,date_format,date_joined,"
    "datetime_format,password,password_algorithm\n"
)
PASSWORD = "Şifre-yedi-7"


@pytest.fixture
def bring(tmp_path: Path, transactional_db: None) -> Any:
    """`bring(*rows)` imports rows under HEADER; what was refused is in `errors`."""

    def work(*rows: str, header: str = HEADER, name: str = "s.csv", **wishes: Any) -> FileImport:
        file = tmp_path / name
        file.write_text(header + "".join(f"{row}\n" for row in rows))
        do = importing.rehearse if wishes.get("is_rehearsal") else importing.run
        more = {} if wishes.get("is_rehearsal") else {"restart": False}
        with Reader(file) as reader:
            return do(  # type: ignore[operator]
                ShopperFile(**wishes),
                reader,
                tmp_path / "errors",
                name=name,
                progress=lambda current, at: None,
                **more,
            )

    return work


@pytest.mark.parametrize("algorithm", ["md5", "sha1", "sha256", "SHA256"])
def test_an_old_password_lets_in_and_is_hashed_anew(algorithm: str, bring: Any) -> None:
    """The digest itself is nowhere, and the second sign-in is one like any other's."""
    digest = hashlib.new(algorithm.lower(), PASSWORD.encode()).hexdigest().upper()
    assert bring(f"Ada,L,ada@example.com,,,,,,,,,{digest},{algorithm}").created_rows == 1
    stored = Shopper.objects.get().password
    assert stored.startswith(f"argon2_{algorithm.lower()}$argon2id$")
    assert digest.lower() not in stored.lower()
    for wrong in ("wrong one", digest, digest.lower()):
        with pytest.raises(sign_in.BadCredentials):
            sign_in.log_in(None, "ada@example.com", wrong)
    sign_in.log_in(None, "ada@example.com", PASSWORD)
    anew = Shopper.objects.get().password
    assert anew.startswith("argon2$argon2id$")
    sign_in.log_in(None, "ada@example.com", PASSWORD)
    assert Shopper.objects.get().password == anew


def test_it_goes_on_though_others_came_since(bring: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody who is there is changed, so nothing of it was overwritten; from its beginning all would be refused."""
    monkeypatch.setattr(ShopperFile, "batch", 1)
    names = ("ada", "eda", "ida")
    rows = [f"{name},L,{name}@example.com,,,,,,,,,," for name in names]
    before_call(monkeypatch, ShopperFile, "write", 2, die)
    with pytest.raises(KeyboardInterrupt):
        bring(*rows)
    bring("uda,L,uda@example.com,,,,,,,,,,", name="other.csv")
    done = bring(*rows)
    assert (done.created_rows, done.refused_rows) == (3, 0)
    assert Shopper.objects.count() == 4


def test_a_row_becomes_a_shopper(bring: Any) -> None:
    """Dates in the format that the row names; nothing counts as proven."""
    bring("Ada,L,Ada@Example.com,female,True,False,05321112233,31.05.1990,%d.%m.%Y,05/31/2020 08:30,%m/%d/%Y %H:%M,,")
    made = Shopper.objects.get()
    assert (made.first_name, made.last_name, made.email, made.gender) == ("Ada", "L", "Ada@Example.com", "female")
    assert (made.phone, made.phone_e164, made.phone_claim) == ("05321112233", "+905321112233", "+905321112233")
    assert (made.phone_verified_at, made.email_verified_at) == (None, None)
    assert (made.date_of_birth, made.date_joined) == (date(1990, 5, 31), datetime(2020, 5, 31, 8, 30, tzinfo=UTC))
    assert made.password.startswith("!")


def test_permissions_come_through_the_ledger(bring: Any) -> None:
    """What a row says, and nothing of what it does not say."""
    bring("Ada,L,ada@example.com,,1,0,,,,,,,")
    told = Consent.objects.order_by("channel").values_list("channel", "old_value", "new_value", "source", "is_proven")
    assert list(told) == [("email", None, False, "import", False), ("sms", None, True, "import", False)]


def test_who_is_there_is_refused_and_stays(bring: Any, make_shopper: Any, tmp_path: Path) -> None:
    """By e-mail, whatever its letter case, and by phone; also for rows of the same file."""
    make_shopper(email="old@example.com", first_name="Old", phone="+905321112233", phone_e164="+905321112233",
                 phone_claim="+905321112233")  # fmt: skip
    run = bring(
        "New,,OLD@example.com,,,,,,,,,,",
        "New,,a@example.com,,,,05321112233,,,,,,",
        "New,,b@example.com,,,,,,,,,,",
        "Twice,,B@example.com,,,,,,,,,,",
    )
    assert (run.created_rows, run.refused_rows) == (1, 3)
    assert Shopper.objects.get(email="old@example.com").first_name == "Old"
    said = (tmp_path / "errors").read_text()
    assert said.count("email: ") == 2
    assert said.count("phone: This phone number is already in use.") == 1


@pytest.mark.parametrize(
    ("row", "field"),
    [
        ("Ada,L,nobody,,,,,,,,,,", "email"),
        ("Ada,L,a@example.com,other,,,,,,,,,", "gender"),
        ("Ada,L,a@example.com,,perhaps,,,,,,,,", "sms_allowed"),
        ("Ada,L,a@example.com,,,,12,,,,,,", "phone"),
        ("Ada,L,a@example.com,,,,,31.02.1990,%d.%m.%Y,,,,", "date_of_birth"),
        ("Ada,L,a@example.com,,,,,2990-01-01,,,,,", "date_of_birth"),
        ("Ada,L,a@example.com,,,,,,,yesterday,,,", "date_joined"),
        ("Ada,L,a@example.com,,,,,,,1,%Q,,", "date_joined"),
        (f"Ada,L,a@example.com,,,,,,,,,{'0' * 32},", "password_algorithm"),
        (f"Ada,L,a@example.com,,,,,,,,,{'0' * 32},bcrypt", "password_algorithm"),
        (f"Ada,L,a@example.com,,,,,,,,,{'0' * 32},sha1", "password"),
        ("Ada,L,a@example.com,,,,,,,,,plain,md5", "password"),
        (f"{'x' * 51},L,a@example.com,,,,,,,,,,", "first_name"),
    ],
)
def test_a_bad_row_is_refused(row: str, field: str, bring: Any, tmp_path: Path) -> None:
    """With its field; nothing of it is stored."""
    assert bring(row).refused_rows == 1
    assert (tmp_path / "errors").read_text().splitlines()[1].split(",")[1].strip('"').startswith(f"{field}: ")
    assert not Shopper.objects.exists()
    assert (tmp_path / "errors").stat().st_mode & 0o077 == 0


def test_a_rehearsal_stores_nobody(bring: Any, make_shopper: Any) -> None:
    """And knows who is there, in the file itself too."""
    make_shopper(email="old@example.com")
    run = bring(
        "A,,old@example.com,,,,,,,,,,",
        "B,,new@example.com,,,,,,,,,,",
        "C,,NEW@example.com,,,,,,,,,,",
        is_rehearsal=True,
    )
    assert (run.created_rows, run.refused_rows) == (1, 2)
    assert Shopper.objects.count() == 1


def test_columns_have_the_names_they_are_given(bring: Any) -> None:
    """Others are refused, or passed over when that is said."""
    with pytest.raises(Unreadable, match="Mail, Points"):
        bring("a@example.com,1", header="Mail,Points\n")
    bring("a@example.com,1", header="Mail,Points\n", names={"email": "Mail"}, ignored=["Points"])
    assert Shopper.objects.get().email == "a@example.com"
