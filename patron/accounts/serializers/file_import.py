"""What a row of another system's shoppers may hold. Source: 5-omnitron, Bulk import and export."""

import re
from datetime import UTC, datetime
from typing import Any, Final

from django.utils.translation import gettext as _
from rest_framework import serializers

from patron.kernel.fields import GENDERS, BirthDateField, BooleanField, EmailField, PhoneField


class Algorithms:
    """The digests that an old system stored of passwords, with the length of each in hexadecimal."""

    lengths: Final = {"md5": 32, "sha1": 40, "sha256": 64}

    def fits(self, algorithm: Any, digest: Any) -> bool:
        """Whether `digest` is one of `algorithm`."""
        length = self.lengths.get(algorithm.lower()) if isinstance(algorithm, str) else None
        return length is not None and isinstance(digest, str) and bool(re.fullmatch(f"[0-9a-fA-F]{{{length}}}", digest))


ALGORITHMS: Final = Algorithms()


class ImportedShopper(serializers.Serializer[Any]):
    """A row. Dates are ISO 8601, or in the format that the row says beside them (`%d.%m.%Y`)."""

    email = EmailField()
    first_name = serializers.CharField(max_length=50, required=False, allow_blank=True)
    last_name = serializers.CharField(max_length=50, required=False, allow_blank=True)
    phone = PhoneField(required=False, allow_null=True, allow_blank=True)
    gender = serializers.ChoiceField(GENDERS, required=False, allow_null=True)
    email_allowed = BooleanField(required=False)
    sms_allowed = BooleanField(required=False)
    call_allowed = BooleanField(required=False, allow_null=True)
    date_of_birth = serializers.CharField(required=False, allow_null=True, max_length=60)
    date_format = serializers.CharField(required=False, allow_null=True, max_length=40)
    date_joined = serializers.CharField(required=False, allow_null=True, max_length=60)
    datetime_format = serializers.CharField(required=False, allow_null=True, max_length=40)
    password = serializers.CharField(required=False, allow_null=True, max_length=200)
    password_algorithm = serializers.CharField(required=False, allow_null=True, max_length=10)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Read the dates, and look whether the password is a digest."""
        if attrs.get("password") or attrs.get("password_algorithm"):
            self._check_digest(attrs)
        if attrs.get("date_of_birth"):
            born = attrs["date_of_birth"]
            if attrs.get("date_format"):
                born = _read(attrs, "date_of_birth", "date_format").date().isoformat()
            attrs["date_of_birth"] = _field("date_of_birth", BirthDateField(), born)
        if attrs.get("date_joined"):
            joined = attrs["date_joined"]
            if attrs.get("datetime_format"):
                joined = _read(attrs, "date_joined", "datetime_format")
            attrs["date_joined"] = _field("date_joined", serializers.DateTimeField(default_timezone=UTC), joined)
        return attrs

    def _check_digest(self, attrs: dict[str, Any]) -> None:
        algorithm = str(attrs.get("password_algorithm") or "").lower()
        if algorithm not in Algorithms.lengths:
            known = ", ".join(Algorithms.lengths)
            raise serializers.ValidationError(
                {"password_algorithm": [_("Expected one of %(options)s.") % {"options": known}]}
            )
        if not ALGORITHMS.fits(algorithm, attrs.get("password")):
            text = _("Expected %(length)d hexadecimal digits.")
            raise serializers.ValidationError({"password": [text % {"length": Algorithms.lengths[algorithm]}]})


COLUMNS: Final = tuple(ImportedShopper._declared_fields)


def _read(attrs: dict[str, Any], name: str, form: str) -> datetime:
    try:
        found = datetime.strptime(attrs[name].strip(), attrs[form])
    except (ValueError, re.error) as error:
        text = _("This does not have the format %(format)s.") % {"format": attrs[form]}
        raise serializers.ValidationError({name: [text]}) from error
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _field(name: str, field: serializers.Field[Any, Any, Any, Any], value: Any) -> Any:
    try:
        return field.run_validation(value)
    except serializers.ValidationError as error:
        raise serializers.ValidationError({name: error.detail}) from error
