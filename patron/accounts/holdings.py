"""Which columns of this room hold personal data; see `kernel.personal_data`."""

import secrets

from patron.accounts.models import Avatar, Challenge, Consent, Session, Shopper
from patron.kernel import languages
from patron.kernel.personal_data import Holding, attach, hold


def declare() -> None:
    """Called when the room is ready."""
    hold(_shopper())
    hold(_consent())
    hold(_avatar())
    hold(_challenge())
    hold(_session())
    attach(avatar)


def placeholder() -> str:
    """An address for a shopper who has none any more: unique, drawn by chance, and nobody's (RFC 2606)."""
    return f"anonymized-{secrets.token_hex(16)}@anonymized.invalid"


def avatar(shopper_id: int) -> dict[str, bytes]:
    """The shopper's picture as a file."""
    return {
        f"avatar.{picture.content_type.rpartition('/')[2]}": bytes(picture.content)
        for picture in Avatar.objects.filter(shopper_id=shopper_id)
    }


def _shopper() -> Holding:
    named = ("first_name", "last_name")
    nullable = (
        "email_verified_at",
        "phone",
        "phone_e164",
        "phone_claim",
        "phone_verified_at",
        "call_allowed",
        "gender",
        "date_of_birth",
        "avatar",
        "last_login",
    )
    return Holding(
        model=Shopper,
        owner="id",
        exported=frozenset(
            {
                "id",
                "username",
                "email",
                "email_verified_at",
                "first_name",
                "last_name",
                "phone",
                "phone_e164",
                "phone_verified_at",
                "email_allowed",
                "sms_allowed",
                "call_allowed",
                "gender",
                "date_of_birth",
                "language_code",
                "attributes",
                "user_type",
                "client_type",
                "is_active",
                "date_joined",
                "last_login",
                "modified_date",
            }
        ),
        withheld=frozenset({"password", "phone_claim", "avatar", "anonymized_at"}),
        erased={
            "email": placeholder,
            "password": "",
            "email_allowed": False,
            "sms_allowed": False,
            "language_code": languages.DEFAULT_LANGUAGE,
            "attributes": dict,
            "is_active": False,
        }
        | dict.fromkeys(named, "")
        | dict.fromkeys(nullable),
        kept=frozenset({"id", "username", "user_type", "client_type", "date_joined", "modified_date", "anonymized_at"}),
    )


def _consent() -> Holding:
    # The rows prove what was agreed to, so they stay, under the shopper's id alone.
    said = {"channel", "old_value", "new_value", "changed_at", "source", "client_type", "text_version", "is_proven"}
    return Holding(
        model=Consent,
        owner="shopper_id",
        exported=frozenset(said | {"ip", "request_id"}),
        withheld=frozenset({"id", "shopper_id", "staff_id"}),
        erased={"ip": ""},
        kept=frozenset(said | {"id", "shopper_id", "staff_id", "request_id"}),
    )


def _avatar() -> Holding:
    # The picture itself is an attachment.
    return Holding(
        model=Avatar,
        owner="shopper_id",
        exported=frozenset({"content_type", "created_at"}),
        withheld=frozenset({"name", "shopper_id", "content"}),
        erased=None,
    )


def _challenge() -> Holding:
    return Holding(
        model=Challenge,
        owner="session__shopper_id",
        exported=frozenset({"purpose", "phone_e164", "consent", "sent_at", "expires_at", "used_at"}),
        withheld=frozenset({"id", "session_id", "code_digest", "tries", "is_decoy"}),
        erased=None,
    )


def _session() -> Holding:
    return Holding(
        model=Session,
        owner="shopper_id",
        exported=frozenset(
            {
                "created_at",
                "expires_at",
                "authenticated_at",
                "last_seen_at",
                "ip",
                "user_agent",
                "client_type",
                "currency_code",
            }
        ),
        withheld=frozenset({"id", "key_digest", "shopper_id", "captcha_passed_at"}),
        erased=None,
    )
