"""How far the clock was moved, and that the demo was loaded."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from patron.sandbox.models_simulator import SimulatedAccount, SimulatedWrite, SimulatorSwitches

__all__ = ["ClockOffset", "DemoMark", "SimulatedAccount", "SimulatedWrite", "SimulatorSwitches"]


class ClockOffset(models.Model):
    """The one row that moves the clock of every process."""

    id = models.SmallIntegerField(primary_key=True)
    seconds = models.BigIntegerField(default=0)

    class Meta:
        verbose_name = _("clock offset")
        verbose_name_plural = _("clock offsets")

    def __str__(self) -> str:
        return f"{self.seconds} s"


class DemoMark(models.Model):
    """Demo data of this name was loaded once; what somebody deleted of it since stays deleted."""

    name = models.CharField(max_length=50, primary_key=True)
    loaded_at = models.DateTimeField()

    class Meta:
        verbose_name = _("demo data")
        verbose_name_plural = _("demo data")

    def __str__(self) -> str:
        return self.name
