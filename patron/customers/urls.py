"""Addresses of customers: of all channels, and of one."""

from django.urls import path

from patron.customers import views, views_bulk, views_mappings

_MAPPINGS = "customers/<int:customer_id>/mappings/"
urlpatterns = [
    path("api/v1/customers/", views.CustomersView.as_view()),
    path("api/v1/customers/<int:customer_id>/", views.CustomerView.as_view()),
    path("api/v1/customers/<int:customer_id>/history/", views_bulk.HistoryView.as_view()),
    path(f"api/v1/{_MAPPINGS}", views_mappings.MappingsView.as_view()),
    path(f"api/v1/{_MAPPINGS}<int:mapping_id>/", views_mappings.MappingView.as_view()),
    path("api/v1/customers/bulk_upsert/", views_bulk.BulkUpsertView.as_view()),
    path("api/v1/customers/merge/", views_bulk.MergeView.as_view()),
    path("api/v1/customers/merge/preview/", views_bulk.MergePreviewView.as_view()),
    path("api/v1/customers/merges/<int:merge_id>/undo/", views_bulk.UndoView.as_view()),
    path("api/v1/channel/<int:channel_id>/customers/bulk_upsert/", views_bulk.BulkUpsertView.as_view()),
    path("api/v1/channel/<int:channel_id>/customers/<int:customer_id>/history/", views_bulk.HistoryView.as_view()),
    path(f"api/v1/channel/<int:channel_id>/{_MAPPINGS}", views_mappings.MappingsView.as_view()),
    path(f"api/v1/channel/<int:channel_id>/{_MAPPINGS}<int:mapping_id>/", views_mappings.MappingView.as_view()),
    path("api/v1/channel/<int:channel_id>/customers/", views.CustomersView.as_view()),
    path("api/v1/channel/<int:channel_id>/customers/<int:customer_id>/", views.CustomerView.as_view()),
]
