"""Which columns of this room hold personal data; see `kernel.personal_data`."""


def declare() -> None:
    """Called when the room is ready."""
