"""`/api/v1/segments/`: segments in the hands of staff."""

from urllib.parse import urlencode

from rest_framework.request import Request
from rest_framework.response import Response

from patron.channels.authentication import caller
from patron.kernel import listing
from patron.kernel.backoffice import StaffView
from patron.kernel.errors import NotFound
from patron.kernel.parsing import JsonParser
from patron.segments import editing, membership, openapi, recomputation, rules, staff_reads
from patron.segments.filters import SegmentFilters
from patron.segments.models import Recomputation, Segment
from patron.segments.serializers import MembersWish, RuleWish, SegmentWish

SEE_SHOPPERS = "accounts.view_shopper"


class RuleParser(JsonParser):
    """Lets a rule in that is nested too deeply, so that its own refusal can say where."""

    max_depth = 500


class SegmentStaffView(StaffView):
    """A view of segments."""

    table = Segment
    parser_classes = [RuleParser]


@openapi.SEGMENTS
class SegmentsView(SegmentStaffView):
    """All of them; a new one."""

    def get(self, request: Request) -> Response:
        rows = Segment.objects.all()
        return listing.answer(self, rows, staff_reads.segment, filters=SegmentFilters, sortable=openapi.SORTABLE)

    def post(self, request: Request) -> Response:
        wish = SegmentWish(data=request.data)
        wish.is_valid(raise_exception=True)
        made = editing.create(wish.validated_data, staff_id=caller(request).staff_id)
        return Response(staff_reads.segment(made), status=201)


@openapi.SEGMENT
class SegmentView(SegmentStaffView):
    """One of them."""

    def get(self, request: Request, segment_id: int) -> Response:
        return Response(staff_reads.segment(listing.found(Segment.objects.all(), segment_id)))

    def put(self, request: Request, segment_id: int) -> Response:
        return self._change(request, segment_id, partial=False)

    def patch(self, request: Request, segment_id: int) -> Response:
        return self._change(request, segment_id, partial=True)

    def delete(self, request: Request, segment_id: int) -> Response:
        editing.delete(segment_id, staff_id=caller(request).staff_id)
        return Response(status=204)

    def _change(self, request: Request, segment_id: int, *, partial: bool) -> Response:
        wish = SegmentWish(data=request.data, partial=partial)
        wish.is_valid(raise_exception=True)
        changed = editing.change(segment_id, wish.validated_data, staff_id=caller(request).staff_id)
        return Response(staff_reads.segment(changed))


@openapi.PREVIEW
class PreviewView(SegmentStaffView):
    """How many a rule fits before it is saved, and some of them for staff who may see shoppers."""

    verbs = {"POST": "view"}

    def post(self, request: Request) -> Response:
        wish = RuleWish(data=request.data)
        wish.is_valid(raise_exception=True)
        rule = rules.parse(wish.validated_data["rule"])
        sees = caller(request).staff.has_perm(SEE_SHOPPERS)
        return Response({"count": membership.count(rule), "sample": membership.sample(rule) if sees else None})


@openapi.MEMBERS
class MembersView(SegmentStaffView):
    """Who a segment's rule fits now, whether it is active or not."""

    also = (SEE_SHOPPERS,)

    def get(self, request: Request, segment_id: int) -> Response:
        wish = MembersWish(data=request.query_params)
        wish.is_valid(raise_exception=True)
        rule = rules.parse(listing.found(Segment.objects.all(), segment_id).rule)
        page = membership.page(rule, **wish.validated_data)
        query = urlencode({"cursor": page.cursor, "limit": wish.validated_data["limit"]})
        following = request.build_absolute_uri(f"?{query}") if page.cursor else None
        return Response({"count": page.count, "next": following, "previous": None, "results": page.members})


@openapi.RECOMPUTE
class RecomputeView(SegmentStaffView):
    """The run over all shoppers: how far it is; another one."""

    verbs = {"POST": "change"}

    def get(self, request: Request) -> Response:
        run = recomputation.latest()
        if run is None:
            raise NotFound
        return Response(staff_reads.progress(run))

    def post(self, request: Request) -> Response:
        run = recomputation.request(Recomputation.Reason.STAFF, caller(request).staff_id)
        return Response(staff_reads.progress(run), status=202)
