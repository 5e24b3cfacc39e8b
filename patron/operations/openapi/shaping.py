"""Hooks of the generator: what holds for every operation is added here once, so that no room repeats it."""

from typing import Any, Final

from patron.operations.openapi import plain, security, shared, words
from patron.operations.openapi.shared import Json, reference

_METHODS: Final = ("get", "post", "put", "patch", "delete")
_ORDER: Final = (
    "operationId", "summary", "description", "tags", "deprecated", "security", "parameters", "requestBody", "responses",
)  # fmt: skip
_SENT_BY_SCHEME: Final = ("X-CSRFToken",)


def drop_twins(endpoints: list[tuple[str, str, str, Any]]) -> list[tuple[str, str, str, Any]]:
    """Before: addresses that also answer without their last slash are described once, with it."""
    paths = {path for path, *_rest in endpoints}
    return [endpoint for endpoint in endpoints if endpoint[0] + "/" not in paths]


def complete(result: Json, **_context: Any) -> Json:
    """After: add what is not DRF's, name shared schemas, give every operation its headers and errors."""
    components = _Components(result.get("components", {}))
    paths = dict(sorted({**result["paths"], **plain.PATHS}.items()))
    described = {
        path: {method: _operation(path, method, item[method], components) for method in _METHODS if method in item}
        for path, item in paths.items()
    }
    used = {tag for item in described.values() for operation in item.values() for tag in operation["tags"]}
    return {
        "openapi": result["openapi"],
        "info": {**result["info"], "description": words.DESCRIPTION, "license": words.LICENSE},
        "servers": [{"url": "/", "description": "The server this document comes from"}],
        "tags": [{"name": name, "description": text} for name, text in words.TAGS.items() if name in used],
        "paths": described,
        "components": components.finished(),
    }


class _Components:
    """Schemas with a title, and the shared ones, are written once and referred to by name.

    Raises ValueError for two different schemas of one name.
    """

    def __init__(self, generated: Json) -> None:
        self._rest = generated
        self._schemas: dict[str, Json] = {}
        self._shared = [(schema, name) for name, schema in shared.SCHEMAS.items()]
        for name, schema in shared.SCHEMAS.items():
            self._add(name, schema)
        for name, schema in generated.get("schemas", {}).items():
            self._add(name, self._inside(schema))

    def named(self, schema: Any) -> Any:
        """The schema with every part that has a name replaced by a reference."""
        if isinstance(schema, list):
            return [self.named(part) for part in schema]
        if not isinstance(schema, dict):
            return schema
        for known, name in self._shared:
            if schema == known:
                return reference("schemas", name)
        inside = _nullable(self._inside(schema))
        title = schema.get("title")
        if not isinstance(title, str) or schema.get("type") != "object":
            return inside
        # the description is a struct's docstring, which is for those who read the code
        self._add(title, {key: value for key, value in inside.items() if key not in ("title", "description")})
        return reference("schemas", title)

    def finished(self) -> Json:
        return {
            **self._rest,
            "schemas": dict(sorted(self._schemas.items())),
            "parameters": shared.PARAMETERS,
            "headers": shared.HEADERS,
            "responses": shared.RESPONSES,
        }

    def _inside(self, schema: Json) -> Json:
        words_of_their_own = ("enum", "const", "default", "example", "examples", "title")
        return {key: value if key in words_of_their_own else self.named(value) for key, value in schema.items()}

    def _add(self, name: str, schema: Json) -> None:
        if self._schemas.setdefault(name, schema) != schema:
            raise ValueError(f"two different schemas are called {name}: give one another name")


def _nullable(schema: Json) -> Json:
    """`type: [string, null]` in the place of a choice between a plain type and null, which pages show badly."""
    choices = schema.get("anyOf", [])
    plain = [choice for choice in choices if choice != {"type": "null"}]
    if len(choices) == 2 and len(plain) == 1 and isinstance(plain[0].get("type"), str):
        rest = {key: value for key, value in schema.items() if key != "anyOf"}
        return {**plain[0], **rest, "type": [plain[0]["type"], "null"]}
    return schema


def _operation(path: str, method: str, described: Json, components: _Components) -> Json:
    operation = {**described, "responses": {**described["responses"]}}
    operation["parameters"] = _parameters(method, described.get("parameters", []), operation.get("security"))
    if "requestBody" in operation:
        operation["requestBody"] = _body(operation["requestBody"], components)
    for status, name in _errors(path, method, operation):
        operation["responses"].setdefault(status, reference("responses", name))
    operation["responses"] = {
        status: _response(method, status, response, components)
        for status, response in sorted(operation["responses"].items())
    }
    return {key: operation[key] for key in _ORDER if operation.get(key)}


def _parameters(method: str, own: list[Json], requirements: list[Json] | None) -> list[Json]:
    names = {parameter["name"] for parameter in shared.PARAMETERS.values()}
    if any(security.CSRF in requirement for requirement in requirements or ()):
        names.update(_SENT_BY_SCHEME)
    kept = [parameter for parameter in own if parameter["name"] not in names]
    added = [reference("parameters", "AcceptLanguage")]
    if method in ("post", "patch"):
        added.append(reference("parameters", "IdempotencyKey"))
    return [*kept, *added]


def _body(body: Json, components: _Components) -> Json:
    return {**body, "content": _content(body["content"], components)}


def _content(content: Json, components: _Components) -> Json:
    return {
        media: {key: components.named(value) if key == "schema" else value for key, value in shape.items()}
        for media, shape in content.items()
    }


def _errors(path: str, method: str, operation: Json) -> list[tuple[str, str]]:
    """Statuses that follow from the operation's shape, with the component that describes each."""
    found = [("500", "ServerError"), ("503", "Restarting")]
    if "requestBody" in operation:
        found += [("400", "BadRequest"), ("415", "UnsupportedMediaType")]
    if method in ("post", "patch"):
        found += [("400", "BadRequest"), ("409", "StillRunning"), ("422", "KeyReused")]
    requirements = operation.get("security") or []
    if requirements and {} not in requirements:
        found.append(("401", "Unauthenticated"))
    if any(security.CSRF in requirement for requirement in requirements):
        found.append(("403", "CsrfFailed"))
    if "{" in path:
        found.append(("404", "NotFound"))
    return found


def _known(response: Json) -> str | None:
    """The shared response that a room wrote out in full."""
    examples = response.get("content", {}).get("application/json", {}).get("examples", {})
    shown = [example["value"] for example in examples.values()]
    for name, known in shared.RESPONSES.items():
        if response["description"] == known["description"]:
            return name if shown == [known["content"]["application/json"]["example"]] else None
    return None


def _response(method: str, status: str, response: Json, components: _Components) -> Json:
    if "$ref" in response:
        return response
    if name := _known(response):
        return reference("responses", name)
    headers = {"X-Request-Id": reference("headers", "RequestId")}
    if status == "429":
        headers["Retry-After"] = reference("headers", "RetryAfter")
    if method in ("post", "patch") and (status.startswith("2") or status == "406"):
        headers["Idempotent-Replayed"] = reference("headers", "IdempotentReplayed")
    shaped = {"description": response["description"], "headers": {**response.get("headers", {}), **headers}}
    if "content" in response:
        shaped["content"] = _content(response["content"], components)
    return shaped
