"""`patron tour`: the whole story of a shopper over HTTP against a running sandbox, each call and answer printed.

It knows nothing but the published API and the sandbox's inboxes, so it is also an example of a client.
"""

import itertools
import random
import re
import secrets
from typing import Any, Final

import httpx
from rich.console import Console

from patron.operations import tour_customers
from patron.operations.tour_customers import StaffMember
from patron.operations.tour_telling import Telling, TourFailed

_MOST_PRODUCTS: Final = 50


def walk(base: str, member: StaffMember | None = None) -> None:
    """The whole tour, printed. `member`: plays the part of the staff, which is left out without. Raises TourFailed."""
    console = Console(highlight=False, soft_wrap=True)
    try:
        Tour(base, console, member).run()
    except httpx.HTTPError as error:
        raise TourFailed(f"{base} does not answer ({type(error).__name__}): start the server with make run.") from error
    console.print("\n[bold green]The story is told.[/]")


class Tour(Telling):
    """One shopper's way. `base`: scheme, host and port of the server."""

    def __init__(self, base: str, console: Console, member: StaffMember | None = None) -> None:
        super().__init__(base, console)
        self.member = member
        number = random.randrange(10**7)  # noqa: S311 -- a phone of the sandbox, no secret
        self.phone, self.new_phone = f"+90530{number:07d}", f"+90531{number:07d}"
        self.email = f"Ada.{secrets.token_hex(4)}@shop.example"
        self.password, self.new_password = secrets.token_urlsafe(12), secrets.token_urlsafe(12)

    def run(self) -> None:
        """All of it, once. Raises TourFailed, httpx.HTTPError."""
        with self.browser:
            self.register()
            self.sign_in_by_code()
            self.profile()
            self.prices()
            self.talk()
            self.loyalty()
            self.write_to_the_shop()
            self.change_phone()
            self.reset_password()
            self.own_data()
            if self.member:
                tour_customers.walk(self, self.email, self.member)
            self.sign_out()

    def register(self) -> None:
        self.title("A shopper registers")
        body = {
            "first_name": "Ada",
            "last_name": "Yılmaz",
            "email": self.email,
            "phone": self.phone,
            "password": self.password,
            "confirm": True,
            "email_allowed": True,
        }
        if self.call("POST", "/users/registration/", body, expect=(201, 202)).status_code == 202:
            self.call("POST", "/users/registration/", body | {"code": self.code(self.phone)}, expect=201)
        self.call("GET", "/current_user/")

    def sign_in_by_code(self) -> None:
        self.title("She signs out and comes back with a code by SMS")
        self.csrf()
        self.call("POST", "/users/logout/")
        self.browser.cookies.clear()
        self.call("POST", "/users/otp-login/", {"phone": self.phone})
        self.call("POST", "/users/otp-login/", {"phone": self.phone, "code": self.code(self.phone)})

    def profile(self) -> None:
        self.title("She looks at her profile and changes it")
        self.csrf()
        self.call("GET", "/users/profile/")
        self.call("PATCH", "/users/profile/", {"first_name": "Ada Nur", "sms_allowed": True, "gender": "female"})
        self.call("PATCH", "/users/profile/", {"date_of_birth": "2023-02-30"}, expect=400)

    def prices(self) -> None:
        self.title("She chooses among the price lists she is given, and no other")
        mine = [segment["pk"] for segment in self.call("GET", "/users/segments/").json()]
        for segment in mine[:1]:
            self.call("POST", f"/users/segments/{segment}/set/")
        another = next(number for number in itertools.count(1) if number not in mine)
        self.call("POST", f"/users/segments/{another}/set/", expect=406)
        self.call("POST", "/users/segments/recalculate_segment/")

    def loyalty(self) -> None:
        self.title("She gets a loyalty card, and reads her points while the loyalty program is out of order")
        self.call("GET", "/loyalty-card/loyalty_card/")
        wish = {
            "first_name": "Ada Nur",
            "last_name": "Yılmaz",
            "email": self.email,
            "phone": self.phone,
            "gender": "female",
            "date_of_birth": "1990-12-10",
            "sms_allowed": True,
        }
        self.call("POST", "/loyalty-card/add_loyalty_card/", wish, expect=202)
        self.inbox("sms", self.phone, containing="loyalty")
        self.call("POST", "/loyalty-card/add_loyalty_card/", wish | {"code": self.code(self.phone)}, expect=201)
        self.call("GET", "/loyalty-card/loyalty_card/")
        self.call("POST", "/loyalty-card/add_loyalty_card_otp/", wish, expect=406)
        self.call("POST", "/sandbox/faults/", {"gateway": "loyalty_provider", "outage": True})
        try:
            self.call("POST", "/loyalty-card/update_loyalty_card/", wish | {"last_name": "Kaya"})
            self.call("GET", "/loyalty-card/loyalty_card/")
        finally:
            self.call("POST", "/sandbox/faults/", {"gateway": "loyalty_provider", "outage": False})
        self.call("GET", "/account/loyalty-account-balance/")

    def write_to_the_shop(self) -> None:
        self.title("She writes to the shop, which is told by mail")
        subjects = self.call("GET", "/users/contact-us-subjects/").json()
        found = [each["id"] for each in subjects if not each["is_order_needed"]]
        if not found:
            self.say("This shop offers no subject.")
            return
        body = {"subject": found[0], "full_name": "Ada Nur Yılmaz", "email": self.email, "message": "It does not fit."}
        self.call("POST", "/users/contact-us/", body | {"operation": "nowhere"}, expect=400)
        self.call("POST", "/users/contact-us/", body)
        self.say(f"Mail to the shop: {self.inbox('mail', 'contact@shop.example', containing=self.email)['subject']}")

    def talk(self) -> None:
        self.title("She asks a seller about a product that others asked about")
        known = self.published()
        if known is None:
            self.say("Nobody's question is published: the demo's products are gone.")
            return
        product, seller = known["product"], known["datasource"]["pk"]
        self.call("GET", f"/conversations/public/?product={product}")
        me = self.call("GET", "/current_user/").json()["pk"]
        body = {
            "conversation_type": "question",
            "user": me,
            "user_type": "registered",
            "message_content": "Is it there in blue as well?",
            "datasource": seller,
            "content_type": "user",
            "content_id": me,
            "item_content": "product",
            "item_id": product,
            "is_public": True,
        }
        asked = self.call("POST", "/users/conversations/", body, expect=201).json()["id"]
        self.call("POST", "/users/conversations/", body, expect=400)
        self.call("POST", "/users/conversations/", body | {"conversation_type": "review"}, expect=406)
        more = {"conversation": asked, "message_content": "And when would it arrive?"}
        self.call("POST", "/users/messages/", more, expect=201)
        self.call("GET", "/users/conversations/")

    def change_phone(self) -> None:
        self.title("A new phone is refused with a wrong code and taken with the right one")
        self.call("PATCH", "/users/profile/", {"phone": self.new_phone}, expect=202)
        code = self.code(self.new_phone)
        wrong = f"{(int(code) + 1) % 10 ** len(code):0{len(code)}d}"
        self.call("PATCH", "/users/profile/", {"phone": self.new_phone, "code": wrong}, expect=406)
        self.call("PATCH", "/users/profile/", {"phone": self.new_phone, "code": code})
        self.say("The old number was told: " + self.inbox("sms", self.phone, containing="changed")["text"])

    def reset_password(self) -> None:
        self.title("She forgot her password and sets a new one by mail")
        self.call("POST", "/users/password/reset/", {"email": self.email})
        mail = self.inbox("mail", self.email, containing="/users/reset/")
        self.say(f"Mail: {mail['subject']}")
        link = re.search(r"/users/reset/\S+", mail["text"])
        if link is None:
            raise TourFailed("the mail holds no link")
        new = {"new_password1": self.new_password, "new_password2": self.new_password}
        self.call("POST", link[0], new)
        self.browser.cookies.clear()
        self.call("POST", "/users/login/", {"email": self.email, "password": self.password}, expect=400)
        self.call("POST", "/users/login/", {"email": self.email, "password": self.new_password})

    def own_data(self) -> None:
        self.title("She sees where she is signed in, and all that is held about her")
        self.csrf()
        self.call("GET", "/users/sessions/")
        self.call("GET", "/users/personal-data/")

    def sign_out(self) -> None:
        self.title("She signs out, and the old cookie is worth nothing")
        old = "; ".join(f"{cookie.name}={cookie.value}" for cookie in self.browser.cookies.jar)
        self.call("POST", "/users/logout/")
        self.browser.cookies.clear()
        self.browser.headers["cookie"] = old
        self.call("GET", "/users/profile/", expect=401)

    def published(self) -> dict[str, Any] | None:
        """A published question of any of the first products, as a page of that product would show it."""
        for product in range(1, _MOST_PRODUCTS):
            page = self.browser.get("/conversations/public/", params={"product": product}).json()
            if page["results"]:
                found: dict[str, Any] = page["results"][0]
                return found
        return None
