"""Addresses of segments."""

from django.urls import path

from patron.segments.views import staff, storefront

urlpatterns = [
    path("users/segments/", storefront.OwnSegmentsView.as_view()),
    path("users/segments/recalculate_segment/", storefront.RecalculateView.as_view()),
    path("users/segments/<int:segment_id>/set/", storefront.OwnChooseView.as_view()),
    path("segments/<int:segment_id>/set/", storefront.ExampleChooseView.as_view()),
    path("api/v1/segments/", staff.SegmentsView.as_view()),
    path("api/v1/segments/preview/", staff.PreviewView.as_view()),
    path("api/v1/segments/recompute/", staff.RecomputeView.as_view()),
    path("api/v1/segments/<int:segment_id>/", staff.SegmentView.as_view()),
    path("api/v1/segments/<int:segment_id>/members/", staff.MembersView.as_view()),
]
