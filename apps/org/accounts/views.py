"""Pages of the sign-in and of one's own account."""

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import views as auth_views
from django.contrib.auth.decorators import login_not_required
from django.contrib.messages.views import SuccessMessageMixin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse, reverse_lazy
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST
from django.views.generic import TemplateView, UpdateView

from apps.org.accounts import services
from apps.org.accounts.devices import device_name
from apps.org.accounts.forms import AccountForm, PasswordChangeForm, PasswordResetForm, SetPasswordForm, SignInForm
from apps.org.models import User
from apps.org.services import save_record

ONE_YEAR = 365 * 24 * 3600


class SignIn(auth_views.LoginView):
    """The door. Leads to the page that was asked for, if it is one of ours."""

    template_name = "org/sign_in.html"
    authentication_form = SignInForm
    redirect_authenticated_user = True

    def form_valid(self, form) -> HttpResponse:
        """Sign in and list the device. The moment of it is no change of the personnel record: no row in its history."""
        user = form.get_user()
        user.skip_history_when_saving = True
        response = super().form_valid(form)
        del user.skip_history_when_saving
        services.open_session(request=self.request, user=user)
        return response


class SignOut(auth_views.LogoutView):
    """Ends this session and takes it off the list."""

    def post(self, request, *args, **kwargs) -> HttpResponse:
        """Only by POST, so that no link elsewhere signs anybody out."""
        services.close_session(request=request)
        return super().post(request, *args, **kwargs)


class PasswordReset(auth_views.PasswordResetView):
    """Asks where to send the link."""

    template_name = "org/password_reset.html"
    form_class = PasswordResetForm
    success_url = reverse_lazy("org:password-reset-sent")


class PasswordResetSent(auth_views.PasswordResetDoneView):
    """Says the same whether the address is known or not."""

    template_name = "org/password_reset_sent.html"


class PasswordResetConfirm(auth_views.PasswordResetConfirmView):
    """Behind the link of the letter."""

    template_name = "org/password_reset_confirm.html"
    form_class = SetPasswordForm
    success_url = reverse_lazy("org:password-reset-done")


class PasswordResetDone(auth_views.PasswordResetCompleteView):
    """The way back to the door."""

    template_name = "org/password_reset_done.html"


class PasswordChange(SuccessMessageMixin, auth_views.PasswordChangeView):
    """For somebody who is signed in and knows the old password."""

    template_name = "org/password_change.html"
    form_class = PasswordChangeForm
    success_url = reverse_lazy("org:account")
    success_message = gettext_lazy("The password is changed; other devices are signed out.")

    def get_form_kwargs(self):
        """The form's service needs the session that stays."""
        return {**super().get_form_kwargs(), "request": self.request}

    def form_valid(self, form) -> HttpResponse:
        """The service has already renewed the session; Django's own step would do it twice."""
        form.save()
        messages.success(self.request, self.success_message)
        return redirect(self.get_success_url())


class Account(SuccessMessageMixin, UpdateView):
    """Own data: all of it to read, a part of it to keep up to date."""

    template_name = "org/account.html"
    context_object_name = "person"
    form_class = AccountForm
    success_url = reverse_lazy("org:account")
    success_message = gettext_lazy("Your data is saved.")

    def get_object(self, queryset=None) -> User:
        """A fresh copy, so that a refused form does not show through in the frame."""
        related = User.objects.select_related("department", "position", "grade", "manager")
        return related.get(pk=self.request.user.pk)

    def get_context_data(self, **kwargs):
        """The role groups, by name."""
        return super().get_context_data(roles=list(self.request.user.groups.all()), **kwargs)

    def form_valid(self, form) -> HttpResponse:
        """Through the service, for the history."""
        save_record(form.save(commit=False), by=self.request.user, reason=_("own data"))
        messages.success(self.request, self.success_message)
        return redirect(self.get_success_url())


class Sessions(TemplateView):
    """Where I am signed in."""

    template_name = "org/sessions.html"

    def get_context_data(self, **kwargs):
        """Newest first, this device marked."""
        current = self.request.session.session_key
        rows = [
            {"session": session, "device": device_name(session.user_agent), "current": session.session_key == current}
            for session in services.open_sessions(user=self.request.user)
        ]
        return super().get_context_data(rows=rows, others=sum(not row["current"] for row in rows), **kwargs)


@require_POST
def end_session(request: HttpRequest, pk: int) -> HttpResponse:
    """Sign out on one device; on this one it is an ordinary sign-out."""
    session = get_object_or_404(request.user.sessions, pk=pk)
    if session.session_key == request.session.session_key:
        return SignOut.as_view()(request)
    services.end_sessions(user=request.user, session=session)
    messages.success(request, _("That device is signed out."))
    return redirect("org:sessions")


@require_POST
def end_other_sessions(request: HttpRequest) -> HttpResponse:
    """Sign out on all other devices."""
    count = services.end_sessions(user=request.user, keep=request.session.session_key or "")
    said = ngettext("%(count)d other device is signed out.", "%(count)d other devices are signed out.", count)
    messages.success(request, said % {"count": count})
    return redirect("org:sessions")


@login_not_required
@require_POST
def preferences(request: HttpRequest) -> HttpResponse:
    """Remember language and appearance: on the person when signed in, in cookies for the door."""
    language, theme = request.POST.get("language", ""), request.POST.get("theme", "")
    target = request.POST.get("next", "")
    if not url_has_allowed_host_and_scheme(target, {request.get_host()}, require_https=request.is_secure()):
        target = reverse("org:account") if request.user.is_authenticated else reverse("org:sign-in")
    response = redirect(target)
    if request.user.is_authenticated:
        services.save_preferences(user=request.user, language=language, theme=theme)
    if language in dict(settings.LANGUAGES):
        _set_cookie(response, settings.LANGUAGE_COOKIE_NAME, language)
        if not request.user.is_authenticated:
            request.session[services.CHOSEN_LANGUAGE] = language
    if theme in User.Theme.values:
        _set_cookie(response, "theme", theme)
    return response


def _set_cookie(response: HttpResponse, name: str, value: str) -> None:
    response.set_cookie(
        name, value, max_age=ONE_YEAR, secure=settings.SESSION_COOKIE_SECURE, samesite="Lax", httponly=True
    )
