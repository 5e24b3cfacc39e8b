"""The door a web server opens: hot reads first, then static files, then the house."""

import os
from collections.abc import Callable, Iterable
from typing import Any, Final
from wsgiref.headers import Headers

import django
from django.core.handlers.wsgi import WSGIHandler
from django.http import HttpRequest, HttpResponse
from django.urls import ResolverMatch
from whitenoise import WhiteNoise

from patron.kernel import middleware, parsing

STATIC_SECONDS: Final = 3600  # the names carry no digest, so an upgrade is seen after an hour at most


class _Handler(WSGIHandler):
    """Remembers where addresses without parameters lead: asking every pattern in turn costs a write four per cent."""

    def __init__(self) -> None:
        super().__init__()
        self._fixed: dict[str, ResolverMatch] = {}

    def resolve_request(self, request: HttpRequest) -> ResolverMatch:
        match = self._fixed.get(request.path_info)
        if match is None:
            match = super().resolve_request(request)
            if not match.kwargs and not match.args:  # so there are no more of these than patterns
                self._fixed[request.path_info] = match
        request.resolver_match = match
        return match


class House:
    """Django's handler. A finished answer leaves as one list, which the server writes at once and with its length."""

    def __init__(self) -> None:
        self._handler = _Handler()

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        environ[middleware.IS_CUT] = not parsing.receive(environ)
        response = self._handler(environ, start_response)
        if not isinstance(response, HttpResponse):
            return response  # a streaming one
        response.close()
        return [response.content]


def _with_hot_reads(application: WhiteNoise) -> Callable[..., Iterable[bytes]]:
    from patron.accounts import doors as accounts
    from patron.customers import doors as customers
    from patron.kernel.doors import HotReads
    from patron.loyalty import doors as loyalty
    from patron.segments import doors as segments
    from patron.support import doors as support

    rooms = (accounts, customers, loyalty, segments, support)
    return HotReads({path: read for room in rooms for path, read in room.READS.items()}, application)


def _with_static_files(application: object) -> WhiteNoise:
    """Serve each app's `static` folder itself, so that there is no step that collects them."""
    from django.conf import settings
    from django.contrib.staticfiles.finders import get_finders

    door = WhiteNoise(application, max_age=STATIC_SECONDS, allow_all_origins=False, add_headers_function=_no_sniffing)
    folders = [storage.location for finder in get_finders() for storage in getattr(finder, "storages", {}).values()]
    for folder in reversed(folders):  # of two files with one name the first app's counts, as everywhere in Django
        door.add_files(folder, prefix=settings.STATIC_URL)
    return door


def _no_sniffing(headers: Headers, path: str, url: str) -> None:
    headers["X-Content-Type-Options"] = "nosniff"


os.environ.setdefault("DJANGO_SETTINGS_MODULE", "patron.config.settings")
django.setup(set_prefix=False)
application = _with_hot_reads(_with_static_files(House()))
