"""Operations whose views the generator does not see: they are plain, for speed or because they need no serializer."""

from typing import Any, Final

from patron.operations.openapi.shared import Json

_OPERATIONS: Final = ["Operations"]


def _json(description: str, schema: Json, example: Any, media: str = "application/json") -> Json:
    return {"description": description, "content": {media: {"schema": schema, "example": example}}}


def _part(**more: Json) -> Json:
    return {"type": "object", "required": ["ok"], "properties": {"ok": {"type": "boolean"}, **more}}


_READINESS: Final[Json] = {
    "title": "Readiness",
    "type": "object",
    "required": ["status", "database", "migrations", "worker"],
    "properties": {
        "status": {"type": "string", "enum": ["ok", "unavailable"]},
        "database": _part(),
        "migrations": _part(
            missing={"type": "integer", "description": "Migrations this code has and the database not."}
        ),
        "worker": _part(
            heartbeat_seconds={"type": ["number", "null"], "description": "Age of the youngest worker's sign of life."}
        ),
    },
}
_READY: Final[Json] = {
    "status": "ok",
    "database": {"ok": True},
    "migrations": {"ok": True, "missing": 0},
    "worker": {"ok": True, "heartbeat_seconds": 4.2},
}
_INDEX: Final[Json] = {
    "title": "Index",
    "type": "object",
    "required": ["name", "version", "links"],
    "properties": {
        "name": {"type": "string"},
        "version": {"type": "string"},
        "links": {"type": "object", "additionalProperties": {"type": "string", "format": "uri"}},
    },
}
_SERVED: Final = "The document, with the host it was asked at as its server."
_START: Final[Json] = {"openapi": "3.1.0", "info": {"title": "Patron", "version": "0.1.0"}, "paths": {}}
_HOST: Final = "http://127.0.0.1:8000"

PATHS: Final[dict[str, Json]] = {
    "/": {
        "get": {
            "operationId": "index",
            "summary": "Where to go from here",
            "description": "Links for a program; a browser gets a page.",
            "tags": _OPERATIONS,
            "responses": {
                "200": {
                    "description": "The addresses of the API's description, of health, of the console; in the sandbox "
                    "also of that.",
                    "content": {
                        "application/json": {
                            "schema": _INDEX,
                            "example": {
                                "name": "Patron",
                                "version": "0.1.0",
                                "links": {"docs": f"{_HOST}/docs/", "openapi": f"{_HOST}/openapi.json"},
                            },
                        },
                        "text/html": {"schema": {"type": "string"}, "example": "<!doctype html>…"},
                    },
                }
            },
        }
    },
    "/openapi.json": {
        "get": {
            "operationId": "openapi_json",
            "summary": "This document as JSON",
            "tags": _OPERATIONS,
            "responses": {"200": _json(_SERVED, {"type": "object"}, _START)},
        }
    },
    "/openapi.yaml": {
        "get": {
            "operationId": "openapi_yaml",
            "summary": "This document as YAML",
            "tags": _OPERATIONS,
            "responses": {"200": _json(_SERVED, {"type": "object"}, _START, "application/yaml")},
        }
    },
    "/healthz": {
        "get": {
            "operationId": "health_alive",
            "summary": "Whether the process answers",
            "description": "Looks at nothing else, so that a database's trouble restarts no web server.",
            "tags": _OPERATIONS,
            "responses": {
                "200": _json(
                    "It does.",
                    {
                        "title": "Alive",
                        "type": "object",
                        "required": ["status"],
                        "properties": {"status": {"type": "string", "const": "ok"}},
                    },
                    {"status": "ok"},
                )
            },
        }
    },
    "/readyz": {
        "get": {
            "operationId": "health_ready",
            "summary": "Whether Patron can serve",
            "tags": _OPERATIONS,
            "responses": {
                "200": _json("Database, migrations and worker are well.", _READINESS, _READY),
                "503": _json(
                    "One of them is not.",
                    _READINESS,
                    _READY | {"status": "unavailable", "worker": {"ok": False, "heartbeat_seconds": None}},
                ),
            },
        }
    },
    "/metrics": {
        "get": {
            "operationId": "metrics",
            "summary": "Measures in Prometheus' text format",
            "tags": _OPERATIONS,
            "responses": {
                "200": {
                    "description": "Requests, latencies, jobs, messages.",
                    "content": {
                        "text/plain": {
                            "schema": {"type": "string"},
                            "example": "# TYPE patron_database_up gauge\npatron_database_up 1.0\n",
                        }
                    },
                }
            },
        }
    },
    "/media/avatars/{name}": {
        "get": {
            "operationId": "avatar",
            "summary": "A shopper's picture",
            "description": "`name` is random and never used again, so a picture may be kept for ever.",
            "tags": ["Profile"],
            "parameters": [
                {
                    "name": "name",
                    "in": "path",
                    "required": True,
                    "description": "The last part of `avatar` in the profile.",
                    "schema": {"type": "string"},
                }
            ],
            "responses": {
                "200": {
                    "description": "The picture.",
                    "content": {
                        media: {"schema": {"contentMediaType": media}, "example": "(bytes)"}
                        for media in ("image/jpeg", "image/png", "image/webp")
                    },
                }
            },
        }
    },
}
