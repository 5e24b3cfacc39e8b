"""Addresses of the shopper's room."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
