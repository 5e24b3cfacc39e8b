"""`/api/v1/users/`, `/api/v1/groups/`: staff look after staff."""

from django.contrib.auth.models import Group
from django.db.models import QuerySet
from rest_framework.request import Request
from rest_framework.response import Response

from patron.channels import openapi_staff, reads, rights, tokens
from patron.channels.authentication import caller
from patron.channels.filters import GroupFilters, MemberFilters
from patron.channels.models import Staff, StaffToken
from patron.channels.rights import Actor
from patron.channels.serializers import GroupWish, MemberWish, NewMemberWish, TokenWish
from patron.channels.views import AnyStaffView
from patron.kernel import clock, listing
from patron.kernel.backoffice import StaffView
from patron.kernel.paging import Pages


def _visible(request: Request) -> QuerySet[Staff]:
    """All staff; for those who are restricted to channels, themselves."""
    asking = caller(request).staff
    shown = Staff.objects.prefetch_related(*reads.MEMBER_PARTS)
    return shown.filter(pk=asking.pk) if asking.is_restricted and not asking.is_superuser else shown


def _groups(request: Request) -> QuerySet[Group]:
    """All groups; for those who are restricted to channels, their own."""
    asking = caller(request).staff
    shown = Group.objects.prefetch_related(*reads.GROUP_PARTS)
    return shown.filter(user=asking) if asking.is_restricted and not asking.is_superuser else shown


@openapi_staff.MEMBERS
class MembersView(StaffView):
    """All of them; a new one."""

    table = Staff

    def get(self, request: Request) -> Response:
        sortable = openapi_staff.MEMBERS_SORTABLE
        return listing.answer(self, _visible(request), reads.member, filters=MemberFilters, sortable=sortable)

    def post(self, request: Request) -> Response:
        actor = Actor.of(caller(request))
        wish = NewMemberWish(data=request.data)
        wish.is_valid(raise_exception=True)
        made = rights.create(actor, wish.validated_data)
        return Response(reads.member(listing.found(_visible(request), made.pk)), status=201)


@openapi_staff.MEMBER
class MemberView(StaffView):
    """One of them; switched off, not deleted, since what they did stays theirs."""

    table = Staff

    def get(self, request: Request, staff_id: int) -> Response:
        return Response(reads.member(listing.found(_visible(request), staff_id)))

    def patch(self, request: Request, staff_id: int) -> Response:
        actor = Actor.of(caller(request))
        wish = MemberWish(data=request.data)
        wish.is_valid(raise_exception=True)
        rights.change(actor, staff_id, wish.validated_data)
        return Response(reads.member(listing.found(_visible(request), staff_id)))


@openapi_staff.MEMBER_TOTP
class MemberTotpView(AnyStaffView):
    """A superuser takes away the second step of somebody who lost the app."""

    def delete(self, request: Request, staff_id: int) -> Response:
        rights.reset_totp(Actor.of(caller(request)), staff_id)
        return Response(status=204)


@openapi_staff.MEMBER_TOKENS
class MemberTokensView(AnyStaffView):
    """The tokens of one staff member: one's own, for a superuser anybody's."""

    def get(self, request: Request, staff_id: int) -> Response:
        pages, current = Pages(), caller(request)
        owner = rights.owner_of_tokens(current.staff, staff_id)
        rows = tokens.valid(clock.now()).filter(staff=owner).order_by("-id")
        shown: list[StaffToken] = pages.paginate_queryset(rows, request, self) or []
        return pages.get_paginated_response([reads.token(row, current) for row in shown])

    def post(self, request: Request, staff_id: int) -> Response:
        current = caller(request)
        owner = rights.owner_of_tokens(current.staff, staff_id)
        wish = TokenWish(data=request.data)
        wish.is_valid(raise_exception=True)
        made, key = tokens.issue_for_program(current, **wish.validated_data, owner=owner)
        return Response(reads.new_token(made, current, key), status=201)


@openapi_staff.MEMBER_TOKEN
class MemberTokenView(AnyStaffView):
    """One of them."""

    def delete(self, request: Request, staff_id: int, token_id: int) -> Response:
        tokens.revoke(rights.owner_of_tokens(caller(request).staff, staff_id), token_id)
        return Response(status=204)


@openapi_staff.GROUPS
class GroupsView(StaffView):
    """All of them; a new one."""

    table = Group

    def get(self, request: Request) -> Response:
        sortable = openapi_staff.GROUPS_SORTABLE
        return listing.answer(self, _groups(request), reads.group, filters=GroupFilters, sortable=sortable)

    def post(self, request: Request) -> Response:
        actor = Actor.of(caller(request))
        wish = GroupWish(data=request.data)
        wish.is_valid(raise_exception=True)
        made = rights.write_group(actor, None, wish.validated_data)
        return Response(reads.group(listing.found(_groups(request), made.pk)), status=201)


@openapi_staff.GROUP
class GroupView(StaffView):
    """One of them."""

    table = Group

    def get(self, request: Request, group_id: int) -> Response:
        return Response(reads.group(listing.found(_groups(request), group_id)))

    def patch(self, request: Request, group_id: int) -> Response:
        actor = Actor.of(caller(request))
        wish = GroupWish(data=request.data, partial=True)
        wish.is_valid(raise_exception=True)
        rights.write_group(actor, group_id, wish.validated_data)
        return Response(reads.group(listing.found(_groups(request), group_id)))

    def delete(self, request: Request, group_id: int) -> Response:
        rights.delete_group(Actor.of(caller(request)), group_id)
        return Response(status=204)
