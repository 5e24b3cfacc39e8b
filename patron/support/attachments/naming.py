"""What a sent file may be called: one plain name, shown to staff and given to their disk."""

import re
import unicodedata
from typing import Final

LONGEST: Final = 120
# What some system runs on a double click, wherever it stands between two dots; not `com`, which ends hosts too.
# fmt: off
_RUNNABLE: Final = frozenset({
    "exe", "bat", "cmd", "scr", "pif", "msi", "msp", "cpl", "dll", "sys", "jar", "js", "jse", "mjs", "vbs", "vbe",
    "wsf", "wsh", "hta", "lnk", "url", "reg", "ps1", "psm1", "sh", "bash", "py", "php", "phtml", "phar", "asp", "aspx",
    "jsp", "cgi", "html", "htm", "xhtml", "svg", "swf", "dmg", "pkg", "deb", "rpm", "apk", "iso", "docm", "dotm",
    "xlsm", "xltm", "xlam", "xlsb", "pptm", "ppam",
})
# fmt: on
_RESERVED: Final = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)", re.IGNORECASE)  # names that Windows takes for devices
_UNSAFE: Final = re.compile(r'[<>:"|?*]')


def cleaned(raw: str) -> tuple[str, str]:
    """The name without folders, controls and marks that turn its direction, and its ending in lower case."""
    last = re.split(r"[/\\]", unicodedata.normalize("NFC", raw))[-1]
    # Cf holds the marks that make `gpj.exe` look like `exe.jpg`, and letters that cannot be seen
    visible = "".join(char for char in last if unicodedata.category(char)[0] != "C")
    name = " ".join(_UNSAFE.sub("_", visible).split()).strip(". ")
    stem, dot, ending = name.rpartition(".")
    if not dot:
        return name[:LONGEST], ""
    stem = stem.rstrip(". ") or "file"
    if _RESERVED.fullmatch(stem.partition(".")[0].strip()):
        stem = f"_{stem}"
    return f"{stem[: LONGEST - len(ending) - 1]}.{ending}", ending.lower()


def hides_another(name: str) -> bool:
    """Whether an ending that is run stands before the last one, as in `invoice.exe.pdf`."""
    return any(part.strip().lower() in _RUNNABLE for part in name.split(".")[1:-1])
