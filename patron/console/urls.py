"""Addresses of the console."""

from django.contrib import admin
from django.urls import path
from django.views.generic import RedirectView

urlpatterns = [
    path("console", RedirectView.as_view(url="/console/")),
    path("console/", admin.site.urls),
]
