"""Every documented filter finds its rows by an index, however many customers there are."""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection
from django.http import QueryDict
from psycopg import sql

from patron.channels.access import EVERYWHERE, Scope
from patron.customers import filters, gathering, listing, ordering
from patron.customers.models import Customer
from patron.kernel import walking

_CHANNELS = """
INSERT INTO channels_channel (id, name, channel_type, is_active, conf, schema, created_at, modified_at)
SELECT n, 'C' || n, 'sales_channel', true, '{}', '{}', now(), now() FROM generate_series(9001, 9011) n
"""
_CUSTOMERS = """
INSERT INTO customers_customer (channel_id, channel_code, email, first_name, last_name, phone_number, erp_code,
    is_active, email_allowed, sms_allowed, call_allowed, gender, user_type, date_of_birth, date_joined, extra_field,
    attributes, attributes_kwargs, localized_attributes, localized_attributes_kwargs, created_date, modified_date)
SELECT 9001 + n % 10, 'C' || n, 'user' || n || '@mail' || n % 1000 || '.example', 'First' || n % 1000,
    'Last' || n % 1000, CASE WHEN n % 3 > 0 THEN '+90530' || n END, CASE WHEN n % 4 > 0 THEN 'E' || n END,
    n % 2 = 0, n % 3 = 0, n % 5 = 0, n % 7 = 0, CASE n % 3 WHEN 0 THEN 'male' WHEN 1 THEN 'female' END,
    CASE n % 10 WHEN 0 THEN 'guest' ELSE 'registered' END, date '1950-01-01' + n % 20000,
    now() - n * interval '1 minute', jsonb_build_object('id', 'r-' || n),
    CASE WHEN n % 2 = 0 THEN jsonb_build_object('color', n % 1000, 'a', jsonb_build_object('b', n)) ELSE '{}' END,
    '{}', '{}', '{}', now() - n * interval '1 minute', now() - n * interval '1 minute'
FROM generate_series(1, 100000) AS n
"""
_ALIKE = """
INSERT INTO customers_customer (channel_id, channel_code, email, first_name, last_name, phone_number, erp_code,
    is_active, email_allowed, sms_allowed, call_allowed, gender, user_type, date_of_birth, date_joined, extra_field,
    attributes, attributes_kwargs, localized_attributes, localized_attributes_kwargs, created_date, modified_date)
SELECT 9011, 'S' || n, 'same' || n % 2 || '@mail.example', 'Same', 'Same', '+901', 'SAME', true, true, true, true,
    'female', 'guest', '1900-01-01', '1990-01-01', '{}', '{"same": 1}', '{}', '{}', '{}', now(), now()
FROM generate_series(1, 40000) AS n
"""
_MAPPINGS = """
INSERT INTO customers_customermapping (customer_id, integration_type, code, created_date, modified_date)
SELECT id, CASE WHEN id % 100 = 0 THEN 'erp' ELSE 'sales_channel' END, 'M' || id, now(), now()
FROM customers_customer WHERE id % 2 = 0 AND channel_id < 9011
"""
_MAPPINGS_ALIKE = """
INSERT INTO customers_customermapping (customer_id, integration_type, code, created_date, modified_date)
SELECT id, 'same', 'SAME', now(), now() FROM customers_customer WHERE channel_id = 9011
"""
_NAMED = re.compile(r"%\((\w+)\)s")
_OF_CHANNEL = re.compile(
    r"channel_id = (ANY \((ARRAY\[)?)?(\$|ch(_\d)?\.id|\(?unnest)"
    r"|ARRAY\[\(channel_id\)::text\], \w+, true\) @> jsonb_set\('\{\}'::jsonb, ARRAY\[\((\$|ch(_\d)?\.id|\(?unnest)"
)
ONE_CHANNEL, TWO_CHANNELS = Scope(frozenset({9001})), Scope(frozenset({9001, 9004}))
_EMPTIED = "TRUNCATE customers_customermapping, customers_customer, channels_channel CASCADE"


