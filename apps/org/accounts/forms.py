"""Forms of the sign-in and account pages."""

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Layout, Submit
from django import forms
from django.contrib.auth import forms as auth_forms
from django.utils.translation import gettext_lazy as _

from apps.org.accounts.mail import send_sign_in_link
from apps.org.accounts.services import change_password
from apps.org.models import User


def helper(button, *fields: str) -> FormHelper:
    """The crispy helper of a short form with one button over its full width."""
    made = FormHelper()
    made.layout = Layout(*fields, Submit("submit", button, css_class="btn-primary w-100"))
    return made


class SignInForm(auth_forms.AuthenticationForm):
    """User name and password. One message for every failure, so that nobody learns which names exist."""

    error_messages = {
        "invalid_login": _(
            "The user name or the password is not right. "
            "After five failures in a row, sign-in is closed for fifteen minutes."
        ),
        "inactive": _("The user name or the password is not right."),
    }

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["username"].label = _("User name")
        self.helper = helper(_("Sign in"), "username", "password")
        self.helper.form_tag = False


class PasswordChangeForm(auth_forms.PasswordChangeForm):
    """The old password once, the new one twice."""

    def __init__(self, *args, request=None, **kwargs):
        super().__init__(*args, **kwargs)
        self.request = request
        self.helper = helper(_("Change the password"), *self.fields)

    def save(self, commit: bool = True) -> User:
        """Through the service, which signs the other devices out."""
        change_password(user=self.user, password=self.cleaned_data["new_password1"], request=self.request)
        return self.user


class PasswordResetForm(auth_forms.PasswordResetForm):
    """Asks for the address; the letter goes out in the language of its reader."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["email"].label = _("E-mail")
        self.helper = helper(_("Send the link"), "email")

    def get_users(self, email: str):
        """Everybody with this address who works here; a new employee has no password yet and gets the first one so."""
        return User.objects.active().filter(email__iexact=email)

    def save(self, **kwargs) -> None:
        """One letter per person; nothing happens for an unknown address."""
        for person in self.get_users(self.cleaned_data["email"]):
            send_sign_in_link(person)


class SetPasswordForm(auth_forms.SetPasswordForm):
    """The new password twice, after the link in the letter."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.helper = helper(_("Set the password"), *self.fields)

    def save(self, commit: bool = True) -> User:
        """Through the service: all devices are signed out and a lock after failures is lifted."""
        change_password(user=self.user, password=self.cleaned_data["new_password1"])
        return self.user


class AccountForm(forms.ModelForm):
    """What people keep up to date themselves. E-mail and bank account ask for the password: they lead to the account
    and to the money."""

    GUARDED = ("email", "bank_name", "bank_account")

    current_password = forms.CharField(
        label=_("Current password"),
        required=False,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
        help_text=_("Only when the e-mail address or the bank account changes."),
    )

    class Meta:
        model = User
        fields = ["phone", "email", "bank_name", "bank_account"]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.helper = FormHelper()
        self.helper.layout = Layout(*self.fields, Submit("submit", _("Save")))

    def clean_bank_account(self) -> str:
        """Without the spaces people type between groups of digits."""
        return self.cleaned_data["bank_account"].replace(" ", "")

    def clean(self):
        """The password, where the change calls for it."""
        cleaned = super().clean()
        stored = User.objects.get(pk=self.instance.pk)
        changed = any(cleaned.get(name, "") != getattr(stored, name) for name in self.GUARDED if name in cleaned)
        if changed and not stored.check_password(cleaned.get("current_password", "")):
            self.add_error("current_password", _("Enter your current password to change this."))
        return cleaned
