"""`/loyalty-card/` and the two endpoints that combine a shopper and a card."""

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from patron.accounts import cookies, profile, sessions
from patron.accounts import reads as accounts
from patron.accounts.authentication import IsShopper, ShopperAuthentication, signed_in
from patron.accounts.profile import Outcome
from patron.accounts.registration import CodeResent, CodeSent, Registered
from patron.accounts.settings import throttle
from patron.accounts.views.answers import FORMS
from patron.accounts.views.profile import bytes_response, site_of
from patron.kernel import context, doors, limits
from patron.kernel.encoding import JSON
from patron.kernel.errors import NotFound
from patron.loyalty import deletion, enrolment, joining, linking, openapi, reads, shapes, showing, update
from patron.loyalty.serializers import (
    AccountSearch,
    CardUpdate,
    CardWish,
    CardWishWithCode,
    ProfileWithLoyaltyChange,
    RegistrationWithLoyalty,
)

CARD_PATH = "/loyalty-card/loyalty_card/"


class OfShopper(APIView):
    """For whoever is signed in."""

    authentication_classes = [ShopperAuthentication]
    permission_classes = [IsShopper]


@openapi.CARD
class CardView(doors.FastGet):
    """The own card and its points."""

    authentication_classes = [ShopperAuthentication]
    permission_classes = [IsShopper]

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        key = cookies.session_key(request)
        answer = showing.own_card(key, context.caller().language) if key else None
        return bytes_response(answer, key) if answer and key else doors.unauthenticated()


@openapi.ADD
class AddView(OfShopper):
    """A card, after a code has proven the phone."""

    def get(self, request: Request) -> Response | HttpResponse:
        shopper, _session = signed_in(request)
        if reads.card(shopper.pk) is None:
            return Response(reads.user(shopper.pk))
        if JSON in request.META.get("HTTP_ACCEPT", ""):
            return Response({"redirect_url": reads.REDIRECT})
        return HttpResponseRedirect(CARD_PATH)

    def post(self, request: Request) -> Response:
        shopper, session = signed_in(request)
        wish = CardWishWithCode(data=request.data)
        wish.is_valid(raise_exception=True)
        match enrolment.request(shopper, session, wish.validated_data):
            case Outcome.CODE_SENT:
                return Response(shapes.submitted(wish.validated_data), status=202)
            case Outcome.CODE_RESENT:
                return Response({"message": "success"})
        return _card_made(shopper.pk)


@openapi.ADD_OTP
class AddWithoutCodeView(OfShopper):
    """A card by a phone that is verified already."""

    def post(self, request: Request) -> Response:
        shopper, _session = signed_in(request)
        wish = CardWish(data=request.data)
        wish.is_valid(raise_exception=True)
        enrolment.without_code(shopper, wish.validated_data)
        return _card_made(shopper.pk)


@openapi.UPDATE
class UpdateView(OfShopper):
    """What the provider holds of the shopper."""

    def get(self, request: Request) -> Response:
        shopper, _session = signed_in(request)
        return Response({"card": update.details(shopper.pk)})

    def post(self, request: Request) -> Response:
        shopper, _session = signed_in(request)
        wish = CardUpdate(data=request.data)
        wish.is_valid(raise_exception=True)
        held = update.change(shopper.pk, wish.validated_data)
        return Response({"card": shapes.updated(held), "redirect_url": reads.REDIRECT})


@openapi.DELETE
class DeleteView(OfShopper):
    """The end of a card, and the screen before it."""

    def get(self, request: Request) -> Response:
        shopper, _session = signed_in(request)
        card = reads.short_card(shopper.pk)
        if card is None:
            raise NotFound
        return Response({"card": card})

    def post(self, request: Request) -> Response:
        shopper, _session = signed_in(request)
        deletion.delete(shopper.pk)
        return Response(status=204)


@openapi.SEARCH
class SearchView(OfShopper):
    """An account the provider has already."""

    def post(self, request: Request) -> Response:
        shopper, _session = signed_in(request)
        wish = AccountSearch(data=request.data)
        wish.is_valid(raise_exception=True)
        data = wish.validated_data
        card = linking.search(shopper, data["email"], data.get("phone"), data.get("date_of_birth"))
        return Response({"message": "not find remote account"} if card is None else {"number": card.number},
                        status=200 if card is None else 201)  # fmt: skip


@openapi.PROFILE
class ProfileWithLoyaltyView(doors.FastGet):
    """The own profile, whose changes the card follows."""

    authentication_classes = [ShopperAuthentication]
    permission_classes = [IsShopper]
    parser_classes = FORMS

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        key = cookies.session_key(request)
        answer = accounts.own_profile(key, context.caller().language, site_of(request)) if key else None
        return bytes_response(answer, key) if answer and key else doors.unauthenticated()

    def patch(self, request: Request) -> HttpResponse | Response:
        shopper, session = signed_in(request)
        limits.hit("profile-update", str(shopper.pk), throttle("profile-update"))
        change = ProfileWithLoyaltyChange(data=request.data)
        change.is_valid(raise_exception=True)
        data = change.validated_data

        outcome, changed = profile.change(shopper, session, data, then=lambda each: update.follow_profile(each, data))
        if outcome is Outcome.CODE_RESENT:
            return Response({"message": "success"})
        body = accounts.profile(changed, context.caller().language, site_of(request._request))
        return HttpResponse(body, status=202 if outcome is Outcome.CODE_SENT else 200, content_type=JSON)

    def put(self, request: Request) -> HttpResponse | Response:
        return self.patch(request)


@openapi.REGISTER
class RegisterWithLoyaltyView(APIView):
    """An account after a code, and a card with it. No CSRF token is asked for: the session is a new one."""

    parser_classes = FORMS

    def post(self, request: Request) -> HttpResponse | Response:
        form = RegistrationWithLoyalty(data=request.data)
        form.is_valid(raise_exception=True)
        site, language = site_of(request._request), context.caller().language
        session = sessions.find(cookies.session_key(request._request))
        response: HttpResponse | Response
        match joining.register(session, form.validated_data, site=site):
            case Registered(opened):
                answer = accounts.own_profile(opened.key, language, site)
                response = HttpResponse(answer.body if answer else b"{}", status=201, content_type=JSON)
                cookies.carry(response, opened)
                return response
            case CodeSent(opened):
                response = Response(shapes.profile_to_be(form.validated_data, language), status=202)
                cookies.carry(response, opened)
                return response
            case CodeResent():
                return Response({"message": "success"})


def _card_made(shopper_id: int) -> Response:
    return Response({"card": reads.card(shopper_id), "redirect_url": reads.REDIRECT}, status=201)
