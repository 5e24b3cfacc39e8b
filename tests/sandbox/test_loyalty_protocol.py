"""The published protocol (docs/loyalty-provider.openapi.yaml) and the simulator say the same."""

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
import schemathesis
import yaml
from hypothesis import HealthCheck, given, settings
from jsonschema import Draft202012Validator, FormatChecker
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from patron.gateways.loyalty_provider import protocol
from patron.gateways.loyalty_provider.contract import LONGEST_KEY, MOST_POINTS, Details
from patron.sandbox.simulator import server
from patron.sandbox.simulator.server import Request

pytestmark = pytest.mark.django_db
DOCUMENT: dict[str, Any] = yaml.safe_load(
    (Path(__file__).parents[2] / "docs" / "loyalty-provider.openapi.yaml").read_text()
)
HEADERS = {
    "authorization": "Basic c2ltdWxhdG9yOnNpbXVsYXRvcg==",
    "x-api-version": "1",
    "x-request-id": "r",
}
CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """The simulator as a WSGI application, in the test's own transaction."""
    headers = {name[5:].replace("_", "-").lower(): value for name, value in environ.items() if name[:5] == "HTTP_"}
    body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
    given_ = server.answer(Request(environ["REQUEST_METHOD"], environ["PATH_INFO"], headers, body))
    start_response(f"{given_.status} -", list(given_.headers.items()) if given_.status != 204 else [])
    return [given_.body]


def is_valid(value: Any, schema: str) -> bool:
    """Whether a value is what the document calls `schema`."""
    whole = {"$ref": f"#/components/schemas/{schema}", "components": DOCUMENT["components"]}
    return bool(Draft202012Validator(whole, format_checker=FormatChecker()).is_valid(value))


def examples() -> Iterator[Any]:
    """Each example of a body, with its schema."""
    for path, item in DOCUMENT["paths"].items():
        for method, operation in item.items():
            if method == "parameters":
                continue
            bodies = {"request": operation.get("requestBody", {}), **operation["responses"]}
            for name, body in bodies.items():
                for media in _resolved(body).get("content", {}).values():
                    for title, each in media["examples"].items():
                        where = f"{method} {path} {name} {title}"
                        yield pytest.param(_resolved(each)["value"], media["schema"], id=where)


def _resolved(node: Any) -> Any:
    while "$ref" in node:
        target: Any = DOCUMENT
        for part in node["$ref"].removeprefix("#/").split("/"):
            target = target[part]
        node = target
    return node


@pytest.mark.parametrize(("value", "schema"), list(examples()))
def test_every_example_is_of_its_schema(value: Any, schema: dict[str, Any]) -> None:
    """The document does not contradict itself."""
    Draft202012Validator(schema | {"components": DOCUMENT["components"]}, format_checker=FormatChecker()).validate(
        value
    )


def test_the_document_says_what_the_adapter_reads() -> None:
    """Limits and names of both are the same."""
    schemas, parameters = DOCUMENT["components"]["schemas"], DOCUMENT["components"]["parameters"]
    assert schemas["Points"]["properties"]["points"]["maximum"] == MOST_POINTS
    assert parameters["Key"]["schema"]["maxLength"] == LONGEST_KEY
    assert parameters["ApiVersion"]["schema"]["const"] == DOCUMENT["info"]["version"] == protocol.API_VERSION
    assert set(schemas["Account"]["properties"]) == {"number", "account_number", *Details.__struct_fields__}
    for name in ("NewAccount", "Changes"):
        assert set(schemas[name]["properties"]) == set(Details.__struct_fields__)


@pytest.mark.parametrize(
    ("number", "is_good"),
    [
        ("3839201", True),
        ("A.b_c-9", True),
        ("x" * 64, True),
        ("x" * 65, False),
        (".", False),
        ("a/b", False),
        ("", False),
    ],
)
def test_account_numbers_mean_one_address(number: str, is_good: bool) -> None:
    """To the document and to the adapter alike."""
    assert is_valid({"number": "1", "account_number": number}, "Created") == is_good


SCHEMA = schemathesis.openapi.from_dict(DOCUMENT)
SCHEMA.app = application
SCHEMA.config.base_url = "http://testserver"
OPERATIONS = {each.label: each for each in (result.ok() for result in SCHEMA.get_all_operations())}


@pytest.mark.parametrize("operation", OPERATIONS.values(), ids=OPERATIONS)
def test_the_simulator_answers_as_the_document_says(operation: Any) -> None:
    """Whatever it is asked, also of an account that there is."""
    wish = DOCUMENT["paths"]["/accounts"]["post"]["requestBody"]["content"]["application/json"]["examples"]["john"]
    made = server.answer(
        Request("POST", "/accounts", HEADERS | {"idempotency-key": "k"}, msgspec.json.encode(wish["value"]))
    )
    number = msgspec.json.decode(made.body)["account_number"]
    seen = set()

    @settings(max_examples=25, deadline=None, database=None, suppress_health_check=list(HealthCheck), derandomize=True)
    @given(case=operation.as_strategy())
    def call(case: Any) -> None:
        case.headers = dict(case.headers or {}) | HEADERS
        if "account_number" in (case.path_parameters or {}) and len(seen) % 2 == 0 and operation.method != "delete":
            case.path_parameters["account_number"] = number
        answer = case.call()
        seen.add(len(seen))
        case.validate_response(answer, checks=CHECKS)

    call()
