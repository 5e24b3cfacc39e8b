"""Keys for `Authorization: Token …`: made, looked up, taken back. Only digests are stored, so a key is shown once."""

import re
from datetime import datetime, timedelta
from typing import Final

from django.db.models import F, Q, QuerySet
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from patron.channels import access
from patron.channels.models import Staff, StaffToken
from patron.kernel import clock, rows, secrets, transactions
from patron.kernel.errors import Forbidden, Invalid, NotFound

LOGIN: Final = "login"  # the name of tokens that the password sign-in makes
MOST_FOR_PROGRAMS: Final = 100
# A write for every call would make each read of the back office a write; staff only ask whether a key is still in use.
USE_NOTED_EVERY: Final = timedelta(hours=1)
_KEY: Final = re.compile(r"[0-9a-f]{40}")
_TOKENS: Final = rows.Table(StaffToken, "t")
_STAFF: Final = rows.Table(Staff, "s")
_FIND: Final = f"""
SELECT {_TOKENS.columns}, {_STAFF.columns}, {access.COLUMNS}
FROM channels_stafftoken t JOIN channels_staff s ON s.id = t.staff_id
WHERE t.key_digest = %s AND t.revoked_at IS NULL AND (t.expires_at IS NULL OR t.expires_at > %s)
    AND s.is_active"""  # noqa: S608 -- column names of our own


def issue(staff: Staff, name: str, expires_at: datetime | None = None) -> str:
    """Make a token named `name` and return its key, 40 hex characters; `expires_at` None: it does not expire."""
    return make(staff, name, expires_at)[1]


def make(staff: Staff, name: str, expires_at: datetime | None = None) -> tuple[StaffToken, str]:
    """The same, with the row beside the key."""
    key = secrets.new_token()
    token = StaffToken.objects.create(
        staff=staff, name=name, key_digest=secrets.digest(key), created_at=clock.now(), expires_at=expires_at
    )
    return token, key


def issue_for_program(
    signed_in: StaffToken, name: str, expires_date: datetime | None, owner: Staff | None = None
) -> tuple[StaffToken, str]:
    """A further token, for the owner of `signed_in` unless `owner` is another, and its key.

    `signed_in` must come from a sign-in with a password: a program whose key leaked must not be able to make itself
    another. Raises Forbidden, and Invalid when the owner has MOST_FOR_PROGRAMS already.
    """
    if signed_in.name != LOGIN:
        raise Forbidden(_("Only a sign-in with a password can make tokens."))
    staff = owner or signed_in.staff

    def work() -> tuple[StaffToken, str]:
        Staff.objects.select_for_update(no_key=True).get(pk=staff.pk)  # parallel makers are counted one by one
        if valid(clock.now()).filter(staff=staff).exclude(name=LOGIN).count() >= MOST_FOR_PROGRAMS:
            raise Invalid({"non_field_errors": [_("There are too many tokens. Revoke one that is not used.")]})
        return make(staff, name, expires_date)

    return transactions.run(work)


def owner(key: str) -> Staff | None:
    """The active staff member whose valid token `key` is, None for any other text."""
    token = find(key)
    return token.staff if token else None


def find(key: str) -> StaffToken | None:
    """The valid token of `key` with its staff member and their rights, in one statement; None for any other text.

    Its use is noted at most once an hour.
    """
    if not _KEY.fullmatch(key):
        return None
    now = clock.now()
    row = rows.one(_FIND, (secrets.digest(key), now))
    if row is None:
        return None
    token = _TOKENS.instance(row[: _TOKENS.width])
    token.staff = _STAFF.instance(row[_TOKENS.width : -access.WIDTH])
    access.keep(token.staff, row[-access.WIDTH :])
    if token.last_used_at is None or abs(now - token.last_used_at) >= USE_NOTED_EVERY:
        StaffToken.objects.filter(pk=token.pk).update(last_used_at=now)
    return token


def valid(now: datetime) -> QuerySet[StaffToken]:
    """The tokens that are neither revoked nor expired at `now`."""
    return StaffToken.objects.filter(Q(expires_at=None) | Q(expires_at__gt=now), revoked_at=None)


def end(token: StaffToken) -> None:
    """Take a token back; one that is revoked already stays so."""
    _revoke(StaffToken.objects.filter(pk=token.pk))


def revoke(staff: Staff, token_id: int) -> None:
    """Take back one token of `staff`. Raises NotFound for another's, and for one that is revoked already."""
    if not _revoke(StaffToken.objects.filter(staff=staff, pk=token_id)):
        raise NotFound


def revoke_sign_ins(staff: Staff, *, keep_newest: int = 0) -> int:
    """Take back the tokens made by signing in, except the `keep_newest` last used; return how many.

    Called in a transaction that holds the staff member's row, or parallel sign-ins could keep one each too many.
    """
    mine = valid(clock.now()).filter(staff=staff, name=LOGIN)
    by_use = mine.order_by(Coalesce("last_used_at", F("created_at")).desc(), "-id")
    return _revoke(mine.exclude(pk__in=by_use.values("pk")[:keep_newest])) if keep_newest else _revoke(mine)


def _revoke(tokens: QuerySet[StaffToken]) -> int:
    return tokens.filter(revoked_at=None).update(revoked_at=clock.now())
