"""What the API page says of passwords and e-mail addresses."""

from typing import Any, Final

from drf_spectacular.utils import OpenApiExample, OpenApiParameter, extend_schema, extend_schema_view

from patron.accounts.serializers.identity import (
    EmailChange,
    FirstPassword,
    PasswordChange,
    PasswordForgotten,
    PasswordReset,
)
from patron.kernel import openapi

_PASSWORD: Final = ["Password"]
_EMAIL: Final = ["E-mail"]
_NEW: Final = {"new_password1": "Correct-horse-8", "new_password2": "Correct-horse-8"}
_WEAK: Final = ["This password is too common."]
_BAD_LINK: Final = (
    "bad link",
    {"non_field_errors": ["This link is not valid any more. Please ask for a new one."]},
)
_TOKEN: Final = OpenApiParameter("token", str, OpenApiParameter.PATH, description="From the link of the mail.")


def _done(description: str, detail: str) -> Any:
    return openapi.answer(openapi.DETAIL, description, ("done", {"detail": detail}))


PASSWORD_CHANGE: Final = extend_schema_view(
    post=extend_schema(
        operation_id="password_change",
        summary="Change the password",
        description="Ends the shopper's other sessions and gives this one a new key. The shopper is told by mail.",
        tags=_PASSWORD,
        request=PasswordChange,
        parameters=[openapi.CSRF],
        examples=[OpenApiExample("passwords", value={"old_password": "Correct-horse-7"} | _NEW, request_only=True)],
        responses={
            200: _done("Changed; the answer sets the new session cookie.", "Your password was changed."),
            400: openapi.invalid(
                (
                    "old password",
                    {"old_password": ["Your old password was entered incorrectly. Please enter it again."]},
                ),
                ("weak", {"new_password2": _WEAK}),
            ),
            401: openapi.UNAUTHENTICATED,
            403: openapi.CSRF_FAILED,
            429: openapi.THROTTLED,
        },
    )
)
PASSWORD_SET: Final = extend_schema_view(
    post=extend_schema(
        operation_id="password_set",
        summary="Give a guest a password",
        description="The guest becomes registered. The fields may also be called new_password1 and new_password2.",
        tags=_PASSWORD,
        request=FirstPassword,
        parameters=[openapi.CSRF],
        examples=[
            OpenApiExample(
                "passwords",
                value={"password1": "Correct-horse-7", "password2": "Correct-horse-7"},
                request_only=True,
            )
        ],
        responses={
            200: _done("Set; the answer sets the new session cookie.", "Your password was set."),
            400: openapi.invalid(
                ("weak", {"password2": _WEAK}),
                ("has one", {"non_field_errors": ["This account has a password. Change it instead."]}),
            ),
            401: openapi.UNAUTHENTICATED,
            403: openapi.CSRF_FAILED,
        },
    )
)
PASSWORD_FORGOTTEN: Final = extend_schema_view(
    post=extend_schema(
        operation_id="password_reset",
        summary="Ask for a link to set a new password",
        description="The answer is the same for an e-mail that nobody has. The link works once, for a time that the "
        "dynamic setting `MAIL_LINK_HOURS` says.",
        tags=_PASSWORD,
        auth=[],
        request=PasswordForgotten,
        examples=[OpenApiExample("e-mail", value={"email": "ada@example.com"}, request_only=True)],
        responses={
            200: _done("Heard.", "If this address has an account, a mail is on its way to it."),
            400: openapi.invalid(("shape", {"email": ["Enter a valid email address."]})),
            429: openapi.THROTTLED,
        },
    )
)
PASSWORD_RESET: Final = extend_schema_view(
    post=extend_schema(
        operation_id="password_reset_by_link",
        summary="Set a new password by the link of a mail",
        description="Ends every session of the shopper.",
        tags=_PASSWORD,
        auth=[],
        request=PasswordReset,
        parameters=[
            OpenApiParameter("slug", str, OpenApiParameter.PATH, description="The token of the link of the mail.")
        ],
        examples=[OpenApiExample("passwords", value=_NEW, request_only=True)],
        responses={
            200: _done("Set.", "Your password was changed."),
            400: openapi.invalid(_BAD_LINK, ("weak", {"new_password2": _WEAK})),
        },
    )
)
EMAIL_CHANGE: Final = extend_schema_view(
    get=extend_schema(
        operation_id="email",
        summary="The e-mail on record",
        tags=_EMAIL,
        responses={
            200: openapi.answer(
                {"type": "object", "required": ["email"], "properties": {"email": {"type": "string"}}},
                "The address.",
                ("e-mail", {"email": "ada@example.com"}),
            ),
            401: openapi.UNAUTHENTICATED,
        },
    ),
    post=extend_schema(
        operation_id="email_change",
        summary="Ask for another e-mail",
        description="A link goes to the new address and a notice to the old one; the link makes the change. The "
        "permission to write to the old address does not travel: state `email_allowed` for the new one.",
        tags=_EMAIL,
        request=EmailChange,
        parameters=[openapi.CSRF],
        examples=[
            OpenApiExample(
                "new address",
                value={
                    "email": "ada@example.org",
                    "emailConfirm": "ada@example.org",
                    "password": "Correct-horse-7",
                    "email_allowed": True,
                },
                request_only=True,
            )
        ],
        responses={
            200: _done("Heard; nothing is changed yet.", "A mail with a link is on its way to the new address."),
            400: openapi.invalid(
                ("taken", {"email": ["This e-mail address is already in use."]}),
                ("password", {"password": ["Your password was entered incorrectly. Please enter it again."]}),
                ("differ", {"emailConfirm": ["The two e-mail addresses do not match."]}),
            ),
            401: openapi.UNAUTHENTICATED,
            403: openapi.CSRF_FAILED,
            429: openapi.THROTTLED,
        },
    ),
)
EMAIL_SET: Final = extend_schema_view(
    get=extend_schema(
        operation_id="email_set_primary",
        summary="Change the e-mail by the link",
        tags=_EMAIL,
        auth=[],
        parameters=[_TOKEN],
        responses={
            200: _done("Changed.", "Your e-mail address was changed."),
            400: openapi.invalid(_BAD_LINK, ("taken", {"email": ["This e-mail address is already in use."]})),
        },
    )
)
EMAIL_CONFIRM: Final = extend_schema_view(
    get=extend_schema(
        operation_id="email_confirm",
        summary="Confirm the e-mail of a registration",
        description="A second use of the link changes nothing and is no error.",
        tags=_EMAIL,
        auth=[],
        parameters=[_TOKEN],
        responses={
            200: _done("Confirmed.", "Your e-mail address is confirmed."),
            400: openapi.invalid(_BAD_LINK),
        },
    )
)
