"""What is read of customers: rows as the document shows them, each answer by one statement."""

from datetime import date
from typing import Any, Final

import msgspec

from patron.channels.access import Scope
from patron.customers.models import CustomerMapping
from patron.kernel import clock, rows
from patron.kernel.errors import NotFound

# Written by PostgreSQL: reading a moment and writing it again would cost Python a tenth of the whole read.
_ISO: Final = "to_char({} AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"')"
COLUMNS: Final = f"""
c.id, c.channel_id, c.email, c.first_name, c.last_name, c.phone_number, c.is_active, c.channel_code, c.erp_code,
c.extra_field::text, {_ISO.format("c.modified_date")}, {_ISO.format("c.created_date")},
{_ISO.format("c.date_joined")}, c.email_allowed, c.sms_allowed, c.call_allowed, c.gender, c.attributes::text,
c.user_type, c.date_of_birth, c.attributes_kwargs::text, c.localized_attributes::text,
c.localized_attributes_kwargs::text"""
IN_SCOPE: Final = "(%(channels)s::bigint[] IS NULL OR c.channel_id = ANY (%(channels)s::bigint[]))"
_ONE: Final = f"SELECT {COLUMNS} FROM customers_customer c WHERE c.id = %(id)s AND {IN_SCOPE}"  # noqa: S608 -- constants
_LARGEST_ID: Final = 2**63 - 1


class CustomerRow(msgspec.Struct):
    """A customer as published. Objects are JSON already; moments as the contract writes them."""

    pk: int
    channel: int
    email: str
    first_name: str
    last_name: str
    phone_number: str | None
    is_active: bool
    channel_code: str
    erp_code: str | None
    extra_field: msgspec.Raw
    modified_date: str
    created_date: str
    date_joined: str | None
    email_allowed: bool
    sms_allowed: bool
    call_allowed: bool
    gender: str | None
    attributes: msgspec.Raw
    user_type: str | None
    date_of_birth: date | None
    attributes_kwargs: msgspec.Raw
    localized_attributes: msgspec.Raw
    localized_attributes_kwargs: msgspec.Raw

    @property
    def etag(self) -> str:
        """Names this state of the row: every change moves `modified_date`."""
        return f'"{self.pk}-{"".join(filter(str.isdigit, self.modified_date))}"'


class MappingRow(msgspec.Struct):
    """What another system calls a customer. `pk` and `id` are the same."""

    pk: int
    id: int
    integration_type: str
    code: str
    created_date: str
    modified_date: str


class Listed(msgspec.Struct):
    """A page of customers."""

    count: int
    next: str | None
    previous: str | None
    results: list[CustomerRow]


_OBJECTS: Final = tuple(place for place, kind in enumerate(CustomerRow.__annotations__.values()) if kind is msgspec.Raw)
WIDTH: Final = len(CustomerRow.__struct_fields__)


def customer(columns: Any) -> CustomerRow:
    """The row of a statement's COLUMNS."""
    values = list(columns)
    for place in _OBJECTS:
        values[place] = msgspec.Raw(values[place].encode())
    return CustomerRow(*values)


def one(customer_id: int, scope: Scope) -> CustomerRow:
    """One customer of the caller's channels. Raises NotFound, the same for another channel's and for none."""
    row = rows.one(_ONE, {"id": min(customer_id, _LARGEST_ID), "channels": scope.parameter})
    if row is None:
        raise NotFound
    return customer(row)


def mapping(row: CustomerMapping) -> MappingRow:
    """One mapping."""
    return MappingRow(
        pk=row.pk,
        id=row.pk,
        integration_type=row.integration_type,
        code=row.code,
        created_date=clock.iso(row.created_date),
        modified_date=clock.iso(row.modified_date),
    )


def body(row: CustomerRow) -> bytes:
    """The JSON of one."""
    return msgspec.json.encode(row)
