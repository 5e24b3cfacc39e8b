"""The second step of signing in to the console: its page after the password, and the page where one sets it up.

Between the two steps nobody is signed in: the session holds who gave the right password, for ten minutes.
"""

from typing import Any, Final

import segno
from django import forms
from django.conf import settings
from django.contrib.auth import login, update_session_auth_hash
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.cache import never_cache
from unfold.widgets import UnfoldAdminPasswordWidget, UnfoldAdminTextInputWidget

from patron.channels import sign_in, totp
from patron.channels.models import Staff
from patron.kernel import clock, dynamic, secrets
from patron.kernel.errors import Forbidden, Invalid, TooMany
from patron.kernel.tables import staff_id

PENDING_SECONDS: Final = 600
_PENDING: Final = "second_step"
_CANDIDATE: Final = "totp_candidate"
_PURPOSE: Final = "staff-totp-candidate"


class Needed(Exception):
    """The password was right; a code is still to come."""

    def __init__(self, staff: Staff) -> None:
        super().__init__()
        self.staff = staff


class CodeForm(forms.Form):
    """A code of the app, or a recovery code."""

    code = forms.CharField(
        label=gettext_lazy("Code"),
        max_length=40,
        help_text=gettext_lazy("Six digits of your authenticator app, or a recovery code."),
        widget=UnfoldAdminTextInputWidget(attrs={"autocomplete": "one-time-code", "autofocus": "", "dir": "ltr"}),
    )


class SetUpForm(forms.Form):
    """The password once more, since a stranger may sit at an open console, and a first code."""

    password = forms.CharField(
        label=gettext_lazy("Your password"),
        strip=False,
        widget=UnfoldAdminPasswordWidget(attrs={"autocomplete": "current-password"}),
    )
    code = forms.CharField(
        label=gettext_lazy("Code"),
        max_length=40,
        help_text=gettext_lazy("The six digits that the app shows now."),
        widget=UnfoldAdminTextInputWidget(attrs={"autocomplete": "one-time-code", "dir": "ltr"}),
    )


def wait(request: HttpRequest, staff: Staff) -> HttpResponse:
    """Remember who gave the right password, and ask for the code."""
    request.session.flush()
    request.session[_PENDING] = {
        "staff": staff.pk,
        "knows": staff.get_session_auth_hash(),
        "until": clock.now().timestamp() + PENDING_SECONDS,
        "next": request.POST.get("next") or request.GET.get("next", ""),
    }
    return HttpResponseRedirect(reverse("admin:login_code"))


@never_cache
def code_page(request: HttpRequest) -> HttpResponse:
    """The second step; whoever did not take the first is sent back to it."""
    from django.contrib import admin

    staff = _pending(request)
    if staff is None:
        return HttpResponseRedirect(reverse("admin:login"))
    form = CodeForm(_sent(request))
    if form.is_valid() and _tried(form, lambda: totp.check(staff, form.cleaned_data["code"])):
        onward = _onward(request)
        del request.session[_PENDING]
        login(request, staff)
        return HttpResponseRedirect(onward)
    context = admin.site.each_context(request) | {"title": _("Second step"), "form": form}
    return _page(request, "console/code.html", context, form)


def two_step_page(request: HttpRequest) -> HttpResponse:
    """One's own second step: set up, with a picture for the app; once it is, new recovery codes, or its end."""
    staff = Staff.objects.get(pk=staff_id(request))
    return _set_up(request, staff) if staff.totp_since is None else _manage(request, staff)


def is_due(request: HttpRequest) -> bool:
    """Whether somebody must set it up before anything else."""
    if not dynamic.get("STAFF_TOTP_REQUIRED") or not isinstance(request.user, Staff):
        return False
    allowed = (reverse("admin:two_step"), reverse("admin:logout"), reverse("admin:jsi18n"))
    return request.user.totp_since is None and request.path not in allowed


def picture(address: str) -> SafeString:
    """The QR code as SVG, drawn here: no other server learns the secret."""
    drawn = segno.make(address, error="m", micro=False).svg_inline(scale=5, border=4, dark="#000", light="#fff")
    return mark_safe(drawn)  # noqa: S308 -- drawn by the library: rectangles, none of the text


