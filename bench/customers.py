"""Customers: the exact e-mail beside the floor, the making of new ones, and each kind of list, at two sizes."""

import http.client
import json
import statistics
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

from django.db import connection

from bench import customers_seed, load, processes, report, rounds
from bench.customers_seed import CHANNELS, Shop
from bench.load import Request, Spoiled
from bench.processes import Server
from bench.rounds import Plan, Side
from patron.customers import doors, reads

FLOOR: Final = "bench.customers_floor:application"
CREATIONS_PER_SECOND: Final = 2_000  # more than one core makes
_WALKED: Final = 5_000
_ASKED: Final = 400  # questions of each kind and round, one after the other
_WARM: Final = 40
_TABLES: Final = ("customers_customermapping", "customers_customer")
_INDEXES_BY_USE: Final = f"SELECT indexrelname FROM pg_stat_user_indexes WHERE relname IN {_TABLES} ORDER BY idx_scan"

# what a list is called → its questions
LISTS: Final[dict[str, Callable[[Shop, int], list[Request]]]] = {
    "exact e-mail": lambda shop, many: [shop.ask(f"email={email(shop, n)}&sort=id") for n in shop.numbers(many)],
    "beginning of an e-mail": lambda shop, many: [shop.ask(f"email__startswith=user{n}") for n in shop.numbers(many)],
    "beginning of an e-mail, two digits": lambda shop, many: [
        shop.ask(f"email__startswith=user{10 + n % 90}") for n in shop.numbers(many)
    ],
    "channel and dates (a week)": lambda shop, many: [
        shop.ask(f"channel={shop.channel + n % CHANNELS}&{_week(shop, n)}") for n in shop.numbers(many)
    ],
    "what changed in a channel": lambda shop, many: [
        shop.ask(f"channel={shop.channel + n % CHANNELS}&sort=-modified_date") for n in shop.numbers(many)
    ],
    "thousands at the far end of an order": lambda shop, many: [
        shop.ask(f"created_date__lt={_before_others(shop, 20_000 + n % 10_000)}") for n in shop.numbers(many)
    ],
    "JSON that half of all share": lambda shop, many: [shop.ask("attributes__tier=basic")] * many,
    "JSON key": lambda shop, many: [shop.ask(f"attributes__ref={n % (shop.count // 100)}") for n in shop.numbers(many)],
    "mapping": lambda shop, many: [
        shop.ask(f"mapping__code=M{n - n % 5 or 5}&mapping__integration_type=sales_channel") for n in shop.numbers(many)
    ],
    "page 1 with count": lambda shop, many: [shop.ask("page=1")] * many,
    "page 1 with count, of a channel": lambda shop, many: [
        shop.ask(f"channel={shop.channel + n % CHANNELS}") for n in shop.numbers(many)
    ],
    "page 1 with count, three traits": lambda shop, many: (
        [shop.ask("gender=female&is_active=true&user_type=guest")] * many
    ),
    "cursor page 10,000 by id": lambda shop, many: shop.deep("id", many),
    "cursor page 10,000 by date": lambda shop, many: shop.deep("-created_date", many),
}


def measure(folder: Path, plan: Plan, sizes: tuple[int, ...]) -> Iterator[str]:
    """A shop of each size in turn, each in the place of the last. Raises Spoiled."""
    found = []
    for size in sizes:
        shop = customers_seed.plant(size)
        yield f"{size:,} customers of {CHANNELS} channels:\n"
        with processes.patron(folder) as patron:
            _hold(shop, patron)
            with processes.floor(folder, _given(), FLOOR) as floor:
                yield report.table([("GET customers by e-mail", *_beside(shop, patron, floor, folder, plan), _FLOORED)])
            found.append(_in_rounds(shop, patron, plan.rounds))
            made = [
                load.write(shop.creations(CREATIONS_PER_SECOND * plan.seconds), folder / f"creations-{number}")
                for number in range(plan.rounds)
            ]
            yield report.table(
                [("POST customers", rounds.once_each((patron,), [[file] for file in made], plan)[0], None, "300/s")]
            )
    yield _lists(sizes, found)


_FLOORED: Final = "0.25 of the floor"


def email(shop: Shop, number: int) -> str:
    """Of the customer of a number; see `customers_seed`."""
    return f"user{number * 7919 % shop.count}.{number}@mail{number % 1000}.example"


