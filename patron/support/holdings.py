"""Which columns of this room hold personal data; see `kernel.personal_data`."""

from collections.abc import Collection
from typing import Final

from patron.accounts.models import Shopper
from patron.kernel import files
from patron.kernel.personal_data import Holding, attach, before_erasing, hold
from patron.support.models import ContactFile, ContactMessage

MOST_EXPORTED: Final = 50_000_000  # bytes of files in one export, which is built in memory


def declare() -> None:
    """Called when the room is ready."""
    hold(_file())
    hold(_contact())
    attach(contact_files)
    before_erasing(forget_contact)
    files.used_by(_known)


def contact_files(shopper_id: int) -> dict[str, bytes]:
    """The files the shopper sent, the newest first; one that names those for which there is no room."""
    found: dict[str, bytes] = {}
    left_out, room = [], MOST_EXPORTED
    for file in ContactFile.objects.filter(message__shopper_id=shopper_id, storage_key__isnull=False).order_by("-id"):
        name = f"contact-{file.message_id}-{file.name}"
        room -= file.size
        try:
            content = files.read(file.storage_key or "") if room >= 0 else None
        except files.Gone:
            content = None
        if content is None:
            left_out.append(name)
        else:
            found[name] = content
    return found | ({"contact-files-left-out.txt": "\n".join(left_out).encode()} if left_out else {})


def forget_contact(shopper_id: int) -> None:
    """Take the files away, and claim what was written from the shopper's address without being signed in."""
    shopper = Shopper.objects.get(pk=shopper_id)
    ContactMessage.objects.filter(shopper=None, email__iexact=shopper.email).update(shopper=shopper)
    kept = ContactFile.objects.filter(message__shopper_id=shopper_id, storage_key__isnull=False)
    files.discard([key for key in kept.values_list("storage_key", flat=True) if key])


def _known(keys: Collection[str]) -> list[str]:
    known = ContactFile.objects.filter(storage_key__in=keys).values_list("storage_key", flat=True)
    return [key for key in known if key]


def _contact() -> Holding:
    said = frozenset({"full_name", "email", "phone", "message"})
    about = frozenset({"subject_id", "operation", "order_id", "language_code", "created_at"})
    own = frozenset({"id", "shopper_id", "mail_ids", "request_id"})
    return Holding(
        model=ContactMessage,
        owner="shopper_id",
        exported=said | about,
        withheld=own,
        erased=dict.fromkeys(said, ""),
        kept=about | own,
    )


def _file() -> Holding:
    # The file itself is an attachment.
    return Holding(
        model=ContactFile,
        owner="message__shopper_id",
        exported=frozenset({"name", "content_type", "size", "sha256", "created_at"}),
        withheld=frozenset({"id", "message_id", "scan", "storage_key"}),
        erased=None,
    )
