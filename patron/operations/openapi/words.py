"""What the document says before its operations."""

from typing import Final

LICENSE: Final = {"name": "Apache 2.0", "identifier": "Apache-2.0"}
DESCRIPTION: Final = """\
The customer layer of a shop: who the shopper is, what they agreed to, and the staff who look after them.

## Who calls
**A shopper** signs in with `POST /users/login/` (or a phone and a code) and has a session cookie from then on. Unsafe
calls also send the header `X-CSRFToken`, equal to the cookie `csrftoken`, which `GET /csrf_token/` sets. On this page
both happen by themselves: sign in under *Sign-in*, then try the others.

**Staff and their programs** get a token with `POST /api/v1/auth/login/` and send `Authorization: Token <key>`. On this
page, enter `Token <key>` under *Authorize*.

## What holds for every call
- **Languages.** `Accept-Language`: tr (default), en, ar, ru, de, fr.
- **Errors.** 400 says by field what is wrong, as lists of texts. 401, 403, 404, 405, 415, 429 are `{"detail": "text"}`.
  406 is a refusal with a code: `{"non_field_errors": "text", "error_code": "sms_verification_100_2"}`.
  429 and 503 say in `Retry-After` how many seconds to wait.
- **Sending again.** Every POST and PATCH takes an `Idempotency-Key`: the first answer is replayed for 24 hours, with
  `Idempotent-Replayed: true`.
- **Tracing.** Every answer carries `X-Request-Id`.
- **Lists.** `{"count", "next", "previous", "results"}`, with `page` from 1 and `limit` of at most 100.
- **Shapes.** Dates are ISO 8601 in UTC. Unknown keys of a body are ignored. Booleans may arrive as `true`, `"true"`,
  `"True"` or `1`.
"""
TAGS: Final = {
    "Sign-in": "With a password or a code sent to the phone; the captcha that lifts a limit.",
    "Session": "The CSRF token, the currency, the other places a shopper is signed in at.",
    "Registration": "In one step, or in two with a code sent to the phone.",
    "Password": "Changed, forgotten, set by a guest.",
    "E-mail": "Changed and confirmed by links in mails.",
    "Profile": "The shopper's own data. A new phone is proven by a code: the first call answers 202 and an SMS is "
    "sent, the second call carries the code.",
    "Personal data": "What is held, and its end.",
    "Loyalty card": "The card, its points and the loyalty program behind it.",
    "Conversations": "What shoppers write to sellers, and what was published of it.",
    "Conversations (staff)": "The sellers' side: answering, moderating, assigning, under a channel of the shop's own.",
    "Segments": "The groups a shopper is in.",
    "Segments (staff)": "Groups of shoppers: their rules, members and prices.",
    "Store credit": "What a shopper may spend, and where it came from and went.",
    "Store credit (staff)": "Credit accounts as other systems tell of them; every movement.",
    "Customers": "Who buys in which sales channel: found, made and changed by staff and by the channels' programs.",
    "Reference": "What other data refers to: price lists, stock lists, catalogs, sellers, products.",
    "Channels": "Where the shop sells. A channel's program sees its own and changes none of them.",
    "Staff": "Who works in the back office: people and programs, their rights, channels and tokens.",
    "Contact": "The contact form: what it can be about, and a message with a file.",
    "Sandbox": "The captured outside world: sent SMS and mail, the clock, faults. Only where `PATRON_SANDBOX` is on.",
    "Operations": "For machines that watch Patron, and for this document.",
}
