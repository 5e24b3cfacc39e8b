"""Schemas and examples of the loyalty card's answers, as the document shows them."""

from typing import Any, Final

from patron.accounts.openapi import ATTRIBUTES, PROFILE_EXAMPLE
from patron.kernel import openapi
from patron.loyalty.reads import REDIRECT, ShortUser, User

DANCE: Final = (
    ("sms_verification_100_1", "Phone numbers do not match."),
    ("sms_verification_100_2", "Verification codes do not match."),
    ("sms_verification_100_3", "Too many attempts. Please resend code."),
    ("sms_verification_100_4", "Sms otp code expired. Please resend code."),
)
_PERMISSION: Final[dict[str, Any]] = {"type": ["boolean", "null"]}
_TEXT: Final[dict[str, Any]] = {"type": "string"}
_TEXT_OR_NULL: Final[dict[str, Any]] = {"type": ["string", "null"]}
_DATE: Final[dict[str, Any]] = {"type": ["string", "null"], "format": "date"}
_DETAIL_FIELDS: Final[dict[str, Any]] = {
    "first_name": _TEXT_OR_NULL,
    "last_name": _TEXT_OR_NULL,
    "phone": _TEXT_OR_NULL,
    "gender": _TEXT_OR_NULL,
    "date_of_birth": _DATE,
    "email_allowed": _PERMISSION,
    "sms_allowed": _PERMISSION,
    "call_allowed": _PERMISSION,
}
USER_SCHEMA: Final = openapi.struct(
    User,
    attributes=ATTRIBUTES,
    attributes_kwargs=ATTRIBUTES,
    date_of_birth=_DATE,
    date_joined=openapi.MOMENT,
    last_login=openapi.MOMENT_OR_NULL,
    modified_date=openapi.MOMENT,
)


def _object(**properties: dict[str, Any]) -> dict[str, Any]:
    return {"type": "object", "required": list(properties), "properties": properties}


def _card(user: dict[str, Any]) -> dict[str, Any]:
    return _object(
        pk={"type": "integer"},
        attributes=_object(account_number=_TEXT),
        created_date=openapi.MOMENT,
        modified_date=openapi.MOMENT,
        number=_TEXT,
        user=user,
    )


CARD_SCHEMA: Final = _card(USER_SCHEMA)
REDIRECT_SCHEMA: Final = _object(redirect_url=_TEXT)
MADE_SCHEMA: Final = _object(card=CARD_SCHEMA, redirect_url=_TEXT)
SHORT_CARD_SCHEMA: Final = _object(card=_card(openapi.struct(ShortUser)))
NUMBER_SCHEMA: Final = _object(number=_TEXT)
DETAILS_SCHEMA: Final = _object(card=_object(**_DETAIL_FIELDS, email=_TEXT_OR_NULL))
UPDATED_SCHEMA: Final = _object(card=_object(**_DETAIL_FIELDS), redirect_url=_TEXT)
CARD_WITH_POINTS_SCHEMA: Final[dict[str, Any]] = {
    "type": "object",
    "required": ["card", "points", "errors"],
    "properties": {
        "card": {"oneOf": [CARD_SCHEMA, {"type": "null"}]},
        "points": {"type": "number"},
        "errors": _TEXT_OR_NULL,
        "points_updated_at": openapi.MOMENT_OR_NULL,
    },
}
USER: Final[dict[str, Any]] = {
    "pk": 92,
    "username": "fe710061d9d32af17b96f38bf49ee29655ae8b19682e10b1a8d02d6f79c35520",
    "first_name": "John",
    "last_name": "Doe",
    "email": "john.doe@example.com",
    "is_active": True,
    "date_joined": "2025-05-30T07:45:20.915321Z",
    "last_login": "2025-05-30T07:45:21.240293Z",
    "email_allowed": False,
    "sms_allowed": False,
    "call_allowed": None,
    "gender": "male",
    "attributes": {"register_client_type": "default"},
    "phone": "+966123457799",
    "date_of_birth": "1990-12-10",
    "attributes_kwargs": {},
    "user_type": "registered",
    "modified_date": "2025-05-30T07:45:21.812607Z",
}
CARD: Final[dict[str, Any]] = {
    "pk": 1,
    "attributes": {"account_number": "3839200"},
    "created_date": "2025-05-30T07:45:21.383195Z",
    "modified_date": "2025-05-30T07:45:21.383222Z",
    "number": "+966123457799",
    "user": USER | {"attributes": {"has_loyalty": True, "verified_user": True, "register_client_type": "default"}},
}
MADE: Final[dict[str, Any]] = {"card": CARD, "redirect_url": REDIRECT}
SHORT_CARD: Final = CARD | {"user": {name: USER[name] for name in ("pk", "first_name", "last_name", "phone")}}
IN_TROUBLE: Final[dict[str, Any]] = {
    "card": CARD,
    "points": 150,
    "errors": "The loyalty program cannot be reached now. These are the points known last.",
    "points_updated_at": "2025-05-30T07:45:21.383222Z",
}
WISH: Final[dict[str, Any]] = {
    "first_name": "John",
    "last_name": "Doe",
    "email": "john.doe@example.com",
    "gender": "male",
    "date_of_birth": "1990-12-10",
    "phone": "+966123457799",
    "email_allowed": False,
    "sms_allowed": False,
}
WISH_OTP: Final = WISH | {"sms_allowed": True, "call_allowed": None}
DETAILS: Final[dict[str, Any]] = {
    "first_name": "John",
    "last_name": "Doe",
    "phone": "+966123457799",
    "email": "john.doe@example.com",
    "gender": "male",
    "date_of_birth": "1990-12-10",
    "email_allowed": False,
    "sms_allowed": True,
    "call_allowed": None,
}
UPDATE: Final[dict[str, Any]] = {
    "phone": "+966123457799",
    "first_name": "John",
    "last_name": "Smith",
    "email_allowed": False,
    "sms_allowed": True,
    "call_allowed": False,
    "gender": "male",
    "date_of_birth": "1990-12-10",
}
REGISTRATION: Final[dict[str, Any]] = {
    "first_name": "John",
    "last_name": "Doe",
    "email": "john.doe@example.com",
    "password": "SecurePassword123",
    "phone": "+1234567890",
    "date_of_birth": "1990-01-01",
    "gender": "male",
    "add_loyalty": True,
    "email_allowed": True,
    "sms_allowed": True,
    "call_allowed": False,
}
PROFILE_TO_BE: Final = PROFILE_EXAMPLE | {"id": None, "date_joined": None, "attributes": {}}
