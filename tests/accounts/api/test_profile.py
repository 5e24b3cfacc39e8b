"""GET, PATCH and PUT /users/profile/."""

import contextlib
import io
import re
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from unittest import mock

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, connections
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import ExifTags, Image
from procrastinate.contrib.django.models import ProcrastinateJob

from patron.accounts import avatars, verification
from patron.accounts.models import Avatar, Challenge, Consent, Session, Shopper
from patron.kernel.errors import Invalid
from tests.support.damage import Changes, damaged, mutations
from tests.support.files import photo

URL = "/users/profile/"
NEW = "+905559998877"
REDUCED = {
    "email_allowed",
    "sms_allowed",
    "call_allowed",
    "avatar",
    "email",
    "date_of_birth",
    "language_code",
    "date_joined",
}


def patch(client: Client, **body: Any) -> Any:
    return client.patch(URL, body, content_type="application/json")


def code_of(sms_outbox: Any) -> str:
    found = re.search(r"\b\d{4,10}\b", sms_outbox()[0].text)
    assert found
    return found[0]


@pytest.mark.django_db
def test_anonymous(client: Client) -> None:
    """Nobody's profile is 401, in the language asked for, and writes nothing."""
    for call in (client.get, client.patch, client.put):
        answer = call(URL, headers={"accept-language": "en"})
        assert answer.status_code == 401
        assert answer.json() == {"detail": "Authentication credentials were not provided."}
    assert client.get(URL).json() == {"detail": "Giriş bilgileri verilmedi."}


@pytest.mark.django_db
def test_get_costs_one_statement(make_shopper: Any, sign_in: Any, django_assert_num_queries: Any) -> None:
    """Session, shopper and answer come in one statement."""
    client = sign_in(make_shopper())
    client.get(URL)
    with django_assert_num_queries(1):
        assert client.get(URL).status_code == 200
    with django_assert_num_queries(1):
        assert client.get("/current_user/").status_code == 200


@pytest.mark.django_db
def test_get_in_the_asked_language(make_shopper: Any, sign_in: Any) -> None:
    """The labels of the genders follow Accept-Language; the rest is data."""
    client = sign_in(make_shopper(gender="male"))
    english = client.get(URL, headers={"accept-language": "en"}).json()
    assert english["genders"] == [{"value": "female", "label": "female"}, {"value": "male", "label": "male"}]
    turkish = client.get(URL, headers={"accept-language": "xx"}).json()
    assert [gender["value"] for gender in turkish["genders"]] == ["female", "male"]


@pytest.mark.django_db
def test_patch_without_csrf(make_shopper: Any, sign_in: Any) -> None:
    """Without its token, or with somebody else's, a change is refused and nothing is written."""
    shopper = make_shopper(first_name="Ada")
    client = sign_in(shopper)
    for token in ({}, {"x-csrftoken": "f" * 40}):
        bare = Client(headers={"accept-language": "en"} | token)
        bare.cookies = client.cookies
        answer = bare.patch(URL, {"first_name": "Eve"}, content_type="application/json")
        assert answer.status_code == 403
        assert answer.json()["detail"].startswith("CSRF Failed:")
    shopper.refresh_from_db()
    assert shopper.first_name == "Ada"


@pytest.mark.django_db
def test_patch_answers_the_whole_profile(make_shopper: Any, sign_in: Any) -> None:
    """Booleans arrive in every spelling; unknown keys are ignored; names may be of any script."""
    client = sign_in(make_shopper())
    answer = patch(
        client, first_name="محمد 🎉", email_allowed="True", sms_allowed=1, call_allowed=None, pk=1, email="x"
    )
    assert answer.status_code == 200
    body = answer.json()
    assert (body["first_name"], body["email_allowed"], body["sms_allowed"]) == ("محمد 🎉", True, True)
    assert body == client.get(URL).json()
    assert body["email"] != "x"


