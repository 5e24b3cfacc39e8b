from django.urls import re_path

from patron.operations import views

urlpatterns = [
    re_path("^healthz/?$", views.Alive.as_view()),
    re_path("^readyz/?$", views.Ready.as_view()),
    re_path("^metrics/?$", views.Metrics.as_view()),
]
