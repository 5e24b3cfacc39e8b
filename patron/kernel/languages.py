"""The six languages of the published contract, and how a request asks for one."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Final

LANGUAGES: Final = ("tr", "en", "ar", "ru", "de", "fr")
DEFAULT_LANGUAGE: Final = "tr"


@lru_cache(maxsize=1024)
def from_header(accept_language: str) -> str:
    """The best supported language of an `Accept-Language` header; Turkish where none fits.

    Regional tags (`en-us`, `tr-TR`) count as their language; q-values order them, ties go to the earlier one.
    """
    best, best_quality = DEFAULT_LANGUAGE, 0.0
    for part in accept_language[:1000].split(","):
        tag, _, parameter = part.strip().partition(";")
        language = base(tag)
        if language is None:
            continue
        quality = _quality(parameter)
        if quality > best_quality:
            best, best_quality = language, quality
    return best


def base(tag: str) -> str | None:
    """`en` for `en-US`; None for a language Patron does not speak."""
    language = tag.strip().replace("_", "-").partition("-")[0].lower()
    return language if language in LANGUAGES else None


def text_in(texts: Mapping[str, str], language: str) -> str:
    """A text that is kept as language → words: in `language`, in English where it has none."""
    return texts.get(language) or texts.get("en", "")


def _quality(parameter: str) -> float:
    name, _, value = parameter.strip().partition("=")
    if name.strip() != "q":
        return 1.0
    try:
        return float(value)
    except ValueError:
        return 0.0
