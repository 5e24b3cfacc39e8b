"""Shapes of what the simulator is told."""

from typing import Any

from rest_framework import serializers

from patron.gateways.loyalty_provider.contract import MOST_POINTS
from patron.kernel.fields import BooleanField
from patron.sandbox.models_simulator import SimulatorSwitches


class PointsWish(serializers.Serializer[Any]):
    """What an account is to have."""

    account_number = serializers.CharField(max_length=64)
    points = serializers.DecimalField(max_digits=15, decimal_places=2, min_value=0, max_value=MOST_POINTS)


class SwitchesWish(serializers.Serializer[Any]):
    """All switches: what is left out is as published."""

    answers = serializers.ChoiceField(
        choices=SimulatorSwitches.Answers.choices, default=SimulatorSwitches.Answers.NORMAL
    )
    duplicates = BooleanField(default=False)
