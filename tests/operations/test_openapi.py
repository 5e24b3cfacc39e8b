"""The OpenAPI document: valid, complete, the same as the committed one."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from drf_spectacular.renderers import OpenApiJsonRenderer
from drf_spectacular.validation import validate_schema
from jsonschema import Draft202012Validator
from typer.testing import CliRunner

from patron.config import cli
from patron.operations.openapi import document, words
from patron.operations.openapi.shaping import complete

COMMITTED = Path(__file__).parents[2] / "openapi.yaml"
METHODS = {"get", "post", "put", "patch", "delete"}
DOCUMENT = document.build()
OPERATIONS = {
    f"{method.upper()} {path}": operation
    for path, item in DOCUMENT["paths"].items()
    for method, operation in item.items()
    if method in METHODS
}
# The simulated loyalty provider keeps a protocol of its own, described in docs/loyalty-provider.openapi.yaml.
PAGES = re.compile(r"^/(docs/?|console(/.*)?|sandbox/(\{\}.*|loyalty\{\}.*)?)$")

every_operation = pytest.mark.parametrize("operation", OPERATIONS.values(), ids=OPERATIONS)


def test_is_valid_openapi_3_1() -> None:
    """The document follows the specification's own schema."""
    assert DOCUMENT["openapi"].startswith("3.1.")
    validate_schema(DOCUMENT)


def test_committed_document_is_the_codes() -> None:
    """`openapi.yaml` is what the views say now; `make openapi` writes it."""
    document.check(COMMITTED)


def test_two_builds_are_equal() -> None:
    """The same views give the same bytes, whatever was built before."""
    assert document.as_yaml(document.build()) == document.as_yaml(DOCUMENT)


def test_every_address_is_described() -> None:
    """An address that is no page for people stands in the document."""
    described = {re.sub(r"\{[^}]*\}", "{}", path).rstrip("/") for path in DOCUMENT["paths"]}
    assert [path for path in addresses() if not PAGES.match(path) and path.rstrip("/") not in described] == []


def test_operation_ids_are_unique() -> None:
    """A client generator makes one function an operation."""
    names = [operation["operationId"] for operation in OPERATIONS.values()]
    assert sorted(names) == sorted(set(names))


@every_operation
def test_operation_is_introduced(operation: dict[str, Any]) -> None:
    """Each operation has a name, one declared tag and a summary that fits on a line."""
    assert re.fullmatch(r"[a-z][a-z0-9_]*", operation["operationId"])
    assert len(operation["tags"]) == 1
    assert operation["tags"][0] in words.TAGS
    assert 0 < len(operation["summary"]) <= 80
    assert not operation["summary"].endswith(".")


@every_operation
def test_operation_has_examples(operation: dict[str, Any]) -> None:
    """A body that goes in, and each body that comes out, is shown once at least."""
    if "requestBody" in operation:
        assert any(examples(media) for media in operation["requestBody"]["content"].values())
    for response in map(resolved, operation["responses"].values()):
        assert all(examples(media) for media in response.get("content", {}).values()), response["description"]


@every_operation
def test_examples_follow_their_schemas(operation: dict[str, Any]) -> None:
    """What is shown is what is promised."""
    bodies = [operation.get("requestBody", {}), *map(resolved, operation["responses"].values())]
    for media in (body.get("content", {}).get("application/json", {}) for body in bodies):
        for example in examples(media):
            problems = Draft202012Validator(media["schema"] | {"components": PLAIN["components"]}).iter_errors(example)
            assert [problem.message for problem in problems] == []


@every_operation
def test_authentication_and_401_go_together(operation: dict[str, Any]) -> None:
    """Who must sign in is told what happens otherwise, and who is told so is told how to sign in."""
    ways = operation.get("security", [])
    is_required = bool(ways) and {} not in ways
    says_401 = "401" in operation["responses"]
    assert says_401 or not is_required
    assert ways or not says_401
    assert {name for way in ways for name in way} <= set(DOCUMENT["components"]["securitySchemes"])


@every_operation
def test_operation_shares_headers(operation: dict[str, Any]) -> None:
    """The language is asked for in every call; the request's id is in every answer."""
    names = [resolved(parameter)["name"] for parameter in operation["parameters"]]
    assert "Accept-Language" in names
    assert len(names) == len(set(names))
    assert all("X-Request-Id" in resolved(response)["headers"] for response in operation["responses"].values())


@pytest.mark.parametrize(
    "operation",
    [operation for name, operation in OPERATIONS.items() if name.startswith(("POST", "PATCH"))],
    ids=[name for name in OPERATIONS if name.startswith(("POST", "PATCH"))],
)
def test_operation_can_be_sent_again(operation: dict[str, Any]) -> None:
    """Every POST and PATCH takes an Idempotency-Key and says what its misuse answers."""
    assert "Idempotency-Key" in [resolved(parameter)["name"] for parameter in operation["parameters"]]
    assert {"409", "422"} <= set(operation["responses"])


