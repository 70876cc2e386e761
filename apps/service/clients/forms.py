"""Forms of the client file."""

from typing import Any

from crispy_forms.layout import Field
from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.core import clock
from apps.core.forms import BaseForm, form_helper
from apps.core.uscc import check_uscc, normalise_uscc
from apps.org.forms import RecordForm, active_people
from apps.service.clients import permissions, quality
from apps.service.clients.duplicates import Suspect, suspects
from apps.service.clients.fields import ClientField
from apps.service.clients.keys import web_address
from apps.service.clients.models import (
    Client,
    ClientDocument,
    ClientGrade,
    ClientPreference,
    ClientSettings,
    ClientSource,
    Contact,
    ContactLog,
    Industry,
)

CLASSIFICATION = ("industry", "grade")


class IndustryForm(RecordForm):
    """An industry."""

    class Meta:
        model = Industry
        fields = ["code", "name", "name_en", "order", "active"]


class ClientSourceForm(RecordForm):
    """A source of clients."""

    class Meta:
        model = ClientSource
        fields = ["code", "name", "name_en", "order", "active"]


class ClientGradeForm(RecordForm):
    """A grade and how often its clients are contacted."""

    class Meta:
        model = ClientGrade
        fields = ["code", "name", "name_en", "contact_days", "order", "active"]


class ClientSettingsForm(RecordForm):
    """The settings of the client file."""

    reason_required = True

    class Meta:
        model = ClientSettings
        fields = ["review_days"]


class ClientForm(RecordForm):
    """A client's file. Industry and grade are asked of those who classify.

    A doubtful code, and a new client that looks like one in the file, are asked about once and may then be kept.
    """

    referred_by = ClientField(label=gettext_lazy("Referred by client"), required=False)
    uscc = forms.CharField(label=gettext_lazy("Unified Social Credit Code"), max_length=40, required=False)
    confirm_uscc = forms.BooleanField(label=gettext_lazy("I have compared the code with the licence."), required=False)
    confirm_new = forms.BooleanField(label=gettext_lazy("This is another client than those named."), required=False)

    class Meta:
        model = Client
        fields = [
            "name",
            "name_en",
            "kind",
            "uscc",
            "industry",
            "grade",
            "source",
            "source_detail",
            "referred_by",
            "owner",
            "status",
            "phone",
            "email",
            "website",
            "address",
            "needs",
        ]
        widgets = {"needs": forms.Textarea(attrs={"rows": 4})}

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.suspects: list[Suspect] = []
        client = self.instance
        self.fields["owner"].queryset = active_people(and_also=client.owner_id)
        self.fields["owner"].empty_label = _("nobody: in the shared pool")
        visible = Client.objects.visible_to(self.viewer).live().exclude(pk=client.pk)
        known = Client.objects.filter(pk=client.referred_by_id)
        self.fields["referred_by"].queryset = (visible | known) if client.referred_by_id else visible
        for name in ("industry", "grade", "source"):
            field = self.fields[name]
            field.queryset = field.queryset.model.objects.filter(active=True) | field.queryset.model.objects.filter(
                pk=getattr(client, f"{name}_id")
            )
        if not self.viewer.has_perm(permissions.CLASSIFY):
            for name in CLASSIFICATION:
                del self.fields[name]
        if client.pk is None:
            self.fields["owner"].initial = self.viewer.pk
        if not (self.is_bound and self._code_is_doubtful()):
            self.fields["confirm_uscc"].widget = forms.HiddenInput()
        if not self.is_bound or client.pk:
            self.fields["confirm_new"].widget = forms.HiddenInput()
        self.helper = form_helper(*self.layout())

    def layout(self) -> list[Any]:
        """The confirmations stand right below what they are about."""
        names = [name for name in self.fields if name not in ("confirm_uscc", "confirm_new")]
        names.insert(names.index("uscc") + 1, "confirm_uscc")
        names.insert(0, "confirm_new")
        wide = {"address": "span-2", "needs": "span-all"}
        return [Field(name, wrapper_class=wide[name]) if name in wide else name for name in names]

    def _code_is_doubtful(self) -> bool:
        code = normalise_uscc(self.data.get(self.add_prefix("uscc"), ""))
        checked = check_uscc(code)
        return code != self.instance.uscc and checked.valid_shape and not checked.check_digit_ok

    def clean_uscc(self) -> str:
        """In capitals without spaces. A wrong shape is refused; a wrong check digit asks once: early codes have one."""
        code = normalise_uscc(self.cleaned_data["uscc"])
        if code:
            checked = check_uscc(code)
            if not checked.valid_shape:
                raise ValidationError(checked.message)
            if self._code_is_doubtful() and not self.data.get(self.add_prefix("confirm_uscc")):
                raise ValidationError(checked.message, code="unconfirmed")
        return code

    def clean_website(self) -> str:
        """With the part that people leave out."""
        return web_address(self.cleaned_data["website"])

    def clean(self) -> dict[str, Any]:
        """A new client that looks like one in the file is asked about once."""
        cleaned = super().clean()
        if self.instance.pk is None and "name" in cleaned:
            self.suspects = suspects(viewer=self.viewer, name=cleaned["name"], phones=[cleaned.get("phone", "")])
            if not self.suspects:
                self.fields["confirm_new"].widget = forms.HiddenInput()
            elif not cleaned.get("confirm_new"):
                said = _("A client like this is in the file already. Look at it; if yours is another one, say so here.")
                self.add_error("confirm_new", ValidationError(said, code="unconfirmed"))
        return cleaned


