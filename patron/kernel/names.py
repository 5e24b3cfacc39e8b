"""Inputs for a text that is kept as language → words, English always."""

from collections.abc import Mapping
from typing import Any, Final

from django import forms
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminTextInputWidget

from patron.kernel import languages

LANGUAGE_NAMES: Final = {
    "tr": _("Turkish"),
    "en": _("English"),
    "ar": _("Arabic"),
    "ru": _("Russian"),
    "de": _("German"),
    "fr": _("French"),
}


def inputs(prefix: str) -> tuple[str, ...]:
    """The names of the six inputs: `text_tr`, `text_en` and so on for the prefix `text`."""
    return tuple(f"{prefix}_{language}" for language in languages.LANGUAGES)


def add(form: type[forms.BaseForm], prefix: str, *, longest: int) -> None:
    """Give a form class one input for each language; English must be filled in."""
    for language, name in zip(languages.LANGUAGES, inputs(prefix), strict=True):
        direction = {"lang": language, "dir": "rtl" if language == "ar" else "ltr"}
        field = forms.CharField(
            label=LANGUAGE_NAMES[language],
            required=language == "en",
            max_length=longest,
            widget=UnfoldAdminTextInputWidget(direction),
        )
        form.base_fields[name] = form.declared_fields[name] = field  # type: ignore[attr-defined]


def fill(form: forms.BaseForm, prefix: str, texts: Mapping[str, str] | None) -> None:
    """Show what is kept."""
    for language, name in zip(languages.LANGUAGES, inputs(prefix), strict=True):
        form.fields[name].initial = (texts or {}).get(language, "")


def taken(cleaned: Mapping[str, Any], prefix: str) -> dict[str, str]:
    """What was entered, without the languages that were left empty."""
    pairs = zip(languages.LANGUAGES, inputs(prefix), strict=True)
    return {language: cleaned[name] for language, name in pairs if cleaned[name]}
