"""`GET /api/v1/customers/`: filters, pages, cursors, counts, and who sees what."""

import statistics
import time
from collections.abc import Callable
from datetime import UTC, date, datetime
from io import BytesIO
from typing import Any
from urllib.parse import quote, urlsplit

import pytest

from patron.channels.models import Channel
from patron.customers import doors, gathering, listing
from patron.customers import walking as customers_walking
from patron.customers.models import Customer, CustomerMapping
from patron.kernel import clock, counting, walking

Call = Callable[..., Any]
LIST = "/api/v1/customers/"
BORN = datetime(2023, 1, 17, 9, 1, 27, 544026, UTC)


@pytest.fixture
def ask(call: Call, token: str) -> Callable[..., Any]:
    """`ask("gender=male")`: the answer to a list."""
    return lambda query="", path=LIST, key=token: call("GET", f"{path}?{query}", token=key)


@pytest.fixture
def ada(make_customer: Callable[..., Customer]) -> Customer:
    """Somebody whom every filter can find, beside somebody whom none of these does."""
    make_customer(created_date=datetime(2020, 1, 1, tzinfo=UTC), modified_date=datetime(2020, 1, 1, tzinfo=UTC))
    found = make_customer(
        email="Ada_1%@test.com",
        channel_code="A__'\"",
        first_name="Ada",
        last_name="İnce",
        phone_number="+90 530",
        erp_code="760906",
        is_active=True,
        email_allowed=True,
        sms_allowed=True,
        call_allowed=True,
        gender="female",
        user_type="guest",
        date_of_birth=date(2001, 1, 1),
        date_joined=BORN,
        created_date=BORN,
        modified_date=BORN,
        attributes={"color": "blue", "size": 7, "is_vip": True, "none": None, "a": {"b": "1"}, "q\"%'_": "x__y"},
        extra_field={"a": {"b": 1}, "id": "r-1"},
    )
    now = clock.now()
    CustomerMapping.objects.create(
        customer=found, code="6_TR", integration_type="sales_channel", created_date=now, modified_date=now
    )
    return found


@pytest.mark.django_db
@pytest.mark.parametrize(
    "query",
    [
        "email=Ada_1%25@test.com",
        "email__exact=Ada_1%25@test.com",
        "email__startswith=Ada_1%25",
        "first_name=Ada",
        "last_name=%C4%B0nce",
        "phone_number=%2B90 530",
        "phone_number=%2B90%20530&channel={channel}",
        f"channel_code={quote('A__' + chr(39) + chr(34))}",
        "erp_code=760906",
        "is_active=true",
        "is_active=1&gender=female&user_type=guest",
        "email_allowed=True",
        "sms_allowed=true",
        "call_allowed=true",
        "gender=female",
        "user_type=guest",
        "date_of_birth=2001-01-01",
        "date_joined=2023-01-17T09:01:27.544026Z",
        "date_joined=2023-01-17T12:01:27.544026%2B03:00",
        "date_joined=2023-01-17T12:01:27.544026 03:00",
        "created_date=2023-01-17T09:01:27.544026",
        "created_date__date=2023-01-17",
        "created_date__gt=2023-01-17",
        "created_date__gte=2023-01-17T09:01:27.544026Z",
        "modified_date__date=2023-01-17",
        "modified_date__gt=2022-12-31&modified_date__lt=2023-01-18",
        "modified_date__lte=2023-01-17T09:01:27.544026Z&modified_date__gte=2023-01-17T09:01:27.544026Z",
        "id={id}",
        "pk={id}",
        "id__gte={id}",
        "pk__gt={before}",
        "id__in={id}",
        "pk__in=999999999,{id}",
        'attributes={{"color":"blue"}}',
        'attributes={{"color":"blue","a":{{"b":"1"}}}}',
        "attributes__color=blue",
        "attributes__size=7",
        "attributes__is_vip=true",
        "attributes__none=null",
        "attributes__a__b=1",
        f"attributes__{quote(chr(113) + chr(34) + '%' + chr(39) + '_')}=x__y",
        'extra_field={{"id":"r-1"}}',
        "extra_field__a__b=1",
        "extra_field__id=r-1",
        "mapping__code=6_TR",
        "mapping__code__exact=6_TR&mapping__integration_type=sales_channel",
        "mapping={mapping}",
    ],
)
def test_each_filter_finds_what_it_names(query: str, ask: Callable[..., Any], ada: Customer) -> None:
    """And leaves the other out."""
    mapping = CustomerMapping.objects.get()
    named = query.format(id=ada.pk, before=ada.pk - 1, channel=ada.channel_id, mapping=mapping.pk)
    answer = ask(named)
    assert (answer.status_code, [row["pk"] for row in answer.json()["results"]]) == (200, [ada.pk])
    assert answer.json()["count"] == 1


