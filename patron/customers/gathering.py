"""Rows that fit, found by an index of what they have, in each channel by itself.

The other way is `walking`. Which index it is PostgreSQL chooses, but for JSON: this stands in its index by channel, of
which there are no statistics, so that PostgreSQL takes a hundredth of all rows to have whatever is asked for.
"""

from typing import Final

from patron.customers.conditions import Conditions

FEW: Final = 10_000  # expected rows of JSON, which are read all rather than anything is found besides
SURELY_MANY: Final = 100_000  # expected rows, of which there are more than are counted though PostgreSQL errs a lot
FROM: Final = "FROM customers_customer c WHERE {where}"
_FROM_JSON: Final = "FROM (SELECT c.* FROM customers_customer c WHERE {json} OFFSET 0) c WHERE {where}"
# Of several channels each by itself: before PostgreSQL 17 an index of a value and the channel would be read for the
# value alone, past the rows of others, and they would show in the time.
_FROM_EACH: Final = "FROM {channels} ch CROSS JOIN LATERAL (SELECT c.* {rows} OFFSET 0) c"


def gather(found: Conditions, of_json: int | None, when: str = "TRUE") -> str:
    """SQL of the rows `c`, from FROM on. `when`: a condition for all of it.

    `of_json`: rows of all channels that the JSON alone is expected to find; null where that is not to be known.
    """
    if not found.are_by_channel:
        return FROM.format(where=f"{found.sql()} AND {when}")
    if found.channels and len(found.channels) == 1:
        return _of_channel(found, of_json, found.bind(min(found.channels), "bigint"), when)
    named = "channels_channel" if found.channels is None else f"(SELECT unnest({found.channels_sql()}) AS id)"
    return _FROM_EACH.format(channels=named, rows=_of_channel(found, of_json, "ch.id", when))


def _of_channel(found: Conditions, of_json: int | None, channel: str, when: str) -> str:
    others = found.others_sql(channel=channel)
    if others and of_json is not None and of_json < FEW:
        return _FROM_JSON.format(json=found.json_sql(channel=channel), where=f"{others} AND {when}")
    if others and of_json is not None and of_json >= SURELY_MANY:
        # seen in the rows that the others find
        return FROM.format(where=f"{others} AND c.channel_id = {channel} AND {found.json_sql()} AND {when}")
    return FROM.format(where=f"{found.sql(channel=channel)} AND {when}")
