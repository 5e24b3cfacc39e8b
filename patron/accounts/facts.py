"""What other rooms are told of a shopper; see `kernel.shoppers`."""

from patron.accounts.models import Shopper
from patron.kernel.shoppers import ShopperFacts


def read(shopper_id: int) -> ShopperFacts | None:
    """A shopper as they are now; None for an id that is nobody's."""
    shopper = Shopper.objects.filter(pk=shopper_id).first()
    if shopper is None:
        return None
    return ShopperFacts(
        id=shopper.pk,
        email=shopper.email,
        first_name=shopper.first_name,
        last_name=shopper.last_name,
        phone=shopper.phone,
        is_active=shopper.is_active,
        is_anonymized=shopper.anonymized_at is not None,
        email_allowed=shopper.email_allowed,
        sms_allowed=shopper.sms_allowed,
        call_allowed=shopper.call_allowed,
        gender=shopper.gender,
        date_of_birth=shopper.date_of_birth,
        date_joined=shopper.date_joined,
        user_type=shopper.user_type,
        attributes=shopper.attributes,
    )
