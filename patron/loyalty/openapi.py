"""What the API page says of the loyalty card. Examples: loyalty-card; user-profile-and-segments."""

from typing import Any, Final

from drf_spectacular.utils import OpenApiExample, extend_schema, extend_schema_view

from patron.accounts.openapi import DANCE_REFUSALS, PROFILE_EXAMPLE, PROFILE_SCHEMA
from patron.kernel import openapi
from patron.loyalty import openapi_shapes as shapes
from patron.loyalty.reads import REDIRECT
from patron.loyalty.serializers import (
    AccountSearch,
    CardUpdate,
    CardWish,
    CardWishWithCode,
    ProfileWithLoyaltyChange,
    RegistrationWithLoyalty,
)

_TAGS: Final = ["Loyalty card"]
_UNSAFE: Final = [openapi.CSRF, openapi.IDEMPOTENCY]
_AWAY: Final = (
    "loyalty_100_4",
    "The loyalty program cannot be reached now. Your card will be made as soon as it answers.",
)
_SECOND: Final = ("loyalty_100_1", "A shopper can have one loyalty card only.")
_UNPROVEN: Final = ("loyalty_100_3", "Verify this e-mail address or phone number first.")
_OTHERS: Final = ("loyalty_100_5", "This loyalty card belongs to somebody else.")
_NOT_ACCEPTED: Final = ("loyalty_100_6", "The loyalty program did not accept these data.")
_NO_CARD: Final = openapi.answer(openapi.DETAIL, "There is no card.", ("no card", {"detail": "Not found."}))
_MADE: Final = openapi.answer(shapes.MADE_SCHEMA, "The card is made or linked.", ("card", shapes.MADE))
_TAKEN: Final = openapi.invalid(
    ("taken phone", {"phone": ["This phone number is already in use."]}),
    ("missing", {"gender": ["This field is required."]}),
)
CARD: Final = extend_schema_view(
    get=extend_schema(
        operation_id="loyalty_card",
        summary="The own card and its points",
        description="Points are kept for two minutes. While the loyalty program cannot be reached, `points` are the "
        "last known ones, `errors` says so and `points_updated_at` how old they are.",
        tags=_TAGS,
        responses={
            200: openapi.answer(
                shapes.CARD_WITH_POINTS_SCHEMA,
                "The card, or null.",
                ("card", {"card": shapes.CARD, "points": 150, "errors": None}),
                ("no card", {"card": None, "points": 0, "errors": None}),
                ("in trouble", shapes.IN_TROUBLE),
            ),
            401: openapi.UNAUTHENTICATED,
        },
    )
)
ADD: Final = extend_schema_view(
    get=extend_schema(
        operation_id="add_loyalty_card_form",
        summary="The shopper, to fill a form with",
        tags=_TAGS,
        responses={
            200: openapi.answer(
                {"oneOf": [shapes.USER_SCHEMA, shapes.REDIRECT_SCHEMA]},
                "The shopper; with a card and `Accept: application/json`, where the card is shown.",
                ("shopper", shapes.USER),
                ("has a card", {"redirect_url": REDIRECT}),
            ),
            302: openapi.answer(None, "There is a card: it is shown at `/loyalty-card/loyalty_card/`."),
            401: openapi.UNAUTHENTICATED,
        },
    ),
    post=extend_schema(
        operation_id="add_loyalty_card",
        summary="Get a card, with a code sent to the phone",
        description="The same form is sent twice, the second time with `code`. Without the dynamic setting "
        "`LOYALTY_VERIFY_SMS` the first is enough. An account the loyalty program has already is linked if a verified "
        "phone or e-mail shows that it is the shopper's.",
        tags=_TAGS,
        parameters=_UNSAFE,
        request=CardWishWithCode,
        examples=[
            OpenApiExample("the form", value=shapes.WISH, request_only=True),
            OpenApiExample("the code", value=shapes.WISH | {"code": "1234"}, request_only=True),
            OpenApiExample("another code", value=shapes.WISH | {"resend": True}, request_only=True),
        ],
        responses={
            200: openapi.answer(openapi.MESSAGE, "Another code was sent.", ("resent", {"message": "success"})),
            201: _MADE,
            202: openapi.answer({"type": "object"}, "A code was sent; the data as submitted.", ("sent", shapes.WISH)),
            400: _TAKEN,
            401: openapi.UNAUTHENTICATED,
            403: openapi.CSRF_FAILED,
            406: openapi.refused(_SECOND, _UNPROVEN, _AWAY, _OTHERS, _NOT_ACCEPTED, *shapes.DANCE),
            429: openapi.THROTTLED,
        },
    ),
)
ADD_OTP: Final = extend_schema_view(
    post=extend_schema(
        operation_id="add_loyalty_card_otp",
        summary="Get a card by a phone that is verified already",
        tags=_TAGS,
        parameters=_UNSAFE,
        request=CardWish,
        examples=[OpenApiExample("the form", value=shapes.WISH_OTP, request_only=True)],
        responses={
            201: _MADE,
            400: _TAKEN,
            401: openapi.UNAUTHENTICATED,
            403: openapi.CSRF_FAILED,
            406: openapi.refused(
                _SECOND,
                ("loyalty_100_2", "Verify this phone number first."),
                _UNPROVEN,
                _AWAY,
                _OTHERS,
                _NOT_ACCEPTED,
            ),
        },
    )
)
UPDATE: Final = extend_schema_view(
    get=extend_schema(
        operation_id="update_loyalty_card_form",
        summary="What the loyalty program holds of the shopper",
        tags=_TAGS,
        responses={
            200: openapi.answer(shapes.DETAILS_SCHEMA, "The details.", ("details", {"card": shapes.DETAILS})),
            401: openapi.UNAUTHENTICATED,
            404: _NO_CARD,
        },
    ),
    post=extend_schema(
        operation_id="update_loyalty_card",
        summary="Change what the loyalty program holds",
        tags=_TAGS,
        parameters=_UNSAFE,
        request=CardUpdate,
        examples=[OpenApiExample("details", value=shapes.UPDATE, request_only=True)],
        responses={
            200: openapi.answer(
                shapes.UPDATED_SCHEMA, "Changed.", ("changed", {"card": shapes.UPDATE, "redirect_url": REDIRECT})
            ),
            400: _TAKEN,
            401: openapi.UNAUTHENTICATED,
            403: openapi.CSRF_FAILED,
            404: _NO_CARD,
        },
    ),
)
DELETE: Final = extend_schema_view(
    get=extend_schema(
        operation_id="delete_loyalty_form",
        summary="The card that would be deleted",
        tags=_TAGS,
        responses={
            200: openapi.answer(shapes.SHORT_CARD_SCHEMA, "The card.", ("card", {"card": shapes.SHORT_CARD})),
            401: openapi.UNAUTHENTICATED,
            404: _NO_CARD,
        },
    ),
    post=extend_schema(
        operation_id="delete_loyalty",
        summary="Delete the card",
        description="It is gone here at once; the loyalty program is told until it has heard.",
        tags=_TAGS,
        parameters=_UNSAFE,
        request=None,
        responses={
            204: openapi.NO_BODY,
            401: openapi.UNAUTHENTICATED,
            403: openapi.CSRF_FAILED,
            404: _NO_CARD,
        },
    ),
)
SEARCH: Final = extend_schema_view(
    post=extend_schema(
        operation_id="search_exists_create",
        summary="Link an account the loyalty program has already",
        tags=_TAGS,
        parameters=_UNSAFE,
        request=AccountSearch,
        examples=[
            OpenApiExample(
                "search", value={"email": "john.doe@example.com", "phone": "+966123457799"}, request_only=True
            )
        ],
        responses={
            200: openapi.answer(openapi.MESSAGE, "There is none.", ("none", {"message": "not find remote account"})),
            201: openapi.answer(shapes.NUMBER_SCHEMA, "Linked.", ("linked", {"number": "+966123457799"})),
            400: openapi.invalid(("missing", {"email": ["This field is required."]})),
            401: openapi.UNAUTHENTICATED,
            403: openapi.CSRF_FAILED,
            406: openapi.refused(_SECOND, _UNPROVEN, _AWAY, _OTHERS),
        },
    )
)


