"""The part of the tour that staff play: the shopper as a customer of the shop's channels."""

import time
from typing import Any, Final, NamedTuple

from patron.operations.tour_telling import PATIENCE_SECONDS, Telling

LIST: Final = "/api/v1/customers/"


class StaffMember(NamedTuple):
    """Who signs in."""

    username: str
    password: str


def walk(tour: Telling, email: str, member: StaffMember) -> None:
    """Find the shopper of this e-mail, make her a customer of a marketplace, change her. Raises TourFailed."""
    tour.title("Staff find her among the customers, and keep her as a customer of a marketplace too")
    key = tour.call("POST", "/api/v1/auth/login/", member._asdict()).json()["key"]
    tour.browser.headers["authorization"] = f"Token {key}"
    try:
        _storefront(tour, email)
        _marketplace(tour, email)
        tour.call("POST", "/api/v1/auth/logout/")
    finally:
        del tour.browser.headers["authorization"]


def _storefront(tour: Telling, email: str) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    path = f"{LIST}?email={email}"
    while not tour.browser.get(path).json()["count"] and time.monotonic() < deadline:
        time.sleep(0.1)  # the worker makes her a customer
    tour.call("GET", path)
    tour.call("GET", f"{LIST}?email__contains=shop", expect=400)


def _marketplace(tour: Telling, email: str) -> None:
    channels = tour.call("GET", "/api/v1/channels/?channel_type=sales_channel").json()["results"]
    if not channels:
        tour.say("This shop sells on no marketplace.")
        return
    channel = channels[0]["pk"]
    wish: dict[str, Any] = {"channel": str(channel), "channel_code": email, "email": email}
    address = f"/api/v1/channel/{channel}/customers/"
    made = tour.call("POST", address, wish | {"attributes": {"tier": "gold"}}, expect=201)
    tour.call("POST", address, wish, expect=400)
    one = f"{address}{made.json()['pk']}/"
    tour.browser.headers["if-match"] = made.headers["etag"]
    try:
        tour.call("PATCH", one, {"first_name": "Ada", "is_active": True})
        tour.call("PATCH", one, {"first_name": "Eda"}, expect=412)
    finally:
        del tour.browser.headers["if-match"]
    tour.call("PATCH", one, {"channel_code": "another"}, expect=406)
    tour.call("GET", f"{address}?attributes__tier=gold&sort=-created_date&limit=1")
