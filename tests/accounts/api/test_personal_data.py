"""GET /users/personal-data/ and PATCH /users/anonymize/."""

import base64
import io
import zipfile
from typing import Any

import msgspec
import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.test.client import encode_multipart
from PIL import Image

from patron.accounts.models import Avatar, Shopper

DATA = "/users/personal-data/"
ERASE = "/users/anonymize/"


@pytest.fixture
def shopper(make_shopper: Any) -> Shopper:
    found: Shopper = make_shopper(email="Ada@Example.com", attributes={"size": "M"})
    return found


@pytest.fixture
def client(shopper: Shopper, sign_in: Any) -> Client:
    """The shopper's, who has agreed to mails and has a picture."""
    signed_in: Client = sign_in(shopper)
    out = io.BytesIO()
    Image.new("RGB", (9, 9)).save(out, "PNG")
    body = {"email_allowed": "true", "avatar": SimpleUploadedFile("me.png", out.getvalue(), "image/png")}
    answer = signed_in.patch(
        "/users/profile/", encode_multipart("part", body), content_type="multipart/form-data; boundary=part"
    )
    assert answer.status_code == 200
    return signed_in


@pytest.mark.django_db
def test_anonymous(anonymous: Client) -> None:
    """Nobody gets 401 and erases nothing."""
    for answer in (anonymous.get(DATA), anonymous.get(DATA, {"as": "zip"}), anonymous.patch(ERASE)):
        assert answer.status_code == 401
        assert answer.json() == {"detail": "Authentication credentials were not provided."}


@pytest.mark.django_db
def test_json(client: Client, shopper: Shopper) -> None:
    """One document with every table and the picture; no password, no key."""
    answer = client.get(DATA)
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/json")
    assert answer["Cache-Control"] == "no-store"
    body = answer.json()
    assert body["shopper"] == shopper.pk
    own = body["data"]["accounts.shopper"][0]
    assert (own["email"], own["attributes"], own["date_of_birth"]) == ("Ada@Example.com", {"size": "M"}, None)
    assert own["date_joined"].endswith("Z")
    consent = body["data"]["accounts.consent"][0]
    assert (consent["channel"], consent["old_value"], consent["new_value"]) == ("email", False, True)
    assert consent["ip"] == "127.0.0.1"
    assert len(body["data"]["accounts.session"]) == 1
    picture = Avatar.objects.get()
    assert body["attachments"] == [
        {"name": "avatar.webp", "content": base64.b64encode(bytes(picture.content)).decode()}
    ]
    assert shopper.password not in answer.content.decode()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("query", "headers"), [({"as": "zip"}, {}), ({}, {"accept": "application/zip"}), ({"as": "zip"}, {"accept": "*/*"})]
)
def test_zip(client: Client, query: dict[str, str], headers: dict[str, str]) -> None:
    """The same as files."""
    answer = client.get(DATA, query, headers=headers)
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/zip")
    assert answer["Content-Disposition"] == 'attachment; filename="personal-data.zip"'
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        assert archive.namelist() == ["data.json", "attachments/avatar.webp"]
        data = msgspec.json.decode(archive.read("data.json"))
        assert data["attachments"] == ["avatar.webp"]
        assert data["data"]["accounts.shopper"][0]["email"] == "Ada@Example.com"
        assert archive.read("attachments/avatar.webp") == bytes(Avatar.objects.get().content)


@pytest.mark.django_db
@pytest.mark.parametrize("accept", ["application/json", "text/html,*/*;q=0.8", "text/html", ""])
def test_json_for_any_other_wish(client: Client, accept: str) -> None:
    """JSON unless a ZIP is asked for."""
    assert client.get(DATA, headers={"accept": accept})["Content-Type"] == "application/json"


@pytest.mark.django_db
def test_not_fresh(client: Client, setting: Any, advance: Any) -> None:
    """Some time after the sign-in it must be repeated."""
    setting("FRESH_LOGIN_SECONDS", 60)
    advance(61)
    answer = client.get(DATA, headers={"accept": "application/zip"})
    assert answer.status_code == 403
    assert answer.json() == {"detail": "Please sign in again to see your personal data."}


@pytest.mark.django_db
def test_erased(client: Client, shopper: Shopper) -> None:
    """200 and a text; the session is over, the picture is gone and the e-mail signs nobody in."""
    picture = client.get("/users/profile/").json()["avatar"]
    answer = client.patch(ERASE)
    assert (answer.status_code, answer.json()) == (200, "Your personal data was erased.")
    assert answer.cookies[settings.SESSION_COOKIE]["max-age"] == 0
    assert client.get("/current_user/").status_code == 401
    assert client.get(picture).status_code == 404
    shopper.refresh_from_db()
    assert (shopper.is_active, shopper.first_name) == (False, "")


@pytest.mark.django_db
def test_erasing_needs_the_token(client: Client, shopper: Shopper) -> None:
    """Another site's page cannot erase anybody."""
    bare = Client(headers={"accept-language": "en"})
    bare.cookies = client.cookies
    answer = bare.patch(ERASE)
    assert answer.status_code == 403
    assert answer.json()["detail"].startswith("CSRF Failed:")
    shopper.refresh_from_db()
    assert shopper.is_active


@pytest.mark.django_db
def test_other_methods(client: Client) -> None:
    """Neither address takes anything else."""
    assert client.post(DATA).status_code == 405
    for call in (client.get, client.post, client.delete):
        assert call(ERASE).status_code == 405
