"""The storefront's addresses of the room, and the staff's."""