class ContactForm(RecordForm):
    """A person at a client."""

    class Meta:
        model = Contact
        fields = [
            "name",
            "title",
            "decision_role",
            "mobile",
            "phone",
            "email",
            "wechat",
            "is_primary",
            "active",
        ]


class PreferenceForm(RecordForm):
    """What a client prefers."""

    class Meta:
        model = ClientPreference
        fields = ["topic", "value"]

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.fields["topic"].help_text = _("Such as: reports, times to call, language, invoices.")


class DocumentForm(RecordForm):
    """A file put to a client; a change may bring a newer file."""

    file = forms.FileField(label=gettext_lazy("File"), max_length=200, required=False)

    class Meta:
        model = ClientDocument
        fields = ["name", "kind", "received_on", "remark"]

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.fields["name"].required = False
        self.fields["name"].help_text = _("The name of the file where it is left empty.")
        if self.instance.pk:
            self.fields["file"].label = _("A newer file in its place (optional)")
        else:
            self.initial["received_on"] = clock.today()
            self.fields["file"].required = True
        self.helper = form_helper(*self.layout())

    def layout(self) -> list[Any]:
        """The file first, where a new document is put in."""
        names = [name for name in self.fields if name != "file"]
        return ["file", *names] if self.instance.pk is None else [*names, "file"]

    def clean_name(self) -> str:
        """What was there stays where nothing is typed."""
        return " ".join(self.cleaned_data["name"].split()) or self.initial.get("name", "")


class ContactLogForm(RecordForm):
    """A contact with a client; a new one also takes down a preference that was heard."""

    preference_topic = forms.CharField(
        label=gettext_lazy("Preference heard: topic"),
        max_length=40,
        required=False,
        help_text=gettext_lazy("Such as: reports, times to call, language, invoices."),
    )
    preference_value = forms.CharField(label=gettext_lazy("Preference heard"), max_length=300, required=False)

    class Meta:
        model = ContactLog
        fields = ["at", "channel", "contact", "summary", "outcome", "next_contact_on"]
        widgets = {"summary": forms.Textarea(attrs={"rows": 4})}

    def __init__(self, *args: Any, client: Client, **kwargs: Any):
        super().__init__(*args, **kwargs)
        people = client.contacts.filter(active=True) | client.contacts.filter(pk=self.instance.contact_id)
        self.fields["contact"].queryset = people
        if self.instance.pk:
            del self.fields["preference_topic"], self.fields["preference_value"]
        else:
            self.initial["at"] = clock.local_now().replace(second=0, microsecond=0)
            self.initial["contact"] = client.primary_contact
        self.helper = form_helper(*self.layout())

    def clean(self) -> dict[str, Any]:
        """A preference has a topic and a text."""
        cleaned = super().clean()
        topic, value = cleaned.get("preference_topic"), cleaned.get("preference_value")
        if bool(topic) != bool(value):
            self.add_error("preference_topic" if value else "preference_value", _("Fill in both, or neither."))
        return cleaned

    def layout(self) -> list[Any]:
        """The text across the page."""
        return [Field(name, wrapper_class="span-all") if name == "summary" else name for name in self.fields]

    @property
    def preference(self) -> tuple[str, str] | None:
        """(topic, value) as typed."""
        topic = self.cleaned_data.get("preference_topic")
        return (topic, self.cleaned_data["preference_value"]) if topic else None


class ReviewForm(BaseForm):
    """What somebody makes sure of in a review: the filled fields that go stale."""

    fields_confirmed = forms.MultipleChoiceField(
        label=gettext_lazy("These are right"), widget=forms.CheckboxSelectMultiple, required=False
    )
    comment = forms.CharField(label=gettext_lazy("Comment (optional)"), max_length=300, required=False)

    def __init__(self, *args: Any, client: Client, **kwargs: Any):
        super().__init__(*args, **kwargs)
        filled = client.filled_fields()
        names = [name for name in quality.applicable(client.kind) if name in quality.CHECKED and name in filled]
        self.fields["fields_confirmed"].choices = [(name, quality.FIELDS[name][0]) for name in names]


class MergeForm(BaseForm):
    """Into which file, and why."""

    target = forms.CharField(label=gettext_lazy("Client number of the file that stays"), max_length=20)
    reason = forms.CharField(label=gettext_lazy("Reason"), max_length=200)

    def __init__(self, *args: Any, viewer: Any, source: Client, **kwargs: Any):
        self.viewer, self.source = viewer, source
        super().__init__(*args, **kwargs)

    def clean_target(self) -> Client:
        """A client this person sees."""
        number = self.cleaned_data["target"].strip().upper()
        found = Client.objects.visible_to(self.viewer).filter(number=number).first()
        if found is None:
            raise ValidationError(_("There is no client “%(number)s”.") % {"number": number})
        return found


class DistinctForm(forms.Form):
    """Two files that look alike, and why they are of different clients."""

    one = forms.IntegerField(min_value=1)
    other = forms.IntegerField(min_value=1)
    reason = forms.CharField(max_length=2000, required=False)


class SuggestionForm(forms.Form):
    """What of a half-typed client is looked up; nothing in it can be wrong."""

    name = forms.CharField(required=False, max_length=120)
    phone = forms.CharField(required=False, max_length=40)
    uscc = forms.CharField(required=False, max_length=40)