@pytest.mark.django_db
@pytest.mark.parametrize(
    "query",
    [
        "email=ada_1%25@test.com",  # letter case counts
        "email__startswith=Ada_1_",  # no wildcard
        "email__startswith=%F4%8F%BF%BF",  # the last character there is
        "first_name=null",  # never NULL
        "channel_code=A",
        "id=9223372036854775807",
        "id__gt=99999999999999999999999999",
        "id__lt=-1",
        "attributes__color=green",
        "attributes__size=8",
        "attributes__a__b=true",
        "extra_field__a=1",
        "mapping__code=6_TR&mapping__integration_type=erp",
        "gender=female&is_active=false",
        "is_active=false&gender=female&user_type=registered",
        "email=",
    ],
)
def test_what_fits_nobody_finds_nobody(query: str, ask: Callable[..., Any], ada: Customer) -> None:
    """An empty page, counted."""
    answer = ask(query)
    assert (answer.status_code, answer.json()) == (200, {"count": 0, "next": None, "previous": None, "results": []})


@pytest.mark.django_db
@pytest.mark.parametrize("field", ["phone_number", "erp_code"])
def test_null_finds_what_has_no_value(field: str, ask: Callable[..., Any], ada: Customer) -> None:
    """`null` is no text of its own."""
    assert [row[field] for row in ask(f"{field}=null").json()["results"]] == [None]


WHOLE = "Enter a whole number."
DAY, MOMENT = "Enter a valid date.", "Enter a valid date/time."
JSON = "Enter a valid JSON object."
CHOICE = "Select a valid choice. {} is not one of the available choices."


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("name", "value", "text"),
    [
        ("foo__bar", "1", "There is no such filter."),
        ("email__contains", "a", "There is no such filter."),
        ("email__", "a", "There is no such filter."),
        ("first_name__startswith", "a", "There is no such filter."),
        ("is_active__gt", "1", "There is no such filter."),
        ("mapping__name", "a", "There is no such filter."),
        ("channel__in", "1", "There is no such filter."),
        ("__", "1", "There is no such filter."),
        ("id", "x", WHOLE),
        ("id", "1.5", WHOLE),
        ("id", "١", WHOLE),
        ("id", "", WHOLE),
        ("id__in", "1,,2", WHOLE),
        ("id__in", ",".join(["1"] * 10_001), "At most 10000 values are allowed."),
        ("pk__gte", "null", WHOLE),
        ("channel", "x", WHOLE),
        ("channel", "99999999", CHOICE.format(99999999)),
        ("channel", "99999999999999999999999", CHOICE.format(2**63 - 1)),
        ("mapping", "x", WHOLE),
        ("is_active", "perhaps", "Must be a valid boolean."),
        ("email_allowed", "", "Must be a valid boolean."),
        ("gender", "other", CHOICE.format("other")),
        ("user_type", "null", CHOICE.format("null")),
        ("date_of_birth", "2023-02-30", DAY),
        ("date_of_birth", "yesterday", DAY),
        ("created_date__date", "2023-13-01", DAY),
        ("created_date__date", "9999-12-31", DAY),
        ("created_date", "2023-02-30", MOMENT),
        ("created_date__gt", "2023-01-01T25:00", MOMENT),
        ("modified_date__lte", "0001-01-01T00:00+14:00", MOMENT),
        ("modified_date__lte", "now", MOMENT),
        ("date_joined", "1", MOMENT),
        ("attributes", "blue", JSON),
        ("attributes", "[1]", JSON),
        ("attributes", '{"a": 1', JSON),
        ("attributes", '{"a": "\\u0000"}', JSON),
        ("extra_field", "null", JSON),
        ("extra_field", "", JSON),
        ("attributes__", "x", "Enter a path of keys, as attributes__color."),
        ("attributes____a", "x", "Enter a path of keys, as attributes__color."),
        ("attributes__" + "a__" * 20 + "a", "x", "Enter a path of keys, as attributes__color."),
        ("attributes__a\x00b", "x", "Null characters are not allowed."),
        ("attributes__a", "x\x00", "Null characters are not allowed."),
        ("email", "a\x00@b.example", "Null characters are not allowed."),
        ("first_name", "\x00", "Null characters are not allowed."),
        ("mapping__code", "\x00", "Null characters are not allowed."),
        ("sort", "phone_number", "Expected any of id, pk, created_date, modified_date, email, channel_code."),
        ("sort", "--id", "Expected any of id, pk, created_date, modified_date, email, channel_code."),
        ("count", "estimated", "Expected any of exact."),
        ("cursor", "x", "Invalid cursor"),
        ("cursor", "é", "Invalid cursor"),
        ("cursor", "lMQIAAAA", "Invalid cursor"),
    ],
)
def test_what_cannot_be_read_is_refused(name: str, value: str, text: str, ask: Callable[..., Any]) -> None:
    """400 at the parameter's name; never ignored, never 500."""
    answer = ask(f"{quote(name)}={quote(value)}")
    assert (answer.status_code, answer.json()) == (400, {name: [text]})


