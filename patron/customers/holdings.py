"""Which columns of this room hold personal data of a shopper; see `kernel.personal_data`.

Only customers of channels of type web are a shopper's. Those of other channels are named by their channel's codes and
belong to nobody here.
"""

import secrets

from patron.customers.erasing import forget_merges
from patron.customers.models import Change, Customer, CustomerMapping, Merge
from patron.kernel import clock
from patron.kernel.personal_data import Holding, before_erasing, hold


def declare() -> None:
    """Called when the room is ready. What hangs on the customer comes first, while it is still there."""
    before_erasing(forget_merges)
    hold(_change())
    hold(
        Holding(
            model=Merge,
            owner="kept__shopper_id",
            exported=frozenset({"gone_before", "kept_before", "merged_at", "undone_at"}),
            withheld=frozenset(
                {"id", "kept_id", "gone_id", "channel_id", "gone_code", "kept_after", "moved", "staff_id"}
                | {"undone_by_id"}
            ),
            erased=None,
        )
    )
    hold(_customer())
    hold(
        Holding(
            model=CustomerMapping,
            owner="customer__shopper_id",
            exported=frozenset({"integration_type", "code", "created_date"}),
            withheld=frozenset({"id", "customer_id", "channel_id", "modified_date"}),
            erased=None,
        )
    )


def placeholder() -> str:
    """An address that is nobody's (RFC 2606)."""
    return f"anonymized-{secrets.token_hex(16)}@anonymized.invalid"


def _change() -> Holding:
    # That something was changed, when and by whom stays; what it was and became goes.
    stays = {"id", "customer_id", "changed_at", "source", "staff_id", "file_import", "request_id"}
    return Holding(
        model=Change,
        owner="customer__shopper_id",
        exported=frozenset({"changed_at", "source", "values"}),
        withheld=frozenset(stays - {"changed_at", "source"}),
        erased={"values": ""},
        kept=frozenset(stays),
    )


def _customer() -> Holding:
    objects = ("extra_field", "attributes", "attributes_kwargs", "localized_attributes", "localized_attributes_kwargs")
    flags = ("is_active", "email_allowed", "sms_allowed", "call_allowed")
    nullable = ("phone_number", "erp_code", "gender", "date_of_birth")
    named = ("first_name", "last_name")
    said = {*objects, *flags, *nullable, *named, "email", "user_type", "date_joined"}
    stays = {"id", "channel_id", "channel_code", "created_date"}
    return Holding(
        model=Customer,
        owner="shopper_id",
        exported=frozenset(said | stays | {"modified_date"}),
        withheld=frozenset({"shopper_id", "traits"}),
        erased={"email": placeholder, "modified_date": clock.now}
        | dict.fromkeys(objects, dict)
        | dict.fromkeys(flags, False)
        | dict.fromkeys(nullable)
        | dict.fromkeys(named, ""),
        kept=frozenset(stays | {"shopper_id", "traits", "user_type", "date_joined"}),
    )
