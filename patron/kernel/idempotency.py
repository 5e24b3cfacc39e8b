"""`Idempotency-Key`: the first answer to a POST or PATCH is kept for 24 hours and replayed.

The key is claimed by an INSERT that commits before the work starts, so of parallel requests one works and the others
get 409. An answer may hold a session cookie: it is stored encrypted, under a key that also needs the client's own.
"""

import base64
import hashlib
from collections.abc import Callable
from datetime import timedelta
from typing import Final

import msgspec
from django.conf import settings
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from rest_framework.exceptions import ParseError

from patron.kernel import clock, context, parsing, rendering, secrets
from patron.kernel.models import KeptAnswer

KEPT_FOR: Final = timedelta(hours=24)
# A process killed in the middle leaves its claim behind; after this long the next try may take it over.
CLAIM_FOR: Final = timedelta(seconds=60)
MAX_KEY: Final = 255
# An ETag too: who lost the first answer goes on to change what it made, with If-Match.
_KEPT_HEADERS: Final = ("Content-Type", "ETag", "Retry-After")
_CLAIM: Final = """
INSERT INTO kernel_keptanswer AS k (scope, request_digest, sealed_answer, created_at)
VALUES (%(scope)s, %(digest)s, NULL, %(now)s)
ON CONFLICT (scope) DO UPDATE SET request_digest = EXCLUDED.request_digest, sealed_answer = NULL,
    created_at = EXCLUDED.created_at
WHERE k.created_at < %(expired)s OR (k.sealed_answer IS NULL AND k.created_at < %(abandoned)s)
RETURNING scope
"""


class Answer(msgspec.Struct):
    """What is replayed."""

    status: int
    headers: dict[str, str]
    cookies: list[str]
    body: bytes


# Says whether a credential that a request carries is still worth what it was; asked before an answer is replayed.
Guard = Callable[[HttpRequest], bool]
GUARDS: Final[list[Guard]] = []
_LEFT_ALONE: list[str] = []


def guard(is_good: Guard) -> None:
    """Let `is_good` stop a replay. Called once by each room that has credentials, when it is ready."""
    GUARDS.append(is_good)


def leave_alone(prefix: str) -> None:
    """Below this path the header is read by who answers there. Called once, when a room is ready."""
    if prefix not in _LEFT_ALONE:
        _LEFT_ALONE.append(prefix)


class IdempotencyMiddleware:
    """Costs nothing for a request without the header."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        key = request.META.get("HTTP_IDEMPOTENCY_KEY")
        if key is None or request.method not in ("POST", "PATCH"):
            return self.get_response(request)
        if request.path.startswith(tuple(_LEFT_ALONE)):
            return self.get_response(request)
        if not 0 < len(key) <= MAX_KEY or "\x00" in key:
            return rendering.json_response(
                {"non_field_errors": [_("Idempotency-Key must have 1 to 255 characters.")]}, 400
            )
        try:
            parsing.refuse_oversize(request, parsing.MAX_UPLOAD_BYTES)
        except ParseError as error:
            return rendering.json_response({"non_field_errors": [str(error.detail)]}, 400)
        scope = secrets.digest("\n".join([_caller(request), str(request.method), request.path, key]))
        digest = hashlib.sha256(request.body).hexdigest()
        if not _claim(scope, digest):
            # None: the caller has lost the right to the kept answer, and hears so from the view
            return _replay(request, scope, digest, key) or self.get_response(request)
        kept = False
        try:
            response = self.get_response(request)
            kept = _is_final(response)
            if kept:
                KeptAnswer.objects.filter(scope=scope).update(sealed_answer=_seal(response, key))
            return response
        finally:
            if not kept:
                KeptAnswer.objects.filter(scope=scope, sealed_answer=None).delete()


def _caller(request: HttpRequest) -> str:
    # both: which of them a view looks at is not known here, and nobody may be answered for another
    cookies = [request.COOKIES.get(name, "") for name in (settings.SESSION_COOKIE, settings.SESSION_COOKIE_NAME)]
    credentials = (request.META.get("HTTP_AUTHORIZATION", ""), *cookies)
    return f"credentials:{credentials}" if any(credentials) else f"ip:{context.caller().ip}"


def _claim(scope: str, digest: str) -> bool:
    now = clock.now()
    with connection.cursor() as cursor:
        cursor.execute(
            _CLAIM,
            {
                "scope": scope,
                "digest": digest,
                "now": now,
                "expired": now - KEPT_FOR,
                "abandoned": now - CLAIM_FOR,
            },
        )
        return cursor.fetchone() is not None


def _replay(request: HttpRequest, scope: str, digest: str, key: str) -> HttpResponse | None:
    row = KeptAnswer.objects.filter(scope=scope).first()
    if row is not None and not secrets.same(row.request_digest, digest):
        return rendering.json_response(
            {"detail": _("This Idempotency-Key was already used with another request body.")}, 422
        )
    if row is None or row.sealed_answer is None:
        response = rendering.json_response(
            {"detail": _("The first request with this Idempotency-Key is still running.")}, 409
        )
        response["Retry-After"] = "1"
        return response
    answer = msgspec.msgpack.decode(secrets.unseal(_purpose(key), bytes(row.sealed_answer)), type=Answer)
    # An answer that changed the caller's session ended the credential it was asked with; its cookie is its own guard.
    if not answer.cookies and not all(is_good(request) for is_good in GUARDS):
        return None
    response = HttpResponse(answer.body, status=answer.status, headers=answer.headers)
    for cookie in answer.cookies:
        response.cookies.load(cookie)
    response["Idempotent-Replayed"] = "true"
    return response


def _is_final(response: HttpResponse) -> bool:
    # 400, 401, 403, 404, 429 and 5xx may turn out otherwise when tried again, so they are not kept.
    return not response.streaming and (response.status_code < 300 or response.status_code == 406)


def _seal(response: HttpResponse, key: str) -> bytes:
    answer = Answer(
        status=response.status_code,
        headers={name: value for name, value in response.headers.items() if name in _KEPT_HEADERS},
        cookies=[morsel.OutputString() for morsel in response.cookies.values()],
        body=response.content,
    )
    return secrets.seal(_purpose(key), msgspec.msgpack.encode(answer))


def _purpose(key: str) -> str:
    return "kept-answer:" + base64.b64encode(hashlib.sha256(key.encode("utf-8", "replace")).digest()).decode()
