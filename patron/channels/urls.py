"""Addresses of staff and channels."""

from django.urls import path

from patron.channels import views, views_channels, views_staff

urlpatterns = [
    path("api/v1/auth/login/", views.LoginView.as_view()),
    path("api/i1/auth/login/", views.InternalLoginView.as_view()),
    path("api/v1/auth/logout/", views.LogoutView.as_view()),
    path("api/v1/auth/tokens/", views.TokensView.as_view()),
    path("api/v1/auth/tokens/<int:token_id>/", views.TokenView.as_view()),
    path("api/v1/active_user/", views.ActiveUserView.as_view()),
    path("api/v1/users/", views_staff.MembersView.as_view()),
    path("api/v1/users/<int:staff_id>/", views_staff.MemberView.as_view()),
    path("api/v1/users/<int:staff_id>/totp/", views_staff.MemberTotpView.as_view()),
    path("api/v1/users/<int:staff_id>/tokens/", views_staff.MemberTokensView.as_view()),
    path("api/v1/users/<int:staff_id>/tokens/<int:token_id>/", views_staff.MemberTokenView.as_view()),
    path("api/v1/groups/", views_staff.GroupsView.as_view()),
    path("api/v1/groups/<int:group_id>/", views_staff.GroupView.as_view()),
    path("api/v1/channels/", views_channels.ChannelsView.as_view()),
    path("api/v1/channels/<int:channel_id>/", views_channels.ChannelView.as_view()),
    path("api/v1/content_types/", views_channels.ContentTypesView.as_view()),
]
