"""Staff keep the subjects of the contact form."""

from collections.abc import Mapping
from typing import Any, Final

from patron.kernel import clock, transactions
from patron.kernel.errors import NotFound
from patron.support.models import ContactMessage, Subject

FIELDS: Final = ("text", "order", "is_active", "is_order_needed")
LONGEST: Final = 100


def create(data: Mapping[str, Any]) -> Subject:
    """A new one of `data` (FIELDS)."""
    now = clock.now()
    return Subject.objects.create(
        **{name: data[name] for name in FIELDS if name in data}, created_at=now, modified_at=now
    )


def change(subject_id: int, data: Mapping[str, Any]) -> Subject:
    """Set the fields in `data`. Raises NotFound."""

    def work() -> Subject:
        subject = Subject.objects.select_for_update().filter(pk=subject_id).first()
        if subject is None:
            raise NotFound
        for name in FIELDS:
            if name in data:
                setattr(subject, name, data[name])
        subject.modified_at = clock.now()
        subject.save()
        return subject

    return transactions.run(work)


def is_used(subject: Subject) -> bool:
    """Whether messages stand under it, so that it can be switched off but not deleted."""
    return ContactMessage.objects.filter(subject=subject).exists()
