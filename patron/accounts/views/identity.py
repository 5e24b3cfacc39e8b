"""Who is here: tokens of a page, sign-in and sign-out, sessions, captcha, currency."""

from collections.abc import Mapping
from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from patron.accounts import captcha, cookies, currency, openapi_identity, otp_login, reads, sessions, sign_in
from patron.accounts.authentication import IsShopper, ShopperAuthentication, signed_in
from patron.accounts.models import Session
from patron.accounts.serializers.identity import CaptchaAnswer, CodeSignIn, Credentials, Currency
from patron.accounts.views import answers
from patron.accounts.views.profile import bytes_response
from patron.kernel import context, doors
from patron.kernel.paging import Pages

HOME: Final = "/"
FORM_TOKEN: Final = "csrfmiddlewaretoken"  # noqa: S105 -- the name of a field
# The storefront's server reads the token out of these pages: name before value, one space between.
_SIGN_OUT_PAGE: Final = (
    "<!doctype html><html lang='{}'><head><meta charset='utf-8'><title>{}</title></head><body><form method='post'>"
    "<input type='hidden' name='csrfmiddlewaretoken' value='{}'><button>{}</button></form></body></html>"
)
_CAPTCHA_FORM: Final = (
    "<form method='post'><input type='hidden' name='csrfmiddlewaretoken' value='{}'>"
    '<div class="g-recaptcha" data-sitekey="{}"></div></form>'
)


class OpenView(APIView):
    """Answers anybody, in JSON and in both kinds of form."""

    parser_classes = answers.FORMS


class ShopperView(OpenView):
    """Answers a signed-in shopper only."""

    authentication_classes = [ShopperAuthentication]
    permission_classes = [IsShopper]


@openapi_identity.CSRF_TOKEN
class CsrfTokenView(OpenView):
    """A token for a page that will write; called without cookies by the storefront's server."""

    def get(self, request: Request) -> Response:
        token = cookies.csrf_token(request._request)
        response = Response({"csrf_token": token})
        cookies.carry_csrf(response, token)
        return response


@openapi_identity.LOGIN
class LoginView(OpenView):
    """Sign in with e-mail and password. No CSRF token is asked for: the session that comes out is a new one."""

    def post(self, request: Request) -> Response:
        credentials = Credentials(data=request.data)
        credentials.is_valid(raise_exception=True)
        return answers.signed_in(sign_in.log_in(_session(request), **credentials.validated_data), redirect_url=HOME)


@openapi_identity.OTP_LOGIN
class OtpLoginView(OpenView):
    """Sign in with a code sent to the phone."""

    def post(self, request: Request) -> HttpResponse | Response:
        form = CodeSignIn(data=request.data)
        form.is_valid(raise_exception=True)
        session, phone, code = _session(request), form.validated_data["phone"], form.validated_data.get("code")
        if form.validated_data.get("resend"):
            otp_login.resend(session, phone)
            return Response({"message": "success"})
        if code:
            return answers.signed_in(otp_login.confirm(session, phone, code), redirect_url=HOME)
        response = HttpResponse()
        cookies.carry(response, otp_login.start(session, phone))
        return response


@openapi_identity.LOGOUT
class LogoutView(OpenView):
    """Sign out. A request without a token gets a page with one, which the storefront's server sends back."""

    def post(self, request: Request) -> HttpResponse | Response:
        form_token = _form_token(request)
        if not form_token and not request._request.META.get("HTTP_X_CSRFTOKEN"):
            return _sign_out_page(request)
        cookies.require_csrf(request._request, form_token)
        session = _session(request)
        if session is not None:
            sessions.end(session)
        response = Response({"detail": _("Successfully logged out.")})
        cookies.drop(response)
        return response


@openapi_identity.USER
class UserView(doors.FastGet):
    """What the shopper is called."""

    authentication_classes = [ShopperAuthentication]
    permission_classes = [IsShopper]

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        key = cookies.session_key(request)
        answer = reads.name(key) if key else None
        return bytes_response(answer, key) if answer and key else doors.unauthenticated()


@openapi_identity.SESSIONS
class SessionsView(ShopperView):
    """Where the shopper is signed in."""

    def get(self, request: Request) -> Response:
        shopper, session = signed_in(request)
        pages = Pages()
        rows = pages.paginate_queryset(sessions.listed(shopper.pk, session.pk), request, self)
        return pages.get_paginated_response(rows)


@openapi_identity.OTHER_SESSIONS
class OtherSessionsView(ShopperView):
    """Sign out everywhere else."""

    def post(self, request: Request) -> Response:
        shopper, session = signed_in(request)
        return Response({"ended": sessions.end_others(shopper.pk, session.pk)})


@openapi_identity.SESSION
class SessionView(ShopperView):
    """One of the own sessions."""

    def delete(self, request: Request, session_id: int) -> Response:
        shopper, session = signed_in(request)
        sessions.end_one(shopper.pk, session_id)
        response = Response(status=204)
        if session_id == session.pk:
            cookies.drop(response)
        return response


@openapi_identity.CAPTCHA
class CaptchaView(OpenView):
    """The captcha that lifts a limit of the sign-in."""

    def get(self, request: Request) -> Response:
        token = cookies.csrf_token(request._request)
        response = Response({"html": format_html(_CAPTCHA_FORM, token, captcha.site_key())})
        cookies.carry_csrf(response, token)
        return response

    def post(self, request: Request) -> Response:
        session = _proven_session(request)
        answer = CaptchaAnswer(data=request.data)
        answer.is_valid(raise_exception=True)
        opened = captcha.solve(session, answer.validated_data["g-recaptcha-response"])
        response = Response({"location": HOME})
        cookies.carry(response, opened)
        return response


@openapi_identity.CURRENCY
class CurrencyView(OpenView):
    """The currency of the session."""

    def post(self, request: Request) -> Response:
        session = _proven_session(request)
        wish = Currency(data=request.data)
        wish.is_valid(raise_exception=True)
        response = Response(status=204)
        cookies.carry(response, currency.activate(session, wish.validated_data["currency_code"]))
        return response


def _session(request: Request) -> Session | None:
    """The caller's session, a guest's too."""
    return sessions.find(cookies.session_key(request._request))


def _proven_session(request: Request) -> Session | None:
    """The same for a write to it, which a page of the storefront must have sent. Raises Forbidden."""
    session = _session(request)
    if session is not None:
        cookies.require_csrf(request._request, _form_token(request))
    return session


def _form_token(request: Request) -> str:
    return str(request.data.get(FORM_TOKEN) or "") if isinstance(request.data, Mapping) else ""


def _sign_out_page(request: Request) -> HttpResponse:
    token = cookies.csrf_token(request._request)
    words = _("Log out")
    response = HttpResponse(format_html(_SIGN_OUT_PAGE, context.caller().language, words, token, words))
    response["Content-Security-Policy"] = "default-src 'none'; form-action 'self'; frame-ancestors 'none'"
    if request._request.COOKIES.get(cookies.CSRF) != token:
        cookies.carry_csrf(response, token)
    return response
