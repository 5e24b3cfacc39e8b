"""The storefront's addresses about the shop's ear, and the staff's."""
