"""Addresses of reference data."""

from django.urls import path

from patron.reference import views

urlpatterns = [
    path("api/v1/price_lists/", views.PriceListsView.as_view()),
    path("api/v1/price_lists/<int:price_list_id>/", views.PriceListView.as_view()),
]
