"""`/users/profile/`, `/current_user/` and the avatars."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe
from rest_framework.parsers import BaseParser
from rest_framework.request import Request
from rest_framework.response import Response

from patron.accounts import cookies, openapi, profile, reads, sessions
from patron.accounts.authentication import IsShopper, ShopperAuthentication, signed_in
from patron.accounts.models import Avatar
from patron.accounts.profile import Outcome
from patron.accounts.serializers.profile import ProfileChange
from patron.accounts.settings import throttle
from patron.kernel import context, doors, limits, rendering
from patron.kernel.encoding import JSON
from patron.kernel.parsing import BoundedFormParser, BoundedMultiPartParser, JsonParser


def site_of(request: HttpRequest) -> str:
    """Scheme and host the caller used, for absolute addresses in the answer."""
    return f"{request.scheme}://{request.get_host()}"


def bytes_response(answer: reads.Answer, key: str) -> HttpResponse:
    """A finished read; a session that was not seen for an hour lives on, and so does its cookie."""
    response = HttpResponse(answer.body, content_type=JSON)
    if answer.stale_session is not None:
        sessions.touch(answer.stale_session)
        cookies.carry(response, sessions.Opened(answer.stale_session, key))
    return response


@openapi.CURRENT_USER
class CurrentUserView(doors.FastGet):
    """Who is signed in."""

    authentication_classes = [ShopperAuthentication]
    permission_classes = [IsShopper]

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        key = cookies.session_key(request)
        answer = reads.current_user(key) if key else None
        return bytes_response(answer, key) if answer and key else doors.unauthenticated()


@openapi.PROFILE
class ProfileView(doors.FastGet):
    """The own profile: read, changed in part (PUT and PATCH are the same)."""

    authentication_classes = [ShopperAuthentication]
    permission_classes = [IsShopper]
    parser_classes: list[type[BaseParser]] = [JsonParser, BoundedFormParser, BoundedMultiPartParser]

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        key = cookies.session_key(request)
        answer = reads.own_profile(key, context.caller().language, site_of(request)) if key else None
        return bytes_response(answer, key) if answer and key else doors.unauthenticated()

    def patch(self, request: Request) -> HttpResponse | Response:
        shopper, session = signed_in(request)
        limits.hit("profile-update", str(shopper.pk), throttle("profile-update"))
        change = ProfileChange(data=request.data, partial=True)
        change.is_valid(raise_exception=True)
        outcome, changed = profile.change(shopper, session, change.validated_data)
        if outcome is Outcome.CODE_RESENT:
            return Response({"message": "success"})
        site = site_of(request._request)
        if outcome is Outcome.CODE_SENT:
            return HttpResponse(reads.reduced_profile(shopper.pk, site), status=202, content_type=JSON)
        return HttpResponse(reads.profile(changed, context.caller().language, site), content_type=JSON)

    def put(self, request: Request) -> HttpResponse | Response:
        return self.patch(request)


@require_safe
def avatar(request: HttpRequest, name: str) -> HttpResponse:
    """A picture by its random name. It never changes, so it may be kept for ever."""
    picture = Avatar.objects.filter(name=name).first()
    if picture is None:
        return rendering.not_found(request)
    response = HttpResponse(bytes(picture.content), content_type=picture.content_type)
    response["Cache-Control"] = "public, max-age=31536000, immutable"
    response["Content-Security-Policy"] = "default-src 'none'"
    return response
