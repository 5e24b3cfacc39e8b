"""The texts and their translations: `python -m tools.messages [--check]`.

Without `--check` the catalogs of `patron/locale` are brought up to date with the code: new texts are added empty, texts
that are gone are dropped, and the compiled files are written. With it nothing is written: the exit code is 1, with a
line a fault, when a catalog lacks a text or a translation, when a translation lost a placeholder, or when a compiled
file is not that of its catalog.

Two kinds of text are asked of a catalog: those of our own code and templates, and those of Django and DRF that
their own catalog of a language lacks or says too familiarly.
"""

import re
import sys
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Final

import django
import polib
import rest_framework
from babel.messages.extract import extract
from django.conf import settings
from django.utils.translation.template import templatize

PACKAGE: Final = Path(__file__).resolve().parent.parent / "patron"
LOCALE: Final = PACKAGE / "locale"
LANGUAGES: Final = ("tr", "ar", "ru", "de", "fr")
_KEYWORDS: Final = {
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
    "npgettext_lazy": ((1, "c"), 2, 3),
}
_IN: Final = "\x04"  # between a context and its text, as in a compiled file
_DJANGO: Final = Path(django.__file__).parent
_FRAMEWORKS: Final = (
    Path(rest_framework.__file__).parent / "locale",
    _DJANGO / "conf" / "locale",
    _DJANGO / "contrib" / "auth" / "locale",
)
# DRF says "du" to whom a shop says "Sie", in the first sentence or in a later one.
_FAMILIAR: Final = {"de": re.compile(r"(?:.*\. )?(?:Benutze|Gib|Lade|Nutze|Prüfe|Stelle) ")}
_PLACEHOLDER: Final = re.compile(r"%\(\w+\)[a-z]|\{\w*\}|%[sd]")
_PLURALS: Final = {
    "tr": "nplurals=2; plural=(n > 1);",
    "ar": "nplurals=6; plural=n==0 ? 0 : n==1 ? 1 : n==2 ? 2 : n%100>=3 && n%100<=10 ? 3 : n%100>=11 ? 4 : 5;",
    "ru": "nplurals=3; plural=(n%10==1 && n%100!=11 ? 0 : n%10>=2 && n%10<=4 && (n%100<12 || n%100>14) ? 1 : 2);",
    "de": "nplurals=2; plural=(n != 1);",
    "fr": "nplurals=2; plural=(n > 1);",
}
_PLURAL_FORMS: Final = {"tr": 2, "ar": 6, "ru": 3, "de": 2, "fr": 2}

Text = tuple[str, str]  # singular (after its context and _IN, if it has one), plural or ""


def own_texts() -> dict[Text, list[str]]:
    """Every text of our code and templates, with the files it stands in."""
    found: dict[Text, list[str]] = {}
    for path in sorted([*PACKAGE.rglob("*.py"), *PACKAGE.rglob("*.html"), *PACKAGE.rglob("*.txt")]):
        source = path.read_text()
        if path.suffix != ".py":
            # A template is indented as its HTML is, which Python, asked for the texts, would refuse.
            source = "\n".join(line.strip() for line in templatize(source, origin=str(path)).splitlines())
        for _, message, _, context in extract("python", BytesIO(source.encode()), keywords=_KEYWORDS):
            singular, plural = message if isinstance(message, tuple) else (message, "")
            if singular:
                places = found.setdefault((f"{context}{_IN}{singular}" if context else singular, plural), [])
                name = str(path.relative_to(PACKAGE.parent))
                if name not in places:
                    places.append(name)
    return found


def framework_gaps(language: str) -> dict[Text, list[str]]:
    """The frameworks' texts that their own catalog of the language lacks, or says too familiarly."""
    gaps: dict[Text, list[str]] = {}
    familiar = _FAMILIAR.get(language)
    for folder in _FRAMEWORKS:
        translated = {
            entry.msgid
            for entry in _compiled(folder, language)
            if _is_translated(entry) and not (familiar and any(map(familiar.match, _translations(entry))))
        }
        for entry in _sources(folder):
            if entry.msgid not in translated and not entry.msgctxt:
                gaps[(entry.msgid, entry.msgid_plural or "")] = ["a framework"]
    return gaps


