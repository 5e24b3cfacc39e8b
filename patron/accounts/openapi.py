"""What the API page says of the profile. Examples: user-profile-and-segments."""

from typing import Any, Final

from drf_spectacular.utils import OpenApiExample, extend_schema, extend_schema_view

from patron.accounts.reads import CurrentUser, Profile, ReducedProfile
from patron.accounts.serializers.profile import ProfileChange
from patron.kernel import openapi

GENDERS: Final[dict[str, Any]] = {
    "type": "array",
    "items": {"type": "object", "properties": {"value": {"type": "string"}, "label": {"type": "string"}}},
}
ATTRIBUTES: Final[dict[str, Any]] = {"type": "object", "additionalProperties": {}}
PROFILE_SCHEMA: Final = openapi.struct(Profile, genders=GENDERS, attributes=ATTRIBUTES, date_joined=openapi.MOMENT)
PROFILE_EXAMPLE: Final[dict[str, Any]] = {
    "id": 6471,
    "first_name": "John",
    "last_name": "Doe",
    "email_allowed": True,
    "sms_allowed": True,
    "call_allowed": True,
    "avatar": None,
    "email": "example@example.com",
    "phone": "0000000000",
    "date_of_birth": "2000-01-01",
    "gender": "male",
    "genders": [{"value": "female", "label": "female"}, {"value": "male", "label": "male"}],
    "language_code": "en-us",
    "attributes": {
        "register_client_type": "anonymous",
        "logged_ip": "0.0.0.0",  # noqa: S104 -- the document's example
        "kvkk_flat_page_version": "000",
        "confirm": True,
    },
    "date_joined": "2024-01-01T00:00:00.000000Z",
}
REDUCED_EXAMPLE: Final[dict[str, Any]] = {
    "email_allowed": True,
    "sms_allowed": True,
    "call_allowed": None,
    "avatar": None,
    "email": "john.doe@example.com",
    "date_of_birth": "2000-01-01",
    "language_code": "en-us",
    "date_joined": "2024-01-01T00:00:00.000000Z",
}
DANCE_REFUSALS: Final = openapi.refused(
    ("sms_verification_100_1", "Phone numbers do not match."),
    ("sms_verification_100_2", "Verification codes do not match."),
    ("sms_verification_100_3", "Too many attempts. Please resend code."),
    ("sms_verification_100_4", "Sms otp code expired. Please resend code."),
    (
        "kvkk_service_100_2",
        "Mismatch confirmation data {phone}, {sms_allowed}, {email_allowed}, {call_allowed}, {email}.",
    ),
)


def _change(operation_id: str, summary: str) -> Any:
    return extend_schema(
        operation_id=operation_id,
        summary=summary,
        tags=["Profile"],
        request=ProfileChange,
        parameters=[openapi.CSRF, openapi.IDEMPOTENCY],
        examples=[
            OpenApiExample(
                "permissions",
                value={
                    "first_name": "John",
                    "last_name": "Doe",
                    "email_allowed": True,
                    "sms_allowed": True,
                    "call_allowed": False,
                },
                request_only=True,
            ),
            OpenApiExample("new phone", value={"phone": "5555555555"}, request_only=True),
            OpenApiExample("the code", value={"phone": "5555555555", "code": "123456"}, request_only=True),
            OpenApiExample("another code", value={"phone": "5555555555", "resend": True}, request_only=True),
        ],
        responses={
            200: openapi.answer(
                {"oneOf": [PROFILE_SCHEMA, openapi.MESSAGE]},
                "The whole profile after the change; `message` after a resend.",
                ("changed", PROFILE_EXAMPLE | {"id": 1234, "email": "john.doe@example.com", "phone": "0123456789"}),
                ("resent", {"message": "success"}),
            ),
            202: openapi.answer(
                openapi.struct(ReducedProfile, date_joined=openapi.MOMENT),
                "A code was sent to the new phone; nothing is changed yet.",
                ("code sent", REDUCED_EXAMPLE),
            ),
            400: openapi.invalid(("phone", {"phone": ["This phone number is already in use."]})),
            401: openapi.UNAUTHENTICATED,
            403: openapi.CSRF_FAILED,
            406: DANCE_REFUSALS,
            429: openapi.THROTTLED,
        },
    )


PROFILE: Final = extend_schema_view(
    get=extend_schema(
        operation_id="profile_retrieve",
        summary="The own profile",
        tags=["Profile"],
        responses={
            200: openapi.answer(PROFILE_SCHEMA, "The profile.", ("profile", PROFILE_EXAMPLE)),
            401: openapi.UNAUTHENTICATED,
        },
    ),
    patch=_change("profile_change", "Change the profile, or the phone with a code"),
    put=_change("profile_replace", "The same as PATCH"),
)
CURRENT_USER: Final = extend_schema_view(
    get=extend_schema(
        operation_id="current_user",
        summary="Who is signed in",
        tags=["Profile"],
        responses={
            200: openapi.answer(
                openapi.struct(
                    CurrentUser, attributes=ATTRIBUTES, date_joined=openapi.MOMENT, last_login=openapi.MOMENT_OR_NULL
                ),
                "The shopper of the session.",
                (
                    "current user",
                    {
                        "pk": 6471,
                        "first_name": "John",
                        "last_name": "Doe",
                        "email": "example@example.com",
                        "phone": "0000000000",
                        "email_allowed": True,
                        "sms_allowed": True,
                        "call_allowed": True,
                        "attributes": {"register_client_type": "default"},
                        "hashed_email": "23463b99b62a72f26ed677cc556c44e8",
                        "date_joined": "2024-01-01T00:00:00.000000Z",
                        "last_login": "2024-01-01T00:00:00.000000Z",
                        "gender": "male",
                        "date_of_birth": "2000-01-01",
                        "is_email_verified": False,
                        "is_social_networks_connected": False,
                        "client_type": "default",
                        "selected_address": None,
                    },
                ),
            ),
            401: openapi.UNAUTHENTICATED,
        },
    )
)
