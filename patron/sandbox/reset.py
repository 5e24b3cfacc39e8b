"""Everything back to the first start: what shoppers made, messages, jobs, clock, faults, settings, demo data."""

from typing import Final

from django.apps import apps
from django.db import connection

from patron.gateways import faults
from patron.kernel import dynamic, transactions
from patron.sandbox import demo, timeshift

# Staff, their tokens and their second step are not the shoppers'; which channels they see goes with the channels, and
# is made again for the demo's own program. The audit of settings tells of the reset as of any other change. The
# clock is set right by itself: it is read over another connection, which would wait for this transaction.
_KEPT: Final = frozenset(
    {
        "channels_staff",
        "channels_staff_groups",
        "channels_staff_user_permissions",
        "channels_stafftoken",
        "channels_authenticator",
        "channels_recoverycode",
        "kernel_settingchange",
        "sandbox_clockoffset",
    }
)
_DELETE_JOBS: Final = "DELETE FROM procrastinate_jobs WHERE status <> 'doing'"  # the worker still has those in hand
_FORGET_PERIODIC: Final = "DELETE FROM procrastinate_periodic_defers"


def run() -> None:
    """Empty the sandbox and load the demo again.

    Ids go on counting, so that nothing on its way (a job at hand, an open page) can mean a new row.
    """
    timeshift.reset()
    transactions.run(_empty)
    faults.forget()
    demo.load()


def tables() -> list[str]:
    """The tables that are emptied: every room's, but those that are kept."""
    rooms = [config for config in apps.get_app_configs() if config.name.startswith("patron.")]
    names = {model._meta.db_table for room in rooms for model in room.get_models(include_auto_created=True)}
    return sorted(names - _KEPT)


def _empty() -> None:
    dynamic.forget()
    for name, setting in dynamic.REGISTRY.items():
        value = demo.SETTINGS.get(name, setting.default)
        if dynamic.get(name) != value:
            dynamic.put(name, value, staff_id=None, source="reset")
    quoted = ", ".join(connection.ops.quote_name(table) for table in tables())
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL patron.sandbox_reset = 'on'")  # the ledgers let themselves be emptied for this only
        cursor.execute(f"TRUNCATE {quoted}")
        cursor.execute(_FORGET_PERIODIC)
        cursor.execute(_DELETE_JOBS)
