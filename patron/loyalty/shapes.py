"""Documented answers that repeat what was submitted, or are made of what the provider holds."""

from collections.abc import Mapping
from typing import Any, Final

from patron.accounts import reads as accounts

_UPDATED: Final = (
    "phone",
    "first_name",
    "last_name",
    "email_allowed",
    "sms_allowed",
    "call_allowed",
    "gender",
    "date_of_birth",
)
_PROFILE: Final[dict[str, Any]] = {
    "id": None,
    "first_name": "",
    "last_name": "",
    "email_allowed": False,
    "sms_allowed": False,
    "call_allowed": None,
    "avatar": None,
    "email": "",
    "phone": None,
    "date_of_birth": None,
    "gender": None,
    "genders": [],
    "language_code": None,
    "attributes": {},
    "date_joined": None,
}


def submitted(data: Mapping[str, Any]) -> dict[str, Any]:
    """The data of a first step, as the document's 202 repeats them."""
    return {name: value for name, value in data.items() if name not in ("code", "resend")}


def updated(details: Mapping[str, Any]) -> dict[str, Any]:
    """The body of `card` after an update, in the document's order."""
    return {name: details.get(name) for name in _UPDATED}


def profile_to_be(data: Mapping[str, Any], language: str) -> dict[str, Any]:
    """The body of a profile before there is one: what was submitted, and nothing that only a shopper has."""
    given = {name: data[name] for name in _PROFILE if name in data}
    own = {"genders": accounts.genders(language), "language_code": data.get("language_code") or language}
    return _PROFILE | given | own
