"""Words that travel up: a room says what happened, rooms above and beside hear it from the worker.

The events of a transaction are put in it as one job, so they are heard exactly when it commits. A listener that fails
is retried alone, by a job of its own. A listener may hear an event twice and must bear it.
"""

from collections import defaultdict
from collections.abc import Callable, Sequence
from typing import Any, Final

import structlog
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from patron.kernel import jobs

Listener = Callable[[str, dict[str, Any]], None]
_listeners: dict[str, list[Listener]] = defaultdict(list)
PRIORITY: Final = -10
_log: Final = structlog.get_logger("patron.events")


def listen(event: str, listener: Listener) -> None:
    """Call `listener(event, payload)` in the worker for every `event`. Called once, when the room is ready."""
    if listener not in _listeners[event]:
        _listeners[event].append(listener)


def put(event: str, **payload: Any) -> None:
    """Tell every listener, if the open transaction commits. The payload holds ids and plain words, nothing personal."""
    if is_heard(event):
        jobs.gather(hear.name, {"event": event, "payload": payload}, queue=hear.queue, priority=PRIORITY)


def is_heard(event: str) -> bool:
    """Whether anybody listens, for those to whom it costs something to say what happened."""
    return bool(_listeners.get(event))


def put_many(event: str, payloads: Sequence[dict[str, Any]]) -> None:
    """The same event once for each payload, by one statement a listener."""
    for listener in _listeners.get(event, ()) if payloads else ():
        name = _name(listener)
        arguments = [{"event": event, "listener": name, "payload": payload} for payload in payloads]
        jobs.put_many(deliver.name, arguments, queue=deliver.queue, priority=PRIORITY)


@app.task(name="kernel.hear_events", retry=RetryStrategy(max_attempts=12, exponential_wait=2))
def hear(items: list[dict[str, Any]]) -> None:
    """Every listener hears the events of one transaction, in their order."""
    for item in items:
        event, payload = item["event"], item["payload"]
        for listener in _listeners.get(event, ()):
            try:
                listener(event, payload)
            except Exception as error:  # noqa: BLE001 -- it fails again in the job of its own, which tells of it
                _log.warning("event_put_off", heard=event, listener=_name(listener), trouble=type(error).__name__)
                again = {"event": event, "listener": _name(listener), "payload": payload}
                jobs.put(deliver.name, queue=deliver.queue, priority=PRIORITY, **again)


@app.task(name="kernel.deliver_event", retry=RetryStrategy(max_attempts=12, exponential_wait=2))
def deliver(event: str, listener: str, payload: dict[str, Any]) -> None:
    """One listener hears one event. A listener that no longer exists has nothing to hear."""
    for each in _listeners.get(event, ()):
        if _name(each) == listener:
            each(event, payload)


def _name(listener: Listener) -> str:
    return f"{listener.__module__}.{listener.__qualname__}"
