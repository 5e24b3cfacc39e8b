"""The web server: hot reads and a change beside the floor, codes and sign-ins alone."""

import json
import time
from collections.abc import Callable, Collection
from pathlib import Path
from typing import Final

from bench import load, machine, rounds, seed
from bench.processes import Server
from bench.rounds import Plan, Side
from bench.seed import Size
from patron.accounts import consent, profile, reads, verification
from patron.kernel import jobs, limits

# More than one core confirms; when they run out the run ends and says so.
CODES_PER_SECOND: Final = 1000
_SETTLED_SECONDS: Final = 3  # the sign-ins that were cut off have come to their end


def given() -> str:
    """What the floor has of Patron: the words of the statements, the names of the fields."""
    return json.dumps(
        {
            "own_profile": reads._OWN_PROFILE,
            "profile_columns": reads._PROFILE_COLUMNS,
            "current_user": reads._CURRENT_USER,
            "count": limits._GRANT_ALONE,
            "count_try": verification._COUNT_TRY,
            "saved_and_spent": profile._SAVED_AND_SPENT,
            "noted": profile._NOTED.format(consent._APPEND.format(consent._ROW)),
            "put": f"SELECT procrastinate_defer_jobs_v1(ARRAY[{jobs._JOB}])",
            "genders": bytes(reads.genders("en")).decode(),
            "profile_fields": reads.Profile.__struct_fields__,
            "current_user_fields": reads.CurrentUser.__struct_fields__,
        }
    )


class Bench:
    """Two servers over one shop; each method is one row of the report and returns Patron's side and the floor's."""

    def __init__(self, patron: Server, floor: Server, folder: Path, size: Size, plan: Plan) -> None:
        self.patron, self.floor = patron, floor
        self._folder, self._size, self._plan = folder, size, plan
        self._unused = size.walked + 1  # the first session that no code was sent to

    def profile(self) -> tuple[Side, Side | None]:
        """GET /users/profile/."""
        return self._beside(seed.reads("/users/profile/", self._size))

    def current_user(self) -> tuple[Side, Side | None]:
        """GET /current_user/."""
        return self._beside(seed.reads("/current_user/", self._size))

    def change(self) -> tuple[Side, Side | None]:
        """PATCH /users/profile/ without a phone."""
        return self._beside(seed.changes(self._size))

    def confirm(self) -> tuple[Side, Side | None]:
        """PATCH /users/profile/ with a phone and the code sent to it; the old number and the e-mail are told."""
        patron, floor = self._once(seed.confirmations, self.patron, self.floor)
        return patron, floor

    def enter(self) -> tuple[Side, Side | None]:
        """POST /users/otp-login/ with the code sent to the phone."""
        return self._once(seed.entries, self.patron)[0], None

    def login(self) -> tuple[Side, Side | None]:
        """POST /users/login/: Argon2 is the cost, and meant to be."""
        requests = load.write(seed.logins(self._size), self._folder / "requests")
        return rounds.once_each((self.patron,), [[requests]], self._plan)[0], None

    def memory_mb(self) -> float:
        """Of the web process, after everything above: a password that is being hashed takes 19 MB for a moment."""
        time.sleep(_SETTLED_SECONDS)
        return machine.memory_mb(self.patron.pid)

    def _once(self, make: Callable[[int, int], list[load.Request]], *servers: Server) -> list[Side]:
        taken = []
        for number in range(self._plan.rounds):
            names = [f"codes-{number}-{place}" for place in range(len(servers))]
            taken.append([self._codes(make, name) for name in names])
        return rounds.once_each(servers, taken, self._plan)

    def _codes(self, make: Callable[[int, int], list[load.Request]], name: str) -> Path:
        count = CODES_PER_SECOND * self._plan.seconds
        first, self._unused = self._unused, self._unused + count
        return load.write(make(first, count), self._folder / name)

    def _beside(self, requests: list[load.Request]) -> tuple[Side, Side | None]:
        first, second = (requests[0].send(server.port) for server in (self.patron, self.floor))
        if json.loads(first) != json.loads(second):
            raise load.Spoiled(f"Patron and the floor do not answer the same: {first!r}, {second!r}")
        file = load.write(requests, self._folder / "requests")
        patron, floor = rounds.in_turn((self.patron, self.floor), file, self._plan)
        return patron, floor


# name → what the report calls it, the method, the target of the project
ROWS: Final[dict[str, tuple[str, Callable[[Bench], tuple[Side, Side | None]], str]]] = {
    "profile": ("GET profile", Bench.profile, "0.25 of the floor, 4.5 x its CPU"),
    "current-user": ("GET current_user", Bench.current_user, "0.25 of the floor, 4.5 x its CPU"),
    "change": ("PATCH profile", Bench.change, "0.12 of the floor"),
    "confirm": ("PATCH profile with a code", Bench.confirm, "300/s"),
    "enter": ("POST otp-login with a code", Bench.enter, "300/s"),
    "login": ("POST login", Bench.login, ""),
}


def codes(names: Collection[str], plan: Plan) -> int:
    """How many sessions the codes of these rows use up."""
    sides = {"confirm": 2, "enter": 1}
    return sum(sides.get(name, 0) for name in set(names)) * CODES_PER_SECOND * plan.seconds * plan.rounds
