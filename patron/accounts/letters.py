"""Mails to a shopper, in the shopper's language, as text and as HTML."""

from collections.abc import Sequence
from datetime import datetime

from django.utils import translation
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from patron.accounts.models import Shopper
from patron.gateways import html, outbox
from patron.kernel import dynamic, languages
from patron.kernel.errors import Text


def queue(
    shopper: Shopper,
    subject: Text,
    lines: Sequence[Text],
    *,
    purpose: str,
    to: str | None = None,
    link: str | None = None,
    expires_at: datetime | None = None,
) -> None:
    """Queue a mail in the transaction at hand; nothing for a shopper without an address.

    `subject`, `lines`: lazy translations, in which `%(shop)s` stands for the shop's name. `to`: the shopper's address
    unless said otherwise. `link`: stands after the lines. `expires_at`: not delivered after it. `purpose`: see outbox.
    """
    address = to or shopper.email
    if not address:
        return
    shop = {"shop": dynamic.get("SHOP_NAME")}
    with translation.override(languages.base(shopper.language_code) or languages.DEFAULT_LANGUAGE):
        title = str(subject) % shop
        words = [str(line) % shop for line in lines]
        body = html.body(_html(words, link))
    outbox.queue_mail(
        address,
        title,
        "\n\n".join([*words, link] if link else words) + "\n",
        purpose=purpose,
        html=body,
        shopper_id=shopper.pk,
        expires_at=expires_at,
    )


def _html(words: Sequence[str], link: str | None) -> SafeString:
    body = format_html_join("", "<p>{}</p>", ((line,) for line in words))
    anchor = format_html('<p><a href="{}">{}</a></p>', link, link) if link else SafeString()
    return body + anchor
