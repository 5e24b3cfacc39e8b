"""The list of conversations through the door in front of Django's handler."""

from typing import Any

import pytest
from django.conf import settings

from patron.kernel.errors import Refusal
from patron.support import doors

pytestmark = pytest.mark.django_db


def ask(client: Any, query: str = "", **variables: str) -> bytes | None:
    cookie = f"{settings.SESSION_COOKIE}={client.cookies[settings.SESSION_COOKIE].value}"
    environ = {"HTTP_COOKIE": cookie, "QUERY_STRING": query, "wsgi.url_scheme": "http", "HTTP_HOST": "testserver"}
    return doors.own_conversations(environ | {"SERVER_NAME": "testserver", "SERVER_PORT": "80"} | variables, "en")


@pytest.mark.parametrize(
    "query", ["", "limit=2", "limit=2&page=2", "conversation_type=message&page=2&limit=1", "is_answered=0", "x=%20&y="]
)
def test_it_answers_what_the_view_answers(query: str, make_shopper: Any, sign_in: Any, make_conversation: Any) -> None:
    """Byte for byte, links included."""
    shopper = make_shopper()
    for _turn in range(3):
        make_conversation(shopper)
    client = sign_in(shopper)
    answer = client.get(f"{doors.PATH}?{query}".rstrip("?"))
    assert answer.status_code == 200
    assert ask(client, query) == answer.content


def test_it_leaves_to_the_view_what_is_no_answer(make_shopper: Any, sign_in: Any) -> None:
    """Nobody, a foreign host, a session to be touched; a wish that is refused is refused behind, in the same words."""
    client = sign_in(make_shopper())
    assert ask(client, HTTP_COOKIE="") is None
    assert ask(client, HTTP_COOKIE=f"{settings.SESSION_COOKIE}={'0' * 40}") is None
    assert ask(client, HTTP_HOST="evil.example:1:2") is None
    for query in ("page=9", "sort=id", "conversation_type=letter"):
        with pytest.raises(Refusal):
            ask(client, query)