@pytest.mark.django_db
def test_put_is_patch(make_shopper: Any, sign_in: Any) -> None:
    """PUT leaves what it does not name."""
    client = sign_in(make_shopper(first_name="Ada", last_name="L"))
    answer = client.put(URL, {"first_name": "Grace"}, content_type="application/json")
    assert (answer.status_code, answer.json()["last_name"]) == (200, "L")


@pytest.mark.django_db
def test_attributes_merge_and_the_servers_stay(make_shopper: Any, sign_in: Any) -> None:
    """A shopper adds keys of their own; the server's keep their values even when echoed changed."""
    client = sign_in(make_shopper(attributes={"confirm": True, "a": 1}))
    body = patch(client, attributes={"b": {"c": [2]}, "confirm": False, "has_loyalty": True}).json()
    assert body["attributes"] == {"confirm": True, "a": 1, "b": {"c": [2]}}


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("body", "field"),
    [
        ('{"date_of_birth": "2023-02-30"}', "date_of_birth"),
        ('{"date_of_birth": "1899-01-01"}', "date_of_birth"),
        ('{"date_of_birth": "2999-01-01"}', "date_of_birth"),
        ('{"first_name": "%s"}' % ("x" * 51), "first_name"),
        ('{"first_name": ["x"]}', "first_name"),
        ('{"first_name": "a\\u0000b"}', "non_field_errors"),
        ('{"first_name": "\\ud800"}', "non_field_errors"),
        ('{"gender": "other"}', "gender"),
        ('{"email_allowed": "perhaps"}', "email_allowed"),
        ('{"email_allowed": {}}', "email_allowed"),
        ('{"language_code": "xx"}', "language_code"),
        ('{"attributes": [1]}', "attributes"),
        ('{"attributes": {"a": "%s"}}' % ("x" * 20_000), "attributes"),
        ('{"phone": "12345"}', "phone"),
        ('{"phone": "+90 555 999 88 77"}', "phone"),
        ('{"phone": null}', "phone"),
        ('{"code": "1", "phone": "+905559998877"}', "code"),
        ('{"avatar": "x"}', "avatar"),
        ("{", "non_field_errors"),
        ("[]", "non_field_errors"),
        ('"x"', "non_field_errors"),
        ("[" * 100_000, "non_field_errors"),
        ('{"attributes": ' + '{"a":' * 60 + "1" + "}" * 61, "non_field_errors"),
        (" " * 2_000_000 + "{}", "non_field_errors"),
        ("\x00", "non_field_errors"),
    ],
)
def test_bad_input(make_shopper: Any, sign_in: Any, body: str, field: str) -> None:
    """Every bad body is a 400 with a list by field, and nothing is written."""
    shopper = make_shopper()
    client = sign_in(shopper)
    before = Shopper.objects.values().get(pk=shopper.pk)
    answer = client.patch(URL, body, content_type="application/json")
    assert answer.status_code == 400
    assert list(answer.json()) == [field]
    assert isinstance(answer.json()[field], list)
    assert Shopper.objects.values().get(pk=shopper.pk) == before


@pytest.mark.django_db
def test_wrong_content_type(make_shopper: Any, sign_in: Any) -> None:
    """A type nobody reads is 415."""
    answer = sign_in(make_shopper()).patch(URL, "<a/>", content_type="text/xml")
    assert answer.status_code == 415
    assert list(answer.json()) == ["detail"]


@pytest.mark.django_db
def test_accept_is_not_held_against_the_caller(make_shopper: Any, sign_in: Any) -> None:
    """A caller who accepts HTML alone gets the JSON there is; 406 is kept for refusals."""
    answer = sign_in(make_shopper()).patch(
        URL, {"first_name": "A"}, content_type="application/json", headers={"accept": "text/html"}
    )
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/json")


@pytest.mark.django_db
def test_required_fields(make_shopper: Any, sign_in: Any, setting: Any) -> None:
    """USER_REQUIRED_FIELDS names what a change must carry."""
    setting("USER_REQUIRED_FIELDS", ["phone"])
    answer = sign_in(make_shopper()).patch(
        URL, {"first_name": "A"}, content_type="application/json", headers={"accept-language": "en"}
    )
    assert (answer.status_code, answer.json()) == (400, {"phone": ["This field is required."]})


