"""Addresses of the room."""

from django.urls import path

from patron.support.views import contact, conversations, remote

_REMOTE = "api/v1/remote/<int:channel_id>/conversations/"
_REMOTE_ONE = f"{_REMOTE}<int:conversation_id>/"

urlpatterns = [
    path("users/contact-us-subjects/", contact.ContactSubjectsView.as_view()),
    path("users/contact-us/", contact.ContactUsView.as_view()),
    path("users/contact-us", contact.ContactUsView.as_view()),
    path("users/conversations/", conversations.ConversationsView.as_view()),
    path("users/conversations/public/", conversations.OwnPublicView.as_view()),
    path("users/conversations/<int:conversation_id>/", conversations.ConversationView.as_view()),
    path("users/messages/", conversations.MessagesView.as_view()),
    path("conversations/public/", conversations.PublicView.as_view()),
    path(_REMOTE, remote.RemoteConversationsView.as_view()),
    path(_REMOTE_ONE, remote.RemoteConversationView.as_view()),
    path(f"{_REMOTE_ONE}reply/", remote.ReplyView.as_view()),
    path(f"{_REMOTE_ONE}close/", remote.CloseView.as_view()),
    path(f"{_REMOTE_ONE}reopen/", remote.ReopenView.as_view()),
    path(f"{_REMOTE_ONE}assign/", remote.AssignView.as_view()),
    path(f"{_REMOTE_ONE}publish/", remote.PublishView.as_view()),
    path(f"{_REMOTE_ONE}reject/", remote.RejectView.as_view()),
    path(f"{_REMOTE_ONE}block/", remote.BlockView.as_view()),
    path(f"{_REMOTE_ONE}unblock/", remote.UnblockView.as_view()),
    path("api/v1/remote/<int:channel_id>/messages/", remote.RemoteMessagesView.as_view()),
]
