"""Calls of a story against a running sandbox, each printed with its answer, and what the sandbox's inboxes received."""

import re
import time
from collections.abc import Mapping
from typing import Any, Final

import httpx
import msgspec
from rich.console import Console
from rich.markup import escape

from patron.operations.errors import CannotStart

PATIENCE_SECONDS: Final = 15.0
_HIDDEN: Final = ("html",)
_LONGEST: Final = 700


class TourFailed(CannotStart):
    """The server did not answer as it should; the message says where."""


class Telling:
    """One browser whose calls are told. `base`: scheme, host and port of the server."""

    def __init__(self, base: str, console: Console) -> None:
        self.console = console
        self.browser = httpx.Client(base_url=base, timeout=10, headers={"accept-language": "en"})

    def csrf(self) -> None:
        """Fetch a token and send it from now on, as a storefront does."""
        self.browser.headers["x-csrftoken"] = self.call("GET", "/csrf_token/").json()["csrf_token"]

    def call(
        self, method: str, path: str, body: Mapping[str, Any] | None = None, *, expect: int | tuple[int, ...] = 200
    ) -> httpx.Response:
        """One call, printed with its answer. Raises TourFailed for another status than `expect`."""
        answer = self.browser.request(method, path, json=body)
        self.console.print(f"[bold cyan]{method}[/] {escape(shown_path(path))}" + (f"  {shown(body)}" if body else ""))
        expected = expect if isinstance(expect, tuple) else (expect,)
        colour = "green" if answer.status_code in expected else "red"
        self.console.print(f"  [bold {colour}]{answer.status_code}[/] {shown_answer(answer)}")
        if answer.status_code not in expected:
            raise TourFailed(f"{method} {shown_path(path)} answered {answer.status_code}, not {expected[0]}")
        return answer

    def code(self, phone: str) -> str:
        """The newest code sent to a number, read from the sandbox's inbox."""
        message = self.inbox("sms", phone, containing="code")
        found = re.search(r"\b\d{4,10}\b", message["text"])
        if found is None:
            raise TourFailed("the SMS holds no code")
        self.say(f"SMS to {phone}: {message['text']}")
        return found[0]

    def inbox(self, kind: str, to: str, containing: str = "") -> dict[str, Any]:
        """The newest captured message to somebody; waits for the worker. Raises TourFailed."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < deadline:
            answer = self.browser.get(f"/sandbox/{kind}/", params={"to": to})
            if answer.status_code != 200:
                raise TourFailed("the sandbox is not there: start the server with PATRON_SANDBOX=1")
            messages: list[dict[str, Any]] = answer.json()["results"]
            if messages and containing in messages[0]["text"]:
                return messages[0]
            time.sleep(0.1)
        raise TourFailed(f"no {kind} arrived in {PATIENCE_SECONDS:.0f} s: is the worker running?")

    def title(self, text: str) -> None:
        self.console.print(f"\n[bold]{text}[/]")

    def say(self, text: str) -> None:
        self.console.print(f"  [italic]{escape(text)}[/]")


def shown(value: Any) -> str:
    """A body as one readable line, with passwords covered."""
    if isinstance(value, dict):
        value = {key: "••••••" if "password" in key else each for key, each in value.items() if key not in _HIDDEN}
    text = msgspec.json.encode(value).decode()
    return escape(text if len(text) <= _LONGEST else text[:_LONGEST] + " …")


def shown_path(path: str) -> str:
    """An address with a one-use link shortened."""
    return path if len(path) < 60 else path[:40] + "…"


def shown_answer(answer: httpx.Response) -> str:
    """The body of an answer, or that there is none."""
    if not answer.content:
        return "[dim](no body)[/]"
    if "json" not in answer.headers.get("content-type", ""):
        return f"[dim]({answer.headers.get('content-type')}, {len(answer.content)} bytes)[/]"
    return shown(answer.json())
