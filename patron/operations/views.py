"""Three addresses for machines that watch Patron."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from prometheus_client import CONTENT_TYPE_LATEST

from patron.kernel.doors import FastGet
from patron.kernel.rendering import json_response
from patron.operations import health, measures


class Alive(FastGet):
    """The process answers; nothing else is looked at, so that a database's trouble restarts no web server."""

    schema = None

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return json_response({"status": "ok"})


class Ready(FastGet):
    """200 when database, migrations and worker are well, else 503; each part is told."""

    schema = None

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        is_ready, parts = health.readiness()
        return json_response(parts, 200 if is_ready else 503)


class Metrics(FastGet):
    """Prometheus' text format."""

    schema = None

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return HttpResponse(measures.exposition(), content_type=CONTENT_TYPE_LATEST)
