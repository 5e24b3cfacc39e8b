"""How the simulator is told to misbehave, beyond latency, error rate and outage (`gateways.faults`)."""

from patron.sandbox.models_simulator import SimulatorSwitches

_ROW = 1


def now() -> SimulatorSwitches:
    """The switches as they stand, read anew by each call, so that every process obeys at once."""
    return SimulatorSwitches.objects.filter(pk=_ROW).first() or SimulatorSwitches(pk=_ROW)


def put(*, answers: str, duplicates: bool) -> None:
    """Answer so from now on."""
    SimulatorSwitches.objects.update_or_create(pk=_ROW, defaults={"answers": answers, "duplicates": duplicates})
