"""What the scripts of the segments' pages ask, answered in the reader's words."""

from typing import Any

import msgspec
from django.http import HttpResponse
from django.urls import reverse
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from patron.kernel.errors import Refusal
from patron.kernel.rendering import json_response
from patron.segments import membership, recomputation, rules
from patron.segments.models import Recomputation

State = Recomputation.State


def preview(body: bytes, *, sees_shoppers: bool) -> HttpResponse:
    """The number in words and some of the shoppers; else `fault`, and the `path` at which the rule has it.

    200 either way: half a rule is what an editor holds most of the time.
    """
    try:
        rule = rules.parse(msgspec.json.decode(body)["rule"])
        count = membership.count(rule)
        some = membership.sample(rule) if sees_shoppers else []
    except rules.BadRule as bad:
        return json_response({"fault": bad.expected, "path": bad.path})
    except (msgspec.DecodeError, RecursionError, KeyError, TypeError):
        return json_response({"fault": _("This is not valid JSON.")})
    except Refusal as refused:
        return json_response({"fault": str(refused.text)})
    text = ngettext("%(count)s shopper fits.", "%(count)s shoppers fit.", count) % {"count": _number(count)}
    return json_response({"text": text, "sample": [_member(each) for each in some]})


def progress() -> dict[str, Any]:
    """How far the newest run is. `percent`: of the shoppers; `is_running`: whether it is worth asking again."""
    run = recomputation.latest()
    if run is None:
        return {"text": _("Nobody was looked at yet."), "percent": 0, "is_running": False}
    counted = {"done": _number(run.done), "total": _number(run.total)}
    texts = {
        State.QUEUED: _("Everybody will be looked at again in a moment."),
        State.RUNNING: _("%(done)s of %(total)s shoppers are looked at.") % counted,
        State.DONE: _("All %(total)s shoppers were looked at.") % counted,
        State.FAILED: _("It stopped at %(done)s of %(total)s shoppers and will go on in a few minutes.") % counted,
        State.REPLACED: _("Everybody will be looked at again in a moment."),
    }
    return {
        "text": texts[State(run.state)],
        "percent": 100 * run.done // run.total if run.total else 0,
        "is_running": run.state in (State.QUEUED, State.RUNNING),
    }


def progress_response() -> HttpResponse:
    """The same as JSON."""
    return json_response(progress())


def members_of(segment_id: int, counted: dict[str, int] | None) -> str:
    """How many of `counted`, the members of a run, fit a segment; `-` where there was none."""
    return "-" if counted is None else _number(counted.get(str(segment_id), 0))


def _member(member: membership.Member) -> dict[str, str]:
    return {
        "text": f"#{member.pk} {member.first_name} {member.last_name}",
        "address": reverse("admin:accounts_shopper_change", args=[member.pk]),
    }


def _number(count: int) -> str:
    return str(number_format(count, force_grouping=True))
