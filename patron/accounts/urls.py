"""Addresses of the shopper's room."""

from django.urls import URLPattern, path

from patron.accounts.views import profile

urlpatterns: list[URLPattern] = [
    path("current_user/", profile.CurrentUserView.as_view()),
    path("users/profile/", profile.ProfileView.as_view()),
    path("media/avatars/<str:name>", profile.avatar),
]
