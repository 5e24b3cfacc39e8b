"""What the API page says of the contact form."""

from typing import Any, Final

from drf_spectacular.utils import OpenApiExample, extend_schema, extend_schema_view

from patron.kernel import openapi
from patron.support.attachments import refusals
from patron.support.contact_reads import SubjectRow
from patron.support.serializers.contact import ContactForm

_TAGS: Final = ["Contact"]
_SUBJECTS: Final[list[dict[str, Any]]] = [
    {"id": 1, "text": "Refund", "is_order_needed": True},
    {"id": 2, "text": "Technical Support", "is_order_needed": False},
]
_MESSAGE: Final = {"message": "test", "email": "test@test.com", "full_name": "testname", "subject": 1}

SUBJECTS: Final = extend_schema_view(
    get=extend_schema(
        operation_id="contact_us_subjects",
        summary="Subjects of the contact form",
        description="The active ones, in the shop's order; `text` in the language of the request.",
        tags=_TAGS,
        responses={
            200: openapi.answer(
                {"type": "array", "items": openapi.struct(SubjectRow)}, "The subjects.", ("subjects", _SUBJECTS)
            )
        },
    )
)
CONTACT_US: Final = extend_schema_view(
    post=extend_schema(
        operation_id="contact_us",
        summary="Write to the shop",
        description=(
            "As JSON or, with a file, as a multipart form. A file is .pdf, .jpg, .jpeg, .png, .xls, .xlsx, .doc or "
            ".docx of at most 10 MB; its content must be what its name says, without macros. `operation` is a key of "
            "the setting CONTACT_US_EMAIL_TO, `contact_us` unless said. `order` is an order of the shopper, and needed "
            "where the subject says so. The message is kept before a mail is sent. Without a session no CSRF token is "
            "asked for. Five an hour from one address. The path is also answered without its last slash."
        ),
        tags=_TAGS,
        request=ContactForm,
        parameters=[openapi.CSRF],
        examples=[OpenApiExample("a message", value=_MESSAGE, request_only=True)],
        responses={
            200: openapi.answer(None, "Taken in; no content."),
            400: openapi.invalid(
                ("subject", {"subject": ["There is no such subject."]}),
                ("order", {"order": ["This subject needs an order."]}),
                (
                    "operation",
                    {"operation": ["There is no such operation. Expected one of contact_us, franchise."]},
                ),
                ("file", {"file": [refusals.MISMATCH]}),
            ),
            403: openapi.CSRF_FAILED,
            429: openapi.THROTTLED,
        },
    )
)
