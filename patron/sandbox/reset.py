"""Everything back to the first start: what shoppers made, messages, jobs, clock, faults, settings, demo data."""

from typing import Final

from django.apps import apps
from django.db import OperationalError, connection

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
_PATIENCE: Final = "50ms"
_TRIES: Final = 100
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
    quoted = ", ".join(connection.ops.quote_name(table) for table in tables())
    _have_for_itself(quoted)
    dynamic.forget()
    for name, setting in dynamic.REGISTRY.items():
        value = demo.SETTINGS.get(name, setting.default)
        if dynamic.get(name) != value:
            dynamic.put(name, value, staff_id=None, source="reset")
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL patron.sandbox_reset = 'on'")  # the ledgers let themselves be emptied for this only
        cursor.execute(f"TRUNCATE {quoted}")
        cursor.execute(_FORGET_PERIODIC)
        cursor.execute(_DELETE_JOBS)


def _have_for_itself(quoted: str) -> None:
    """Lock the tables. Whoever holds one may be about to ask for another, which is a deadlock.

    PostgreSQL would look for it after a second and might break off the other; so this lets go of all and begins again,
    and waits as others do only where a table is held for seconds.
    """
    with connection.cursor() as cursor:
        for _ in range(_TRIES):
            try:
                with transactions.waiting_at_most(_PATIENCE):
                    cursor.execute(f"LOCK TABLE {quoted}")
                return
            except OperationalError as error:
                if not transactions.is_held_by_others(error):
                    raise
        cursor.execute(f"LOCK TABLE {quoted}")
