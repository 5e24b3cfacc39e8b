"""Shapes that come in."""
