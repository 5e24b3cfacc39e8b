"""GET /sandbox/sms/ and /sandbox/mail/."""

import pytest

from patron.gateways import outbox
from patron.gateways.outbox import Attachment

pytestmark = pytest.mark.django_db


@pytest.fixture
def three_sms(sms_outbox):
    """Two to one number, one to another."""
    for number, text in (("+905551112233", "first"), ("+905551112244", "other"), ("+905551112233", "last")):
        outbox.queue_sms(number, text, purpose="test", is_otp=text == "last")
    return sms_outbox()


def test_anybody_reads_the_sms_newest_first(client, three_sms):
    """With exactly the published fields."""
    answer = client.get("/sandbox/sms/").json()

    assert (answer["count"], answer["next"], answer["previous"]) == (3, None, None)
    assert [sms["text"] for sms in answer["results"]] == ["last", "other", "first"]
    newest = answer["results"][0]
    assert set(newest) == {"id", "to", "from", "text", "is_otp", "created_date"}
    assert (newest["to"], newest["from"], newest["is_otp"]) == ("+905551112233", "PATRON", True)
    assert newest["created_date"].endswith("Z")


@pytest.mark.parametrize("to", ["+905551112233", " 905551112233", "0555 111 22 33", "5551112233", "%2B905551112233"])
def test_a_number_is_found_however_it_is_written(client, three_sms, to):
    """Compared as E.164; an unescaped + arrives as a space."""
    answer = client.get(f"/sandbox/sms/?to={to}").json()

    assert [sms["text"] for sms in answer["results"]] == ["last", "first"]


@pytest.mark.parametrize("to", ["+905551112299", "nonsense", "%00"])
def test_a_number_nobody_wrote_to_has_no_sms(client, three_sms, to):
    """An empty list, as for any other number."""
    assert client.get(f"/sandbox/sms/?to={to}").json()["count"] == 0


def test_lists_have_pages(client, three_sms):
    """`page` and `limit` as everywhere; a page past the end is 404."""
    answer = client.get("/sandbox/sms/?limit=2&page=2").json()
    assert [sms["text"] for sms in answer["results"]] == ["first"]
    assert answer["previous"].startswith("http://")

    past = client.get("/sandbox/sms/?page=9", headers={"Accept-Language": "en"})
    assert (past.status_code, past.json()) == (404, {"detail": "Invalid page."})


def test_mails_are_found_in_any_letter_case(client, mail_outbox):
    """With exactly the published fields."""
    files = [Attachment("kart.pdf", "application/pdf", b"%PDF")]
    outbox.queue_mail("Ayse@Shop.example", "Welcome", "text", purpose="test", html="<p>text</p>", attachments=files)
    outbox.queue_mail("b@shop.example", "Other", "text", purpose="test")
    mail_outbox()

    (mail,) = client.get("/sandbox/mail/?to=ayse@shop.EXAMPLE").json()["results"]

    assert set(mail) == {"id", "to", "from", "subject", "text", "html", "attachments", "created_date"}
    assert (mail["to"], mail["subject"], mail["html"]) == ("Ayse@Shop.example", "Welcome", "<p>text</p>")
    assert mail["attachments"] == [{"name": "kart.pdf", "content_type": "application/pdf", "size": 4}]


@pytest.mark.parametrize("to", ["nobody@shop.example", "%00"])
def test_an_address_nobody_wrote_to_has_no_mail(client, to):
    """An empty list."""
    assert client.get(f"/sandbox/mail/?to={to}").json()["count"] == 0
