"""Shapes of what the sandbox is told."""

from typing import Any

from django.utils.translation import gettext as _
from rest_framework import serializers

from patron.gateways.faults import GATEWAYS
from patron.kernel.fields import BooleanField
from patron.sandbox.timeshift import FARTHEST

LONGEST_LATENCY_MS = 60_000


class ClockMove(serializers.Serializer[Any]):
    """`advance` or `reset`, exactly one of them."""

    advance = serializers.IntegerField(required=False, min_value=-FARTHEST, max_value=FARTHEST)
    reset = BooleanField(required=False, default=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if attrs["reset"] == ("advance" in attrs):
            raise serializers.ValidationError(_("Send either advance, in seconds, or reset: true."))
        return attrs


class FaultWish(serializers.Serializer[Any]):
    """The whole fault of one gateway: what is left out is no trouble."""

    gateway = serializers.ChoiceField(choices=GATEWAYS)
    latency_ms = serializers.IntegerField(default=0, min_value=0, max_value=LONGEST_LATENCY_MS)
    error_rate = serializers.FloatField(default=0.0, min_value=0, max_value=1)
    outage = BooleanField(default=False)
