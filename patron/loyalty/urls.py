"""Addresses of the loyalty room."""

from django.urls import URLPattern, path

from patron.loyalty import urls_credit, views

urlpatterns: list[URLPattern] = [
    path("loyalty-card/loyalty_card/", views.CardView.as_view()),
    path("loyalty-card/add_loyalty_card/", views.AddView.as_view()),
    path("loyalty-card/add_loyalty_card_otp/", views.AddWithoutCodeView.as_view()),
    path("loyalty-card/update_loyalty_card/", views.UpdateView.as_view()),
    path("loyalty-card/delete_loyalty/", views.DeleteView.as_view()),
    path("loyalty-card/search_exists_create/", views.SearchView.as_view()),
    path("users/profile-with-loyalty/", views.ProfileWithLoyaltyView.as_view()),
    path("users/register-with-loyalty/", views.RegisterWithLoyaltyView.as_view()),
    *urls_credit.urlpatterns,
]
