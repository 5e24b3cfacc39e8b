"""What this room refuses."""

from typing import Final

from django.utils.translation import gettext_lazy as _

from patron.kernel.errors import Invalid, Refusal

LOCKED: Final = "customer_100_3"
TOO_SLOW: Final = "customer_100_4"
LOCKED_TEXT: Final = _("channel:channel_name These field cannot be updated")
TOO_SLOW_TEXT: Final = _("The list takes too long to find. Filter it further, or page through it by cursor.")
STALE_TEXT: Final = _("The customer was changed meanwhile. Read it again.")
TAKEN_TEXT: Final = _("The fields channel, channel_code must make a unique set.")
MAPPING_TAKEN_TEXT: Final = _("The fields code, integration_type, customer must make a unique set.")
TOO_MANY_MAPPINGS_TEXT: Final = _("A customer has at most %(most)d integration mappings.")
UNKNOWN_PK_TEXT: Final = _('Invalid pk "{pk_value}" - object does not exist.')


class Locked(Refusal):
    """406: `channel` or `channel_code` would become another."""

    def __init__(self) -> None:
        super().__init__(LOCKED, LOCKED_TEXT)


class TooSlow(Refusal):
    """406: the database was stopped before it held everybody else up."""

    def __init__(self) -> None:
        super().__init__(TOO_SLOW, TOO_SLOW_TEXT)


class Stale(Refusal):
    """412 `{"detail": text}`: the row is not the one that `If-Match` names."""

    status = 412

    def __init__(self) -> None:
        super().__init__("precondition_failed", STALE_TEXT)


class CodeTaken(Invalid):
    """400: the channel has a customer of that code."""

    def __init__(self) -> None:
        super().__init__({"non_field_errors": [TAKEN_TEXT]})


class MappingTaken(Invalid):
    """400: the customer has this mapping already."""

    def __init__(self) -> None:
        super().__init__({"non_field_errors": [MAPPING_TAKEN_TEXT]})


class TooManyMappings(Invalid):
    """400: the customer has `most` mappings already."""

    def __init__(self, most: int) -> None:
        super().__init__({"non_field_errors": [str(TOO_MANY_MAPPINGS_TEXT) % {"most": most}]})


class UnknownChannel(Invalid):
    """400: there is no such channel, or it is not the caller's; which of the two is not said."""

    def __init__(self, channel_id: int) -> None:
        super().__init__({"channel": [str(UNKNOWN_PK_TEXT).format(pk_value=channel_id)]})
