"""Two records of one buyer in one channel become one, and two again if that was a mistake.

One is kept; the other leaves the table, stays whole in the merge, and its key leads nowhere but to a refusal of bulk
upserts and imports. What belonged to it moves: the mappings here, and whatever rooms above have registered (`mover`),
in the same transaction. Which value of a field stays is a rule, and the caller's choice over the rule:
- a text, number or date of the kept one unless it is empty, then the other's;
- a permission follows its address: that of the e-mail, or of the phone, that stays; where both have the same address,
  it is a permission only if both say so;
- `date_joined`: the earlier; keys of objects: both, the kept one's value where both have the key.
A shopper of the own storefront goes with the record: whichever is kept follows that shopper, and is erased with them.
Source: 5-omnitron, Customers, Beyond the document.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

import msgspec
from django.db import IntegrityError
from django.utils.translation import gettext as _

from patron.channels.access import Scope
from patron.customers import history, merge_lock, reads
from patron.customers.models import CODE_TAKEN, Change, Merge
from patron.customers.reads import CustomerRow
from patron.customers.records import FIELDS, UPDATED, alike
from patron.kernel import clock, events, rows, transactions
from patron.kernel.errors import Invalid, NotFound, Refusal

MERGED: Final = "customer.merged"
UNMERGED: Final = "customer.unmerged"
CHANGED_SINCE: Final = "customer_merge_100_1"
ALREADY_UNDONE: Final = "customer_merge_100_2"
KEY_TAKEN: Final = "customer_merge_100_3"
Side = Literal["kept", "merged"]
_LARGEST_ID: Final = 2**63 - 1
_OBJECTS: Final = (
    "extra_field",
    "attributes",
    "attributes_kwargs",
    "localized_attributes",
    "localized_attributes_kwargs",
)
_ADDRESSES: Final = {"email_allowed": "email", "sms_allowed": "phone_number", "call_allowed": "phone_number"}
_HOLD: Final = f"""
SELECT to_jsonb(c) - 'traits', {reads.COLUMNS} FROM customers_customer c
WHERE c.id = ANY (%(ids)s::bigint[]) AND {reads.IN_SCOPE} ORDER BY c.id FOR UPDATE
"""  # noqa: S608 -- constants
_WHOLE: Final = "jsonb_populate_record(NULL::customers_customer, %(row)s::jsonb)"
# `traits` is generated: PostgreSQL makes it anew
_STORED: Final = ", ".join(("id", "channel_id", "channel_code", *FIELDS, "shopper_id", "created_date", "modified_date"))
_KEPT_UP: Final = ", ".join((*FIELDS, "shopper_id"))
_SET: Final = f"""
UPDATE customers_customer c SET ({_KEPT_UP}) = (SELECT {_KEPT_UP} FROM {_WHOLE}),
    modified_date = GREATEST(%(now)s, c.modified_date + interval '1 microsecond')
WHERE c.id = %(id)s RETURNING to_jsonb(c) - 'traits'
"""  # noqa: S608
_BRING_BACK: Final = f"""
INSERT INTO customers_customer ({_STORED}) SELECT {_STORED} FROM {_WHOLE}
"""  # noqa: S608
_MOVE_MAPPINGS: Final = """
UPDATE customers_customermapping m SET customer_id = %(to)s, modified_date = %(now)s
WHERE m.customer_id = %(from)s AND NOT EXISTS (
    SELECT FROM customers_customermapping o
    WHERE o.customer_id = %(to)s AND o.code = m.code AND o.integration_type = m.integration_type)
