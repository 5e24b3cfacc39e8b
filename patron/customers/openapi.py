"""What the API page says of customers. Examples: omnitron-customers."""

from typing import Any, Final

from drf_spectacular.utils import OpenApiExample, OpenApiParameter, extend_schema, extend_schema_view

from patron.customers import filters, ordering
from patron.customers.errors import LOCKED, LOCKED_TEXT, STALE_TEXT, TAKEN_TEXT, TOO_SLOW, TOO_SLOW_TEXT
from patron.customers.reads import CustomerRow
from patron.customers.serializers import CustomerWish
from patron.kernel import counting, openapi, paging

_TAGS: Final = ["Customers"]
_OBJECT: Final[dict[str, Any]] = {"type": "object", "additionalProperties": {}}
_SCHEMA: Final = openapi.struct(
    CustomerRow,
    extra_field=_OBJECT,
    attributes=_OBJECT,
    attributes_kwargs=_OBJECT,
    localized_attributes=_OBJECT,
    localized_attributes_kwargs=_OBJECT,
    created_date=openapi.MOMENT,
    modified_date=openapi.MOMENT,
    date_joined=openapi.MOMENT_OR_NULL,
)
_WISH: Final[dict[str, Any]] = {
    "email": "test@test.com",
    "channel": 1,
    "channel_code": "1231",
    "gender": "male",
    "user_type": "registered",
    "is_active": False,
    "erp_code": "er_code",
    "email_allowed": True,
    "sms_allowed": True,
    "call_allowed": True,
    "phone_number": "05555555555",
    "attributes": {},
    "extra_field": {},
    "date_of_birth": "2001-01-01",
}
_ROW: Final[dict[str, Any]] = {
    "pk": 1117,
    "channel": 1,
    "email": "test@test.com",
    "first_name": "",
    "last_name": "",
    "phone_number": "05555555555",
    "is_active": False,
    "channel_code": "1231",
    "erp_code": "er_code",
    "extra_field": {},
    "modified_date": "2021-05-26T13:53:58.585932Z",
    "created_date": "2021-05-26T13:53:58.585910Z",
    "date_joined": None,
    "email_allowed": True,
    "sms_allowed": True,
    "call_allowed": True,
    "gender": "male",
    "attributes": {},
    "user_type": "registered",
    "date_of_birth": "2001-01-01",
    "attributes_kwargs": {},
    "localized_attributes": {},
    "localized_attributes_kwargs": {},
}
_PATCH: Final[dict[str, Any]] = {
    "is_active": True,
    "email_allowed": False,
    "sms_allowed": False,
    "user_type": "registered",
}
_PATCHED: Final[dict[str, Any]] = _ROW | _PATCH | {"modified_date": "2021-05-26T14:24:11.776744Z", "gender": "female"}
_PUT: Final[dict[str, Any]] = (
    {"email": "test2@test.com", "channel": 1, "channel_code": "1231"} | _PATCH | {"extra_field": {}}
)
_ID: Final = OpenApiParameter("customer_id", int, OpenApiParameter.PATH)
_IF_MATCH: Final = OpenApiParameter(
    "If-Match",
    str,
    OpenApiParameter.HEADER,
    description="An `ETag` of this customer: changed only if it is still in that state, else 412.",
)
_ETAG: Final = OpenApiParameter(
    "ETag", str, OpenApiParameter.HEADER, response=[200, 201], description="Names this state of the customer."
)
_LIST: Final = [
    *paging.PARAMETERS,
    OpenApiParameter(
        "cursor",
        str,
        description="In the place of `page`, as fast at any depth: empty for the first page, then as in `next`.",
    ),
    OpenApiParameter(
        "sort",
        str,
        description=f"Any of {', '.join(ordering.SORTABLE)}; `-` before one turns it round. By id unless said.",
    ),
    *(OpenApiParameter(name, str) for name in filters.names()),
    *counting.PARAMETERS,
]
_LIST_TEXT: Final = """
A filter that is not known or cannot be read is refused, never ignored. Texts are compared exactly, letter case
included; `null` finds what has no value. `channel` may be repeated or hold several ids with commas, as `id__in`.
`attributes` and `extra_field` take a JSON object that must be contained; a path of keys compares one value, as
`attributes__color=blue` or `extra_field__a__b=1`. Dates without a zone are UTC, without a time midnight.
`mapping__code` and `mapping__integration_type` are what `/customers/{id}/mappings/` says: both hold of one mapping.
`OPTIONS` lists the filters. Whoever works in some channels only sees, counts and finds theirs alone.
"""
_FORBIDDEN: Final = openapi.answer(
    openapi.DETAIL,
    "The staff member may not.",
    ("forbidden", {"detail": "You do not have permission to perform this action."}),
)
_NOT_FOUND: Final = openapi.answer(
    openapi.DETAIL, "There is none in the caller's channels.", ("unknown", {"detail": "Not found."})
)
_STALE: Final = openapi.answer(
    openapi.DETAIL, "It is not the state that `If-Match` names.", ("stale", {"detail": str(STALE_TEXT)})
)
_LOCKED: Final = openapi.refused((LOCKED, str(LOCKED_TEXT)))
_REQUIRED: Final = ["This field is required."]