@pytest.mark.django_db
def test_ten_thousand_ids_are_one_question(ask: Callable[..., Any], ada: Customer) -> None:
    """`id__in` takes as many as an address holds."""
    many = ",".join(str(number) for number in range(ada.pk, ada.pk + 10_000))
    assert ask(f"id__in={many}").json()["count"] == 1


@pytest.mark.django_db
def test_options_shows_every_filter_as_published(call: Call, token: str) -> None:
    """DRF's metadata, with the block of the document."""
    moments = {"type": "DateFilter", "lookup_types": ["exact", "gt", "gte", "lt", "lte", "date"]}
    numbers = {"type": "NumberFilter", "lookup_types": ["exact", "gt", "gte", "lt", "lte"]}

    def exact(kind: str) -> dict[str, Any]:
        return {"type": kind, "lookup_types": ["exact"]}

    answer = call("OPTIONS", LIST, token=token).json()
    assert {"name", "description", "renders", "parses"} <= set(answer)
    assert list(answer["filters"].items()) == [
        ("created_date", moments),
        ("modified_date", moments),
        ("attributes", exact("JsonMethodFilter")),
        ("channel", exact("ModelMultipleChoiceFilter")),
        ("email", {"type": "CharFilter", "lookup_types": ["exact", "startswith"]}),
        ("first_name", exact("CharFilterWithNull")),
        ("last_name", exact("CharFilterWithNull")),
        ("phone_number", exact("CharFilterWithNull")),
        ("is_active", exact("BooleanFilter")),
        ("channel_code", exact("CharFilterWithNull")),
        ("erp_code", exact("CharFilterWithNull")),
        ("extra_field", exact("JsonMethodFilter")),
        ("email_allowed", exact("BooleanFilter")),
        ("sms_allowed", exact("BooleanFilter")),
        ("call_allowed", exact("BooleanFilter")),
        ("date_joined", exact("IsoDateTimeFilter")),
        ("gender", exact("ChoiceFilter")),
        ("user_type", exact("ChoiceFilter")),
        ("date_of_birth", exact("DateFilter")),
        ("id", numbers),
        ("pk", numbers),
        ("mapping", {"type": "RelatedFilter", "lookup_types": "See available filters for Integration Mappings"}),
    ]


