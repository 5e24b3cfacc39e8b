"""Phone numbers: kept as they were given, compared and sent to as E.164, shown masked."""

from functools import lru_cache

import phonenumbers


@lru_cache(maxsize=4096)
def e164(phone: str, region: str) -> str | None:
    """`+905551112233` for `0555 111 22 33` read in `region`; None when it is no possible number.

    Possible, not valid: numbering plans change faster than their tables, and the documents' examples hold numbers of
    no plan (`0000000000`, `+1234567890`); such a number is kept as its digits, so that it still compares.
    """
    try:
        parsed = phonenumbers.parse(phone, region)
    except phonenumbers.NumberParseException:
        return None
    if phonenumbers.is_possible_number(parsed):
        return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)
    digits = "".join(filter(str.isdigit, phone))
    return f"+{digits}" if 7 <= len(digits) <= 15 else None


@lru_cache(maxsize=4096)
def regions(number: str) -> tuple[str, ...]:
    """The ISO regions (`TR`) an E.164 number may belong to; all of its country code where the plan does not tell."""
    try:
        parsed = phonenumbers.parse(number, None)
    except phonenumbers.NumberParseException:
        return ()
    region = phonenumbers.region_code_for_number(parsed)
    return (region,) if region else phonenumbers.region_codes_for_country_code(parsed.country_code or 0)


def mask(phone: str) -> str:
    """`+90******1020`: the first three characters and the last four."""
    return phone[:3] + "*" * max(0, len(phone) - 7) + phone[-4:] if len(phone) > 7 else "*" * len(phone)
