"""What a staff member may do, and in which channels: the one word by which every back-office view decides.

**Resources** are Django's permissions (`customers.view_customer`, add, change, delete), given to a staff member or to
their groups; `kernel.backoffice.StaffView` asks for the one that its table and the request's method need: 403 without.

**Channels**: whoever is not `is_restricted` sees all. Who is sees those given to them and to their groups, and only
reads what belongs to no channel (reference data). Another channel's row is not found: 404, as a row that never was, so
that neither can be told from the other; lists, counts and filters hold the caller's rows only.

A view over rows of channels is a `backoffice.ScopedView`, which has the caller's `scope` at hand:

    class CustomersView(ScopedView):                # api/v1/customers/, api/v1/channel/<int:channel_id>/customers/
        table = Customer

        def get(self, request, **address):
            rows = self.scope.of(Customer.objects.all())             # a queryset with a column `channel_id`
            … WHERE (%(channels)s::bigint[] IS NULL OR channel_id = ANY (%(channels)s::bigint[]))
              with {"channels": self.scope.parameter}                # a statement

        def post(self, request, **address):
            self.scope.require(wish["channel"])                      # NotFound for another's

Under an address that names a channel the scope is that channel alone; an unknown one and another's are 404 before the
view runs. A journey takes the Scope, not the request.

Cost: rights and channels come with the token, in its one statement (`tokens.find`). Elsewhere (the console, a command)
they are one statement for each instance of Staff. A channel in the address costs staff who see all of them one more,
which finds out whether there is such a channel.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final, Self, TypeVar

from django.db.models import Model, QuerySet

from patron.channels.models import Staff
from patron.kernel import rows
from patron.kernel.errors import NotFound

Row = TypeVar("Row", bound=Model)
# Both are NULL where there is nothing to look up: a superuser may do everything, the unrestricted see every channel.
COLUMNS: Final = """
CASE WHEN NOT s.is_superuser THEN ARRAY(
    SELECT ct.app_label || '.' || p.codename
    FROM auth_permission p JOIN django_content_type ct ON ct.id = p.content_type_id
    WHERE p.id IN (
        SELECT sp.permission_id FROM channels_staff_user_permissions sp WHERE sp.staff_id = s.id
        UNION ALL
        SELECT gp.permission_id FROM auth_group_permissions gp
        JOIN channels_staff_groups sg ON sg.group_id = gp.group_id WHERE sg.staff_id = s.id)
) END,
CASE WHEN s.is_restricted AND NOT s.is_superuser THEN ARRAY(
    SELECT sc.channel_id FROM channels_staff_channels sc WHERE sc.staff_id = s.id
    UNION
    SELECT cg.channel_id FROM channels_channel_groups cg
    JOIN channels_staff_groups sg ON sg.group_id = cg.group_id WHERE sg.staff_id = s.id
) END"""
WIDTH: Final = 2
_READ: Final = f"SELECT {COLUMNS} FROM channels_staff s WHERE s.id = %s"  # noqa: S608 -- words of our own
_EXISTS: Final = "SELECT 1 FROM channels_channel WHERE id = %s"
_LARGEST_ID: Final = 2**63 - 1
_KNOWN: Final = "known_access"


@dataclass(frozen=True, slots=True)
class Scope:
    """The channels a caller sees. `ids`: their keys; None: all, those to come included."""

    ids: frozenset[int] | None

    @property
    def parameter(self) -> list[int] | None:
        """For a statement: `%(channels)s::bigint[] IS NULL OR channel_id = ANY (%(channels)s::bigint[])`."""
        return None if self.ids is None else sorted(self.ids)

    def sees(self, channel_id: int) -> bool:
        """Whether rows of the channel are the caller's to see; does not ask whether it exists."""
        return self.ids is None or channel_id in self.ids

    def require(self, channel_id: int) -> None:
        """Raises NotFound for a channel that is not the caller's."""
        if not self.sees(channel_id):
            raise NotFound

    def of(self, found: QuerySet[Row], column: str = "channel_id") -> QuerySet[Row]:
        """Those of the rows that are of the caller's channels. `column`: as in `order__channel_id`."""
        return found if self.ids is None else found.filter(**{f"{column}__in": self.parameter})

    def at(self, channel_id: int) -> Self:
        """The one channel that an address names. Raises NotFound for one that is unknown or another's."""
        self.require(channel_id)
        # one that was given to staff exists, by its foreign key
        if self.ids is None and not (channel_id <= _LARGEST_ID and rows.one(_EXISTS, (channel_id,))):
            raise NotFound
        return type(self)(frozenset({channel_id}))


EVERYWHERE: Final = Scope(None)


@dataclass(frozen=True, slots=True)
class Access:
    """What one staff member holds. `permissions`: as `customers.view_customer`; None: every one there is."""

    permissions: frozenset[str] | None
    scope: Scope

    def holds(self, permissions: Iterable[str]) -> bool:
        """Whether each of these is among them."""
        return self.permissions is None or self.permissions.issuperset(permissions)

    def covers(self, other: "Access") -> bool:
        """Whether `other` may nothing that this one may not, and sees no channel that this one does not see."""
        if self.permissions is not None and (other.permissions is None or not self.holds(other.permissions)):
            return False
        return self.scope.ids is None or (other.scope.ids is not None and self.scope.ids >= other.scope.ids)


def of(member: Staff) -> Access:
    """What a staff member holds, as it was when the instance was first asked."""
    if _KNOWN not in member.__dict__:
        keep(member, rows.one(_READ, (member.pk,)) or ([], []))  # nothing, for somebody who is gone
    known: Access = member.__dict__[_KNOWN]
    return known


def keep(member: Staff, columns: Sequence[Any]) -> None:
    """Give an instance what a statement with COLUMNS said of it."""
    permissions, channels = columns
    member.__dict__[_KNOWN] = Access(
        None if permissions is None else frozenset(permissions),
        EVERYWHERE if channels is None else Scope(frozenset(channels)),
    )
