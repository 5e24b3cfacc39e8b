"""Why a file is not taken, in words for whoever sent it."""

from typing import Final

from django.utils.translation import gettext_lazy as _

from patron.kernel.errors import Text

NOT_ACCEPTED: Final = _("Only these files are accepted: .pdf, .jpg, .jpeg, .png, .xls, .xlsx, .doc, .docx.")
TOO_LARGE: Final = _("The file must be at most 10 MB.")
MISMATCH: Final = _("The content of the file is not what its name says, or the file is damaged.")
MACROS: Final = _("Files with macros or programs in them are not accepted.")
LOCKED: Final = _("Files that are locked with a password are not accepted.")
TOO_MANY_PIXELS: Final = _("The picture must have at most 50 megapixels.")
BOMB: Final = _("The file is too large when it is unpacked.")
INFECTED: Final = _("The antivirus found something in this file.")


class Unacceptable(Exception):
    """The file is not taken; `text` says why."""

    def __init__(self, text: Text) -> None:
        super().__init__()
        self.text = text
