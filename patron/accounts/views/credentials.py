"""What a shopper signs in with: the password, the e-mail.

What a link or an e-mail address decides asks for no CSRF token: whose session comes along makes no difference to it.
"""

from django.utils.translation import gettext as _
from rest_framework.request import Request
from rest_framework.response import Response

from patron.accounts import cookies, email_change, openapi_credentials, password
from patron.accounts.authentication import signed_in
from patron.accounts.serializers.identity import (
    EmailChange,
    FirstPassword,
    PasswordChange,
    PasswordForgotten,
    PasswordReset,
)
from patron.accounts.views.identity import OpenView, ShopperView
from patron.accounts.views.profile import site_of


@openapi_credentials.PASSWORD_CHANGE
class PasswordChangeView(ShopperView):
    """A new password for the old one."""

    def post(self, request: Request) -> Response:
        shopper, session = signed_in(request)
        form = PasswordChange(data=request.data)
        form.is_valid(raise_exception=True)
        old, new = form.validated_data["old_password"], form.validated_data["new_password1"]
        opened = password.change(shopper, session, old, new)
        response = Response({"detail": _("Your password was changed.")})
        cookies.carry(response, opened)
        return response


@openapi_credentials.PASSWORD_SET
class PasswordSetView(ShopperView):
    """A guest's first password."""

    def post(self, request: Request) -> Response:
        shopper, session = signed_in(request)
        form = FirstPassword(data=request.data)
        form.is_valid(raise_exception=True)
        opened = password.set_first(shopper, session, form.validated_data["password1"])
        response = Response({"detail": _("Your password was set.")})
        cookies.carry(response, opened)
        return response


@openapi_credentials.PASSWORD_FORGOTTEN
class PasswordForgottenView(OpenView):
    """A link for a forgotten password; the answer is the same for an e-mail nobody has."""

    def post(self, request: Request) -> Response:
        form = PasswordForgotten(data=request.data)
        form.is_valid(raise_exception=True)
        password.forget(form.validated_data["email"], site_of(request._request))
        return Response({"detail": _("If this address has an account, a mail is on its way to it.")})


@openapi_credentials.PASSWORD_RESET
class PasswordResetView(OpenView):
    """A new password by the link of a mail."""

    def post(self, request: Request, slug: str) -> Response:
        form = PasswordReset(data=request.data)
        form.is_valid(raise_exception=True)
        password.reset(slug, form.validated_data["new_password1"])
        return Response({"detail": _("Your password was changed.")})


@openapi_credentials.EMAIL_CHANGE
class EmailChangeView(ShopperView):
    """The e-mail, and the request for another."""

    def get(self, request: Request) -> Response:
        shopper, _session = signed_in(request)
        return Response({"email": shopper.email})

    def post(self, request: Request) -> Response:
        shopper, _session = signed_in(request)
        form = EmailChange(data=request.data)
        form.is_valid(raise_exception=True)
        email_change.start(
            shopper,
            form.validated_data["email"],
            form.validated_data["password"],
            form.validated_data["email_allowed"],
            site_of(request._request),
        )
        return Response({"detail": _("A mail with a link is on its way to the new address.")})


@openapi_credentials.EMAIL_SET
class EmailSetView(OpenView):
    """The new e-mail, by the link sent to it."""

    http_method_names = ["get", "options"]  # a HEAD, as mail scanners send it, must not use the link up

    def get(self, request: Request, token: str) -> Response:
        email_change.confirm(token)
        return Response({"detail": _("Your e-mail address was changed.")})


@openapi_credentials.EMAIL_CONFIRM
class EmailConfirmView(OpenView):
    """The e-mail of a registration, by the link sent to it."""

    def get(self, request: Request, token: str) -> Response:
        email_change.confirm_first(token)
        return Response({"detail": _("Your e-mail address is confirmed.")})
