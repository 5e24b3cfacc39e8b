"""`/users/contact-us-subjects/` and `/users/contact-us/`."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from patron.accounts.authentication import ShopperAuthentication
from patron.accounts.models import Shopper
from patron.kernel import context, doors
from patron.kernel.encoding import JSON
from patron.kernel.parsing import BoundedFormParser, BoundedMultiPartParser, JsonParser
from patron.support import contact, contact_reads, openapi_contact
from patron.support.serializers.contact import ContactForm


@openapi_contact.SUBJECTS
class ContactSubjectsView(doors.FastGet):
    """What a message can be about."""

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return HttpResponse(contact_reads.subjects(context.caller().language), content_type=JSON)


@openapi_contact.CONTACT_US
class ContactUsView(APIView):
    """A message to the shop, from anybody; of a signed-in shopper the authentication asks for the CSRF token."""

    authentication_classes = [ShopperAuthentication]
    parser_classes = [JsonParser, BoundedFormParser, BoundedMultiPartParser]

    def post(self, request: Request) -> Response:
        form = ContactForm(data=request.data)
        form.is_valid(raise_exception=True)
        data = form.validated_data
        contact.send(data, data["file"], request.user if isinstance(request.user, Shopper) else None)
        return Response(status=200)