@pytest.mark.django_db
def test_phone_change(make_shopper: Any, sign_in: Any, sms_outbox: Any, mail_outbox: Any, run_jobs: Any) -> None:
    """The new phone and all else of the request are applied by the right code only; the old number and e-mail hear."""
    shopper = make_shopper(phone="+905551112233", sms_allowed=True, first_name="Ada")
    client = sign_in(shopper)
    answer = patch(client, phone=NEW, first_name="Eve")
    assert answer.status_code == 202
    assert set(answer.json()) == REDUCED
    assert client.get(URL).json()["first_name"] == "Ada"
    code = code_of(sms_outbox)
    wrong = patch(client, phone=NEW, code="9" + code if len(code) < 8 else "1234", first_name="Eve")
    assert (wrong.status_code, wrong.json()["error_code"]) == (406, "sms_verification_100_2")
    assert isinstance(wrong.json()["non_field_errors"], str)
    done = patch(client, phone=NEW, code=code, first_name="Eve")
    assert done.status_code == 200
    assert (done.json()["phone"], done.json()["first_name"]) == (NEW, "Eve")
    assert done.json()["sms_allowed"] is False, "the permission was given for the old number"
    run_jobs()
    told = sms_outbox()[0]
    assert (told.to, NEW in told.text) == ("+905551112233", False)
    assert mail_outbox()[0].to == shopper.email
    again = patch(client, phone=NEW, code=code)
    assert (again.status_code, again.json()["error_code"]) == (406, "sms_verification_100_1")


@pytest.mark.django_db
def test_confirmation_costs_four_statements_and_one_job(make_shopper: Any, sign_in: Any, sms_outbox: Any) -> None:
    """The session, the limit, the try; and all that follows from a right code at once."""
    client = sign_in(make_shopper(phone="+905551112233", sms_allowed=True, call_allowed=True))
    patch(client, phone=NEW)
    code = code_of(sms_outbox)
    with CaptureQueriesContext(connection) as asked:
        assert patch(client, phone=NEW, code=code).status_code == 200
    statements = [each["sql"] for each in asked if "SAVEPOINT" not in each["sql"]]
    assert len(statements) == 4, statements
    assert Consent.objects.count() == 2
    assert ProcrastinateJob.objects.filter(status="todo").count() == 1


@pytest.mark.django_db
def test_a_change_costs_three_statements(make_shopper: Any, sign_in: Any) -> None:
    """The session, the limit, and the change with its consents and its job."""
    client = sign_in(make_shopper(sms_allowed=False))
    patch(client, first_name="Ada")
    with CaptureQueriesContext(connection) as asked:
        assert patch(client, first_name="Grace", sms_allowed=True).status_code == 200
    assert len([each for each in asked if "SAVEPOINT" not in each["sql"]]) == 3
    assert Consent.objects.count() == 1


@pytest.fixture
def between(monkeypatch: pytest.MonkeyPatch) -> Any:
    """`between(work)`: what somebody else does after the code was found right, before anything is written."""

    def patch_in(work: Any) -> None:
        evaluate = verification.evaluate

        def then_work(*args: Any) -> Any:
            proof = evaluate(*args)
            work()
            return proof

        monkeypatch.setattr(verification, "evaluate", then_work)

    return patch_in


