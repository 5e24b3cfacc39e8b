"""The room's tables in the console."""

from patron.support.admin import contact, conversations

__all__ = ["contact", "conversations"]
