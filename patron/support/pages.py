"""Pages of lists whose results are JSON already; the same words as `kernel.paging`."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

import msgspec
from django.utils.translation import gettext as _
from rest_framework.utils.urls import remove_query_param, replace_query_param

from patron.kernel.errors import Invalid, Refusal
from patron.kernel.paging import Pages

_FURTHEST: Final = 10_000_000
Address = Callable[[], str]


class NoSuchPage(Refusal):
    """404 `{"detail": "Invalid page."}`."""

    status = 404

    def __init__(self) -> None:
        super().__init__("invalid_page", "Invalid page.")


@dataclass(frozen=True, slots=True)
class Window:
    """One page. `address`: the absolute URL that was asked, called only where the list has another page."""

    page: int
    limit: int
    address: Address

    @property
    def offset(self) -> int:
        """Rows before it."""
        return (self.page - 1) * self.limit

    def page_of(self, count: int, results: str | None) -> bytes:
        """The body: `results` are this page's, of `count` in all. Raises NoSuchPage past the end."""
        if self.page > 1 and self.offset >= count:
            raise NoSuchPage
        next_, previous = self._links(count)
        head = b'{"count":%d,"next":%b,"previous":%b,"results":[' % (count, next_, previous)
        return head + (results or "").encode() + b"]}"

    def _links(self, count: int) -> tuple[bytes, bytes]:
        has_next, has_previous = self.offset + self.limit < count, self.page > 1
        if not has_next and not has_previous:
            return b"null", b"null"
        url = self.address()
        before = remove_query_param(url, "page") if self.page == 2 else replace_query_param(url, "page", self.page - 1)
        after = replace_query_param(url, "page", self.page + 1)
        return msgspec.json.encode(after if has_next else None), msgspec.json.encode(before if has_previous else None)


def window(query: Mapping[str, str], address: Address) -> Window:
    """The page that a query wants. Raises NoSuchPage, and Invalid for a `sort`, since these lists have one order."""
    if "sort" in query:
        raise Invalid({"sort": [_("This list cannot be sorted.")]})
    page = _whole(query.get("page", "1"))
    if not page or page > _FURTHEST:
        raise NoSuchPage
    limit = _whole(query.get("limit", "")) or Pages.page_size
    return Window(page, min(limit, Pages.max_page_size), address)


def _whole(text: str) -> int:
    """A number from 1, or 0 for anything else."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 20 else 0
