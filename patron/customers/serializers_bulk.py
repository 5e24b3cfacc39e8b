"""What comes in about merges and histories."""

from typing import Any, Final

from rest_framework import serializers

_LARGEST: Final = 2**63 - 1


class HistoryWish(serializers.Serializer[Any]):
    """The number of a change, for those before it."""

    before = serializers.IntegerField(min_value=1, max_value=_LARGEST, required=False)


class MergeWish(serializers.Serializer[Any]):
    """Who stays, who goes into them, and whose value of a field stays where it is not the rule's."""

    kept = serializers.IntegerField(min_value=1, max_value=_LARGEST, source="kept_id")
    merged = serializers.IntegerField(min_value=1, max_value=_LARGEST, source="merged_id")
    choices = serializers.DictField(child=serializers.ChoiceField(("kept", "merged")), default=dict)
