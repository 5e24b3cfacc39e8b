"""Addresses of store credit."""

from django.urls import path

from patron.loyalty import credit_views

urlpatterns = [
    path("account/loyalty-account-balance/", credit_views.BalanceView.as_view()),
    path("account/loyalty/", credit_views.TransfersView.as_view()),
    path("api/v1/remote/<int:channel_id>/loyalty_account/", credit_views.RemoteAccountView.as_view()),
    path("api/v1/loyalty_transactions/", credit_views.MovementsView.as_view()),
]
