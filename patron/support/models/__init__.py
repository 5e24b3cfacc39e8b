"""What the room keeps: messages of the contact form, and conversations."""

from patron.support.models.contact import ContactFile, ContactMessage, Subject
from patron.support.models.conversations import BlockedSender, Conversation, Message, SavedAnswer

__all__ = [
    "BlockedSender",
    "ContactFile",
    "ContactMessage",
    "Conversation",
    "Message",
    "SavedAnswer",
    "Subject",
]
