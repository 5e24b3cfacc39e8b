"""The HTML of a mail."""

from django.utils import translation
from django.utils.html import format_html
from django.utils.safestring import SafeString


def body(content: SafeString) -> str:
    """`content` in the language at hand, which says how its lines run: Arabic from right to left in every mail program.

    A plain str comes back, which the queue can seal.
    """
    direction = "rtl" if translation.get_language_bidi() else "ltr"
    return "".join([format_html('<div lang="{}" dir="{}">{}</div>', translation.get_language(), direction, content)])
