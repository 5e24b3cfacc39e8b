from django.contrib.sessions.models import Session
from django.test import Client

from patron.channels import tokens
from patron.channels.models import Staff
from tests.console.conftest import PASSWORD

LOGIN = "/console/login/"


def sign_in(client: Client, username: str, password: str) -> object:
    return client.post(LOGIN, {"username": username, "password": password}, headers={"Accept-Language": "en"})


def test_the_right_password_opens_the_overview(boss: Staff, client: Client) -> None:
    """A session cookie for the console's addresses only, and the way to the first page."""
    answer = sign_in(client, "boss", PASSWORD)
    assert (answer.status_code, answer["Location"]) == (302, "/console/")
    cookie = answer.cookies["patron_console"]
    assert (cookie["path"], cookie["httponly"], cookie["samesite"]) == ("/console/", True, "Lax")
    assert client.get("/console/").status_code == 200


def test_unknown_wrong_and_no_staff_are_refused_alike(boss: Staff, client: Client) -> None:
    """The same words for a wrong password, an unknown username and an account that may not open the console."""
    Staff.objects.create_user("program", password=PASSWORD)
    texts = set()
    for username, password in (("boss", "wrong"), ("nobody", PASSWORD), ("program", PASSWORD)):
        answer = sign_in(client, username, password)
        assert answer.status_code == 200
        texts.add(str(answer.context["form"].non_field_errors()))
    assert len(texts) == 1
    assert not Session.objects.exists()


def test_the_eleventh_wrong_password_is_429(boss: Staff, client: Client) -> None:
    """Counted together with the API's sign-in; the page says how long to wait, the header too."""
    for _ in range(9):
        assert sign_in(client, "boss", "wrong").status_code == 200
    client.post("/api/v1/auth/login/", {"username": "boss", "password": "x"}, content_type="application/json")
    answer = sign_in(client, "boss", PASSWORD)
    assert answer.status_code == 429
    assert 290 <= int(answer["Retry-After"]) <= 301
    assert "Try again in 6 minutes." in answer.content.decode() or "Try again in 5 minutes." in answer.content.decode()


def test_a_foreign_form_is_refused(boss: Staff) -> None:
    """A POST without the console's CSRF token does nothing."""
    client = Client(enforce_csrf_checks=True)
    assert sign_in(client, "boss", PASSWORD).status_code == 403


def test_a_shoppers_session_does_not_open_the_console(boss: Staff) -> None:
    """The storefront's cookie is another cookie of another table."""
    client = Client()
    client.cookies["osessionid"] = "0" * 40
    assert client.get("/console/").status_code == 302


def test_an_account_switched_off_is_out_at_once(console: Client, boss: Staff) -> None:
    """The next page asks to sign in."""
    Staff.objects.update(is_active=False)
    assert console.get("/console/").status_code == 302


def test_a_new_own_password_ends_tokens_of_sign_ins(console: Client, boss: Staff) -> None:
    """Tokens made with the old password end; this browser stays signed in."""
    key = tokens.issue(boss, tokens.LOGIN)
    new = "another horse battery"
    form = {"old_password": PASSWORD, "new_password1": new, "new_password2": new}
    assert console.post("/console/password_change/", form).status_code == 302
    assert tokens.owner(key) is None
    assert console.get("/console/").status_code == 200
    assert Staff.objects.get().check_password(new)


def test_unknown_addresses_are_a_page(console: Client) -> None:
    """404 as HTML in the reader's language, not the API's JSON."""
    answer = console.get("/console/nothing/here/")
    assert answer.status_code == 404
    assert "Not found." in answer.content.decode()
    assert answer["Content-Type"].startswith("text/html")


def test_the_overview_shows_what_one_may_see(console: Client, clerks_console: Client, rows: object) -> None:
    """Numbers for those who may see the tables behind them, an explanation for the others."""
    assert "SMS failed, 24 hours" in console.get("/console/").content.decode()
    text = clerks_console.get("/console/").content.decode()
    assert "SMS failed, 24 hours" not in text
    assert "nobody has given you rights yet" in text


def test_the_console_turns_round_for_arabic(boss: Staff) -> None:
    """Right to left where the reader's language is."""
    client = Client(headers={"Accept-Language": "ar"})
    client.force_login(boss)
    assert 'dir="rtl"' in client.get("/console/").content.decode()
