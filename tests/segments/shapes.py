"""Random shoppers and random rules over the same small pools of values, so that they meet often."""

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

from tests.segments.reading import Person

TODAYS = st.sampled_from(
    [date(2023, 2, 28), date(2024, 2, 28), date(2024, 2, 29), date(2024, 3, 1), date(2024, 12, 31), date(2025, 1, 1)]
)
BIRTHDAYS = st.one_of(
    st.sampled_from([date(2004, 2, 28), date(2004, 2, 29), date(2004, 3, 1), date(2005, 2, 28), date(2000, 12, 31)]),
    st.dates(date(1900, 1, 2), date(2026, 1, 1)),
)
DAYS = st.sampled_from([date(1999, 12, 31), date(2024, 1, 1), date(2024, 2, 29), date(2024, 3, 1)])
MOMENTS = st.builds(
    lambda day, second, micro: datetime.combine(day, time(), UTC) + timedelta(seconds=second, microseconds=micro),
    DAYS,
    st.sampled_from([0, 1, 43_200, 86_399]),
    st.sampled_from([0, 999_999]),
)
WORDS = st.sampled_from(["a", "ab", "B", "é", "", "1", "true", "null", "'", '"', "%s", "%(now)s", "x'; --", "{}", "\\"])
FULL_WORDS = WORDS.filter(bool)
NUMBERS = st.sampled_from([0, 1, -1, 1.0, 0.1, 0.30000000000000004, 1e-7, 1.5, 1000, 10**15])
WHOLE = st.integers(0, 4)
DOMAINS = st.sampled_from(["example.com", "Example.com", "shop.example", "ex%.com", "müller.de", "example"])
LANGUAGES = st.sampled_from(["tr", "en", "en-us", "de"])
CHANNELS = st.sampled_from(["6", "7", "web", "it's"])
KEYS = st.sampled_from(["a", "b", "A-b_1", "has_loyalty", "0"])
SCALARS = st.one_of(st.booleans(), NUMBERS, WORDS)
CURRENCIES = st.sampled_from(["try", "usd", "eur"])
PEOPLE = st.builds(
    Person,
    email=DOMAINS.map("ada@{}".format),
    gender=st.sampled_from(["male", "female", "unknown", None]),
    date_of_birth=st.none() | BIRTHDAYS,
    language_code=LANGUAGES,
    user_type=st.sampled_from(["registered", "guest"]),
    email_allowed=st.booleans(),
    sms_allowed=st.booleans(),
    call_allowed=st.none() | st.booleans(),
    date_joined=MOMENTS,
    attributes=st.dictionaries(
        KEYS, st.one_of(SCALARS, st.none(), st.lists(SCALARS, max_size=2), st.just({"a": 1})), max_size=4
    ),
    points=st.none() | st.sampled_from([Decimal(0), Decimal("0.10"), Decimal(1), Decimal("1000.5")]),
    order_count=WHOLE,
    order_totals=st.dictionaries(CURRENCIES, st.sampled_from([0, 1, 0.1, 1000, 1.5]), max_size=2),
    last_order_date=st.none() | DAYS,
    channels=st.lists(CHANNELS, max_size=2, unique=True),
)

EQUAL = ["eq", "ne"]
ORDERED = [*EQUAL, "lt", "lte", "gt", "gte"]


def _on(field: Any, ops: list[str], values: Any, *, listed: bool = True) -> Any:
    """Conditions on a field: each op with a value, `in` with several, `isnull`."""
    name = field if isinstance(field, st.SearchStrategy) else st.just(field)
    one = st.fixed_dictionaries({"field": name, "op": st.sampled_from(ops), "value": values})
    null = st.fixed_dictionaries({"field": name, "op": st.just("isnull"), "value": st.booleans()})
    if not listed:
        return one | null
    many = st.fixed_dictionaries(
        {"field": name, "op": st.just("in"), "value": st.lists(values, min_size=1, max_size=4)}
    )
    return one | null | many


ISO_DAYS = DAYS.map(date.isoformat)
ATTRIBUTES = KEYS.map("attributes.{}".format)
CONDITIONS = st.one_of(
    _on("gender", EQUAL, st.sampled_from(["male", "female", "unknown"])),
    _on("age", ORDERED, st.integers(0, 150) | st.sampled_from([17, 18, 19, 20])),
    _on("language_code", [*EQUAL, "startswith"], LANGUAGES),
    _on("user_type", EQUAL, st.sampled_from(["registered", "guest"])),
    _on("email_allowed", EQUAL, st.booleans(), listed=False),
    _on("sms_allowed", EQUAL, st.booleans(), listed=False),
    _on("call_allowed", EQUAL, st.booleans(), listed=False),
    _on("date_joined", ORDERED, ISO_DAYS),
    _on("email_domain", [*EQUAL, "startswith"], DOMAINS | st.sampled_from(["ex", "EX", "%"])),
    _on("has_loyalty", EQUAL, st.booleans(), listed=False),
    _on("loyalty_points", ORDERED, NUMBERS),
    _on("order_count", ORDERED, WHOLE),
    _on(CURRENCIES.map("order_total.{}".format), ORDERED, NUMBERS),
    _on("last_order_date", ORDERED, ISO_DAYS),
    _on("channel", EQUAL, CHANNELS | st.sampled_from([6, 7])),
    _on(ATTRIBUTES, EQUAL, st.booleans() | NUMBERS | FULL_WORDS),
    _on(ATTRIBUTES, ORDERED, NUMBERS | FULL_WORDS),
    _on(ATTRIBUTES, ["startswith"], FULL_WORDS),
)
RULES = st.recursive(
    CONDITIONS | st.just({"all": []}),
    lambda inner: st.one_of(
        st.fixed_dictionaries({"all": st.lists(inner, max_size=4)}),
        st.fixed_dictionaries({"any": st.lists(inner, min_size=1, max_size=4)}),
        st.fixed_dictionaries({"not": inner}),
    ),
    max_leaves=8,
)
