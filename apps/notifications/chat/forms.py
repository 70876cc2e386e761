"""Forms of chat channels and of the daily e-mail."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from apps.core.outgoing import refusal_of
from apps.notifications.models import ChatChannel, NotificationSettings, Topic, default_topics
from apps.org.forms import RecordForm


class ChannelForm(RecordForm):
    """A group chat: where its bot listens and what it is told."""

    topics = forms.MultipleChoiceField(
        label=_("What it is told"),
        initial=default_topics,
        choices=Topic.choices,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Everybody in the group reads it: number and applicant of the paper, and for whom it is."),
    )

    class Meta:
        model = ChatChannel
        fields = ["name", "format", "url", "secret", "topics", "active"]
        help_texts = {
            "url": _("As the chat program shows it when the bot is added. It begins with https://."),
            "secret": _("Only where the bot asks for a signature (DingTalk, Feishu)."),
        }
        widgets = {
            "url": forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
            "secret": forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
        }

    def clean_url(self) -> str:
        """An address that could be sent to; whether it lies inside the house is looked up when something is sent."""
        url = self.cleaned_data["url"].strip()
        problem = refusal_of(url)
        if problem:
            raise forms.ValidationError(problem)
        return url

    def clean(self) -> dict[str, Any]:
        """WeCom signs nothing."""
        cleaned = super().clean()
        if cleaned.get("format") == ChatChannel.Format.WECOM and cleaned.get("secret"):
            self.add_error("secret", _("WeCom has no signature; leave this empty."))
        return cleaned


class NotificationSettingsForm(RecordForm):
    """When the daily e-mails leave."""

    class Meta:
        model = NotificationSettings
        fields = ["digest_hour"]
