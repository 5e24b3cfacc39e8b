"""Segments, shoppers who are signed in, staff with a token."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import Permission

from patron.channels import staff, tokens
from patron.channels.models import Staff
from patron.kernel import clock
from patron.segments.models import Segment
from patron.segments.rules import EVERYBODY
from tests.accounts.conftest import advance, anonymous, english, make_shopper, sign_in
from tests.channels.conftest import call, clerk

__all__ = ["advance", "anonymous", "call", "clerk", "english", "make_shopper", "sign_in"]


@pytest.fixture
def make_segment(db: None) -> Callable[..., Segment]:
    """`make_segment("Women", rule={...})`: an active segment that fits everybody unless said otherwise."""

    def make(called: str = "Everybody", **fields: Any) -> Segment:
        now = clock.now()
        return Segment.objects.create(
            **{"name": {"en": called}, "rule": EVERYBODY, "created_at": now, "modified_at": now} | fields
        )

    return make


@pytest.fixture
def token_of(db: None) -> Callable[..., str]:
    """`token_of("segments.view_segment", …)`: the token of a staff member who holds just these permissions."""

    def issue(*permissions: str) -> str:
        member: Staff = staff.create(f"clerk-{Staff.objects.count()}", "correct horse battery")
        wanted = [tuple(each.split(".")) for each in permissions]
        member.user_permissions.set(
            [Permission.objects.get(content_type__app_label=app, codename=name) for app, name in wanted]
        )
        return tokens.issue(member, "test")

    return issue


@pytest.fixture
def manager(token_of: Callable[..., str]) -> str:
    """The token of a staff member who may do everything with segments and see shoppers."""
    verbs = ("view", "add", "change", "delete")
    return token_of(*(f"segments.{verb}_segment" for verb in verbs), "accounts.view_shopper")
