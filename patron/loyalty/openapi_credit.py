"""What the API page says of store credit."""

from typing import Any, Final

from drf_spectacular.utils import OpenApiExample, OpenApiParameter, extend_schema, extend_schema_view

from patron.kernel import listing, openapi, paging
from patron.loyalty.credit_filters import MovementFilters
from patron.loyalty.credit_reads import Balance
from patron.loyalty.credit_serializers import CreditAccountWish
from patron.loyalty.models_credit import CreditTransaction

SORTABLE: Final = {"id": "pk", "pk": "pk", "created_date": "created_at"}
_TAGS: Final = ["Store credit"]
_STAFF: Final = ["Store credit (staff)"]
_TEXT: Final[dict[str, Any]] = {"type": "string"}
_MOMENT: Final = "2025-06-01T10:20:15.123456Z"
_CURRENCY: Final = OpenApiParameter(
    "x-currency", str, OpenApiParameter.HEADER, description="Read only with READ_CURRENCY_FROM_HEADER."
)
_FORBIDDEN: Final = openapi.answer(
    openapi.DETAIL,
    "The staff member may not.",
    ("forbidden", {"detail": "You do not have permission to perform this action."}),
)


def _object(title: str, **properties: dict[str, Any]) -> dict[str, Any]:
    return {"title": title, "type": "object", "required": list(properties), "properties": properties}


_ORDER: Final[dict[str, Any]] = {"type": ["string", "null"]}
_AMOUNT: Final[dict[str, Any]] = {"type": "string", "description": "Negative for what was taken."}
_TRANSFER: Final = _object(
    "CreditTransfer",
    amount=_AMOUNT,
    currency=_TEXT,
    created_date=openapi.MOMENT,
    transaction=_object("CreditTransferReason", created_date=openapi.MOMENT, order=_ORDER),
)
_MOVEMENT: Final = _object(
    "CreditMovement",
    pk={"type": "integer"},
    uuid={"type": "string", "format": "uuid"},
    transaction_type={"type": "string", "enum": CreditTransaction.Type.values},
    order=_ORDER,
    customer={"type": "integer", "description": "The shopper's id."},
    account={"type": "string", "description": "The account's number."},
    amount=_AMOUNT,
    currency=_TEXT,
    created_date=openapi.MOMENT,
)
_ACCOUNT: Final = _object(
    "CreditAccount",
    pk={"type": "integer"},
    number=_TEXT,
    user={"type": "integer"},
    user_email=_TEXT,
    balance=_TEXT,
    debit_allowed={"type": "boolean"},
    currency=_TEXT,
    created_date=openapi.MOMENT,
    modified_date=openapi.MOMENT,
)
_WISH: Final = {
    "number": "SC-1001",
    "user_email": "john@shop.example",
    "balance": "12.50",
    "debit_allowed": False,
    "currency": "try",
}
_ROW: Final = {
    "pk": 7,
    "number": "SC-1001",
    "user": 93,
    "user_email": "john@shop.example",
    "balance": "12.50",
    "debit_allowed": False,
    "currency": "try",
    "created_date": _MOMENT,
    "modified_date": _MOMENT,
}
_PAGE: Final = {
    "count": 1,
    "next": None,
    "previous": None,
    "results": [
        {
            "amount": "-7.50",
            "currency": "try",
            "created_date": _MOMENT,
            "transaction": {"created_date": _MOMENT, "order": "100045"},
        }
    ],
}
_MOVEMENTS: Final = {
    "count": 1,
    "next": None,
    "previous": None,
    "results": [
        {
            "pk": 31,
            "uuid": "7b0f1b0e-8f0c-4b57-9a8e-0f3f5a1f6f43",
            "transaction_type": "spend",
            "order": "100045",
            "customer": 93,
            "account": "SC-1001",
            "amount": "-7.50",
            "currency": "try",
            "created_date": _MOMENT,
        }
    ],
}
BALANCE: Final = extend_schema_view(
    get=extend_schema(
        operation_id="store_credit_balance",
        summary="What the shopper may spend",
        description="In the currency of the session; zero where there is no account.",
        tags=_TAGS,
        parameters=[_CURRENCY],
        responses={
            200: openapi.answer(openapi.struct(Balance), "The balance.", ("some", {"balance": 12.5})),
            401: openapi.UNAUTHENTICATED,
        },
    )
)
TRANSFERS: Final = extend_schema_view(
    get=extend_schema(
        operation_id="store_credit_transfers",
        summary="What came in and went out",
        description="Newest first, in the currency of the session.",
        tags=_TAGS,
        parameters=[*paging.PARAMETERS, _CURRENCY],
        responses={
            200: openapi.answer(paging.schema_of(_TRANSFER), "A page.", ("one", _PAGE)),
            401: openapi.UNAUTHENTICATED,
            404: openapi.answer(openapi.DETAIL, "A page past the end.", ("past", {"detail": "Invalid page."})),
        },
    )
)
ACCOUNT: Final = extend_schema_view(
    post=extend_schema(
        operation_id="store_credit_account",
        summary="Tell of a credit account",
        description="Makes the shopper's account of that currency, or brings it to what is told: a difference of the "
        "balance is a transaction like any other. What is left out stays as it is. `user` or `user_email` is needed.",
        tags=_STAFF,
        parameters=[OpenApiParameter("channel_id", int, OpenApiParameter.PATH), openapi.IDEMPOTENCY],
        request=CreditAccountWish,
        examples=[OpenApiExample("opened", value=_WISH, request_only=True)],
        responses={
            200: openapi.answer(_ACCOUNT, "It was there already.", ("there", _ROW)),
            201: openapi.answer(_ACCOUNT, "It is new.", ("new", _ROW)),
            400: openapi.invalid(
                ("unknown", {"user_email": ["There is no such shopper."]}),
                ("overdrawn", {"balance": ["The balance is below zero and the account may not be overdrawn."]}),
            ),
            401: openapi.UNAUTHENTICATED,
            403: _FORBIDDEN,
            404: openapi.answer(openapi.DETAIL, "No channel of the caller's.", ("unknown", {"detail": "Not found."})),
        },
    )
)
MOVEMENTS: Final = extend_schema_view(
    get=extend_schema(
        operation_id="store_credit_transactions",
        summary="Movements of store credit",
        description="To staff of some channels those that came through theirs.",
        tags=_STAFF,
        parameters=listing.parameters(MovementFilters, SORTABLE),
        responses={
            200: openapi.answer(paging.schema_of(_MOVEMENT), "A page.", ("one", _MOVEMENTS)),
            400: openapi.invalid(("no moment", {"created_date": ["Enter a valid date/time."]})),
            401: openapi.UNAUTHENTICATED,
            403: _FORBIDDEN,
            404: openapi.answer(openapi.DETAIL, "A page past the end.", ("past", {"detail": "Invalid page."})),
        },
    )
)