def _week(shop: Shop, number: int) -> str:
    # twelve seconds from one to the next
    ends = time.time() - number * 12
    starts, ends = (time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(each)) for each in (ends - 7 * 86400, ends))
    return f"created_date__gte={starts}&created_date__lt={ends}"


def _before_others(shop: Shop, number: int) -> str:
    # the oldest have the highest numbers
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() - (shop.count - number) * 12))


def _hold(shop: Shop, patron: Server) -> None:
    """Have PostgreSQL hold what the lists read, as after some time at work: the first to ask waits for the disk.

    What is used most comes last, since where memory is short it is the first to come that goes.
    """
    for make in LISTS.values():
        _answered(make(shop, _WARM), patron)
    with connection.cursor() as cursor:
        cursor.execute("CREATE EXTENSION IF NOT EXISTS pg_prewarm")
        cursor.execute("SET statement_timeout = 0")
        cursor.execute(_INDEXES_BY_USE)
        for relation in (*(row[0] for row in cursor.fetchall()), *_TABLES):
            cursor.execute("SELECT pg_prewarm(%s::regclass)", [relation])


def _given() -> str:
    statement = doors._BY_EMAIL
    return json.dumps(
        {
            "statement": statement._numbered,
            "names": statement._names,
            "objects": reads._OBJECTS,
            "fields": reads.CustomerRow.__struct_fields__,
        }
    )


def _beside(shop: Shop, patron: Server, floor: Server, folder: Path, plan: Plan) -> tuple[Side, Side]:
    requests = [shop.ask(f"email={email(shop, number)}") for number in shop.numbers(_WALKED)]
    shop.ask("page=1").send(patron.port)  # notes the use of the token, which the door leaves to the view
    answers = [requests[0].send(server.port) for server in (patron, floor)]
    if answers[0] != answers[1] or json.loads(answers[0])["count"] != 1:
        raise Spoiled(f"Patron and the floor do not answer the same: {answers!r}")
    first, second = rounds.in_turn((patron, floor), load.write(requests, folder / "requests"), plan)
    return first, second


def _in_rounds(shop: Shop, patron: Server, rounds: int) -> dict[str, tuple[float, float]]:
    """Every list once a round, and the medians of what the rounds found: a pause of the machine spoils one of them."""
    questions = {name: make(shop, _WARM + rounds * _ASKED) for name, make in LISTS.items()}
    found: dict[str, list[tuple[float, float]]] = {name: [] for name in LISTS}
    for number in range(rounds):
        for name, requests in questions.items():
            _answered(requests[:_WARM], patron)
            first = _WARM + number * _ASKED
            percentiles = statistics.quantiles(_answered(requests[first : first + _ASKED], patron), n=100)
            found[name].append((percentiles[49], percentiles[98]))
    return {
        name: (statistics.median(p50 for p50, _p99 in each), statistics.median(p99 for _p50, p99 in each))
        for name, each in found.items()
    }


def _answered(requests: list[Request], server: Server) -> list[float]:
    """Milliseconds each took one caller who waits for each answer. Raises Spoiled."""
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)
    took = []
    for request in requests:
        started = time.perf_counter()
        connection.request(request.method, request.path, headers=request.headers)
        answer = connection.getresponse()
        body = answer.read()
        took.append((time.perf_counter() - started) * 1000)
        if answer.status != 200 or b'"pk"' not in body:
            raise Spoiled(f"{request.path} is answered {answer.status}: {body[:200]!r}")
    connection.close()
    return took


def _lists(sizes: tuple[int, ...], found: list[dict[str, tuple[float, float]]]) -> str:
    lines = [
        ("a list, one caller", *(f"p50, p99 ms at {size:,}" for size in sizes), "p50, p99 grow", "target"),
        ("---", *("---:" for _ in sizes), "---:", "---"),
    ]
    for name in LISTS:
        each = [times[name] for times in found]
        grows = ", ".join(
            f"{last / first:.1f} x" for first, last in zip(each[0], each[-1], strict=True) if len(each) > 1
        )
        lines.append((name, *(f"{p50:.1f}, {p99:.1f}" for p50, p99 in each), grows, "p99 50 ms, 1.5 x"))
    return report._markdown(lines)
