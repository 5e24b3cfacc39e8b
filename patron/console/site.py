"""The console's site: a throttled door of two steps, own addresses, and a password change that ends sign-ins."""

from functools import wraps
from typing import Any

from django.contrib.auth.views import PasswordChangeView
from django.core.exceptions import ValidationError
from django.core.paginator import InvalidPage
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext_lazy as _
from unfold.forms import AuthenticationForm
from unfold.sites import UnfoldAdminSite

from patron.channels import sign_in
from patron.channels.forms import OwnPasswordForm
from patron.channels.models import Staff
from patron.console import second_step
from patron.kernel.errors import TooMany


class SignInForm(AuthenticationForm):  # type: ignore[misc]
    """Username and password, counted and checked as for a token of the API; only staff of the console get in."""

    wait_seconds = 0

    def clean(self) -> dict[str, Any]:
        """Ask the journey, in the place of Django's own check that counts nothing. Raises second_step.Needed."""
        username, password = self.cleaned_data.get("username"), self.cleaned_data.get("password")
        if username and password:
            try:
                self.user_cache = sign_in.verify(username, password)
            except TooMany as refused:
                self.wait_seconds = refused.wait_seconds
                raise ValidationError(second_step.too_many(refused)) from refused
            except sign_in.BadCredentials as refused:
                raise self.get_invalid_login_error() from refused
            self.confirm_login_allowed(self.user_cache)
            if self.user_cache.totp_since is not None:
                raise second_step.Needed(self.user_cache)
        cleaned: dict[str, Any] = self.cleaned_data
        return cleaned

    def confirm_login_allowed(self, user: Any) -> None:
        """Somebody whom the console lets in; the others hear what a wrong password hears."""
        if not user.opens_console:
            raise self.get_invalid_login_error()


class ConsoleSite(UnfoldAdminSite):  # type: ignore[misc]
    """Every table of every room, the dynamic settings, the dashboard."""

    index_title = _("Overview")
    index_template = "console/overview.html"
    enable_nav_sidebar = True

    def __init__(self, name: str = "admin") -> None:
        super().__init__(name)
        self.login_form = SignInForm

    def extra_urls(self) -> list[URLPattern]:
        """Addresses that belong to no table."""
        from patron.console import dynamic_settings
        from patron.console.inbox import views as inbox

        page = self.admin_view(dynamic_settings.settings_page)
        return [
            path("login/code/", second_step.code_page, name="login_code"),
            path("two-step/", self.admin_view(second_step.two_step_page), name="two_step"),
            path("settings/", page, name="dynamic_settings"),
            path("settings/<slug:group>/", page, name="dynamic_settings_group"),
            *inbox.patterns(self.admin_view),
        ]

    def has_permission(self, request: HttpRequest) -> bool:
        """Staff whom the console lets in."""
        return isinstance(request.user, Staff) and request.user.opens_console

    def admin_view(self, view: Any, cacheable: bool = False) -> Any:
        """A page for those who may; where two steps are obligatory, it waits until they are set up."""

        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if second_step.is_due(request):
                return HttpResponseRedirect(reverse(f"{self.name}:two_step"))
            response: HttpResponse = view(request, *args, **kwargs)
            return response

        return super().admin_view(guarded, cacheable)

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Django's page; 429 with the time to wait when the limit is reached; the second step where there is one."""
        try:
            response: HttpResponse = super().login(request, extra_context)
        except second_step.Needed as needed:
            return second_step.wait(request, needed.staff)
        if isinstance(response, TemplateResponse) and response.context_data:
            wait_seconds = getattr(response.context_data.get("form"), "wait_seconds", 0)
            if wait_seconds:
                response.status_code = 429
                response["Retry-After"] = str(wait_seconds)
        return response

    def password_change(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """The own password; tokens made by signing in with the old one end."""
        view = PasswordChangeView.as_view(
            form_class=OwnPasswordForm,
            success_url=reverse(f"{self.name}:password_change_done"),
            extra_context={**self.each_context(request), **(extra_context or {})},
            template_name="registration/password_change_form.html",
        )
        return view(request)  # type: ignore[return-value]

    def search(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """The search over tables; a page that is none is not found."""
        try:
            response: HttpResponse = super().search(request, extra_context)
        except (ValueError, InvalidPage) as error:
            raise Http404 from error
        return response
