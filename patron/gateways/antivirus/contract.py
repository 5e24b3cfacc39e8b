"""What an antivirus does, whoever stands behind it."""

from typing import Protocol


class Antivirus(Protocol):
    """An adapter. One instance is used by many threads."""

    def is_clean(self, content: bytes) -> bool:
        """Whether nothing was found. Raises GatewayTrouble and nothing else."""
