"""Forms of notifications."""

from django import forms

from apps.notifications.models import NotificationPreference


class PreferenceForm(forms.ModelForm):
    """By e-mail or not."""

    class Meta:
        model = NotificationPreference
        fields = ["email"]
        widgets = {"email": forms.RadioSelect}
