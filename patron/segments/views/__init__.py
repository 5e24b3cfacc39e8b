"""The storefront's addresses about segments, and the staff's."""
