"""Addresses of the front door and of the document."""

from django.urls import path, re_path

from patron.operations.openapi import views

urlpatterns = [
    path("", views.Index.as_view()),
    re_path("^docs/?$", views.Page.as_view()),
    path("openapi.json", views.AsJson.as_view()),
    path("openapi.yaml", views.AsYaml.as_view()),
]