@pytest.mark.django_db(transaction=True)
def test_a_change_by_somebody_else_is_not_overwritten(
    make_shopper: Any, sign_in: Any, sms_outbox: Any, between: Any
) -> None:
    """The shopper is read again, and the change made to what they are then."""
    shopper = make_shopper(phone="+905551112233", first_name="Ada", sms_allowed=False, attributes={"a": 1})
    client = sign_in(shopper)
    patch(client, phone=NEW)
    between(lambda: Shopper.objects.update(last_name="Else", sms_allowed=True, attributes={"b": 2}))
    done = patch(client, phone=NEW, code=code_of(sms_outbox), first_name="Grace", attributes={"c": 3}).json()
    assert (done["first_name"], done["last_name"], done["phone"]) == ("Grace", "Else", NEW)
    shopper.refresh_from_db()
    assert (shopper.first_name, shopper.last_name, shopper.phone_e164) == ("Grace", "Else", NEW)
    assert shopper.attributes == {"b": 2, "c": 3}
    assert [(each.old_value, each.new_value) for each in Consent.objects.filter(channel="sms")] == [(True, False)]
    assert ProcrastinateJob.objects.filter(status="todo").count() == 1


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("work", "status", "error_code"),
    [
        (lambda: Shopper.objects.update(is_active=False), 401, None),
        (lambda: Challenge.objects.update(used_at=timezone.now()), 406, "sms_verification_100_1"),
    ],
    ids=["closed", "used by another request"],
)
def test_what_ends_a_confirmation_leaves_nothing_of_it(
    make_shopper: Any, sign_in: Any, sms_outbox: Any, between: Any, work: Any, status: int, error_code: str | None
) -> None:
    """Between the right code and the change."""
    shopper = make_shopper(phone="+905551112233", sms_allowed=True)
    client = sign_in(shopper)
    patch(client, phone=NEW)
    between(work)
    answer = patch(client, phone=NEW, code=code_of(sms_outbox))
    assert (answer.status_code, answer.json().get("error_code")) == (status, error_code)
    shopper.refresh_from_db()
    assert (shopper.phone, shopper.sms_allowed) == ("+905551112233", True)
    assert not Consent.objects.exists()
    assert not ProcrastinateJob.objects.filter(status="todo").exists()


@pytest.mark.django_db(transaction=True)
def test_a_code_that_is_being_used_is_waited_for(make_shopper: Any, sign_in: Any, sms_outbox: Any) -> None:
    """Another transaction has used it and not committed yet: nothing of the change is applied when it does."""
    shopper = make_shopper(phone="+905551112233", first_name="Ada")
    client = sign_in(shopper)
    patch(client, phone=NEW)
    code, proof = code_of(sms_outbox), Challenge.objects.get().pk

    def confirm() -> Any:
        try:
            return patch(client, phone=NEW, code=code, first_name="Grace")
        finally:
            connection.close()

    evaluated = threading.Event()
    evaluate = verification.evaluate

    def and_tell(*args: Any) -> Any:
        found = evaluate(*args)
        with ThreadPoolExecutor(1) as other:
            other.submit(use_up).result()
        evaluated.set()
        return found

    holder = connection.copy()

    def use_up() -> None:
        holder.cursor().execute("BEGIN")
        holder.cursor().execute("UPDATE accounts_challenge SET used_at = now() WHERE id = %s", [proof])

    holder.inc_thread_sharing()
    with ThreadPoolExecutor(1) as somebody, mock.patch.object(verification, "evaluate", and_tell):
        answer = somebody.submit(confirm)
        assert evaluated.wait(20)
        with pytest.raises(TimeoutError):
            answer.result(0.5)
        holder.cursor().execute("COMMIT")
        assert (answer.result().status_code, answer.result().json()["error_code"]) == (406, "sms_verification_100_1")
    holder.dec_thread_sharing()
    holder.close()
    shopper.refresh_from_db()
    assert (shopper.first_name, shopper.phone) == ("Ada", "+905551112233")


@pytest.mark.django_db(transaction=True)
def test_a_number_taken_meanwhile_is_refused_and_the_code_stays(
    make_shopper: Any, sign_in: Any, sms_outbox: Any, between: Any
) -> None:
    """By somebody who confirmed it a moment earlier."""
    client = sign_in(make_shopper(phone="+905551112233"))
    patch(client, phone=NEW)
    between(lambda: make_shopper(email="b@example.com", phone=NEW, phone_e164=NEW, phone_claim=NEW))
    answer = patch(client, phone=NEW, code=code_of(sms_outbox), first_name="Grace")
    assert (answer.status_code, list(answer.json())) == (400, ["phone"])
    assert Challenge.objects.get().used_at is None
    assert not Shopper.objects.filter(first_name="Grace").exists()