def _change(operation_id: str, summary: str) -> Any:
    wish = {"phone": "5555555555", "date_of_birth": "1990-01-01", "gender": "male"}
    return extend_schema(
        operation_id=operation_id,
        summary=summary,
        tags=["Profile"],
        parameters=_UNSAFE,
        request=ProfileWithLoyaltyChange,
        examples=[
            OpenApiExample("new phone", value=wish, request_only=True),
            OpenApiExample("the code", value=wish | {"code": "123456"}, request_only=True),
            OpenApiExample("another code", value=wish | {"resend": True}, request_only=True),
        ],
        responses={
            200: openapi.answer(
                {"oneOf": [PROFILE_SCHEMA, openapi.MESSAGE]},
                "The profile after the change; `message` after a resend.",
                ("changed", PROFILE_EXAMPLE),
                ("resent", {"message": "success"}),
            ),
            202: openapi.answer(PROFILE_SCHEMA, "A code was sent; the profile as it is.", ("sent", PROFILE_EXAMPLE)),
            400: openapi.invalid(("missing", {"phone": ["This field is required."]})),
            401: openapi.UNAUTHENTICATED,
            403: openapi.CSRF_FAILED,
            406: DANCE_REFUSALS,
            429: openapi.THROTTLED,
        },
    )


PROFILE: Final = extend_schema_view(
    get=extend_schema(
        operation_id="profile_with_loyalty",
        summary="The own profile",
        tags=["Profile"],
        responses={
            200: openapi.answer(PROFILE_SCHEMA, "The profile.", ("profile", PROFILE_EXAMPLE)),
            401: openapi.UNAUTHENTICATED,
        },
    ),
    patch=_change("profile_with_loyalty_change", "Change the profile, which the loyalty card follows"),
    put=_change("profile_with_loyalty_replace", "The same as PATCH"),
)
REGISTER: Final = extend_schema_view(
    post=extend_schema(
        operation_id="register_with_loyalty",
        summary="Open an account, and a loyalty card with it",
        description="With a code, as a registration. If the loyalty program cannot be reached, the account stands and "
        "the card follows by itself: `attributes.loyalty_pending` is true until then.",
        tags=["Registration"],
        auth=[],
        parameters=[openapi.IDEMPOTENCY],
        request=RegistrationWithLoyalty,
        examples=[
            OpenApiExample("the form", value=shapes.REGISTRATION, request_only=True),
            OpenApiExample("the code", value=shapes.REGISTRATION | {"code": "123456"}, request_only=True),
        ],
        responses={
            200: openapi.answer(openapi.MESSAGE, "Another code was sent.", ("resent", {"message": "success"})),
            201: openapi.answer(PROFILE_SCHEMA, "The new shopper, who is signed in.", ("registered", PROFILE_EXAMPLE)),
            202: openapi.answer(
                {"type": "object"}, "A code was sent; the profile as it would be.", ("sent", shapes.PROFILE_TO_BE)
            ),
            400: openapi.invalid(("missing", {"date_of_birth": ["This field is required."]})),
            406: DANCE_REFUSALS,
            429: openapi.THROTTLED,
        },
    )
)
