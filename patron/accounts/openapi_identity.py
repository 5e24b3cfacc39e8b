"""What the API page says of sign-in, sessions, captcha and currency."""

from typing import Any, Final

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, OpenApiResponse, extend_schema, extend_schema_view

from patron.accounts.openapi import DANCE_REFUSALS
from patron.accounts.reads import Name
from patron.accounts.serializers.identity import CaptchaAnswer, CodeSignIn, Credentials, Currency, SignOut
from patron.kernel import openapi, paging

_SIGN_IN: Final = ["Sign-in"]
_SESSION: Final = ["Session"]
_KEY: Final = "9944b09199c62bcf9418ad846dd0e4bbdfc6ee4b"
_SESSION_ROW: Final[dict[str, Any]] = {
    "type": "object",
    "required": ["id", "ip", "user_agent", "client_type", "created_date", "last_seen_date", "is_current"],
    "properties": {
        "id": {"type": "integer"},
        "ip": {"type": "string"},
        "user_agent": {"type": "string"},
        "client_type": {"type": "string"},
        "created_date": {"type": "string", "format": "date-time"},
        "last_seen_date": {"type": "string", "format": "date-time"},
        "is_current": {"type": "boolean"},
    },
}
_SIGNED_IN: Final = openapi.answer(
    {
        "type": "object",
        "required": ["key", "redirect_url"],
        "properties": {
            "key": {
                "type": "string",
                "pattern": "^[0-9a-f]{40}$",
                "description": "Belongs to the session; authenticates nothing.",
            },
            "redirect_url": {"type": "string"},
        },
    },
    "Signed in: the answer sets the session cookie.",
    ("signed in", {"key": _KEY, "redirect_url": "/"}),
)
_LIMITED: Final = openapi.answer(
    {
        "type": "object",
        "required": ["detail"],
        "properties": {
            "detail": {"type": "string"},
            "redirect_url": {"type": "string", "description": "Where a captcha lifts the limit for one try."},
        },
    },
    "Too often; `Retry-After` says how long to wait.",
    ("throttled", {"detail": "Request was throttled.", "redirect_url": "/users/pz-captcha/"}),
)
CSRF_TOKEN: Final = extend_schema_view(
    get=extend_schema(
        operation_id="csrf_token",
        summary="A CSRF token",
        description="Also set as the cookie `csrftoken`. Calls that change something send it as `X-CSRFToken`.",
        tags=_SESSION,
        auth=[],
        responses={
            200: openapi.answer(
                {
                    "type": "object",
                    "required": ["csrf_token"],
                    "properties": {"csrf_token": {"type": "string", "pattern": "^[A-Za-z0-9]{20,100}$"}},
                },
                "The token the caller has, or a new one.",
                ("token", {"csrf_token": _KEY}),
            )
        },
    )
)
LOGIN: Final = extend_schema_view(
    post=extend_schema(
        operation_id="login",
        summary="Sign in with e-mail and password",
        tags=_SIGN_IN,
        auth=[],
        request=Credentials,
        examples=[
            OpenApiExample(
                "credentials", value={"email": "ada@example.com", "password": "Correct-horse-7"}, request_only=True
            )
        ],
        responses={
            200: _SIGNED_IN,
            400: openapi.invalid(
                ("bad credentials", {"non_field_errors": ["Unable to log in with provided credentials."]})
            ),
            429: _LIMITED,
        },
    )
)
OTP_LOGIN: Final = extend_schema_view(
    post=extend_schema(
        operation_id="otp_login",
        summary="Sign in with a code sent to the phone",
        description="First the phone alone, then the phone with the code, in the session that the first answer set. "
        "With the dynamic setting `PREVENT_ENUMERATION` an unknown phone is answered like a known one.",
        tags=_SIGN_IN,
        auth=[],
        request=CodeSignIn,
        examples=[
            OpenApiExample("the phone", value={"phone": "+905551112233"}, request_only=True),
            OpenApiExample("the code", value={"phone": "+905551112233", "code": "123456"}, request_only=True),
            OpenApiExample("another code", value={"phone": "+905551112233", "resend": True}, request_only=True),
        ],
        responses={
            200: openapi.answer(
                {"type": "object"},
                "No body when a code was sent; `message` after a resend; as the other sign-in after the right code.",
                ("resent", {"message": "success"}),
                ("signed in", {"key": _KEY, "redirect_url": "/"}),
            ),
            400: openapi.invalid(("unknown phone", {"phone": ["No account has this phone number."]})),
            406: DANCE_REFUSALS,
            429: openapi.THROTTLED,
        },
    )
)
LOGOUT: Final = extend_schema_view(
    post=extend_schema(
        operation_id="logout",
        summary="Sign out",
        description="Without a token the answer is an HTML form that holds one, and nothing else happens.",
        tags=_SIGN_IN,
        auth=[],
        request=SignOut,
        parameters=[openapi.CSRF],
        examples=[OpenApiExample("token", value={"csrfmiddlewaretoken": _KEY}, request_only=True)],
        responses={
            (200, "application/json"): openapi.answer(
                openapi.DETAIL,
                "The session is gone, the cookie deleted.",
                ("signed out", {"detail": "Successfully logged out."}),
            ),
            (200, "text/html"): OpenApiResponse(
                OpenApiTypes.STR,
                examples=[
                    OpenApiExample(
                        "form",
                        value=f"<form method='post'><input name='csrfmiddlewaretoken' value='{_KEY}'></form>",
                        media_type="text/html",
                    )
                ],
            ),
            403: openapi.CSRF_FAILED,
        },
    )
)
USER: Final = extend_schema_view(
    get=extend_schema(
        operation_id="user",
        summary="What the shopper is called",
        tags=["Profile"],
        responses={
            200: openapi.answer(
                openapi.struct(Name),
                "The shopper of the session.",
                (
                    "user",
                    {
                        "username": "test-user",
                        "email": "test@example.com",
                        "first_name": "TestFirstName",
                        "last_name": "TestLastName",
                    },
                ),
            ),
            401: openapi.UNAUTHENTICATED,
        },
    )
)
SESSIONS: Final = extend_schema_view(
    get=extend_schema(
        operation_id="sessions_list",
        summary="Where the shopper is signed in",
        tags=_SESSION,
        parameters=paging.PARAMETERS,
        responses={
            200: openapi.answer(
                paging.schema_of(_SESSION_ROW),
                "The one used last first; at most 100 are shown.",
                (
                    "sessions",
                    {
                        "count": 1,
                        "next": None,
                        "previous": None,
                        "results": [
                            {
                                "id": 7,
                                "ip": "198.51.100.7",
                                "user_agent": "Mozilla/5.0",
                                "client_type": "default",
                                "created_date": "2024-01-01T00:00:00.000000Z",
                                "last_seen_date": "2024-01-02T09:00:00.000000Z",
                                "is_current": True,
                            }
                        ],
                    },
                ),
            ),
            401: openapi.UNAUTHENTICATED,
            404: openapi.answer(openapi.DETAIL, "A page past the end.", ("past the end", {"detail": "Invalid page."})),
        },
    )
)
OTHER_SESSIONS: Final = extend_schema_view(
    post=extend_schema(
        operation_id="sessions_end_others",
        summary="Sign out everywhere else",
        tags=_SESSION,
        request=None,
        parameters=[openapi.CSRF],
        responses={
            200: openapi.answer(
                {"type": "object", "required": ["ended"], "properties": {"ended": {"type": "integer"}}},
                "How many sessions ended.",
                ("ended", {"ended": 2}),
            ),
            401: openapi.UNAUTHENTICATED,
            403: openapi.CSRF_FAILED,
        },
    )
)
SESSION: Final = extend_schema_view(
    delete=extend_schema(
        operation_id="sessions_end",
        summary="End one of the own sessions",
        tags=_SESSION,
        parameters=[OpenApiParameter("session_id", int, OpenApiParameter.PATH), openapi.CSRF],
        responses={
            204: openapi.NO_BODY,
            401: openapi.UNAUTHENTICATED,
            403: openapi.CSRF_FAILED,
            404: openapi.answer(openapi.DETAIL, "None of the caller's.", ("unknown", {"detail": "Not found."})),
        },
    )
)
CAPTCHA: Final = extend_schema_view(
    get=extend_schema(
        operation_id="captcha",
        summary="The captcha's form",
        tags=_SIGN_IN,
        auth=[],
        responses={
            200: openapi.answer(
                {"type": "object", "required": ["html"], "properties": {"html": {"type": "string"}}},
                "HTML that holds `sitekey` and a CSRF token, which is also set as a cookie.",
                ("form", {"html": '<form method=\'post\'>…<div class="g-recaptcha" data-sitekey="key"></div></form>'}),
            )
        },
    ),
    post=extend_schema(
        operation_id="captcha_solve",
        summary="Pass the captcha",
        description="Worth one try to sign in beyond the limit, within ten minutes, in the same session.",
        tags=_SIGN_IN,
        auth=[],
        request=CaptchaAnswer,
        parameters=[openapi.CSRF],
        examples=[OpenApiExample("token", value={"g-recaptcha-response": "patron-test-token"}, request_only=True)],
        responses={
            200: openapi.answer(
                {"type": "object", "required": ["location"], "properties": {"location": {"type": "string"}}},
                "Passed; a guest without a session gets one.",
                ("passed", {"location": "/"}),
            ),
            400: openapi.invalid(
                ("not passed", {"non_field_errors": ["The captcha was not passed. Please try again."]})
            ),
            403: openapi.CSRF_FAILED,
            429: openapi.THROTTLED,
        },
    ),
)
CURRENCY: Final = extend_schema_view(
    post=extend_schema(
        operation_id="activate_currency",
        summary="Choose the currency of the session",
        tags=_SESSION,
        auth=[],
        request=Currency,
        parameters=[openapi.CSRF],
        examples=[OpenApiExample("dollars", value={"currency_code": "usd"}, request_only=True)],
        responses={
            204: openapi.NO_BODY,
            400: openapi.invalid(("unknown", {"currency_code": ["This currency is not available."]})),
            403: openapi.CSRF_FAILED,
        },
    )
)