def test_a_change_of_the_profile_asks_for_session_and_csrf_token() -> None:
    """The token is a way to authenticate, so that a client sends it with every unsafe call; it is no parameter too."""
    change = OPERATIONS["PATCH /users/profile/"]
    assert change["security"] == [{"session": [], "csrfToken": []}, {"xCookie": [], "csrfToken": []}]
    assert OPERATIONS["GET /users/profile/"]["security"] == [{"session": []}, {"xCookie": []}]
    assert "X-CSRFToken" not in [resolved(parameter)["name"] for parameter in change["parameters"]]


def test_schemas_are_written_once() -> None:
    """A struct is a component under its name; where it may be null, its type says so."""
    answer = OPERATIONS["GET /users/profile/"]["responses"]["200"]["content"]["application/json"]
    assert answer["schema"] == {"$ref": "#/components/schemas/Profile"}
    fields = DOCUMENT["components"]["schemas"]["Profile"]["properties"]
    assert fields["date_of_birth"] == {"type": ["string", "null"], "format": "date"}
    assert fields["date_joined"] == {"type": "string", "format": "date-time"}


def test_two_schemas_of_one_name_are_refused() -> None:
    """A name stands for one thing; otherwise one of the two would be lost."""

    def page(kind: str) -> dict[str, Any]:
        schema = {"title": "Thing", "type": "object", "properties": {"a": {"type": kind}}}
        answer = {"description": "", "content": {"application/json": {"schema": schema}}}
        return {"get": {"operationId": kind, "tags": [], "responses": {"200": answer}}}

    paths = {"/a/": page("string"), "/b/": page("integer")}
    with pytest.raises(ValueError, match="Thing"):
        complete({"openapi": "3.1.0", "info": {}, "paths": paths})


def test_command_tells_an_old_document_in_one_line(tmp_path: Path) -> None:
    """`patron openapi --check` fails on a file that differs and passes once it was written anew."""
    file = tmp_path / "openapi.yaml"
    file.write_text("openapi: 3.1.0\n")
    old = CliRunner().invoke(cli.app, ["openapi", "--check", "--file", str(file)])
    assert old.exit_code == 1
    assert old.stderr == "patron: openapi.yaml is out of date: run `make openapi` and commit it.\n"
    assert CliRunner().invoke(cli.app, ["openapi", "--file", str(file)]).exit_code == 0
    assert CliRunner().invoke(cli.app, ["openapi", "--check", "--file", str(file)]).exit_code == 0


@pytest.mark.django_db
def test_served_document_is_this_servers(client: Client, settings: Any) -> None:
    """`/openapi.json` is the committed document with the host it was asked at, less X-Cookie while that is off."""
    settings.ALLOWED_HOSTS = ["api.shop.example"]
    served = client.get("/openapi.json", headers={"host": "api.shop.example"}).json()
    assert served["servers"] == [{"url": "http://api.shop.example"}]
    assert list(served["paths"]) == list(DOCUMENT["paths"])
    assert "xCookie" in DOCUMENT["components"]["securitySchemes"]
    assert "xCookie" not in served["components"]["securitySchemes"]
    validate_schema(served)


@pytest.mark.django_db
def test_served_document_offers_x_cookie_when_it_works(client: Client, setting: Any) -> None:
    """With ENABLE_X_COOKIE_HEADER on, nothing but the server differs from the committed document."""
    setting("ENABLE_X_COOKIE_HEADER", True)
    assert client.get("/openapi.json").json() | {"servers": PLAIN["servers"]} == PLAIN


@pytest.mark.django_db
def test_yaml_is_the_same_document(client: Client, setting: Any) -> None:
    """`/openapi.yaml` differs from the committed file in its server only."""
    setting("ENABLE_X_COOKIE_HEADER", True)
    answer = client.get("/openapi.yaml")
    assert answer["Content-Type"] == "application/yaml"
    expected = DOCUMENT | {"servers": [{"url": "http://testserver"}]}
    assert answer.content == document.as_yaml(expected)


PLAIN: dict[str, Any] = json.loads(OpenApiJsonRenderer().render(DOCUMENT))


def addresses(patterns: Any = None, prefix: str = "") -> Iterator[str]:
    """Every address of the URL configuration, parameters as `{}`, the last slash where it is optional."""
    for pattern in get_resolver().url_patterns if patterns is None else patterns:
        path = prefix + str(pattern.pattern).lstrip("^")
        if isinstance(pattern, URLResolver):
            yield from addresses(pattern.url_patterns, path)
        elif isinstance(pattern, URLPattern):
            plain = path.removesuffix("$").removesuffix("?").replace("\\", "")
            yield "/" + re.sub(r"<[^>]*>|\(\?P<[^)]*\)", "{}", plain)


def resolved(node: dict[str, Any]) -> dict[str, Any]:
    """The component that a reference names, or the node itself."""
    if "$ref" not in node:
        return node
    kind, name = node["$ref"].split("/")[-2:]
    component: dict[str, Any] = DOCUMENT["components"][kind][name]
    return component


def examples(media: dict[str, Any]) -> list[Any]:
    """What a media type shows."""
    several = [example["value"] for example in media.get("examples", {}).values()]
    return [*several, media["example"]] if "example" in media else several
