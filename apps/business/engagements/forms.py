"""Forms of engagements."""

from typing import Any

from crispy_forms.layout import Field
from django import forms
from django.utils.translation import gettext_lazy as _

from apps.business.engagements.models import Engagement, EngagementMember, ProgressReport
from apps.core import clock
from apps.core.forms import BaseForm
from apps.org.forms import RecordForm, active_people
from apps.org.models import User
from apps.service.clients.models import Contact


class EngagementForm(RecordForm):
    """What is agreed about an engagement beside its contract."""

    class Meta:
        model = Engagement
        fields = ["title", "health", "health_note", "planned_from", "planned_to", "report_days", "next_report_on"]

    def layout(self) -> list[Any]:
        """The title across the page."""
        wide = {"title": "span-all", "health_note": "span-2"}
        return [Field(name, wrapper_class=wide[name]) if name in wide else name for name in self.fields]


class MemberForm(RecordForm):
    """Whom to take into the team, and for what."""

    class Meta:
        model = EngagementMember
        fields = ["user", "duty", "since"]

    def __init__(self, *args: Any, engagement: Engagement, **kwargs: Any):
        super().__init__(*args, **kwargs)
        there = engagement.members.filter(until=None).values("user")
        people = active_people().exclude(pk=engagement.manager_id).exclude(pk__in=there)
        self.fields["user"].queryset = people.select_related("department")
        self.initial["since"] = self.initial.get("since") or clock.today()

    def layout(self) -> list[Any]:
        """The duty across the page."""
        return ["user", "since", Field("duty", wrapper_class="span-all")]


class DutyForm(RecordForm):
    """Another duty."""

    class Meta:
        model = EngagementMember
        fields = ["duty"]


class ManagerForm(BaseForm):
    """Who manages it from now on, and why."""

    to = forms.ModelChoiceField(label=_("New manager"), queryset=User.objects.none())
    reason = forms.CharField(label=_("Reason"), max_length=60)

    def __init__(self, *args: Any, engagement: Engagement, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.fields["to"].queryset = active_people().exclude(pk=engagement.manager_id)
        self.fields["to"].widget.attrs["data-searchable"] = ""


class ReportForm(RecordForm):
    """What the client is told."""

    class Meta:
        model = ProgressReport
        fields = ["period_from", "period_to", "done", "coming", "problems"]
        widgets = {
            "done": forms.Textarea(attrs={"rows": 6}),
            "coming": forms.Textarea(attrs={"rows": 4}),
            "problems": forms.Textarea(attrs={"rows": 4}),
        }

    def layout(self) -> list[Any]:
        """The texts across the page."""
        texts = ("done", "coming", "problems")
        return [Field(name, wrapper_class="span-all") if name in texts else name for name in self.fields]


class SendForm(BaseForm):
    """To whom at the client a report goes."""

    to = forms.ModelMultipleChoiceField(
        label=_("By e-mail to"),
        queryset=Contact.objects.none(),
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    otherwise = forms.CharField(
        label=_("Handed over without e-mail"),
        max_length=300,
        required=False,
        help_text=_("How and to whom, such as: on paper to Ms Lin. Then no e-mail is sent."),
    )

    def __init__(self, *args: Any, recipients: list[Contact], **kwargs: Any):
        super().__init__(*args, **kwargs)
        field = self.fields["to"]
        field.queryset = Contact.objects.filter(pk__in=[person.pk for person in recipients])
        field.choices = [(person.pk, f"{person.name} <{person.email}>") for person in recipients]
        field.initial = [recipients[0].pk] if recipients else []
        if not recipients:
            del self.fields["to"]

    def layout(self) -> list[Any]:
        """One below the other."""
        return [Field(name, wrapper_class="span-all") for name in ("to", "otherwise") if name in self.fields]


class AnswerForm(BaseForm):
    """What the client answered."""

    answer = forms.CharField(label=_("Client's answer"), max_length=4000, widget=forms.Textarea(attrs={"rows": 5}))
    answered_on = forms.DateField(label=_("Answered on"), widget=forms.DateInput())

    def layout(self) -> list[Any]:
        """The answer across the page."""
        return ["answered_on", Field("answer", wrapper_class="span-all")]


class ReceiveForm(forms.Form):
    """The day a document came; its files are taken from the request, for there may be several."""

    on = forms.DateField(required=False)
