"""The shoppers of the own storefront, as customers of each channel of type web.

Heard by event after every change of a shopper and read anew then, so news that comes late or twice does no harm. The
customer's code is the shopper's id. A staff member may write `erp_code` and `extra_field`; all else follows the
shopper.
"""

from typing import Any, Final

import msgspec

from patron.channels.models import Channel
from patron.customers import history, merge_lock
from patron.customers.models import Change
from patron.customers.records import CREATED, UPDATED
from patron.kernel import clock, events, rows, shoppers, transactions
from patron.kernel.shoppers import ShopperFacts

HEARD: Final = ("shopper.registered", "shopper.changed", "consent.changed", "shopper.anonymized")
_FOLLOWED: Final = {
    "email": "text",
    "first_name": "text",
    "last_name": "text",
    "phone_number": "text",
    "is_active": "boolean",
    "email_allowed": "boolean",
    "sms_allowed": "boolean",
    "call_allowed": "boolean",
    "gender": "text",
    "user_type": "text",
    "date_of_birth": "date",
    "date_joined": "timestamptz",
    "attributes": "jsonb",
}
_NAMES: Final = ", ".join(_FOLLOWED)
_VALUES: Final = ", ".join(f"%({name})s::{kind}" for name, kind in _FOLLOWED.items())
# One that is there already is held, until the transaction ends, and nothing else. One that was merged into another is
# not made again.
_MAKE: Final = f"""
INSERT INTO customers_customer AS c (channel_id, channel_code, shopper_id, extra_field, attributes_kwargs,
    localized_attributes, localized_attributes_kwargs, created_date, modified_date, {_NAMES})
SELECT ch.id, %(shopper)s::text, %(shopper)s, '{{}}', '{{}}', '{{}}', '{{}}', %(now)s, %(now)s, {_VALUES}
FROM channels_channel ch
WHERE ch.channel_type = '{Channel.Type.WEB.value}' AND NOT EXISTS (
    SELECT FROM customers_merge m
    WHERE m.gone_code = %(shopper)s::text AND m.channel_id = ch.id AND m.undone_at IS NULL
)
ORDER BY ch.id FOR KEY SHARE OF ch
ON CONFLICT (channel_code, channel_id) DO UPDATE SET shopper_id = EXCLUDED.shopper_id
RETURNING c.id, c.channel_id, c.xmax = 0
"""  # noqa: S608 -- constants
# Those that others were merged into say it of the shopper, too.
_HOLD: Final = "SELECT id FROM customers_customer WHERE shopper_id = %(shopper)s ORDER BY id FOR NO KEY UPDATE"
_FOLLOW: Final = f"""
WITH held AS MATERIALIZED (
    SELECT c.* FROM customers_customer c WHERE c.shopper_id = %(shopper)s ORDER BY c.id FOR NO KEY UPDATE
), now AS (
    UPDATE customers_customer c
    SET ({_NAMES}) = ROW ({_VALUES}), modified_date = GREATEST(%(now)s, c.modified_date + interval '1 microsecond')
    FROM held
    WHERE c.id = held.id AND ({", ".join(f"c.{name}" for name in _FOLLOWED)}) IS DISTINCT FROM ROW ({_VALUES})
    RETURNING c.*
)
SELECT now.id, now.channel_id, (
    SELECT jsonb_object_agg(key, jsonb_build_array(was.value, became.value))
    FROM jsonb_each(to_jsonb(held)) was JOIN jsonb_each(to_jsonb(now)) became USING (key)
    WHERE key = ANY (%(followed)s::text[]) AND was.value <> became.value
)::text
FROM now JOIN held ON held.id = now.id
"""  # noqa: S608


def listen() -> None:
    """Called once, when the room is ready."""
    for event in HEARD:
        events.listen(event, shopper_changed)


def shopper_changed(event: str, payload: dict[str, Any]) -> None:
    """Something of a shopper is new."""
    follow(payload["shopper_id"])


def follow(shopper_id: int) -> None:
    """Make the shopper's customers where they are missing, and let those there are say what the shopper says now.

    Of two that follow one shopper at once the later waits for the rows of the earlier, and reads the shopper after
    that, so the newest stays. An anonymized shopper gets no customer and empties those there are.
    """

    def work() -> None:
        merge_lock.for_writers()
        facts = shoppers.find(shopper_id)
        if facts is None:
            return
        made = set()
        if not facts.is_anonymized:
            held = rows.every(_MAKE, _values(facts))
            made = {row[0] for row in held if row[2]}
            for customer_id, channel_id, is_new in held:
                if is_new:
                    events.put(CREATED, customer_id=customer_id, channel_id=channel_id)
        rows.every(_HOLD, {"shopper": shopper_id})
        facts = shoppers.find(shopper_id) or facts
        for customer_id, channel_id, changes in rows.every(_FOLLOW, _values(facts)):
            changed = msgspec.json.decode(changes)
            if not facts.is_anonymized:  # whose history says nothing any more
                history.record(customer_id, changed, Change.Source.EVENT, None)
            if customer_id not in made:
                events.put(UPDATED, customer_id=customer_id, channel_id=channel_id, fields=sorted(changed))

    transactions.run(work)


def _values(facts: ShopperFacts) -> dict[str, Any]:
    return {
        "shopper": facts.id,
        "followed": list(_FOLLOWED),
        "now": clock.now(),
        "email": facts.email,
        "first_name": facts.first_name,
        "last_name": facts.last_name,
        "phone_number": facts.phone,
        "is_active": facts.is_active,
        "email_allowed": facts.email_allowed,
        "sms_allowed": facts.sms_allowed,
        "call_allowed": bool(facts.call_allowed),
        "gender": facts.gender if facts.gender in ("male", "female") else None,
        "user_type": facts.user_type if facts.user_type in ("guest", "registered") else None,
        "date_of_birth": facts.date_of_birth,
        "date_joined": facts.date_joined,
        "attributes": msgspec.json.encode(facts.attributes).decode(),
    }
