"""The door a web server opens: static files first, then the house."""

import os
from typing import Final
from wsgiref.headers import Headers

from django.core.wsgi import get_wsgi_application
from whitenoise import WhiteNoise

STATIC_SECONDS: Final = 3600  # the names carry no digest, so an upgrade is seen after an hour at most


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
application = _with_static_files(get_wsgi_application())
