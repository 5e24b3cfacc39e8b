"""`/users/personal-data/` and `/users/anonymize/`."""

from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from patron.accounts import anonymizing, cookies, openapi_registration, personal_data_export, sessions
from patron.accounts.authentication import IsShopper, ShopperAuthentication, signed_in
from patron.kernel import doors
from patron.kernel.encoding import JSON

ZIP: Final = "application/zip"


@openapi_registration.PERSONAL_DATA
class PersonalDataView(doors.FastGet):
    """All that is held about the shopper."""

    authentication_classes = [ShopperAuthentication]  # for the document: `get` finds the session itself
    permission_classes = [IsShopper]
    http_method_names = ["get", "head", "options"]

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        session = sessions.find(cookies.session_key(request))
        if session is None or session.shopper is None:
            return doors.unauthenticated()
        found = personal_data_export.export(session)
        if _format(request) == JSON:
            return HttpResponse(personal_data_export.as_json(found), content_type=JSON)
        response = HttpResponse(personal_data_export.as_zip(found), content_type=ZIP)
        response["Content-Disposition"] = 'attachment; filename="personal-data.zip"'
        return response


@openapi_registration.ANONYMIZE
class AnonymizeView(APIView):
    """The shopper asks to be forgotten."""

    authentication_classes = [ShopperAuthentication]
    permission_classes = [IsShopper]

    def patch(self, request: Request) -> Response:
        shopper, _session = signed_in(request)
        anonymizing.anonymize(shopper.pk)
        response = Response(_("Your personal data was erased."))
        cookies.drop(response)
        return response


def _format(request: HttpRequest) -> str:
    named = {"json": JSON, "zip": ZIP}.get(request.GET.get("as", ""))
    return named or request.get_preferred_type([JSON, ZIP]) or JSON
