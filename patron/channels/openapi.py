"""What the API page says of the staff's own endpoints."""

from typing import Any, Final

from drf_spectacular.utils import OpenApiExample, OpenApiParameter, extend_schema, extend_schema_view

from patron.channels.reads import ActiveUser, NewToken, Token
from patron.channels.serializers import Credentials, TokenWish
from patron.kernel import openapi, paging

_TAGS: Final = ["Staff"]
_KEY: Final = "9944b09199c62bcf9418ad846dd0e4bbdfc6ee4b"
_TOKEN: Final[dict[str, Any]] = {
    "id": 7,
    "name": "ERP",
    "created_date": "2024-01-01T00:00:00.000000Z",
    "expires_date": None,
    "last_used_date": "2024-01-02T09:00:00.000000Z",
    "is_current": False,
}
_MOMENTS: Final[dict[str, Any]] = {
    "created_date": openapi.MOMENT,
    "expires_date": openapi.MOMENT_OR_NULL,
    "last_used_date": openapi.MOMENT_OR_NULL,
}
_KEY_SCHEMA: Final[dict[str, Any]] = {
    "type": "object",
    "required": ["key"],
    "properties": {"key": {"type": "string", "pattern": "^[0-9a-f]{40}$"}},
}
UNAUTHENTICATED: Final = openapi.answer(
    openapi.DETAIL,
    "No token, or one that is unknown, expired or revoked.",
    ("anonymous", {"detail": "Authentication credentials were not provided."}),
    ("bad token", {"detail": "Invalid token."}),
)


_WISHES: Final = [
    OpenApiExample("for good", value={"name": "ERP"}, request_only=True),
    OpenApiExample("for a while", value={"name": "trial", "expires_date": "2030-01-01T00:00:00Z"}, request_only=True),
]


def _login(operation_id: str) -> Any:
    return extend_schema(
        operation_id=operation_id,
        summary="Sign in for a token",
        description="Each sign-in makes a token of its own; then `Authorization: Token <key>`. Whoever has set up "
        "two-step sign-in sends a `code` of the app, or a recovery code, along.",
        tags=_TAGS,
        auth=[],
        request=Credentials,
        examples=[
            OpenApiExample(
                "credentials", value={"username": "erp", "password": "correct horse battery"}, request_only=True
            ),
            OpenApiExample(
                "two steps",
                value={"username": "jo", "password": "correct horse battery", "code": "482914"},
                request_only=True,
            ),
        ],
        responses={
            200: openapi.answer(_KEY_SCHEMA, "The key; it is shown only here.", ("signed in", {"key": _KEY})),
            400: openapi.invalid(
                ("bad credentials", {"non_field_errors": ["Unable to log in with provided credentials."]}),
                ("code needed", {"code": ["Enter the code of your authenticator app."]}),
                ("bad code", {"code": ["This code is not valid."]}),
            ),
            429: openapi.THROTTLED,
        },
    )


LOGIN: Final = extend_schema_view(post=_login("staff_login"))
INTERNAL_LOGIN: Final = extend_schema_view(post=_login("staff_login_internal"))
LOGOUT: Final = extend_schema_view(
    post=extend_schema(
        operation_id="staff_logout",
        summary="Revoke the token that calls",
        tags=_TAGS,
        request=None,
        responses={
            200: openapi.answer(
                openapi.DETAIL,
                "The token is worth nothing now.",
                ("signed out", {"detail": "Successfully logged out."}),
            ),
            401: UNAUTHENTICATED,
        },
    )
)
ACTIVE_USER: Final = extend_schema_view(
    get=extend_schema(
        operation_id="active_user",
        summary="Whose token this is",
        tags=_TAGS,
        responses={
            200: openapi.answer(
                openapi.struct(ActiveUser),
                "The staff member.",
                (
                    "staff",
                    {
                        "pk": 3,
                        "username": "erp",
                        "email": "erp@shop.example",
                        "first_name": "",
                        "last_name": "",
                        "is_superuser": False,
                        "permissions": ["accounts.view_consent", "accounts.view_shopper"],
                    },
                ),
            ),
            401: UNAUTHENTICATED,
        },
    )
)


def tokens(name: str, summary: str, parameters: list[Any], *refusals: Any) -> Any:
    """A list of tokens and the making of one. `refusals`: what else 403 says."""
    refused = {403: refusals[0]} if refusals else {}
    return extend_schema_view(
        get=extend_schema(
            operation_id=f"{name}_list",
            summary=summary,
            tags=_TAGS,
            parameters=[*parameters, *paging.PARAMETERS],
            responses={
                200: openapi.answer(
                    paging.schema_of(openapi.struct(Token, **_MOMENTS)),
                    "The newest first, without their keys.",
                    ("tokens", {"count": 1, "next": None, "previous": None, "results": [_TOKEN]}),
                ),
                401: UNAUTHENTICATED,
                **refused,
                404: openapi.answer(
                    openapi.DETAIL, "A page past the end.", ("past the end", {"detail": "Invalid page."})
                ),
            },
        ),
        post=extend_schema(
            operation_id=f"{name}_create",
            summary="Make a token for a program",
            tags=_TAGS,
            parameters=[*parameters, openapi.IDEMPOTENCY],
            request=TokenWish,
            examples=_WISHES,
            responses={
                201: openapi.answer(
                    openapi.struct(NewToken, **_MOMENTS),
                    "The token; its key is shown only here.",
                    ("made", _TOKEN | {"key": _KEY, "last_used_date": None}),
                ),
                400: openapi.invalid(("reserved", {"name": ["This name is kept for sign-ins."]})),
                401: UNAUTHENTICATED,
                403: openapi.answer(
                    openapi.DETAIL,
                    "The calling token was not made by signing in.",
                    ("program", {"detail": "Only a sign-in with a password can make tokens."}),
                ),
            },
        ),
    )


def token(name: str, summary: str, parameters: list[Any], refusals: dict[int, Any]) -> Any:
    """The end of one token."""
    return extend_schema_view(
        delete=extend_schema(
            operation_id=f"{name}_revoke",
            summary=summary,
            tags=_TAGS,
            parameters=parameters,
            responses={
                204: openapi.NO_BODY,
                401: UNAUTHENTICATED,
                **refusals,
                404: openapi.answer(openapi.DETAIL, "No valid token.", ("unknown", {"detail": "Not found."})),
            },
        )
    )


_TOKEN_ID: Final = OpenApiParameter("token_id", int, OpenApiParameter.PATH)
TOKENS: Final = tokens("staff_tokens", "The own valid tokens", [])
TOKEN: Final = token("staff_tokens", "Revoke one of the own tokens", [_TOKEN_ID], {})