@pytest.fixture(scope="module", autouse=True)
def _filled(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """A hundred thousand customers of ten channels, and as many alike in an eleventh as are not counted one by one.

    The database has its statistics of them.
    """
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        for statement in (_EMPTIED, _CHANNELS, _CUSTOMERS, _ALIKE, _MAPPINGS, _MAPPINGS_ALIKE):
            cursor.execute(statement)
        cursor.execute("VACUUM ANALYZE customers_customer, customers_customermapping")
        yield
        cursor.execute(_EMPTIED)


QUERIES = (
    "",
    "created_date=2024-01-01",
    "created_date__gt=2024-01-01",
    "created_date__gte=2024-01-01",
    "created_date__lt=2024-01-01",
    "created_date__lte=2024-01-01",
    "created_date__date=2024-01-01",
    "modified_date=2024-01-01",
    "modified_date__gt=2024-01-01",
    "modified_date__gte=2024-01-01",
    "modified_date__lt=2024-01-01",
    "modified_date__lte=2024-01-01",
    "modified_date__date=2024-01-01",
    'attributes={"color": 7}',
    'attributes={"a": {"b": 7}}',
    "attributes__color=7",
    "attributes__a__b=8",
    "channel=9001",
    "channel=9001&channel=9002",
    "channel=9001,9002&created_date__date=2024-01-01",
    "channel=9001&created_date__gte=2024-01-01",
    "channel=9001&modified_date__gte=2024-01-01",
    "email=user7@mail7.example",
    "email__startswith=user77",
    "email__startswith=u",
    "first_name=First7",
    "first_name=null",
    "last_name=Last7",
    "phone_number=+905307",
    "phone_number=null",
    "is_active=true",
    "is_active=false&channel=9001",
    "channel_code=C7",
    "channel_code=C7&channel=9001",
    "erp_code=E7",
    "erp_code=null",
    'extra_field={"id": "r-7"}',
    "extra_field__id=r-7",
    "email_allowed=true",
    "sms_allowed=true",
    "call_allowed=true",
    "date_joined=2024-01-01",
    "gender=male",
    "user_type=guest",
    "user_type=guest&gender=female&call_allowed=true",
    "date_of_birth=1960-01-01",
    "id=7",
    "id__gt=7",
    "pk__lte=7",
    "id__in=7,8,9",
    "mapping__code=M8",
    "mapping__code__exact=M8&mapping__integration_type=sales_channel",
    "mapping__integration_type=erp",
    "mapping__integration_type=sales_channel",
    "mapping=8",
)


def test_the_list_of_queries_holds_every_filter() -> None:
    """A filter that is added is looked at here too."""
    asked = {part.partition("=")[0] for query in QUERIES for part in query.split("&")}
    twins = {name.replace("pk", "id", 1) for name in asked} | {name.replace("id", "pk", 1) for name in asked}
    missing = {name for name in filters.names() if name not in asked | twins and not name.startswith(("id__", "pk__"))}
    assert missing == set()


@pytest.mark.django_db
@pytest.mark.parametrize("scope", [EVERYWHERE, ONE_CHANNEL], ids=["all", "one channel"])
@pytest.mark.parametrize("query", QUERIES)
def test_no_filter_reads_a_table_from_end_to_end(query: str, scope: Scope, monkeypatch: pytest.MonkeyPatch) -> None:
    """In the plan of the very statements that a list runs, counted and by cursor."""
    plans = planned(monkeypatch, query, scope)
    assert plans
    assert [line for plan in plans for line in plan.splitlines() if "Seq Scan" in line] == []


@pytest.mark.django_db
@pytest.mark.parametrize("sort", [*ordering.SORTABLE, *(f"-{name}" for name in ordering.SORTABLE)])
def test_every_order_is_an_indexs(sort: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of many rows none but those of the page are put in order."""
    walked = planned(monkeypatch, f"sort={sort}", EVERYWHERE)[0].rpartition("Limit")[2]
    assert "Index" in walked
    assert "Seq Scan" not in walked


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("query", "index"),
    [
        ("email=user7@mail7.example", "customers_customer_email"),
        ("email__startswith=user77", "_email"),
        ("phone_number=+905307", "customers_customer_phone"),
        ("erp_code=E7", "customers_customer_erp"),
        ("first_name=First7", "customers_customer_first_name"),
        ("last_name=Last7", "customers_customer_last_name"),
        ("channel_code=C7", "customers_customer_channel_code"),
        ("channel=9001&created_date__date=2024-01-01", "customers_customer_ch_created"),
        ("attributes__color=7", "customers_customer_attributes"),
        ('extra_field={"id": "r-7"}', "customers_customer_extra"),
        ("user_type=guest&gender=female&call_allowed=true", "customers_customer_traits"),
        ("date_joined=2024-01-01", "customers_customer_joined"),
        ("date_of_birth=1960-01-01", "customers_customer_born"),
        ("mapping__code=M8", "customers_mapping_code"),
        ("mapping__integration_type=erp", "customers_mapping_type"),
    ],
)
def test_few_rows_are_found_by_the_filters_own_index(query: str, index: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Counted and gathered by it."""
    assert planned(monkeypatch, query, EVERYWHERE)[0].count(index) > 1


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("query", "indexes"),
    [
        ("attributes__color=7&gender=male", {"attributes"}),
        ("attributes__color=7&gender=male&channel=9001", {"attributes"}),
        ("attributes__color=7&extra_field__id=r-8", {"attributes", "extra"}),
        ("attributes__color=7&created_date__gte=2001-01-01&email__startswith=user", {"attributes"}),
        ("attributes__same=1&email=user7@mail7.example", {"email"}),
        ("attributes__same=1&erp_code=E7", {"erp"}),
    ],
)
def test_json_finds_where_it_finds_few(query: str, indexes: set[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """The rest is then seen in its rows, and not found besides; where JSON finds many, it is the other way round."""
    monkeypatch.setattr(gathering, "SURELY_MANY", 30_000)
    (plan, *_others) = explained(monkeypatch, query, EVERYWHERE, "FORMAT JSON")
    (counted,) = (node for node in plan["Plan"]["Plans"] if node.get("Subplan Name") == "CTE n")
    found = {name for node in _scans(counted) if (name := node["Index Name"]).startswith("customers")}
    assert {name.replace("_ch_", "_") for name in found} == {f"customers_customer_{index}" for index in indexes}


@pytest.mark.parametrize(
    ("query", "is_said"),
    [("attributes__a=1", False), ("attributes__a=1&email=a@b.c", True), ("mapping__code=1", True), ("", True)],
)
def test_json_alone_says_the_channel(query: str, is_said: bool) -> None:
    """Said besides, an index of ten million gives all rows of the channel, for which a hundred thousand are too few."""
    assert ("c.channel_id = 7" in filters.read(QueryDict(query)).sql(channel="7")) == is_said


@pytest.mark.django_db
@pytest.mark.parametrize("query", ["mapping__code=M8", "mapping__integration_type=erp", "mapping__code=M8&gender=male"])
def test_mappings_are_found_in_each_channel_by_itself(query: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """By who sees all too: without the channel all entries of their index would be read."""
    plans = explained(monkeypatch, query, EVERYWHERE, "FORMAT JSON")
    scans = [node for node in _scans(plans[0]) if node["Index Name"].startswith("customers_mapping_")]
    conditions = {node["Index Cond"] for node in scans} - {"(customer_id = c_2.id)"}  # a row that is walked past
    assert conditions
    assert [each for each in conditions if not _OF_CHANNEL.search(each)] == []


@pytest.mark.django_db
def test_what_is_written_costs_no_search(monkeypatch: pytest.MonkeyPatch) -> None:
    """A GIN index may put off its work, and then each search reads all that was put off."""
    query, read = "attributes__none=1&extra_field__none=1", []
    for code in "DE":
        (plan,) = explained(monkeypatch, query, EVERYWHERE, "ANALYZE, BUFFERS, FORMAT JSON")
        read.append(plan["Plan"]["Shared Hit Blocks"] + plan["Plan"]["Shared Read Blocks"])
        with connection.cursor() as cursor:
            cursor.execute(_CUSTOMERS.replace("'C' || n", f"'{code}' || n").replace("100000", "5000"))
    assert 0 < read[1] <= read[0] + 8


@pytest.mark.django_db
@pytest.mark.parametrize(
    "query",
    [
        "email=user7@mail7.example",
        "email__startswith=user77",
        "first_name=First7",
        "first_name=null",
        "last_name=Last7",
        "phone_number=+905307",
        "phone_number=null",
        "erp_code=E7",
        "erp_code=null",
        "channel_code=C7",
        "date_joined=2024-01-01",
        "date_of_birth=1960-01-01",
        "is_active=true",
        "user_type=guest&gender=female&call_allowed=true",
        "attributes__a__b=8",
        'attributes={"color": 7}',
        "extra_field__id=r-7",
        "extra_field__id=r-7&is_active=true",
        "extra_field__id=r-7&email__startswith=user77&gender=male&is_active=true",
        "mapping__code=M8",
        "mapping__code=M8&mapping__integration_type=sales_channel",
        "mapping__integration_type=sales_channel",
        "created_date__gte=2024-01-01",
        "modified_date__gte=2024-01-01",
        "sort=-created_date",
        "sort=-modified_date",
        "sort=email",
        "sort=-channel_code",
        "",
    ],
)
@pytest.mark.parametrize("scope", [ONE_CHANNEL, TWO_CHANNELS], ids=["one channel", "two channels"])
def test_who_sees_some_channels_reads_no_row_of_another(
    query: str, scope: Scope, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever is asked for, in whatever order; by a plan for any value, which depends on nobody's values."""
    scans = [node for plan in explained(monkeypatch, query, scope, "FORMAT JSON") for node in _scans(plan)]
    assert scans
    conditions = [node.get("Index Cond", "") for node in scans]
    found_before = ("(id = ", "(customer_id = ")  # a row, or its mappings
    assert [each for each in conditions if not _OF_CHANNEL.search(each) and not each.startswith(found_before)] == []


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("many_elsewhere", "nobody"),
    [
        ("email=same1@mail.example", "email=none1@mail.example"),
        ("email__startswith=same", "email__startswith=none"),
        ("first_name=Same", "first_name=None"),
        ("last_name=Same", "last_name=None"),
        ("phone_number=+901", "phone_number=+902"),
        ("erp_code=SAME", "erp_code=NONE"),
        ("date_of_birth=1900-01-01", "date_of_birth=1900-01-02"),
        ("date_joined=1990-01-01", "date_joined=1990-01-02"),
        ("email=same1@mail.example&is_active=true", "email=none1@mail.example&is_active=true"),
        ("email__startswith=same&sort=-modified_date", "email__startswith=none&sort=-modified_date"),
        ("attributes__same=1", "attributes__none=1"),
        ('attributes={"same": 1}', 'attributes={"none": 1}'),
        ("attributes__same=1&is_active=true", "attributes__none=1&is_active=true"),
        ("attributes__same=1&sort=-created_date", "attributes__none=1&sort=-created_date"),
        ("attributes__same=1&first_name=Same", "attributes__none=1&first_name=None"),
        ("mapping__integration_type=same", "mapping__integration_type=none"),
        ("mapping__code=SAME", "mapping__code=NONE"),
        ("mapping__code=SAME&mapping__integration_type=same", "mapping__code=NONE&mapping__integration_type=none"),
        ("mapping__code=SAME&is_active=true&sort=email", "mapping__code=NONE&is_active=true&sort=email"),
    ],
)
@pytest.mark.parametrize("scope", [ONE_CHANNEL, TWO_CHANNELS], ids=["one channel", "two channels"])
def test_what_others_have_costs_nothing(
    many_elsewhere: str, nobody: str, scope: Scope, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As much is read for a value of thousands in another channel as for one of nobody, so neither takes longer."""
    read = [
        sum(plan["Plan"]["Shared Hit Blocks"] + plan["Plan"]["Shared Read Blocks"] for plan in plans)
        for query in (many_elsewhere, nobody)
        for plans in [explained(monkeypatch, query, scope, "ANALYZE, BUFFERS, FORMAT JSON")]
    ]
    assert 0 < read[0] <= read[1] + 8  # an index may be a level deeper here, and a page end there


@pytest.mark.django_db
@pytest.mark.parametrize("sort", ["id", "created_date", "-email", "channel_code", "-email,created_date"])
def test_a_walk_ends(sort: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A hundred thousand stand before those of one name; a tenth of them is walked past, then the name's are taken."""
    plans = explained(monkeypatch, f"first_name=Same&sort={sort}", EVERYWHERE, "ANALYZE, FORMAT JSON")
    read = [[node["Actual Rows"] * node["Actual Loops"] for node in _scans(plan)] for plan in plans[:2]]
    assert max(read[0]) in range(walking.WINDOW, walking.WINDOW + 100)
    assert sum(read[1]) == 40_000 + 2  # and the rows of the page


@pytest.mark.django_db
def test_a_walk_of_the_console_ends() -> None:
    """The same for its pages, which Django asks for."""
    rows = Customer.objects.filter(first_name="Same").order_by("id")
    near = walking._near(rows, "id", walking.WINDOW)[:50]
    (plan,) = json.loads(near.explain(format="json", analyze=True))
    (scan,) = _scans(plan)
    assert scan["Actual Rows"] + scan.get("Rows Removed by Filter", 0) <= walking.WINDOW + 1


def _scans(node: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Whatever looks into the table or one of its indexes."""
    node = node.get("Plan", node)
    if node["Node Type"].endswith("Scan") and ("Index Name" in node or node.get("Relation Name")):
        is_heap = node["Node Type"] == "Bitmap Heap Scan"  # of what its indexes have found
        yield from () if is_heap else (node,)
    for each in node.get("Plans", ()):
        yield from _scans(each)


def planned(monkeypatch: pytest.MonkeyPatch, query: str, scope: Scope) -> list[str]:
    """The plans of the statements of a list and of the page behind it."""
    return explained(monkeypatch, query, scope, "FORMAT TEXT")


def explained(monkeypatch: pytest.MonkeyPatch, query: str, scope: Scope, how: str) -> list[Any]:
    """The same, as PostgreSQL says them."""
    plans: list[Any] = []
    asking = listing._ask

    def ask(statement: str, wish: Any, **others: Any) -> Any:
        found = asking(statement, wish, **others)
        if not statement.lstrip().startswith("EXPLAIN"):
            plans.append(_plan(statement, wish.found.values, how))
        return found

    with monkeypatch.context() as patched:
        patched.setattr(listing, "_ask", ask)
        words = QueryDict(query.replace("+", "%2B") + "&cursor=&limit=1")
        if scope.ids is not None and "channel" in words:
            words = words.copy()
            words.setlist("channel", ["9001"])
        body, _estimated = listing.answer(words, scope, "http://testserver/")
        following = QueryDict(str(body).partition("?")[2].partition('"')[0])
        if following.get("cursor"):
            listing.answer(following, scope, "http://testserver/")
    return plans


def _plan(statement: str, values: dict[str, Any], how: str) -> Any:
    """The plan of a statement that has just run, for these values or for any as it was, which EXPLAIN alone is not."""
    names = list(dict.fromkeys(_NAMED.findall(statement)))
    with connection.cursor() as cursor:
        cursor.execute("PREPARE asked AS " + _NAMED.sub(lambda found: f"${names.index(found[1]) + 1}", statement))
        given = ", ".join(sql.Literal(values[name]).as_string(cursor.connection) for name in names)
        cursor.execute(f"EXPLAIN ({how}) EXECUTE asked" + (f" ({given})" if given else ""))
        lines = [line for (line,) in cursor.fetchall()]
        cursor.execute("DEALLOCATE asked")
    return "\n".join(lines) if isinstance(lines[0], str) else lines[0][0]
