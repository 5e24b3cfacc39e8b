from django.urls import path, re_path

from patron.sandbox import views
from patron.sandbox.simulator import views as simulator

urlpatterns = [
    path("", views.PageView.as_view()),
    path("sms/", views.SmsView.as_view()),
    path("mail/", views.MailView.as_view()),
    path("clock/", views.ClockView.as_view()),
    path("faults/", views.FaultsView.as_view()),
    path("reset/", views.ResetView.as_view()),
    path("loyalty/", simulator.AccountsView.as_view()),
    path("loyalty/points/", simulator.PointsView.as_view()),
    path("loyalty/switches/", simulator.SwitchesView.as_view()),
    re_path(r"^loyalty(?P<path>/accounts(?:/.*)?)\Z", simulator.ProviderView.as_view()),
    re_path(r"^(?P<name>sandbox\.(css|js))$", views.AssetView.as_view()),
]
