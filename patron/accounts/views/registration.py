"""`/users/registration/`."""

from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from patron.accounts import cookies, openapi_registration, registration, sessions
from patron.accounts.registration import CodeResent, CodeSent, Registered
from patron.accounts.serializers.registration import Registration
from patron.accounts.views import answers
from patron.accounts.views.profile import site_of
from patron.kernel import dynamic
from patron.kernel.parsing import BoundedFormParser, BoundedMultiPartParser, JsonParser


@openapi_registration.REGISTRATION
class RegistrationView(APIView):
    """Open an account. No CSRF token is asked for: the session that comes out is a new one, whoever was signed in."""

    parser_classes = [JsonParser, BoundedFormParser, BoundedMultiPartParser]

    def post(self, request: Request) -> Response:
        form = Registration(data=request.data)
        form.is_valid(raise_exception=True)
        step = registration.register(
            sessions.find(cookies.session_key(request._request)),
            form.validated_data,
            mode=dynamic.get("REGISTRATION_MODE"),
            site=site_of(request._request),
        )
        match step:
            case Registered(opened):
                return answers.signed_in(opened, status=201)
            case CodeSent(opened):
                response = Response({}, status=202)
                cookies.carry(response, opened)
                return response
            case CodeResent():
                return Response({"message": "success"})
