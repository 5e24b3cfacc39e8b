"""How tables look in the console: found by exact values, counted no further than 10,000, read-only where history is a
promise.

A list costs the same however many rows there are: a count of everything, a search inside texts and a list of all
values of a column each read the whole table, so none of them is done here.
"""

from collections.abc import Sequence
from typing import Any, ClassVar, Final

from django.contrib.admin import ShowFacets, SimpleListFilter
from django.core.exceptions import PermissionDenied
from django.core.paginator import Page, Paginator
from django.db.models import JSONField, Model, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.html import format_html
from unfold.admin import ModelAdmin, TabularInline
from unfold.views import ChangeList

from patron.kernel import walking
from patron.kernel.form_fields import JsonField

MOST_COUNTED: Final = 10_000
MOST_AT_ONCE: Final = 1000  # rows an action works on in one request
_LARGEST_ID: Final = 2**63 - 1


class BoundedPaginator(Paginator):  # type: ignore[type-arg]
    """Counts to MOST_COUNTED and offers no page beyond; a search or a filter brings the rest near."""

    template_name = "kernel/pages.html"

    @cached_property
    def count(self) -> int:
        """The number of rows, at most MOST_COUNTED."""
        return min(self._counted, MOST_COUNTED)

    @property
    def is_cut(self) -> bool:
        """Whether there are more rows than are counted."""
        return self._counted > MOST_COUNTED

    def page(self, number: Any) -> Page:  # type: ignore[type-arg]
        """The page of a number, from 1. Raises InvalidPage."""
        number = self.validate_number(number)
        start = (number - 1) * self.per_page
        end = min(start + self.per_page, self.count)
        rows: QuerySet[Any] = self.object_list  # type: ignore[assignment]
        return Page(walking.page(rows, start, end, are_few=not self.is_cut), number, self)

    @cached_property
    def _counted(self) -> int:
        rows: QuerySet[Any] = self.object_list  # type: ignore[assignment]
        return rows.order_by()[: MOST_COUNTED + 1].count()


class BoundedList(ChangeList):  # type: ignore[misc]
    """Says how many rows it found at its foot only, where it is said that the number may be cut."""

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        self.full_result_count = self.result_count


class Table(ModelAdmin):  # type: ignore[misc]
    """A table of the console. A subclass that can be searched says so with `search_help_text` and `search`.

    `rights`: the permissions that open or close something, and so are offered when staff are given theirs.
    """

    paginator = BoundedPaginator
    show_full_result_count = False
    list_per_page = 50
    list_max_show_all = 0
    list_filter_submit = True
    list_fullwidth = True
    show_facets = ShowFacets.NEVER  # counts of every choice of every filter
    search_help_text: ClassVar[Any] = None
    formfield_overrides: ClassVar[dict[Any, Any]] = {JSONField: {"form_class": JsonField}}
    rights: ClassVar[tuple[str, ...]] = ("view", "add", "change", "delete")

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[BoundedList]:
        return BoundedList

    def get_search_fields(self, request: HttpRequest) -> tuple[str, ...]:
        """Truthy where the search box is to be shown; the fields themselves are the subclass's `search`."""
        return ("pk",) if self.search_help_text else ()

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        """Hand the words to `search`; an index must serve each of its lookups."""
        words = search_term.strip()
        return (self.search(queryset, words) if words else queryset), False

    def search(self, rows: QuerySet[Any], words: str) -> QuerySet[Any]:
        """The rows that `words` names."""
        return rows


class ReadOnlyTable(Table):
    """A table nobody edits here: its rows are written by journeys, or are history."""

    rights: ClassVar[tuple[str, ...]] = ("view",)

    def has_add_permission(self, request: HttpRequest, *args: Any) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


class ReadOnlyRows(TabularInline):  # type: ignore[misc]
    """Rows of another table on the page of the one they belong to; shown, not edited."""

    extra = 0
    per_page = 20
    tab = True
    can_delete = False
    hide_title = True

    def has_add_permission(self, request: HttpRequest, *args: Any) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


def one_of(column: str, title: Any, values: Sequence[str]) -> type[SimpleListFilter]:
    """A filter of known values; Django's own for a text column reads the whole table to find them."""

    class OneOf(SimpleListFilter):
        """The values as they are stored."""

        parameter_name = column

        def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
            return [(value, value) for value in values]

        def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
            return queryset.filter(**{column: self.value()}) if self.value() in values else queryset

    OneOf.title = title
    return OneOf


def left_to_right(text: str) -> str:
    """A phone or an address, which an Arabic page would otherwise turn round."""
    return format_html('<bdi dir="ltr">{}</bdi>', text)


def staff_id(request: HttpRequest) -> int:
    """Who is at work, for ledgers and audits. Raises PermissionDenied where nobody is signed in."""
    if request.user.pk is None:
        raise PermissionDenied
    return request.user.pk


def link(table: str, row_id: Any, text: str | None = None) -> str:
    """A link to one row's page. `table`: `accounts_shopper`. Needs no query, unlike a column of the related row."""
    if row_id is None:
        return ""
    address = reverse(f"admin:{table}_change", args=[row_id])
    return format_html('<a href="{}" class="text-link">{}</a>', address, text or f"#{row_id}")


def as_id(words: str) -> int | None:
    """The id that `words` writes, `#12` or `12`; None for anything else."""
    digits = words.removeprefix("#")
    return (
        int(digits)
        if digits.isascii() and digits.isdigit() and len(digits) < 20 and int(digits) <= _LARGEST_ID
        else None
    )