@pytest.fixture
def many(make_customer: Callable[..., Customer]) -> list[int]:
    """Twenty-five customers, by id; by e-mail and by date they stand the other way round, two by two."""
    made = [
        make_customer(
            email=f"{chr(122 - number // 2)}@test.com", created_date=datetime(2050 - number // 2, 1, 1, tzinfo=UTC)
        )
        for number in range(25)
    ]
    return [customer.pk for customer in made]


def pages(ask: Callable[..., Any], query: str, link: str = "next") -> list[Any]:
    """All pages from the first on, as a client follows the links."""
    found = [ask(query).json()]
    while found[-1][link]:
        assert found[-1][link].startswith(f"http://testserver{LIST}?")
        found.append(ask(urlsplit(found[-1][link]).query).json())
    return found


def ids(page: Any) -> list[int]:
    return [row["pk"] for row in page["results"]]


@pytest.mark.django_db
@pytest.mark.parametrize("style", ["page=1&", "cursor=&"])
@pytest.mark.parametrize("sort", ["", "-id", "created_date", "-created_date", "email", "-email,created_date"])
def test_pages_hold_every_row_once_in_order(sort: str, style: str, ask: Callable[..., Any], many: list[int]) -> None:
    """By number and by cursor alike, forwards and back; links keep the style they were asked in."""
    found = pages(ask, f"{style}limit=4&sort={sort}")
    flat = [pk for page in found for pk in ids(page)]
    assert [page["count"] for page in found] == [25] * 7
    assert flat == ids(ask(f"limit=100&sort={sort}").json())
    assert sorted(flat) == many
    assert all(style.partition("=")[0] in page["next"] for page in found[:-1])
    if sort in ("", "-id"):
        assert flat == (many if not sort else many[::-1])
    back = pages(ask, urlsplit(found[-1]["previous"]).query, "previous")
    assert [ids(page) for page in back] == [ids(page) for page in found[-2::-1]]
    assert (found[0]["previous"], found[-1]["next"]) == (None, None)


@pytest.mark.django_db
@pytest.mark.parametrize("scope", ["all", "one", "two"])
@pytest.mark.parametrize("sort", ["", "-created_date", "email", "-channel_code", "-email,modified_date", "email,-id"])
def test_many_rows_are_the_same_pages_as_few(
    sort: str,
    scope: str,
    ask: Callable[..., Any],
    app_of: Callable[..., str],
    token: str,
    make_channel: Callable[..., Channel],
    make_customer: Callable[..., Customer],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Walked to, or gathered where the walk does not see them; of all channels or some; forwards and back."""
    channels = [make_channel(name) for name in ("First", "Second", "Third")]
    for number in range(36):
        day = datetime(2050 - number // 4, 1, 1, tzinfo=UTC)
        make_customer(
            channel=channels[number % 3],
            channel_code=f"C{number * 7 % 36}",
            email=f"{number % 5}@test.com",
            is_active=number % 2 > 0,
            first_name="far" if number >= 24 else "near",
            attributes={"half": number // 6 % 2},
            created_date=day,
            modified_date=day,
        )
    key = {"all": token, "one": app_of(channels[0]), "two": app_of(channels[0], channels[2])}[scope]

    def there_and_back(query: str) -> list[list[int]]:
        found = pages(lambda query: ask(query, key=key), f"{query}&limit=5&sort={sort}")
        last = urlsplit(found[-1]["previous"]).query if found[-1]["previous"] else query
        return [ids(page) for page in (*found, *pages(lambda query: ask(query, key=key), last, "previous"))]

    named = ",".join(str(channels[place].pk) for place in {"all": (0, 1, 2), "one": (0,), "two": (0, 2)}[scope])
    queries = [
        f"{style}&{filters}"
        for style in ("page=1", "cursor=")
        for filters in (
            "",
            "first_name=far",
            "attributes__half=1&is_active=true",
            f"channel={channels[0].pk}&first_name=far&is_active=true",
            f"channel={named}&attributes__half=1",
        )
    ]
    gathered = [there_and_back(query) for query in queries]
    of_scope = {"all": 36, "one": 12, "two": 24}[scope]
    found = [len({number for page in each for number in page}) for each in gathered]
    assert found == [of_scope, of_scope // 3, of_scope // 4, 2, of_scope // 2] * 2
    monkeypatch.setattr(counting, "MOST_COUNTED", 1)
    monkeypatch.setattr(gathering, "SURELY_MANY", 1)
    monkeypatch.setattr(walking, "PER_ROW", 0)
    monkeypatch.setattr(customers_walking, "_LEAST", 0)
    for window in (1, 7, 1000):
        monkeypatch.setattr(walking, "WINDOW", window)
        assert [there_and_back(query) for query in queries] == gathered


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("window", "statements"),
    [(20_000, ["EXPLAIN", "walk"]), (36, ["EXPLAIN", "walk", "count"]), (1, ["EXPLAIN", "walk", "count"])],
)
def test_json_that_surely_many_share_is_not_counted(
    window: int,
    statements: list[str],
    ask: Callable[..., Any],
    many: list[int],
    make_customer: Callable[..., Customer],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """An index of JSON finds all of them before the first. Where the walk does not see enough, they are counted."""
    alike = [make_customer(attributes={"a": 1}).pk for _number in range(12)]
    monkeypatch.setattr(gathering, "SURELY_MANY", 1)
    monkeypatch.setattr(walking, "WINDOW", window)
    monkeypatch.setattr(walking, "PER_ROW", 0)
    asked: list[str] = []
    asking = listing._ask

    def noted(statement: str, *args: Any, **others: Any) -> Any:
        words = {"EXPLAIN": "EXPLAIN", "WITH n AS": "count"}
        asked.append(next((word for begins, word in words.items() if statement.lstrip().startswith(begins)), "walk"))
        return asking(statement, *args, **others)

    monkeypatch.setattr(listing, "_ask", noted)
    answer = ask("attributes__a=1&limit=10")
    assert (ids(answer.json()), asked) == (alike[:10], statements)
    assert ("X-Count" in answer) == (window > 36)  # the last row of the window may not be one of them
    assert ask("attributes__a=1&limit=10&count=exact").json()["count"] == 12
    assert ids(ask("attributes__a=1&limit=10&page=2").json()) == alike[10:]


@pytest.mark.django_db
@pytest.mark.parametrize(("few", "many"), [(1000, 10_000), (0, 10_000), (0, 0)], ids=["few", "some", "many"])
@pytest.mark.parametrize(
    "query", ["attributes__a=1&email=b@test.com", "attributes__a=1&is_active=true&channel={0},{1}"]
)
def test_json_finds_the_same_however_many_share_it(
    few: int,
    many: int,
    query: str,
    ask: Callable[..., Any],
    make_channel: Callable[..., Channel],
    make_customer: Callable[..., Customer],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """What is looked up and what is seen in the rows depends on it, the answer does not."""
    channels = [make_channel(name) for name in "AB"]
    for channel in channels:
        make_customer(channel=channel, email="b@test.com", attributes={"a": 1}, is_active=True)
        make_customer(channel=channel, email="c@test.com", attributes={"a": 1})
        make_customer(channel=channel, email="b@test.com", attributes={"a": 2}, is_active=True)
    monkeypatch.setattr(gathering, "FEW", few)
    monkeypatch.setattr(gathering, "SURELY_MANY", many)
    found = ask(query.format(*(channel.pk for channel in channels))).json()
    shown = [(row["channel"], row["email"], row["attributes"]) for row in found["results"]]
    assert (found["count"], shown) == (2, [(channel.pk, "b@test.com", {"a": 1}) for channel in channels])


@pytest.mark.django_db
@pytest.mark.parametrize("page", ["0", "-1", "x", "4", "99999999999999999999", "1.0", ""])
def test_a_page_that_is_none_is_not_found(page: str, ask: Callable[..., Any], many: list[int]) -> None:
    """404 with the framework's text."""
    answer = ask(f"page={page}")
    assert (answer.status_code, answer.json()) == (404, {"detail": "Invalid page."})


@pytest.mark.django_db
def test_a_cursor_is_for_its_own_list(ask: Callable[..., Any], many: list[int]) -> None:
    """With other filters, another order or beside a page it is refused."""
    query = urlsplit(ask("cursor=&limit=4").json()["next"]).query
    for other in ("&sort=email", "&is_active=true", "&page=2"):
        assert list(ask(query + other).json()) == ["cursor"]
    assert ask(query + "&limit=7").status_code == 200


@pytest.mark.django_db
@pytest.mark.parametrize("style", ["page=1&", "cursor=&"])
def test_beyond_what_is_counted_the_count_is_an_estimate(
    style: str, ask: Callable[..., Any], many: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    """`X-Count: estimated` says so; `count=exact` counts; the pages are the same rows."""
    exact = [ids(page) for page in pages(ask, f"{style}limit=10&sort=-created_date")]
    monkeypatch.setattr(counting, "MOST_COUNTED", 20)
    answer = ask(f"{style}limit=10")
    assert answer["X-Count"] == "estimated"
    assert answer.json()["count"] > 20
    assert [ids(page) for page in pages(ask, f"{style}limit=10&sort=-created_date")] == exact
    counted = ask(f"{style}limit=10&count=exact")
    assert (counted.json()["count"], "X-Count" in counted) == (25, False)


@pytest.mark.django_db
def test_a_filter_that_takes_too_long_is_stopped(
    ask: Callable[..., Any], many: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    """406, and the connection goes on."""
    monkeypatch.setattr(gathering, "FROM", "FROM customers_customer c, pg_sleep(2) WHERE {where}")
    monkeypatch.setattr(listing, "_BOUNDS", listing._BOUNDS.replace("%s", "replace(%s, 's', '0ms')", 1))
    answer = ask()
    assert (answer.status_code, answer.json()["error_code"]) == (406, "customer_100_4")
    monkeypatch.undo()
    assert ask().status_code == 200


@pytest.mark.django_db
def test_statements_do_not_grow_with_rows(
    ask: Callable[..., Any], make_customer: Callable[..., Customer], django_assert_num_queries: Any
) -> None:
    """The token, the bounds, the page: the same for one row and for thirty; a transaction of their own around them."""
    ask()  # notes the token's use
    make_customer()
    for more in (0, 30):
        for _number in range(more):
            make_customer()
        with django_assert_num_queries(5):  # within a test's transaction, one is a savepoint and its release
            assert len(ask("limit=100&is_active=false").json()["results"]) == 1 + more


# Who sees what.


@pytest.fixture
def two(
    make_channel: Callable[..., Channel], make_customer: Callable[..., Customer]
) -> tuple[Channel, Customer, Channel, Customer]:
    """Two channels with a customer each, alike in all but their code."""
    mine, others = make_channel("Mine"), make_channel("Others")
    alike = {"email": "both@test.com", "attributes": {"a": 1}}
    return mine, make_customer(channel=mine, **alike), others, make_customer(channel=others, **alike)


@pytest.mark.django_db
def test_a_channels_program_sees_its_own_alone(
    ask: Callable[..., Any], call: Call, app_of: Callable[..., str], two: Any
) -> None:
    """Others' are not listed, counted, found, changed or told from those that never were."""
    mine, ours, others, theirs = two
    key = app_of(mine)
    for query in (
        "",
        "email=both@test.com",
        "attributes__a=1",
        f"id__in={ours.pk},{theirs.pk}",
        "cursor=",
        "count=exact",
    ):
        body = ask(query, key=key).json()
        assert (body["count"], ids(body)) == (1, [ours.pk])
    assert ask(f"id={theirs.pk}", key=key).json()["count"] == 0
    nobody, nowhere = theirs.pk + 1000, others.pk + 1000
    for other, none in (
        (f"{LIST}{theirs.pk}/", f"{LIST}{nobody}/"),
        (f"/api/v1/channel/{others.pk}/customers/", f"/api/v1/channel/{nowhere}/customers/"),
        (f"/api/v1/channel/{mine.pk}/customers/{theirs.pk}/", f"/api/v1/channel/{mine.pk}/customers/{nobody}/"),
    ):
        assert call("GET", other, token=key).status_code == call("GET", none, token=key).status_code == 404
        assert call("GET", other, token=key).content == call("GET", none, token=key).content
    assert call("PATCH", f"{LIST}{theirs.pk}/", {"first_name": "x"}, token=key).status_code == 404
    for number in (others.pk, nowhere):
        text = {"channel": [CHOICE.format(number)]}
        assert ask(f"channel={number}&email=both@test.com", key=key).json() == text
        made = {"channel": number, "channel_code": "x", "email": "a@b.com"}
        assert call("POST", LIST, made, token=key).json() == {
            "channel": [f'Invalid pk "{number}" - object does not exist.']
        }
    assert call("POST", LIST, made | {"channel": mine.pk}, token=key).status_code == 201


@pytest.mark.django_db
def test_an_address_with_a_channel_is_that_channel(ask: Callable[..., Any], call: Call, token: str, two: Any) -> None:
    """For those who see all channels too."""
    mine, ours, others, theirs = two
    path = f"/api/v1/channel/{mine.pk}/customers/"
    assert ids(ask("", path).json()) == ids(ask(f"email=both@test.com&channel={mine.pk}", path).json()) == [ours.pk]
    assert ids(ask("email=both@test.com", path).json()) == [ours.pk]
    assert ask(f"channel={others.pk}", path).status_code == 400
    assert call("GET", f"{path}{theirs.pk}/", token=token).status_code == 404
    assert call("GET", f"{path}{ours.pk}/", token=token).status_code == 200
    assert ids(ask(f"channel={mine.pk}&channel={others.pk}").json()) == [ours.pk, theirs.pk]
    assert ids(ask(f"channel={mine.pk},{others.pk}").json()) == [ours.pk, theirs.pk]


def environ(query: str, key: str) -> dict[str, Any]:
    return {
        "REQUEST_METHOD": "GET",
        "PATH_INFO": LIST,
        "QUERY_STRING": query,
        "HTTP_AUTHORIZATION": f"Token {key}",
        "wsgi.input": BytesIO(),
    }


@pytest.mark.django_db
def test_the_door_says_what_the_view_says(
    ask: Callable[..., Any], token: str, app_of: Callable[..., str], superuser: str, two: Any
) -> None:
    """The exact e-mail, for staff and a superuser; found, not found, by channel. Who sees one channel is left to it."""
    mine, _ours, others, _theirs = two
    restricted = app_of(mine)
    for key in (token, restricted, superuser):
        ask("", key=key)  # notes the use: until then the door leaves the answer to the view
        for query in (
            "email=both@test.com",
            "email=both%40test.com&page=1&limit=100",
            "email=nobody@test.com",
            f"email=both@test.com&channel={mine.pk}",
            f"email=nobody@test.com&channel={mine.pk}",
        ):
            given = doors.by_email(environ(query, key), None)
            if key == restricted:
                assert given is None  # others' rows of the e-mail would show in the time
                continue
            assert given is not None
            assert given == ask(query, key=key).content
    assert doors.by_email(environ(f"email=both@test.com&channel={others.pk}", app_of(mine)), None) is None


@pytest.mark.django_db
@pytest.mark.parametrize(
    "query",
    [
        "",
        "email=both@test.com&limit=1",
        "email=both@test.com&page=2",
        "email=both@test.com&sort=-id",
        "email=both@test.com&email=x",
        "email=both@test.com&foo__bar=1",
        "email=both@test.com&channel=x",
        "email=both@test.com&channel=99999999",
        "email=both@test.com&channel=1,2",
        "email=%00",
        "email=é",
        "limit=5",
    ],
)
def test_the_door_leaves_every_other_question_to_the_view(
    query: str, ask: Callable[..., Any], token: str, two: Any
) -> None:
    """What has links, is refused, or is worded otherwise."""
    ask()
    assert doors.by_email(environ(query, token), None) is None


@pytest.mark.django_db
def test_the_door_opens_to_nobody_else(
    ask: Callable[..., Any], token_of: Callable[..., str], token: str, two: Any
) -> None:
    """Without the right, with a token that is none, or one whose use is not noted yet."""
    adder = token_of("customers.add_customer")
    ask("", key=adder)
    for key in (adder, "0" * 40, "", token):
        assert doors.by_email(environ("email=both@test.com", key), None) is None


@pytest.mark.django_db
def test_the_door_asks_once(ask: Callable[..., Any], token: str, two: Any, django_assert_num_queries: Any) -> None:
    """Token, rights, channels and customers in one statement; under a channel's address as well."""
    mine = two[0]
    ask()
    with django_assert_num_queries(1):
        assert doors.by_email(environ("email=both@test.com", token), None)
    with django_assert_num_queries(1):
        assert ask("email=both@test.com", f"/api/v1/channel/{mine.pk}/customers/").json()["count"] == 1


@pytest.mark.prove
@pytest.mark.django_db
def test_an_answer_takes_as_long_for_anothers_customer_as_for_nobody(
    ask: Callable[..., Any], app_of: Callable[..., str], two: Any
) -> None:
    """A channel's program asks for an e-mail that another channel has, and for one that none has, in turn."""
    mine, _ours, _others, theirs = two
    Customer.objects.filter(pk=theirs.pk).update(email="theirs@test.com")
    key = app_of(mine)
    took: dict[str, list[float]] = {"theirs@test.com": [], "nobody@test.com": []}
    for _again in range(300):
        for email, times in took.items():
            started = time.perf_counter()
            assert ask(f"email={email}", key=key).json()["count"] == 0
            times.append(time.perf_counter() - started)
    theirs_ms, nobodys_ms = (statistics.median(times) * 1000 for times in took.values())
    assert abs(theirs_ms - nobodys_ms) < 0.1 * nobodys_ms