RETURNING m.id
"""
_TAKE_TWINS: Final = """
DELETE FROM customers_customermapping WHERE customer_id = %s RETURNING integration_type, code, id, created_date::text
"""
_GIVE_BACK_TWIN: Final = """
INSERT INTO customers_customermapping (id, customer_id, integration_type, code, created_date, modified_date)
VALUES (
    coalesce(%(id)s, nextval(pg_get_serial_sequence('customers_customermapping', 'id'))),
    %(customer)s, %(kind)s, %(code)s, coalesce(%(created)s::timestamptz, %(now)s), %(now)s
) ON CONFLICT DO NOTHING
"""


@dataclass(frozen=True, slots=True)
class Plan:
    """What a merge would do. `values`: field → what stays; `choices`: field → whose that is, where the two differ."""

    kept: CustomerRow
    merged: CustomerRow
    values: dict[str, Any]
    choices: dict[str, str]


# name of a table → (from, to) → ids of the moved rows; and the way back, of those that are still there
Mover = tuple[Callable[[int, int], list[int]], Callable[[list[int], int], None]]
MOVERS: Final[dict[str, Mover]] = {}


def mover(table: str, move: Callable[[int, int], list[int]], move_back: Callable[[list[int], int], None]) -> None:
    """Let rows of a room above go with the customer they name. Called once, when the room is ready."""
    MOVERS[table] = (move, move_back)


def preview(kept_id: int, merged_id: int, choices: Mapping[str, Side], scope: Scope) -> Plan:
    """What `merge` would do now. Raises NotFound, Invalid."""
    return transactions.run(lambda: _plan(_held(kept_id, merged_id, scope), choices))


def merge(kept_id: int, merged_id: int, choices: Mapping[str, Side], scope: Scope, staff_id: int | None) -> Merge:
    """Merge `merged_id` into `kept_id`. `choices`: field → whose value stays, where it is not the rule's.

    Raises NotFound (also for one of another's channel), Invalid: two channels, one and the same.
    """

    def work() -> Merge:
        merge_lock.for_a_merge()
        held = _held(kept_id, merged_id, scope)
        plan = _plan(held, choices)
        kept_before, gone_before = held[kept_id][0], held[merged_id][0]
        values = plan.values | {"now": clock.now()}
        shopper = {"shopper_id": kept_before["shopper_id"] or gone_before["shopper_id"]}
        after = _set(kept_id, kept_before | plan.values | shopper, values["now"])
        moved = _move(merged_id, kept_id)
        rows.changed("DELETE FROM customers_customer WHERE id = %s", (merged_id,))
        done = Merge.objects.create(
            kept_id=kept_id,
            gone_id=merged_id,
            channel_id=gone_before["channel_id"],
            gone_code=gone_before["channel_code"],
            kept_before=kept_before,
            gone_before=gone_before,
            kept_after=after,
            moved=moved,
            merged_at=values["now"],
            staff_id=staff_id,
        )
        _note(done, kept_before, after, Change.Source.MERGE, staff_id)
        _tell(MERGED, done)
        return done

    return transactions.run(work)


def undo(merge_id: int, scope: Scope, staff_id: int | None) -> Merge:
    """Bring both back as they were. Raises NotFound, and Refusal when the kept one was changed since."""

    def work() -> Merge:
        done = scope.of(Merge.objects.select_for_update().filter(pk=min(merge_id, _LARGEST_ID))).first()
        if done is None:
            raise NotFound
        if done.undone_at is not None:
            raise Refusal(ALREADY_UNDONE, _("This merge was undone already."))
        now = rows.every(_HOLD, {"ids": [done.kept_id], "channels": scope.parameter})
        if not now or not alike(_read(now[0][0]), done.kept_after):
            raise Refusal(CHANGED_SINCE, _("The customer was changed since the merge, so it cannot be undone."))
        after = _set(done.kept_id, done.kept_before, clock.now())
        rows.changed(_BRING_BACK, {"row": _json(done.gone_before)})
        _move_back(done)
        done.undone_at, done.undone_by_id = clock.now(), staff_id
        done.save(update_fields=["undone_at", "undone_by"])
        _note(done, done.kept_after, after, Change.Source.UNDO, staff_id)
        _tell(UNMERGED, done)
        return done

    try:
        return transactions.run(work)
    except IntegrityError as error:
        if transactions.constraint_of(error) != CODE_TAKEN:
            raise
        raise Refusal(KEY_TAKEN, _("The channel has another customer of the merged one's code by now.")) from error


def _held(kept_id: int, merged_id: int, scope: Scope) -> dict[int, tuple[dict[str, Any], CustomerRow]]:
    if kept_id == merged_id:
        raise Invalid({"merged": [_("A customer cannot be merged into itself.")]})
    ids = [each for each in (kept_id, merged_id) if each <= _LARGEST_ID]
    asked = {"ids": ids, "channels": scope.parameter}
    found = {row[1]: (_read(row[0]), reads.customer(row[1:])) for row in rows.every(_HOLD, asked)}
    if len(found) < 2:
        raise NotFound
    if found[kept_id][1].channel != found[merged_id][1].channel:
        raise Invalid({"merged": [_("Only customers of one channel can be merged.")]})
    if len({row["shopper_id"] for row, _customer in found.values()} - {None}) > 1:
        raise Invalid({"merged": [_("Customers of two shoppers cannot be merged.")]})
    return {kept_id: found[kept_id], merged_id: found[merged_id]}


def _plan(held: Mapping[int, tuple[dict[str, Any], CustomerRow]], choices: Mapping[str, Side]) -> Plan:
    (kept, kept_row), (merged, merged_row) = held.values()
    unknown = sorted(set(choices) - set(FIELDS))
    if unknown:
        raise Invalid({"choices": [_("There is no such field: %(names)s.") % {"names": ", ".join(unknown)}]})
    sides = {name: _side(name, kept, merged) for name in FIELDS if name not in _ADDRESSES and name not in _OBJECTS}
    sides |= choices
    values = {name: (kept if side == "kept" else merged)[name] for name, side in sides.items()}
    # as the contract writes moments, where jsonb writes them its own way
    values["date_joined"] = (kept_row if sides["date_joined"] == "kept" else merged_row).date_joined
    for name in _OBJECTS:
        if name not in choices:
            values[name] = merged[name] | kept[name]
    for name, address in _ADDRESSES.items():
        if name not in choices:
            values[name] = _permission(name, address, kept, merged, values)
    shown = {name: sides.get(name, "both") for name in FIELDS if not alike(kept[name], merged[name])}
    return Plan(kept_row, merged_row, values, shown)


def _side(name: str, kept: Mapping[str, Any], merged: Mapping[str, Any]) -> Side:
    if name == "date_joined" and kept[name] and merged[name]:
        return "kept" if kept[name] <= merged[name] else "merged"
    return "merged" if kept[name] in (None, "") and merged[name] not in (None, "") else "kept"


def _permission(
    name: str, address: str, kept: Mapping[str, Any], merged: Mapping[str, Any], values: Mapping[str, Any]
) -> bool:
    """A permission given for an address says nothing about another one."""
    said = [bool(row[name]) for row in (kept, merged) if row[address] == values[address]]
    return bool(said) and all(said)


def _set(customer_id: int, row: Mapping[str, Any], now: Any) -> dict[str, Any]:
    after = rows.written(_SET, {"row": _json(row), "id": customer_id, "now": now})
    if after is None:
        raise NotFound
    return _read(after[0])


def _move(from_id: int, to_id: int) -> dict[str, Any]:
    moved = rows.every(_MOVE_MAPPINGS, {"from": from_id, "to": to_id, "now": clock.now()})
    twins = [list(row) for row in rows.every(_TAKE_TWINS, (from_id,))]
    others = {table: move(from_id, to_id) for table, (move, _back) in MOVERS.items()}
    return {"mappings": [row[0] for row in moved], "twins": twins, "others": others}


def _move_back(done: Merge) -> None:
    owner = {"customer": done.gone_id, "now": clock.now()}
    rows.changed(
        "UPDATE customers_customermapping SET customer_id = %s WHERE id = ANY (%s::bigint[]) AND customer_id = %s",
        (done.gone_id, done.moved["mappings"], done.kept_id),
    )
    for kind, code, *more in done.moved["twins"]:
        twin_id, created = more or (None, None)  # a merge of before they were kept
        rows.changed(_GIVE_BACK_TWIN, owner | {"kind": kind, "code": code, "id": twin_id, "created": created})
    for table, ids in done.moved["others"].items():
        if table in MOVERS:
            MOVERS[table][1](ids, done.gone_id)


def _note(
    done: Merge, before: Mapping[str, Any], after: Mapping[str, Any], source: Change.Source, staff_id: int | None
) -> None:
    """What it did to the kept one, in its history and to those who listen."""
    changed = {name: (before[name], after[name]) for name in FIELDS if not alike(before[name], after[name])}
    if changed:
        history.record(done.kept_id, changed, source, staff_id)
        events.put(UPDATED, customer_id=done.kept_id, channel_id=done.channel_id, fields=sorted(changed))


def _tell(event: str, done: Merge) -> None:
    events.put(event, customer_id=done.kept_id, merged_id=done.gone_id, channel_id=done.channel_id, merge_id=done.pk)


def _read(row: str) -> dict[str, Any]:
    found: dict[str, Any] = msgspec.json.decode(row)
    return found


def _json(row: Mapping[str, Any]) -> str:
    return msgspec.json.encode(row).decode()
