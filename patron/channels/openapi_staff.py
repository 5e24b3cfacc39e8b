"""What the API page says of staff who look after staff."""

from typing import Any, Final

from drf_spectacular.utils import OpenApiExample, OpenApiParameter, extend_schema, extend_schema_view

from patron.channels import openapi as own
from patron.channels.filters import GroupFilters, MemberFilters
from patron.channels.reads import GroupRow, StaffMember
from patron.channels.rights import GROUP_TAKEN_TEXT, MORE_THAN_HELD
from patron.channels.serializers import GroupWish, MemberWish, NewMemberWish
from patron.kernel import listing, openapi, paging
from patron.reference.openapi_records import NOT_FOUND, PAST_THE_END

MEMBERS_SORTABLE: Final = {
    "id": "pk",
    "pk": "pk",
    "username": "username",
    "date_joined": "date_joined",
    "last_login": "last_login",
}
GROUPS_SORTABLE: Final = {"id": "pk", "pk": "pk", "name": "name"}
_TAGS: Final = ["Staff"]
_MEMBER: Final[dict[str, Any]] = {
    "pk": 12,
    "id": 12,
    "username": "bazaar-app",
    "email": "bazaar@shop.example",
    "first_name": "",
    "last_name": "",
    "is_active": True,
    "is_staff": False,
    "is_superuser": False,
    "is_restricted": True,
    "channels": [6],
    "groups": [1],
    "permissions": [],
    "has_totp": False,
    "date_joined": "2024-01-01T00:00:00.000000Z",
    "last_login": None,
}
_GROUP: Final[dict[str, Any]] = {
    "pk": 1,
    "id": 1,
    "name": "Support",
    "permissions": ["accounts.view_shopper", "customers.view_customer"],
    "channels": [],
}
_MEMBER_SCHEMA: Final = openapi.struct(StaffMember)
_GROUP_SCHEMA: Final = openapi.struct(GroupRow)
_STAFF_ID: Final = OpenApiParameter("staff_id", int, OpenApiParameter.PATH)
_TOKEN_ID: Final = OpenApiParameter("token_id", int, OpenApiParameter.PATH)
_GROUP_ID: Final = OpenApiParameter("group_id", int, OpenApiParameter.PATH)
_FORBIDDEN: Final = openapi.answer(
    openapi.DETAIL,
    "The staff member may not.",
    ("forbidden", {"detail": "You do not have permission to perform this action."}),
    ("more than held", {"detail": str(MORE_THAN_HELD)}),
    ("a program", {"detail": "Only a sign-in with a password can do this."}),
)
_INVALID: Final = openapi.invalid(
    ("taken", {"username": ["A user with that username already exists."]}),
    ("unknown", {"channels": ["There is none: 99."]}),
)
_GROUP_INVALID: Final = openapi.invalid(("taken", {"name": [str(GROUP_TAKEN_TEXT)]}))


def _page(row: dict[str, Any]) -> dict[str, Any]:
    return {"count": 1, "next": None, "previous": None, "results": [row]}


