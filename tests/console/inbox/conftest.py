"""Staff at the inbox, and what shoppers wrote."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.test import Client

from patron.accounts.models import Shopper
from patron.channels import staff
from patron.channels.models import Staff
from tests.accounts.conftest import advance
from tests.console.conftest import PASSWORD, browser_of, make_shopper
from tests.support.conftest import make_conversation, make_order_item, make_product, make_seller

__all__ = ["advance", "make_conversation", "make_order_item", "make_product", "make_seller"]
INBOX = "/console/inbox/"


class Browser:
    """A page of the inbox: what its script asks and sends."""

    def __init__(self, member: Staff) -> None:
        self.client: Client = browser_of(member)

    def get(self, path: str = "", **query: Any) -> Any:
        """Ask as the script does."""
        return self.client.get(INBOX + path, query, headers={"Accept": "application/json"})

    def ids(self, **query: Any) -> list[int]:
        """The conversations of a page of the list, in its order."""
        return [row["id"] for row in self.get("list/", **query).json()["rows"]]

    def post(self, path: str, body: Any = None, key: str | None = None) -> Any:
        """Send as the script does."""
        headers = {"Accept": "application/json"} | ({"Idempotency-Key": key} if key else {})
        return self.client.post(INBOX + path, body or {}, content_type="application/json", headers=headers)

    def reply(self, conversation_id: int, words: str, seen: int = 0, key: str | None = None) -> Any:
        """Answer a shopper."""
        return self.post(f"{conversation_id}/reply/", {"message_content": words, "seen": seen}, key)


@pytest.fixture
def jane(db: None) -> Shopper:
    """Jane Doe, with an e-mail and a phone."""
    return make_shopper(1)


@pytest.fixture
def hand(db: None) -> Callable[..., Browser]:
    """`hand("support.view_conversation")`: the browser of a new staff member who holds these."""

    def make(*permissions: str) -> Browser:
        number = Staff.objects.count()
        member = staff.create(f"hand{number}", PASSWORD)
        for permission in permissions:
            app, _dot, codename = permission.partition(".")
            member.user_permissions.add(Permission.objects.get(content_type__app_label=app, codename=codename))
        return Browser(member)

    return make


@pytest.fixture
def desk(boss: Staff) -> Browser:
    """A superuser at the inbox."""
    return Browser(boss)
