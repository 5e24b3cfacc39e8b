"""Addresses of customers: of all channels, and of one."""

from django.urls import path

from patron.customers import views

urlpatterns = [
    path("api/v1/customers/", views.CustomersView.as_view()),
    path("api/v1/customers/<int:customer_id>/", views.CustomerView.as_view()),
    path("api/v1/channel/<int:channel_id>/customers/", views.CustomersView.as_view()),
    path("api/v1/channel/<int:channel_id>/customers/<int:customer_id>/", views.CustomerView.as_view()),
]
