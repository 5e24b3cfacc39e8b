"""What keeps Patron from starting."""


class CannotStart(Exception):
    """One line for the person at the terminal: what is wrong and what to do. Never a password."""
