"""Words that travel up: a room says what happened, rooms above and beside hear it from the worker.

An event is put in the transaction that causes it, as one job per listener, so it is heard exactly when that commits
and each listener is retried alone. A listener may hear an event twice and must bear it.
"""

from collections import defaultdict
from collections.abc import Callable, Sequence
from typing import Any, Final

from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from patron.kernel import jobs

Listener = Callable[[str, dict[str, Any]], None]
_listeners: dict[str, list[Listener]] = defaultdict(list)
PRIORITY: Final = -10


def listen(event: str, listener: Listener) -> None:
    """Call `listener(event, payload)` in the worker for every `event`. Called once, when the room is ready."""
    if listener not in _listeners[event]:
        _listeners[event].append(listener)


def put(event: str, **payload: Any) -> None:
    """Tell every listener, if the open transaction commits. The payload holds ids and plain words, nothing personal."""
    for listener in _listeners.get(event, ()):
        name = f"{listener.__module__}.{listener.__qualname__}"
        jobs.put(deliver.name, queue=deliver.queue, priority=PRIORITY, event=event, listener=name, payload=payload)


def is_heard(event: str) -> bool:
    """Whether anybody listens, for those to whom it costs something to say what happened."""
    return bool(_listeners.get(event))


def put_many(event: str, payloads: Sequence[dict[str, Any]]) -> None:
    """The same event once for each payload, by one statement a listener."""
    for listener in _listeners.get(event, ()) if payloads else ():
        name = f"{listener.__module__}.{listener.__qualname__}"
        arguments = [{"event": event, "listener": name, "payload": payload} for payload in payloads]
        jobs.put_many(deliver.name, arguments, queue=deliver.queue, priority=PRIORITY)


@app.task(name="kernel.deliver_event", retry=RetryStrategy(max_attempts=12, exponential_wait=2))
def deliver(event: str, listener: str, payload: dict[str, Any]) -> None:
    """One listener hears one event. A listener that no longer exists has nothing to hear."""
    for each in _listeners.get(event, ()):
        if f"{each.__module__}.{each.__qualname__}" == listener:
            each(event, payload)
