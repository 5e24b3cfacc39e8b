from django.urls import path, re_path

from patron.sandbox import views

urlpatterns = [
    path("", views.PageView.as_view()),
    path("sms/", views.SmsView.as_view()),
    path("mail/", views.MailView.as_view()),
    path("clock/", views.ClockView.as_view()),
    path("faults/", views.FaultsView.as_view()),
    path("reset/", views.ResetView.as_view()),
    re_path(r"^(?P<name>sandbox\.(css|js))$", views.AssetView.as_view()),
]
