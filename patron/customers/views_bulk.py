"""`/api/v1/customers/`: many at once, the history of one, two that become one."""

import codecs
import io
import itertools
from typing import IO, Any

import msgspec
from django.http import HttpResponse
from django.utils.translation import gettext as _
from rest_framework.exceptions import ParseError
from rest_framework.parsers import BaseParser
from rest_framework.request import Request

from patron.channels.authentication import caller
from patron.channels.backoffice import ScopedView
from patron.customers import bulk_upsert, history, merging, openapi_bulk, reads
from patron.customers.models import Customer, Merge
from patron.customers.serializers_bulk import HistoryWish, MergeWish
from patron.kernel import clock, parsing
from patron.kernel.encoding import JSON


class RowsParser(BaseParser):
    """A JSON list, or one object a line: each row by itself, since one that is no JSON is refused alone."""

    media_type = JSON

    def parse(  # type: ignore[override]  # a list, where DRF's stubs know mappings only
        self, stream: IO[bytes], media_type: str | None = None, parser_context: Any = None
    ) -> list[Any]:
        request = parser_context["request"]._request
        parsing.refuse_oversize(request, parsing.MAX_UPLOAD_BYTES)
        raw = stream.read(parsing.MAX_UPLOAD_BYTES + 1)
        if len(raw) > parsing.MAX_UPLOAD_BYTES:
            raise ParseError(_("The request body is too large."))
        raw = raw.removeprefix(codecs.BOM_UTF8)
        if raw.lstrip()[:1] != b"[":
            lines = (line for line in io.BytesIO(raw) if not line.isspace())
            return [_object(line) for line in itertools.islice(lines, bulk_upsert.MOST + 1)]  # one too many is refused
        try:
            rows: list[Any] = msgspec.json.decode(raw, type=list[Any])
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            raise ParseError(_("The request body is not valid JSON.")) from error
        return rows


class LinesParser(RowsParser):
    """The same under the name of one object a line."""

    media_type = "application/x-ndjson"


@openapi_bulk.BULK_UPSERT
class BulkUpsertView(ScopedView):
    """Customers made or changed by their key, with an answer for each."""

    table = Customer
    also = ("customers.change_customer",)
    parser_classes = [RowsParser, LinesParser]

    def post(self, request: Request, **address: int) -> HttpResponse:
        staff_id = caller(request).staff_id
        rows: Any = request.data
        return _json(bulk_upsert.upsert(rows, self.scope, staff_id, channel=address.get("channel_id")))


@openapi_bulk.HISTORY
class HistoryView(ScopedView):
    """Who changed what of one customer."""

    table = Customer

    def get(self, request: Request, customer_id: int, **address: int) -> HttpResponse:
        wish = HistoryWish(data=request.query_params)
        wish.is_valid(raise_exception=True)
        return _json(history.page(customer_id, self.scope, wish.validated_data.get("before")))


class MergeChangeView(ScopedView):
    """Whoever may change customers may merge them."""

    table = Customer
    verbs = {"POST": "change"}


@openapi_bulk.MERGE_PREVIEW
class MergePreviewView(MergeChangeView):
    """What a merge would do."""

    def post(self, request: Request) -> HttpResponse:
        wish = MergeWish(data=request.data)
        wish.is_valid(raise_exception=True)
        plan = merging.preview(scope=self.scope, **wish.validated_data)
        return _json({"kept": plan.kept, "merged": plan.merged, "values": plan.values, "choices": plan.choices})


@openapi_bulk.MERGE
class MergeView(MergeChangeView):
    """Two become one."""

    def post(self, request: Request) -> HttpResponse:
        wish = MergeWish(data=request.data)
        wish.is_valid(raise_exception=True)
        done = merging.merge(scope=self.scope, staff_id=caller(request).staff_id, **wish.validated_data)
        return _json(_merge(done, reads.one(done.kept_id, self.scope)), 201)


@openapi_bulk.UNDO
class UndoView(MergeChangeView):
    """One becomes two again."""

    def post(self, request: Request, merge_id: int) -> HttpResponse:
        done = merging.undo(merge_id, self.scope, caller(request).staff_id)
        return _json(_merge(done, reads.one(done.kept_id, self.scope)))


def _merge(done: Merge, kept: reads.CustomerRow) -> dict[str, Any]:
    return {
        "pk": done.pk,
        "merged": done.gone_id,
        "merged_date": clock.iso(done.merged_at),
        "undone_date": clock.iso(done.undone_at) if done.undone_at else None,
        "customer": kept,
    }


def _object(line: bytes) -> Any:
    try:
        return msgspec.json.decode(line)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None  # refused by its number, as any row that is no object


def _json(answer: Any, status: int = 200) -> HttpResponse:
    return HttpResponse(msgspec.json.encode(answer), status=status, content_type=JSON)
