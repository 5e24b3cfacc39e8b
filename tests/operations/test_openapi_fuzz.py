"""Every operation, called with generated input that follows the document and input that does not."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import schemathesis
from django.conf import settings
from django.core.signals import request_finished, request_started
from django.db import close_old_connections, transaction
from drf_spectacular.renderers import OpenApiJsonRenderer
from hypothesis import HealthCheck, Phase, given, strategies
from hypothesis import settings as examples
from schemathesis import Case, GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.schemas import APIOperation
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from patron.accounts import cookies, sessions
from patron.accounts.models import Shopper
from patron.channels import staff, tokens
from patron.config.wsgi import application
from patron.gateways import faults
from patron.kernel import clock, dynamic, secrets
from patron.operations.openapi import document
from patron.sandbox import timeshift

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
NOT_IN_A_TRANSACTION = {"POST /sandbox/reset/"}  # tables with unchecked rows cannot be emptied; tested in its room
SAYS_503_OF_ITSELF = "GET /readyz"  # no worker runs beside the test

_schema = schemathesis.openapi.from_dict(json.loads(OpenApiJsonRenderer().render(document.build())))
_schema.app = application
OPERATIONS = {
    operation.label: operation
    for operation in (result.ok() for result in _schema.get_all_operations())
    if operation.label not in NOT_IN_A_TRANSACTION
}
every_operation = pytest.mark.parametrize("operation", OPERATIONS.values(), ids=OPERATIONS)


@pytest.fixture(autouse=True)
def one_connection() -> Iterator[None]:
    """Django looks after its connections between calls; here one carries the test's transaction through all of them."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)
    timeshift.forget()
    timeshift.disconnect()


@pytest.fixture
def credentials(db: None) -> dict[str, str]:
    """Headers of a shopper and of a staff member at once; each operation looks at its own."""
    now = clock.now()
    shopper = Shopper.objects.create(
        username=secrets.digest("a fuzzed shopper"), email="fuzz@shop.example", date_joined=now, modified_date=now
    )
    csrf = secrets.new_token()
    session = sessions.sign_in(None, shopper).key
    clerk = staff.create("fuzzer", "correct horse battery", email="fuzzer@shop.example")
    return {
        "Cookie": f"{settings.SESSION_COOKIE}={session}; {cookies.CSRF}={csrf}",
        "X-CSRFToken": csrf,
        "Authorization": f"Token {tokens.issue(clerk, tokens.LOGIN)}",
    }


@every_operation
def test_documented_answers_only(operation: APIOperation, credentials: dict[str, str]) -> None:
    """Whatever comes in, known caller or not: no 5xx, and status, headers and body are the document's."""
    call_each(operation, credentials, max_examples=12, derandomize=True)


@pytest.mark.prove
@every_operation
def test_documented_answers_only_at_length(operation: APIOperation, credentials: dict[str, str]) -> None:
    """The same, longer and with other input each time."""
    call_each(operation, credentials, max_examples=100, derandomize=False)


def call_each(operation: APIOperation, credentials: dict[str, str], **bounds: Any) -> None:
    """Call with generated input; each call starts from the state the test made."""
    checks = [check for check in CHECKS if check is not not_a_server_error or operation.label != SAYS_503_OF_ITSELF]

    @examples(
        deadline=None,
        database=None,
        phases=[Phase.explicit, Phase.generate, Phase.shrink],
        suppress_health_check=list(HealthCheck),
        **bounds,
    )
    @given(case=cases(operation), is_known=strategies.booleans())
    def call(case: Case, is_known: bool) -> None:
        example = transaction.atomic()
        example._from_testcase = True  # as the test's own, it may hold transactions that must be outermost elsewhere
        with example:
            case.call_and_validate(headers=credentials if is_known else None, checks=checks)
            transaction.set_rollback(True)
        dynamic.forget()
        faults.forget()

    run: Callable[[], None] = call
    run()


def cases(operation: APIOperation) -> strategies.SearchStrategy[Case]:
    """Input that follows the document, and input that does not."""
    return strategies.one_of(
        operation.as_strategy(generation_mode=GenerationMode.POSITIVE),
        operation.as_strategy(generation_mode=GenerationMode.NEGATIVE),
    )
