"""A page walked to along an index that has the order: past rows that do not fit, but not past many.

What is asked for may lie at the far end of an order, as the customers of this week do in the order of their numbers:
walking there would read the whole table. So a walk looks at as many rows as `kernel.walking` says, and tells if that
was not enough: then what fits is to be gathered by its own index and put in order.

Rows of named channels are walked to in each channel by itself and put together, so that nobody else's are looked at.
"""

from typing import Final

from patron.customers.conditions import Conditions
from patron.customers.ordering import Order
from patron.kernel import walking

_LEAST: Final = 10  # rows that each of many channels is walked for one that is wanted


def walk(found: Conditions, order: Order, *, rows: int, skipped: int = 0, when: str = "TRUE") -> str:
    """SQL that gives the columns of `order` for some rows behind `skipped` others, and `is_blind`.

    Where that is true in any row, the window has ended there: rows may be missing. `when`: a condition for all of it;
    where the rows behind a place are wanted, `Order.behind` of it.
    """
    wanted, index = skipped + rows, order.keys[0].column
    conditions = [when, *found.of_column(f"c.{index}")]
    by = order
    if found.channels is not None:
        # What equals one value is left out of an order, and then any index that has the rest of it may be walked, past
        # the rows of other channels too.
        conditions.append("c.channel_id = ANY(ARRAY[ch.id])")
        by = order.within_channel()
    # words of our own, here and below: see `conditions`
    one = f"FROM customers_customer c WHERE {' AND '.join(conditions)} ORDER BY {by.sql('c')}"
    if others := found.besides(f"c.{index}"):
        window = walking.WINDOW + walking.PER_ROW * wanted
        if found.channels:
            window = max(window // len(found.channels), _LEAST * wanted, 1)
        seen = f"SELECT c.*, row_number() OVER (ORDER BY {by.sql('c')}) = {window} AS is_blind {one} LIMIT {window}"
        one = f"FROM ({seen}) c WHERE ({' AND '.join(others)}) OR c.is_blind ORDER BY {by.sql('c')}"
    one = f"SELECT {order.columns('c')}, {'c.is_blind' if others else 'false AS is_blind'} {one} LIMIT {wanted}"
    if found.channels is not None:
        one = f"""
            SELECT p.* FROM unnest({found.channels_sql()}) ch (id) CROSS JOIN LATERAL ({one}) p
            ORDER BY {order.sql("p")} LIMIT {wanted}
        """  # noqa: S608
    if not skipped:
        return one
    if not others:
        return f"SELECT p.* FROM ({one}) p ORDER BY {order.sql('p')} OFFSET {skipped}"  # noqa: S608
    # a row that is blind is given wherever it stands
    counted = f"SELECT p.*, row_number() OVER (ORDER BY {order.sql('p')}) AS place FROM ({one}) p"  # noqa: S608
    return f"SELECT {order.columns('p')}, p.is_blind FROM ({counted}) p WHERE p.place > {skipped} OR p.is_blind"  # noqa: S608
