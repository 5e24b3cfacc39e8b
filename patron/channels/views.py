"""The staff's own endpoints: sign-in, who am I, tokens."""

from django.utils.translation import gettext as _
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from patron.channels import openapi, reads, sign_in, tokens
from patron.channels.authentication import IsStaff, StaffTokenAuthentication, caller
from patron.channels.serializers import Credentials, TokenWish
from patron.kernel import clock
from patron.kernel.paging import Pages


class AnyStaffView(APIView):
    """Answers every staff member, whatever their rights."""

    authentication_classes = [StaffTokenAuthentication]
    permission_classes = [IsStaff]


@openapi.LOGIN
class LoginView(APIView):
    """A token for a password. A token that came along is not looked at: it may be the expired one."""

    def post(self, request: Request) -> Response:
        credentials = Credentials(data=request.data)
        credentials.is_valid(raise_exception=True)
        return Response({"key": sign_in.log_in(**credentials.validated_data)})


@openapi.INTERNAL_LOGIN
class InternalLoginView(LoginView):
    """The same under `/api/i1/`."""


@openapi.LOGOUT
class LogoutView(AnyStaffView):
    """The calling token ends."""

    def post(self, request: Request) -> Response:
        tokens.end(caller(request))
        return Response({"detail": _("Successfully logged out.")})


@openapi.ACTIVE_USER
class ActiveUserView(AnyStaffView):
    """Whose token this is."""

    def get(self, request: Request) -> Response:
        return Response(reads.active_user(caller(request).staff))


@openapi.TOKENS
class TokensView(AnyStaffView):
    """The own tokens: listed without keys, made with the key shown once."""

    def get(self, request: Request) -> Response:
        pages = Pages()
        current = caller(request)
        mine = tokens.valid(clock.now()).filter(staff=current.staff).order_by("-id")
        rows = pages.paginate_queryset(mine, request, self) or []
        return pages.get_paginated_response([reads.token(row, current) for row in rows])

    def post(self, request: Request) -> Response:
        wish = TokenWish(data=request.data)
        wish.is_valid(raise_exception=True)
        current = caller(request)
        made, key = tokens.issue_for_program(current, **wish.validated_data)
        return Response(reads.new_token(made, current, key), status=201)


@openapi.TOKEN
class TokenView(AnyStaffView):
    """One of the own tokens."""

    def delete(self, request: Request, token_id: int) -> Response:
        tokens.revoke(caller(request).staff, token_id)
        return Response(status=204)
