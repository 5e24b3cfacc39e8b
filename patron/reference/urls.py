"""Addresses of reference data."""

from django.urls import path

from patron.reference import views, views_catalogs, views_sellers

urlpatterns = [
    path("api/v1/price_lists/", views.PriceListsView.as_view()),
    path("api/v1/price_lists/<int:price_list_id>/", views.PriceListView.as_view()),
    path("api/v1/datasources/", views_sellers.DatasourcesView.as_view()),
    path("api/v1/datasources/<int:datasource_id>/", views_sellers.DatasourceView.as_view()),
    path("api/v1/products/", views_sellers.ProductsView.as_view()),
    path("api/v1/products/<int:product_id>/", views_sellers.ProductView.as_view()),
    path("api/v1/stock_lists/", views_catalogs.StockListsView.as_view()),
    path("api/v1/stock_lists/<int:stock_list_id>/", views_catalogs.StockListView.as_view()),
    path("api/v1/catalogs/", views_catalogs.CatalogsView.as_view()),
    path("api/v1/catalogs/<int:catalog_id>/", views_catalogs.CatalogView.as_view()),
]