@pytest.mark.django_db
def test_permission_stated_with_the_new_phone_is_proven(make_shopper: Any, sign_in: Any, sms_outbox: Any) -> None:
    """An explicit permission of the confirming request is kept, and the ledger says that a code proved the phone."""
    shopper = make_shopper(phone="+905551112233", sms_allowed=False)
    client = sign_in(shopper)
    patch(client, phone=NEW, sms_allowed=True)
    done = patch(client, phone=NEW, sms_allowed=True, code=code_of(sms_outbox))
    assert done.json()["sms_allowed"] is True
    entry = Consent.objects.get(shopper=shopper)
    assert (entry.channel, entry.old_value, entry.new_value, entry.is_proven) == ("sms", False, True, True)
    assert entry.source == f"PATCH {URL}"


@pytest.mark.django_db
def test_consent_ledger_has_a_row_a_change(make_shopper: Any, sign_in: Any) -> None:
    """Every change of a permission appends one row; a request that changes none appends none."""
    shopper = make_shopper(email_allowed=False)
    client = sign_in(shopper)
    patch(client, email_allowed=True)
    patch(client, email_allowed=True, first_name="B")
    patch(client, email_allowed=False)
    rows = list(Consent.objects.filter(shopper=shopper).order_by("id").values_list("old_value", "new_value"))
    assert rows == [(False, True), (True, False)]


@pytest.mark.django_db
def test_resend(make_shopper: Any, sign_in: Any, advance: Any, sms_outbox: Any) -> None:
    """`resend` answers success once the wait is over, 429 before."""
    client = sign_in(make_shopper())
    patch(client, phone=NEW)
    early = patch(client, phone=NEW, resend=True)
    assert early.status_code == 429
    assert int(early.headers["Retry-After"]) > 0
    advance(31)
    late = patch(client, phone=NEW, resend="true")
    assert (late.status_code, late.json()) == (200, {"message": "success"})
    assert len(sms_outbox()) == 2


@pytest.mark.django_db
def test_taken_phone(make_shopper: Any, sign_in: Any, sms_outbox: Any, setting: Any) -> None:
    """Another shopper's phone, however it is written, is 400; with PREVENT_ENUMERATION it looks like a free one."""
    make_shopper(phone=NEW)
    client = sign_in(make_shopper())
    answer = patch(client, phone="05559998877")
    assert (answer.status_code, list(answer.json())) == (400, ["phone"])
    setting("PREVENT_ENUMERATION", True)
    assert patch(client, phone=NEW).status_code == 202
    assert patch(client, phone=NEW, code="123456").json()["error_code"] == "sms_verification_100_2"
    assert sms_outbox() == []


@pytest.mark.django_db
def test_same_number_written_otherwise(make_shopper: Any, sign_in: Any, sms_outbox: Any) -> None:
    """The same number needs no code and is kept as it was given."""
    client = sign_in(make_shopper(phone=NEW))
    answer = patch(client, phone="05559998877")
    assert (answer.status_code, answer.json()["phone"]) == (200, "05559998877")
    assert sms_outbox() == []


@pytest.mark.django_db
def test_end_other_sessions(make_shopper: Any, sign_in: Any) -> None:
    """The shopper may ask that other browsers are signed out."""
    shopper = make_shopper()
    other, client = sign_in(shopper), sign_in(shopper)
    assert patch(client, first_name="A", end_other_sessions=True).status_code == 200
    assert (client.get(URL).status_code, other.get(URL).status_code) == (200, 401)


@pytest.mark.django_db
def test_expired_session(make_shopper: Any, sign_in: Any, advance: Any) -> None:
    """A session ends when the shopper stays away; one in use lives on, also by reads."""
    client = sign_in(make_shopper())
    advance(13 * 86_400)
    assert client.get(URL).status_code == 200
    advance(13 * 86_400)
    assert client.get(URL).status_code == 200
    advance(15 * 86_400)
    assert client.get(URL).status_code == 401
    assert Session.objects.count() == 1


