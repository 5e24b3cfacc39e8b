"""Addresses of the staff's own endpoints."""

from django.urls import path

from patron.channels import views

urlpatterns = [
    path("api/v1/auth/login/", views.LoginView.as_view()),
    path("api/i1/auth/login/", views.InternalLoginView.as_view()),
    path("api/v1/auth/logout/", views.LogoutView.as_view()),
    path("api/v1/auth/tokens/", views.TokensView.as_view()),
    path("api/v1/auth/tokens/<int:token_id>/", views.TokenView.as_view()),
    path("api/v1/active_user/", views.ActiveUserView.as_view()),
]