def _set_up(request: HttpRequest, staff: Staff) -> HttpResponse:
    form = SetUpForm(_sent(request))
    secret = _candidate(request)
    codes: list[str] = []

    def work() -> None:
        try:
            sign_in.verify(staff.username, form.cleaned_data["password"])
        except sign_in.BadCredentials as refused:
            raise Invalid({"password": [_("This is not your password.")]}) from refused
        codes.extend(totp.set_up(staff, secret, form.cleaned_data["code"]))

    if form.is_valid() and _tried(form, work):
        del request.session[_CANDIDATE]
        update_session_auth_hash(request, staff)
        return _shown_once(request, codes)
    shown = {"form": form, "picture": picture(totp.address(secret, staff)), "secret": totp.spelled(secret)}
    return _page(request, "console/two_step.html", _context(request, staff) | shown, form)


def _manage(request: HttpRequest, staff: Staff) -> HttpResponse:
    form = CodeForm(_sent(request))
    codes: list[str] = []

    def work() -> None:
        if request.POST.get("action") == "turn_off":
            totp.turn_off(staff, form.cleaned_data["code"])
        else:
            codes.extend(totp.renew_recovery_codes(staff, form.cleaned_data["code"]))

    if form.is_valid() and _tried(form, work):
        if codes:
            return _shown_once(request, codes)
        update_session_auth_hash(request, staff)
        return HttpResponseRedirect(reverse("admin:two_step"))
    shown = {"form": form, "left": totp.recovery_codes_left(staff), "may_end": not dynamic.get("STAFF_TOTP_REQUIRED")}
    return _page(request, "console/two_step.html", _context(request, staff) | shown, form)


def _shown_once(request: HttpRequest, codes: list[str]) -> HttpResponse:
    # no redirect: the codes would have to be kept somewhere meanwhile
    context = _context(request, None) | {"title": _("Recovery codes"), "codes": codes}
    return render(request, "console/recovery_codes.html", context)


def _context(request: HttpRequest, staff: Staff | None) -> dict[str, Any]:
    from django.contrib import admin

    shown = {"title": _("Two-step sign-in"), "staff": staff, "is_due": dynamic.get("STAFF_TOTP_REQUIRED")}
    return admin.site.each_context(request) | shown


def _sent(request: HttpRequest) -> QueryDict | None:
    return request.POST if request.method == "POST" else None


def _page(request: HttpRequest, template: str, context: dict[str, Any], form: forms.Form) -> HttpResponse:
    response = render(request, template, context)
    wait_seconds = getattr(form, "wait_seconds", 0)
    if wait_seconds:
        response.status_code = 429
        response["Retry-After"] = str(wait_seconds)
    return response


def _tried(form: forms.Form, work: Any) -> bool:
    """Whether the journey did it; what it refused stands on the form."""
    try:
        work()
    except TooMany as refused:
        form.wait_seconds = refused.wait_seconds  # type: ignore[attr-defined]
        form.add_error(None, too_many(refused))
    except Forbidden as refused:
        form.add_error(None, str(refused.text))
    except Invalid as refused:
        for field, texts in refused.fields.items():
            form.add_error(field if field in form.fields else None, [str(text) for text in texts])
    else:
        return True
    return False


def too_many(refused: TooMany) -> str:
    """How long to wait, in words."""
    minutes = -(-refused.wait_seconds // 60)
    text = ngettext(
        "Too many attempts. Try again in %(minutes)d minute.",
        "Too many attempts. Try again in %(minutes)d minutes.",
        minutes,
    )
    return text % {"minutes": minutes}


def _pending(request: HttpRequest) -> Staff | None:
    held = request.session.get(_PENDING)
    if not held or held["until"] < clock.now().timestamp():
        return None
    staff = Staff.objects.filter(pk=held["staff"]).first()
    # a password, a second step or a right that was changed in between: from the start again
    if staff is None or not staff.opens_console or not secrets.same(staff.get_session_auth_hash(), held["knows"]):
        return None
    return staff


def _onward(request: HttpRequest) -> str:
    onward: str = request.session[_PENDING]["next"]
    is_ours = url_has_allowed_host_and_scheme(onward, {request.get_host()}, require_https=request.is_secure())
    return onward if onward and is_ours else settings.LOGIN_REDIRECT_URL


def _candidate(request: HttpRequest) -> bytes:
    """The secret that the page shows: the same until it is set up, so that a reload does not change the picture."""
    sealed = request.session.get(_CANDIDATE)
    if sealed is not None:
        return secrets.unseal(_PURPOSE, sealed.encode())
    secret = totp.propose()
    request.session[_CANDIDATE] = secrets.seal(_PURPOSE, secret).decode()
    return secret
