"""Every address, room by room."""

from django.conf import settings
from django.urls import URLPattern, URLResolver, include, path

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("patron.operations.urls")),
    path("", include("patron.operations.openapi.urls")),
    path("", include("patron.accounts.urls")),
    path("", include("patron.channels.urls")),
    path("", include("patron.reference.urls")),
    path("", include("patron.customers.urls")),
    path("", include("patron.segments.urls")),
    path("", include("patron.loyalty.urls")),
    path("", include("patron.support.urls")),
    path("", include("patron.console.urls")),
]
if settings.SANDBOX:
    urlpatterns.append(path("sandbox/", include("patron.sandbox.urls")))
handler400 = "patron.kernel.rendering.bad_request"
handler403 = "patron.kernel.rendering.forbidden"
handler404 = "patron.kernel.rendering.not_found"
handler500 = "patron.kernel.rendering.server_error"
