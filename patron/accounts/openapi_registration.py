"""What the API page says of registration and of the shopper's own data."""

from typing import Any, Final

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, extend_schema, extend_schema_view

from patron.accounts.openapi import DANCE_REFUSALS
from patron.accounts.serializers.registration import Registration
from patron.kernel import openapi

_KEY: Final[dict[str, Any]] = {
    "type": "object",
    "required": ["key"],
    "properties": {"key": {"type": "string", "pattern": "^[0-9a-f]{40}$"}},
}
_FORM: Final[dict[str, Any]] = {
    "first_name": "Ada",
    "last_name": "Yılmaz",
    "email": "ada@example.com",
    "password": "Correct-horse-7",
    "confirm": True,
    "phone": "+905551112233",
    "email_allowed": True,
    "sms_allowed": False,
}
_EXPORT: Final[dict[str, Any]] = {
    "type": "object",
    "required": ["shopper", "created_date", "data", "incomplete", "attachments"],
    "properties": {
        "shopper": {"type": "integer"},
        "created_date": {"type": "string", "format": "date-time"},
        "data": {
            "type": "object",
            "description": "Table → rows.",
            "additionalProperties": {"type": "array", "items": {"type": "object", "additionalProperties": {}}},
        },
        "incomplete": {
            "type": "array",
            "items": {"type": "string"},
            "description": "Tables that hold more rows than are shown here.",
        },
        "attachments": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {"name": {"type": "string"}, "content": {"type": "string", "format": "byte"}},
            },
        },
    },
}
REGISTRATION: Final = extend_schema_view(
    post=extend_schema(
        operation_id="registration",
        summary="Open an account",
        description="One step, or with a code that proves the phone: the dynamic setting `REGISTRATION_MODE` decides. "
        "With a code the same form is sent twice, the second time with `code`. `resend`, alone or with the form, sends "
        "another code.",
        tags=["Registration"],
        auth=[],
        request=Registration,
        parameters=[openapi.IDEMPOTENCY],
        examples=[
            OpenApiExample("the form", value=_FORM, request_only=True),
            OpenApiExample("the code", value=_FORM | {"code": "123456"}, request_only=True),
            OpenApiExample("another code", value=_FORM | {"resend": True}, request_only=True),
        ],
        responses={
            200: openapi.answer(openapi.MESSAGE, "Another code was sent.", ("resent", {"message": "success"})),
            201: openapi.answer(
                _KEY,
                "The account is open and the shopper is signed in: the answer sets the session cookie.",
                ("registered", {"key": "9944b09199c62bcf9418ad846dd0e4bbdfc6ee4b"}),
            ),
            202: openapi.answer(
                {"type": "object"}, "A code was sent to the phone; there is no account yet.", ("sent", {})
            ),
            400: openapi.invalid(
                ("taken", {"email": ["This e-mail address is already in use."]}),
                ("password", {"password": ["This password is too common."]}),
            ),
            406: DANCE_REFUSALS,
            429: openapi.THROTTLED,
        },
    )
)
ANONYMIZE: Final = extend_schema_view(
    patch=extend_schema(
        operation_id="anonymize",
        summary="Erase the shopper",
        description="Who the shopper is goes from everywhere and every session ends; ids and totals stay. "
        "There is no way back.",
        tags=["Personal data"],
        request=None,
        parameters=[openapi.CSRF, openapi.IDEMPOTENCY],
        responses={
            200: openapi.answer({"type": "string"}, "Erased.", ("erased", "Your personal data was erased.")),
            401: openapi.UNAUTHENTICATED,
            403: openapi.CSRF_FAILED,
        },
    )
)
PERSONAL_DATA: Final = extend_schema_view(
    get=extend_schema(
        operation_id="personal_data",
        summary="All that is held about the shopper",
        description="JSON, or a ZIP with `Accept: application/zip` or `?as=zip`.",
        tags=["Personal data"],
        parameters=[
            OpenApiParameter("as", str, enum=["json", "zip"], description="The format, whatever `Accept` says.")
        ],
        responses={
            (200, "application/json"): openapi.answer(
                _EXPORT,
                "Everything, by table.",
                (
                    "export",
                    {
                        "shopper": 6471,
                        "created_date": "2024-01-01T00:00:00.000000Z",
                        "data": {
                            "accounts.consent": [
                                {
                                    "channel": "sms",
                                    "old_value": None,
                                    "new_value": True,
                                    "changed_at": "2024-01-01T00:00:00.000000Z",
                                    "source": "POST /users/registration/",
                                    "ip": "198.51.100.7",
                                    "client_type": "default",
                                    "text_version": "1",
                                    "is_proven": True,
                                }
                            ]
                        },
                        "incomplete": [],
                        "attachments": [{"name": "avatar.webp", "content": "UklGRg=="}],
                    },
                ),
            ),
            (200, "application/zip"): openapi.answer(
                OpenApiTypes.BINARY, "`data.json`, and the attachments as files.", ("archive", "PK…")
            ),
            (401, "application/json"): openapi.UNAUTHENTICATED,
            (403, "application/json"): openapi.answer(
                openapi.DETAIL,
                "The sign-in is too long ago.",
                ("not fresh", {"detail": "Please sign in again to see your personal data."}),
            ),
            (429, "application/json"): openapi.THROTTLED,
        },
    )
)
