"""Addresses of reference data."""

from django.urls import path

from patron.reference import views, views_sellers

urlpatterns = [
    path("api/v1/price_lists/", views.PriceListsView.as_view()),
    path("api/v1/price_lists/<int:price_list_id>/", views.PriceListView.as_view()),
    path("api/v1/datasources/", views_sellers.DatasourcesView.as_view()),
    path("api/v1/datasources/<int:datasource_id>/", views_sellers.DatasourceView.as_view()),
    path("api/v1/products/", views_sellers.ProductsView.as_view()),
    path("api/v1/products/<int:product_id>/", views_sellers.ProductView.as_view()),
]