MEMBERS: Final = extend_schema_view(
    get=extend_schema(
        operation_id="users_list",
        summary="Staff",
        description="Staff who are restricted to channels see themselves.",
        tags=_TAGS,
        parameters=listing.parameters(MemberFilters, MEMBERS_SORTABLE),
        responses={
            200: openapi.answer(paging.schema_of(_MEMBER_SCHEMA), "A page of them.", ("staff", _page(_MEMBER))),
            400: openapi.invalid(("sort", {"sort": ["Expected any of id, pk, username, date_joined, last_login."]})),
            403: _FORBIDDEN,
            404: PAST_THE_END,
        },
    ),
    post=extend_schema(
        operation_id="users_create",
        summary="Make a staff member",
        description="Nobody gives what they do not hold. `is_restricted` with `channels`: sees these channels only.",
        tags=_TAGS,
        request=NewMemberWish,
        examples=[
            OpenApiExample(
                "a channel's program",
                value={
                    "username": "bazaar-app",
                    "password": "correct horse battery",
                    "is_restricted": True,
                    "channels": [6],
                    "groups": [1],
                },
                request_only=True,
            )
        ],
        responses={
            201: openapi.answer(_MEMBER_SCHEMA, "The new one.", ("made", _MEMBER)),
            400: _INVALID,
            403: _FORBIDDEN,
        },
    ),
)
MEMBER: Final = extend_schema_view(
    get=extend_schema(
        operation_id="users_retrieve",
        summary="One staff member",
        tags=_TAGS,
        parameters=[_STAFF_ID],
        responses={
            200: openapi.answer(_MEMBER_SCHEMA, "The staff member.", ("one", _MEMBER)),
            403: _FORBIDDEN,
            404: NOT_FOUND,
        },
    ),
    patch=extend_schema(
        operation_id="users_change",
        summary="Change a staff member",
        description="`groups`, `channels` and `permissions` take the place of all there were. A new password ends what "
        "was signed in with the old one. Whoever is no superuser touches only those who may no more than they.",
        tags=_TAGS,
        parameters=[_STAFF_ID],
        request=MemberWish,
        examples=[OpenApiExample("switched off", value={"is_active": False}, request_only=True)],
        responses={
            200: openapi.answer(_MEMBER_SCHEMA, "After the change.", ("changed", _MEMBER | {"is_active": False})),
            400: _INVALID,
            403: _FORBIDDEN,
            404: NOT_FOUND,
        },
    ),
)
MEMBER_TOTP: Final = extend_schema_view(
    delete=extend_schema(
        operation_id="users_reset_totp",
        summary="Take away the second step of somebody who lost the app",
        description="For superusers. What they were signed in with ends.",
        tags=_TAGS,
        parameters=[_STAFF_ID],
        responses={204: openapi.NO_BODY, 401: own.UNAUTHENTICATED, 403: _FORBIDDEN, 404: NOT_FOUND},
    )
)
MEMBER_TOKENS: Final = own.tokens("users_tokens", "The valid tokens of a staff member", [_STAFF_ID], _FORBIDDEN)
MEMBER_TOKEN: Final = own.token("users_tokens", "Revoke one of them", [_STAFF_ID, _TOKEN_ID], {403: _FORBIDDEN})
GROUPS: Final = extend_schema_view(
    get=extend_schema(
        operation_id="groups_list",
        summary="Groups of rights",
        tags=_TAGS,
        parameters=listing.parameters(GroupFilters, GROUPS_SORTABLE),
        responses={
            200: openapi.answer(paging.schema_of(_GROUP_SCHEMA), "A page of them.", ("groups", _page(_GROUP))),
            400: openapi.invalid(("sort", {"sort": ["Expected any of id, pk, name."]})),
            403: _FORBIDDEN,
            404: PAST_THE_END,
        },
    ),
    post=extend_schema(
        operation_id="groups_create",
        summary="Make a group",
        description="For superusers. `channels` are seen by its restricted members, beside their own.",
        tags=_TAGS,
        request=GroupWish,
        examples=[
            OpenApiExample(
                "support", value={"name": "Support", "permissions": _GROUP["permissions"]}, request_only=True
            )
        ],
        responses={
            201: openapi.answer(_GROUP_SCHEMA, "The new one.", ("made", _GROUP)),
            400: _GROUP_INVALID,
            403: _FORBIDDEN,
        },
    ),
)
GROUP: Final = extend_schema_view(
    get=extend_schema(
        operation_id="groups_retrieve",
        summary="One group",
        tags=_TAGS,
        parameters=[_GROUP_ID],
        responses={
            200: openapi.answer(_GROUP_SCHEMA, "The group.", ("one", _GROUP)),
            403: _FORBIDDEN,
            404: NOT_FOUND,
        },
    ),
    patch=extend_schema(
        operation_id="groups_change",
        summary="Change a group",
        description="For superusers. Everybody in it holds what it holds, from the next request on.",
        tags=_TAGS,
        parameters=[_GROUP_ID],
        request=GroupWish,
        examples=[OpenApiExample("renamed", value={"name": "Support"}, request_only=True)],
        responses={
            200: openapi.answer(_GROUP_SCHEMA, "After the change.", ("changed", _GROUP)),
            400: _GROUP_INVALID,
            403: _FORBIDDEN,
            404: NOT_FOUND,
        },
    ),
    delete=extend_schema(
        operation_id="groups_delete",
        summary="Delete a group",
        description="For superusers. Its members lose what it gave them.",
        tags=_TAGS,
        parameters=[_GROUP_ID],
        responses={204: openapi.NO_BODY, 403: _FORBIDDEN, 404: NOT_FOUND},
    ),
)
