"""How a caller says who they are: the shopper's cookie, its proof against forgery, the header that stands for it."""

from typing import Any, Final

from drf_spectacular.extensions import OpenApiAuthenticationExtension

from patron.accounts.authentication import IsShopper, ShopperAuthentication

# The committed document says the cookie's usual name, whatever this machine is set to; the served one says the real.
COOKIE: Final = "osessionid"
SESSION: Final = "session"
CSRF: Final = "csrfToken"
X_COOKIE: Final = "xCookie"
_SAFE: Final = ("GET", "HEAD", "OPTIONS")


class ShopperScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """The shopper's session; unsafe methods need the CSRF token as well."""

    target_class = ShopperAuthentication
    name = [SESSION, CSRF, X_COOKIE]

    def get_security_requirement(self, auto_schema: Any) -> list[dict[str, list[Any]]]:
        proof: dict[str, list[Any]] = {} if auto_schema.method in _SAFE else {CSRF: []}
        either: list[dict[str, list[Any]]] = [{SESSION: []} | proof, {X_COOKIE: []} | proof]
        is_required = any(isinstance(permission, IsShopper) for permission in auto_schema.view.get_permissions())
        return either if is_required else [*either, {}]

    def get_security_definition(self, auto_schema: Any) -> list[dict[str, Any]]:
        return [
            {
                "type": "apiKey",
                "in": "cookie",
                "name": COOKIE,
                "description": "The session, set by signing in. A browser sends it by itself; nothing to enter here.",
            },
            {
                "type": "apiKey",
                "in": "header",
                "name": "X-CSRFToken",
                "description": "Equal to the cookie `csrftoken`, which `GET /csrf_token/` sets. "
                "This page fills it in by itself.",
            },
            {
                "type": "apiKey",
                "in": "header",
                "name": "X-Cookie",
                "description": f"Read as `Cookie`, where a client cannot send that one: `{COOKIE}=…; csrftoken=…`. "
                "Works only while the dynamic setting `ENABLE_X_COOKIE_HEADER` is on; it is off by default.",
            },
        ]
