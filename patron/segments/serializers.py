"""What staff may say of segments."""

from typing import Any

from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from patron.kernel import languages
from patron.kernel.fields import BooleanField
from patron.segments import rules

LONGEST_NAME = 100


@extend_schema_field(
    {
        "type": "object",
        "required": ["en"],
        "properties": {language: {"type": "string", "maxLength": LONGEST_NAME} for language in languages.LANGUAGES},
    }
)
class NamesField(serializers.Field[dict[str, str], Any, Any, Any]):
    """Language → name. English is required, since it stands in for the others."""

    def to_internal_value(self, data: Any) -> dict[str, str]:
        if not isinstance(data, dict) or not all(
            key in languages.LANGUAGES and isinstance(name, str) for key, name in data.items()
        ):
            known = {"languages": ", ".join(languages.LANGUAGES)}
            raise serializers.ValidationError(_("Expected an object from languages (%(languages)s) to names.") % known)
        names = {language: data[language].strip() for language in languages.LANGUAGES if data.get(language, "").strip()}
        if "en" not in names:
            raise serializers.ValidationError(_("The English name is required."))
        if any(len(name) > LONGEST_NAME or "\x00" in name for name in names.values()):
            most = {"longest": LONGEST_NAME}
            raise serializers.ValidationError(_("Ensure that every name has at most %(longest)d characters.") % most)
        return names

    def to_representation(self, value: Any) -> Any:
        return value


@extend_schema_field({"type": "object", "additionalProperties": {}})
class RuleField(serializers.Field[dict[str, Any], Any, Any, Any]):
    """A rule as it is stored; refused with the path of its fault."""

    def to_internal_value(self, data: Any) -> dict[str, Any]:
        try:
            rules.parse(data)
        except rules.BadRule as bad:
            raise serializers.ValidationError(str(bad)) from None
        rule: dict[str, Any] = data
        return rule

    def to_representation(self, value: Any) -> Any:
        return value


class SegmentWish(serializers.Serializer[Any]):
    """A segment. `price_list` is the key of one, or null."""

    name = NamesField()
    priority = serializers.IntegerField(min_value=0, max_value=2**31 - 1, default=0)
    is_active = BooleanField(default=True)
    starts_at = serializers.DateTimeField(allow_null=True, default=None)
    ends_at = serializers.DateTimeField(allow_null=True, default=None)
    price_list = serializers.IntegerField(
        source="price_list_id", min_value=1, max_value=2**63 - 1, allow_null=True, default=None
    )
    stock_list_code = serializers.CharField(max_length=64, allow_blank=True, default="")
    rule = RuleField()


class RuleWish(serializers.Serializer[Any]):
    """A rule that is being written."""

    rule = RuleField()


class MembersWish(serializers.Serializer[Any]):
    """Which part of the members."""

    cursor = serializers.CharField(max_length=100, default="")
    limit = serializers.IntegerField(min_value=1, max_value=100, default=10)