def picture(kind: str = "PNG", size: tuple[int, int] = (800, 600)) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, "red").save(out, kind)
    return out.getvalue()


def upload(client: Client, content: bytes, name: str = "me.png") -> Any:
    from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart

    body = encode_multipart(BOUNDARY, {"avatar": SimpleUploadedFile(name, content), "first_name": "Ada"})
    return client.patch(URL, body, content_type=MULTIPART_CONTENT)


@pytest.mark.django_db
@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
def test_avatar(make_shopper: Any, sign_in: Any, kind: str) -> None:
    """A picture is re-encoded and served under a random name; null takes it away, the old one is gone."""
    client = sign_in(make_shopper())
    answer = upload(client, picture(kind))
    assert answer.status_code == 200
    address = answer.json()["avatar"]
    assert re.fullmatch(r"http://testserver/media/avatars/[0-9a-f]{32}\.webp", address)
    served = client.get(address)
    assert (served.status_code, served["Content-Type"]) == (200, "image/webp")
    assert Image.open(io.BytesIO(served.content)).size == (512, 384)
    assert patch(client, avatar=None).json()["avatar"] is None
    assert client.get(address).status_code == 404


@pytest.mark.django_db
def test_avatar_loses_its_metadata(make_shopper: Any, sign_in: Any) -> None:
    """Where a photo was taken is nobody's business."""
    upload(sign_in(make_shopper()), photo("home of Ada"))
    assert b"home of Ada" not in bytes(Avatar.objects.get().content)


def huge() -> bytes:
    # a header that promises 30,000 x 30,000 pixels, and no pixels
    return picture()[:16] + (30_000).to_bytes(4, "big") * 2 + picture()[24:]


def photo_with(tag: int) -> bytes:
    """A photo whose note stands in the field of a number."""
    return photo().replace(ExifTags.Base.ImageDescription.to_bytes(2, "big"), tag.to_bytes(2, "big"), 1)


@settings(deadline=None)
@given(st.sampled_from([photo(), picture("PNG", (9, 7)), picture("WEBP", (9, 7))]), mutations())
def test_whatever_happened_to_a_picture_it_is_taken_or_refused(content: bytes, changes: Changes) -> None:
    """Bytes changed, lost and put in: nothing but a refusal comes out of the library that reads it."""
    with contextlib.suppress(Invalid):
        avatars.reencode(SimpleUploadedFile("a", damaged(content, changes)))


@pytest.mark.django_db
@pytest.mark.parametrize(
    "content",
    [
        b"MZ" + b"\x00" * 500,
        huge(),
        picture()[:200],
        b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>',
        picture("GIF"),
        b"",
        picture("BMP", (1500, 1300)),
        *(photo_with(tag) for tag in (0x0100, 0x011A, 0x0154)),
    ],
    ids=[
        *("executable", "30000x30000", "truncated", "svg", "gif", "empty", "over 5 MB"),
        *("width that is text", "resolution that is text", "level of white that is text"),
    ],
)
def test_avatar_that_is_none(make_shopper: Any, sign_in: Any, content: bytes) -> None:
    """What is no picture, whatever its name, is 400 on `avatar`, and the rest of the request is not applied."""
    shopper = make_shopper(first_name="Grace")
    answer = upload(sign_in(shopper), content)
    assert (answer.status_code, list(answer.json())) == (400, ["avatar"])
    shopper.refresh_from_db()
    assert shopper.first_name == "Grace"


@pytest.mark.django_db
def test_upload_of_fifty_megabytes(make_shopper: Any, sign_in: Any) -> None:
    """A body that is too large is refused whole."""
    answer = upload(sign_in(make_shopper()), b"\x00" * 50_000_000)
    assert (answer.status_code, list(answer.json())) == (400, ["non_field_errors"])


