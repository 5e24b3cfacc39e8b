"""Addresses of the shopper's room."""

from django.urls import URLPattern, path, re_path

from patron.accounts.views import credentials, identity, personal_data, profile, registration

urlpatterns: list[URLPattern] = [
    path("csrf_token/", identity.CsrfTokenView.as_view()),
    # these two are called without the slash as well
    re_path(r"^users/login/?$", identity.LoginView.as_view()),
    re_path(r"^users/logout/?$", identity.LogoutView.as_view()),
    path("users/otp-login/", identity.OtpLoginView.as_view()),
    path("users/user/", identity.UserView.as_view()),
    path("users/sessions/", identity.SessionsView.as_view()),
    path("users/sessions/end-others/", identity.OtherSessionsView.as_view()),
    path("users/sessions/<int:session_id>/", identity.SessionView.as_view()),
    path("users/pz-captcha/", identity.CaptchaView.as_view()),
    path("users/activate-currency/", identity.CurrencyView.as_view()),
    path("users/password/change/", credentials.PasswordChangeView.as_view()),
    path("users/password/set/", credentials.PasswordSetView.as_view()),
    path("users/password/reset/", credentials.PasswordForgottenView.as_view()),
    path("users/reset/<path:slug>/", credentials.PasswordResetView.as_view()),
    path("users/email-change/", credentials.EmailChangeView.as_view()),
    path("users/email-set-primary/<path:token>/", credentials.EmailSetView.as_view()),
    path("users/registration/account-confirm-email/<path:token>/", credentials.EmailConfirmView.as_view()),
    path("current_user/", profile.CurrentUserView.as_view()),
    path("users/profile/", profile.ProfileView.as_view()),
    path("users/registration/", registration.RegistrationView.as_view()),
    path("users/personal-data/", personal_data.PersonalDataView.as_view()),
    path("users/anonymize/", personal_data.AnonymizeView.as_view()),
    re_path(r"^media/avatars/(?P<name>[0-9a-f]{32}\.webp)$", profile.avatar),
]
