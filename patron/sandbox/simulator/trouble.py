"""What the switches make of an answer."""

import re
from dataclasses import replace
from typing import Final

from patron.sandbox.models_simulator import SimulatorSwitches
from patron.sandbox.simulator import server, switches
from patron.sandbox.simulator.server import Answer, Request

_HTML: Final = b"<!doctype html><title>Maintenance</title><h1>We will be back soon</h1>"
_POINTS: Final = {SimulatorSwitches.Answers.NEGATIVE_POINTS: b"-5", SimulatorSwitches.Answers.ABSURD_POINTS: b"1e30"}


class Broken(Exception):
    """The connection ends without an answer."""


def answer(request: Request) -> Answer:
    """The server's answer as the switches let it out. Raises Broken."""
    answers = switches.now().answers
    kinds = SimulatorSwitches.Answers
    if answers == kinds.ERROR:
        return Answer(500, b'{"errors": [{"code": "internal", "message": "Told to fail."}]}', _json_type())
    if answers == kinds.RESET:
        raise Broken
    given = server.answer(request)
    if answers == kinds.LOST:
        raise Broken
    if answers == kinds.HTML:
        return Answer(200, _HTML, {"content-type": "text/html"})
    if answers == kinds.WRONG_SHAPE:
        return replace(given, body=b'{"data": [{"id": 7}]}')
    if answers == kinds.OVERSIZE:
        return replace(given, body=b" " * 1_000_000 + given.body)
    if answers in _POINTS:
        return replace(given, body=re.sub(rb'(?<="points":)[0-9.]+', _POINTS[kinds(answers)], given.body))
    return given


def _json_type() -> dict[str, str]:
    return {"content-type": "application/json"}
