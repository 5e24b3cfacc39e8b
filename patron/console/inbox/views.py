"""The inbox's addresses: the page, what it reads, what it does."""

import hashlib
from collections.abc import Callable, Mapping
from typing import Any, Final

import msgspec
from django.contrib.admin import site
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils.translation import gettext as _
from rest_framework.serializers import Serializer

from patron.channels.models import Staff
from patron.console.inbox import agents, bodies, filters, queues, replying, threads, words
from patron.kernel.errors import Invalid, NotFound
from patron.kernel.rendering import json_response
from patron.reference.models import Datasource
from patron.support import answering, conversing, moderation
from patron.support.models.conversations import Sender
from patron.support.serializers import answers
from patron.support.serializers.conversations import LARGEST_ID

MOST_SELLERS: Final = 200
MOST_COLLEAGUES: Final = 200
# Unfold's own pages need inline scripts and Alpine, which evaluates; nothing may be sent to or fetched from elsewhere.
POLICY: Final = (
    "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval'; style-src 'self' 'unsafe-inline';"
    " img-src 'self' data:; connect-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self';"
    " frame-ancestors 'none'"
)
View = Callable[..., HttpResponse]
Deed = Callable[[int, Mapping[str, Any], int], Any]


def page(request: HttpRequest) -> HttpResponse:
    """The page with the first rows of the queue, so that something is seen at once. Raises PermissionDenied."""
    agent = agents.of(request)
    try:
        first = queues.page(agent, request.GET.dict())
    except Invalid:  # an address of somebody's own making; the page asks again and shows what is wrong with it
        first = queues.page(agent, {})
    context = site.each_context(request) | {
        "title": _("Inbox"),
        "is_fullwidth": "1",
        "queues": words.queues(),
        "types": words.types(),
        "keys": words.keys(),
        "sellers": Datasource.objects.filter(is_active=True)
        .order_by("name")
        .values_list("name", flat=True)[:MOST_SELLERS],
        "state": {
            "me": agent.staff_id,
            "colleagues": _colleagues(),
            "mayChange": agent.may(agents.CHANGE),
            "words": words.texts(),
            "first": msgspec.to_builtins(first),
            "counts": queues.counts(agent),
        },
    }
    return TemplateResponse(request, "console/inbox.html", context, headers={"Content-Security-Policy": POLICY})


def listing(request: HttpRequest) -> HttpResponse:
    """A page of a queue."""
    return json_response(queues.page(agents.of(request), request.GET.dict()))


def updates(request: HttpRequest) -> HttpResponse:
    """What the page shows, as it is now: asked every two seconds, answered with 304 while nothing has changed."""
    agent = agents.of(request)
    query = request.GET.dict()
    answer: dict[str, Any] = {"counts": queues.counts(agent), "list": queues.page(agent, query)}
    conversation_id = filters.whole("conversation", query)
    if conversation_id is not None:
        answer["thread"] = threads.news(conversation_id, filters.whole("seen", query) or 0)
    response = json_response(answer)
    tag = f'"{hashlib.blake2b(response.content, digest_size=12).hexdigest()}"'
    if request.headers.get("If-None-Match") == tag:
        response = HttpResponse(status=304)
    response["ETag"] = tag
    return response


def thread(request: HttpRequest, conversation_id: int) -> HttpResponse:
    """One conversation with its newest messages. Raises NotFound."""
    return json_response(threads.read(agents.of(request), conversation_id))


def older(request: HttpRequest, conversation_id: int) -> HttpResponse:
    """The messages before those that the page has."""
    agents.of(request)
    before = filters.whole("before", request.GET.dict())
    return json_response(threads.older(conversation_id, before))


def _deed(journey: Deed, shape: type[Serializer[Any]] = answers.Nothing) -> View:
    """A POST that does one thing to a conversation and answers with where it stands then."""

    def view(request: HttpRequest, conversation_id: int) -> HttpResponse:
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        agent = agents.of(request)
        agent.need(agents.CHANGE)
        data = bodies.read(request, shape)
        journey(conversation_id, data, agent.staff_id)
        return json_response(threads.news(conversation_id, data.get("seen", 0)))

    return view


def _of_one(view: View) -> View:
    """A view of a conversation. Raises NotFound for a number that no column holds."""

    def bounded(request: HttpRequest, conversation_id: int) -> HttpResponse:
        if conversation_id > LARGEST_ID:
            raise NotFound
        return view(request, conversation_id)

    return bounded


def _assign(conversation_id: int, data: Mapping[str, Any], _staff_id: int) -> None:
    assignee = data["assignee"]
    if assignee is not None and not _may_be_assigned().filter(pk=assignee).exists():
        raise Invalid({"assignee": [_("There is no such staff member.")]})
    answering.assign(conversation_id, assignee)


def _only(journey: Callable[[int], None]) -> Deed:
    return lambda conversation_id, _data, _staff_id: journey(conversation_id)


_DEEDS: Final[dict[str, View]] = {
    "reply": _deed(
        lambda pk, data, staff: replying.reply(pk, data["message_content"], staff, data["seen"]), bodies.Reply
    ),
    "seen": _deed(_only(lambda pk: conversing.mark_seen(pk, Sender.DATASOURCE))),
    "close": _deed(_only(answering.close)),
    "reopen": _deed(_only(answering.reopen)),
    "assign": _deed(_assign, answers.AssignWish),
    "publish": _deed(lambda pk, data, _staff: moderation.publish(pk, data.get("upto")), answers.PublishWish),
    "reject": _deed(lambda pk, data, _staff: moderation.reject(pk, data["reason"]), answers.RejectWish),
    "block": _deed(lambda pk, data, staff: answering.block(pk, data["reason"], staff), answers.BlockWish),
    "unblock": _deed(_only(answering.unblock)),
}


def patterns(wrap: Callable[[View], View]) -> list[URLPattern]:
    """The addresses, each for those whom `wrap` lets in."""
    return [
        path("inbox/", wrap(page), name="inbox"),
        path("inbox/list/", wrap(listing), name="inbox_list"),
        path("inbox/updates/", wrap(updates), name="inbox_updates"),
        *(
            path(f"inbox/<int:conversation_id>/{address}", wrap(_of_one(view)), name=f"inbox_{name}")
            for name, address, view in (
                ("thread", "", thread),
                ("older", "messages/", older),
                *((name, f"{name}/", view) for name, view in _DEEDS.items()),
            )
        ),
    ]


def _colleagues() -> list[dict[str, Any]]:
    members = _may_be_assigned().order_by("username")[:MOST_COLLEAGUES]
    return [{"id": member.pk, "name": agents.name_of(member)} for member in members]


def _may_be_assigned() -> Any:
    return Staff.objects.with_perm(agents.SEE)