def wanted(language: str) -> dict[Text, list[str]]:
    """All that the catalog of a language must translate."""
    return framework_gaps(language) | own_texts()


def update(language: str) -> int:
    """Write the catalog and its compiled file; how many texts still want a translation."""
    path = LOCALE / language / "LC_MESSAGES" / "django.po"
    path.parent.mkdir(parents=True, exist_ok=True)
    old = {_text(entry): entry for entry in polib.pofile(str(path))} if path.exists() else {}
    catalog = polib.POFile(wrapwidth=110)
    catalog.metadata = {
        "Language": language,
        "Content-Type": "text/plain; charset=UTF-8",
        "Content-Transfer-Encoding": "8bit",
        "Plural-Forms": _PLURALS[language],
    }
    for (singular, plural), places in sorted(wanted(language).items()):
        known = old.get((singular, plural))
        context, _, words = singular.rpartition(_IN)
        entry = polib.POEntry(
            msgctxt=context or None,
            msgid=words,
            msgid_plural=plural,
            msgstr=known.msgstr if known else "",
            msgstr_plural=(known.msgstr_plural if known else dict.fromkeys(range(_PLURAL_FORMS[language]), ""))
            if plural
            else {},
            occurrences=[(place, "") for place in places],
            flags=["python-format"] if "%(" in singular else [],
        )
        catalog.append(entry)
    catalog.save(str(path))
    (path.with_suffix(".mo")).write_bytes(catalog.to_binary())
    return sum(not _is_translated(entry) for entry in catalog)


def faults(language: str) -> Iterator[str]:
    """What is wrong with a catalog, a line each."""
    path = LOCALE / language / "LC_MESSAGES" / "django.po"
    catalog = polib.pofile(str(path))
    known = {_text(entry): entry for entry in catalog}
    for text in wanted(language):
        entry = known.get(text)
        if entry is None:
            yield f"{language}: not in the catalog: {text[0]!r}"
        elif not _is_translated(entry):
            yield f"{language}: not translated: {text[0]!r}"
        elif any(_placeholders(text[0]) != _placeholders(words) for words in _translations(entry)):
            yield f"{language}: a placeholder is lost: {text[0]!r}"
    if catalog.to_binary() != path.with_suffix(".mo").read_bytes():
        yield f"{language}: the compiled catalog is out of date: run make messages"


def _text(entry: polib.POEntry) -> Text:
    return f"{entry.msgctxt}{_IN}{entry.msgid}" if entry.msgctxt else entry.msgid, entry.msgid_plural or ""


def _is_translated(entry: polib.POEntry | polib.MOEntry) -> bool:
    return all(_translations(entry)) and not getattr(entry, "fuzzy", False)


def _translations(entry: polib.POEntry | polib.MOEntry) -> list[str]:
    return list(entry.msgstr_plural.values()) if entry.msgid_plural else [entry.msgstr]


def _placeholders(text: str) -> set[str]:
    return set(_PLACEHOLDER.findall(text))


def _compiled(folder: Path, language: str) -> polib.MOFile:
    return polib.mofile(str(folder / language / "LC_MESSAGES" / "django.mo"))


def _sources(folder: Path) -> polib.POFile | polib.MOFile:
    english = folder / "en" / "LC_MESSAGES"
    po = english / "django.po"
    return polib.pofile(str(po)) if po.exists() else polib.mofile(str(english / "django.mo"))


def main() -> int:
    """The command."""
    if not settings.configured:
        settings.configure(USE_I18N=True)
    if "--check" in sys.argv[1:]:
        found = [fault for language in LANGUAGES for fault in faults(language)]
        for fault in found[:50]:
            print(fault)
        return 1 if found else 0
    for language in LANGUAGES:
        print(f"{language}: {update(language)} texts want a translation")
    return 0


if __name__ == "__main__":
    sys.exit(main())