@pytest.mark.django_db(transaction=True)
def test_two_shoppers_confirm_one_phone(make_shopper: Any, sign_in: Any, sms_outbox: Any) -> None:
    """Of two shoppers who confirm the same phone at once one gets it, the other a 400 on `phone`."""
    clients = [sign_in(make_shopper()) for _ in range(2)]
    codes = []
    for client in clients:
        assert patch(client, phone=NEW).status_code == 202
        codes.append(code_of(sms_outbox))

    def confirm(number: int) -> Any:
        try:
            return patch(clients[number], phone=NEW, code=codes[number])
        finally:
            connections.close_all()

    with ThreadPoolExecutor(2) as pool:
        answers = sorted(pool.map(confirm, range(2)), key=lambda answer: answer.status_code)
    assert [answer.status_code for answer in answers] == [200, 400]
    assert list(answers[1].json()) == ["phone"]
    assert Shopper.objects.filter(phone_e164=NEW).count() == 1


@pytest.mark.django_db
def test_idempotency_key(make_shopper: Any, sign_in: Any, sms_outbox: Any) -> None:
    """The first answer is replayed; the key with another body is refused; a refused body keeps nothing."""
    client = sign_in(make_shopper())
    key = {"idempotency-key": "k" * 30}
    bad = client.patch(URL, {"gender": "x"}, content_type="application/json", headers=key)
    first = client.patch(URL, {"phone": NEW}, content_type="application/json", headers=key)
    again = client.patch(URL, {"phone": NEW}, content_type="application/json", headers=key)
    other = client.patch(URL, {"first_name": "B"}, content_type="application/json", headers=key)
    assert [answer.status_code for answer in (bad, first, again, other)] == [400, 202, 202, 422]
    assert again.headers["Idempotent-Replayed"] == "true"
    assert first.content == again.content
    assert len(sms_outbox()) == 1


@pytest.mark.django_db
def test_kept_answer_is_not_for_everybody(make_shopper: Any, sign_in: Any) -> None:
    """A kept answer is the caller's, who must still be signed in and send the CSRF token."""
    key = {"idempotency-key": "k" * 30, "authorization": "Basic shared"}
    ada, eve = sign_in(make_shopper()), sign_in(make_shopper())
    body = {"first_name": "Ada"}
    first = ada.patch(URL, body, content_type="application/json", headers=key)
    other = eve.patch(URL, body, content_type="application/json", headers=key)
    assert first.json()["id"] != other.json()["id"], "another caller's key is another key"
    again = ada.patch(URL, body, content_type="application/json", headers=key)
    assert again.headers["Idempotent-Replayed"] == "true"
    forged = ada.patch(URL, body, content_type="application/json", headers=key | {"x-csrftoken": "f" * 40})
    assert forged.status_code == 403
    assert ada.post("/users/logout/").status_code == 200
    ended = Client(headers={"accept-language": "en"} | key | {"x-csrftoken": ada.cookies["csrftoken"].value})
    ended.cookies["csrftoken"] = ada.cookies["csrftoken"].value
    ended.cookies["osessionid"] = first.wsgi_request.COOKIES["osessionid"]
    assert ended.patch(URL, body, content_type="application/json").status_code == 401


@pytest.mark.django_db
def test_attributes_stay_small(make_shopper: Any, sign_in: Any) -> None:
    """What a shopper may add is bounded over all requests together, however few letters a number takes."""
    client = sign_in(make_shopper())
    refused = patch(client, attributes={"n": [1e308] * 60})
    assert (refused.status_code, list(refused.json())) == (400, ["attributes"])
    answers = [patch(client, attributes={f"k{number}": "x" * 5_000}).status_code for number in range(5)]
    assert answers == [200, 200, 200, 400, 400]
    assert len(client.get(URL).content) < 20_000


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["%00", "x.webp", "a" * 32 + ".webp", "..%2f..%2fetc"])
def test_avatar_of_nobody(client: Client, name: str) -> None:
    """An address of no picture is 404."""
    assert client.get(f"/media/avatars/{name}").status_code == 404


@pytest.mark.django_db
def test_a_list_of_one_order(make_shopper: Any, sign_in: Any) -> None:
    """A list that names no fields to sort by refuses the wish."""
    answer = sign_in(make_shopper()).get("/users/sessions/?sort=zzz")
    assert (answer.status_code, list(answer.json())) == (400, ["sort"])