def _example(name: str, value: Any) -> OpenApiExample:
    return OpenApiExample(name, value=value, request_only=True)


def _change(operation_id: str, summary: str, example: dict[str, Any], changed: dict[str, Any], *invalid: Any) -> Any:
    return extend_schema(
        operation_id=operation_id,
        summary=summary,
        tags=_TAGS,
        parameters=[_ID, _IF_MATCH, _ETAG],
        request=CustomerWish,
        examples=[_example("change", example)],
        responses={
            200: openapi.answer(_SCHEMA, "The customer after the change.", ("changed", changed)),
            400: openapi.invalid(*invalid, ("e-mail", {"email": ["Enter a valid email address."]})),
            403: _FORBIDDEN,
            404: _NOT_FOUND,
            406: _LOCKED,
            412: _STALE,
        },
    )


CUSTOMERS: Final = extend_schema_view(
    get=extend_schema(
        operation_id="customers_list",
        summary="Customers",
        description=_LIST_TEXT,
        tags=_TAGS,
        parameters=_LIST,
        responses={
            200: openapi.answer(
                paging.schema_of(_SCHEMA),
                "A page of them.",
                ("customers", {"count": 1, "next": None, "previous": None, "results": [_ROW]}),
            ),
            400: openapi.invalid(
                ("filter", {"foo__bar": ["There is no such filter."]}),
                ("choice", {"gender": ["Select a valid choice. x is not one of the available choices."]}),
            ),
            403: _FORBIDDEN,
            404: openapi.answer(openapi.DETAIL, "A page past the end.", ("past the end", {"detail": "Invalid page."})),
            406: openapi.refused((TOO_SLOW, str(TOO_SLOW_TEXT))),
        },
    ),
    post=extend_schema(
        operation_id="customers_create",
        summary="Create a customer",
        tags=_TAGS,
        parameters=[openapi.IDEMPOTENCY, _ETAG],
        request=CustomerWish,
        examples=[_example("customer", _WISH)],
        responses={
            201: openapi.answer(_SCHEMA, "The new one.", ("created", _ROW)),
            400: openapi.invalid(
                ("taken", {"non_field_errors": [str(TAKEN_TEXT)]}),
                ("required", {"email": _REQUIRED, "channel": _REQUIRED, "channel_code": _REQUIRED}),
                ("e-mail", {"email": ["Enter a valid email address."]}),
            ),
            403: _FORBIDDEN,
        },
    ),
)
CUSTOMER: Final = extend_schema_view(
    get=extend_schema(
        operation_id="customers_retrieve",
        summary="One customer",
        tags=_TAGS,
        parameters=[_ID, _ETAG],
        responses={200: openapi.answer(_SCHEMA, "The customer.", ("customer", _ROW)), 403: _FORBIDDEN, 404: _NOT_FOUND},
    ),
    put=_change(
        "customers_replace",
        "Change a customer; what is absent and not required stays",
        _PUT,
        _PATCHED | {"email": "test2@test.com", "modified_date": "2021-05-26T14:26:52.809180Z"},
        ("required", {"extra_field": _REQUIRED, "channel": _REQUIRED, "channel_code": _REQUIRED}),
    ),
    patch=_change("customers_change", "Change some fields of a customer", _PATCH, _PATCHED),
)
