"""What people type when they decide on a paper or comment on it."""

import base64
from typing import Any

from django import forms
from django.core.files import File
from django.core.files.base import ContentFile
from django.utils.translation import gettext_lazy as _

from apps.approvals.models import Task
from apps.core.errors import Refused
from apps.core.forms import BaseForm
from apps.documents.permissions import Access
from apps.org.models import User

SEARCHING = {"data-searchable": ""}
LONGEST = 2000


class FilesInput(forms.ClearableFileInput):
    """Several files at once."""

    allow_multiple_selected = True


class FilesField(forms.FileField):
    """Files that go with what is said; what they are is asked by the service."""

    widget = FilesInput

    def clean(self, data: Any, initial: Any = None) -> list[File]:
        return [file for file in data or [] if file]


def text_field(label: Any, *, required: bool = True) -> forms.CharField:
    """What is said, at most as long as it is kept."""
    return forms.CharField(label=label, required=required, max_length=LONGEST, widget=forms.Textarea(attrs={"rows": 3}))


class SaidForm(BaseForm):
    """Something said on a paper, with files."""

    files = FilesField(label=_("Files"), required=False, help_text=_("Files have to be chosen again."))
    next = forms.CharField(required=False, widget=forms.HiddenInput)

    def ask_only_for(self, access: Access) -> None:
        """Leave out what the paper does not ask this person for."""

    def show_refusal(self, refusal: Refused) -> None:
        """What is wrong with files is wrong with the field of this form."""
        fields = {"files" if name == "attachments" else name: text for name, text in refusal.fields.items()}
        super().show_refusal(Refused(str(refusal), fields=fields))


class DecisionForm(SaidForm):
    """A decision on the content the person was shown, at the moment they were shown it."""

    #: name of what is said
    says = "reason"
    seen = forms.CharField(required=False, widget=forms.HiddenInput)
    seen_at = forms.CharField(required=False, widget=forms.HiddenInput)
    #: the step the person was shown, for who is asked in several at the same time
    step = forms.CharField(required=False, widget=forms.HiddenInput)

    field_order = ["reason", "comment", "opinion", "signature", "to", "files"]


class SignatureInput(forms.Widget):
    """A place to sign with finger, pen or mouse; a picture of one's signature serves as well."""

    template_name = "documents/_signature.html"
    needs_multipart_form = True

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Any:
        return files.get(f"{name}_file") or data.get(name, "")

    def format_value(self, value: Any) -> str:
        return value if isinstance(value, str) else ""


class SignatureField(forms.Field):
    """A signature as a file: drawn (`data:image/png;base64,…`) or uploaded; None where there is none."""

    widget = SignatureInput
    drawn = "data:image/png;base64,"

    def to_python(self, value: Any) -> File | None:
        if not value or isinstance(value, File):
            return value or None
        try:
            content = base64.b64decode(str(value).removeprefix(self.drawn), validate=True)
        except ValueError:
            raise forms.ValidationError(_("This is no signature; draw it again.")) from None
        return ContentFile(content, name="signature.png")


class ApproveForm(DecisionForm):
    """An approval."""

    says = "comment"
    comment = text_field(_("Comment"), required=False)
    signature = SignatureField(label=_("Your signature"), required=False)

    def ask_only_for(self, access: Access) -> None:
        """Without a place to sign, where the step asks for no signature."""
        if not access.open_task.step.rule.get("signature_required"):
            del self.fields["signature"]


class RejectForm(DecisionForm):
    """A refusal for good."""

    # an empty one is refused by the service, which knows the sentence for it
    reason = text_field(_("Reason"), required=False)


class ReturnForm(RejectForm):
    """A return, to the applicant or to an earlier step."""

    to = forms.CharField(required=False, widget=forms.HiddenInput)


class AdviseForm(DecisionForm):
    """An opinion somebody was asked for."""

    says = "opinion"
    opinion = text_field(_("Your opinion"), required=False)

    def show_refusal(self, refusal: Refused) -> None:
        """What is missing is the opinion."""
        fields = {"opinion" if name == "reason" else name: text for name, text in refusal.fields.items()}
        super().show_refusal(Refused(str(refusal), fields=fields))


class CommentForm(SaidForm):
    """A comment, and whom it names."""

    text = forms.CharField(label=_("Comment"), required=False, widget=forms.Textarea(attrs={"rows": 3}))
    mentioned = forms.ModelMultipleChoiceField(
        User.objects.none(), label=_("Tell these people"), required=False, widget=forms.SelectMultiple(attrs=SEARCHING)
    )

    field_order = ["text", "mentioned", "files"]

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.fields["mentioned"].queryset = User.objects.filter(is_active=True)


class CopyForm(BaseForm):
    """Whom a paper is copied to."""

    people = forms.ModelMultipleChoiceField(
        User.objects.none(), label=_("People"), widget=forms.SelectMultiple(attrs=SEARCHING)
    )

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.fields["people"].queryset = User.objects.filter(is_active=True)


class TransferForm(BaseForm):
    """To whom one's turn to decide is given, and why."""

    to = forms.ModelChoiceField(
        User.objects.none(), label=_("Who decides in your place"), widget=forms.Select(attrs=SEARCHING)
    )
    reason = text_field(_("Reason"))

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.fields["to"].queryset = User.objects.filter(is_active=True)

    def show_refusal(self, refusal: Refused) -> None:
        """What is wrong with the people is wrong with the one chosen."""
        people = refusal.fields.pop("people", None)
        super().show_refusal(Refused(str(refusal), fields={**refusal.fields, **({"to": people} if people else {})}))


class RevokeForm(BaseForm):
    """Why an approved paper is to be revoked."""

    reason = text_field(_("Reason"))


class ConsultForm(CopyForm):
    """Who is asked for an opinion, and what about."""

    reason = text_field(_("What do you want to know?"))


class AddApproversForm(CopyForm):
    """Who is asked to decide too, in which order, and why."""

    place = forms.ChoiceField(
        label=_("Order"),
        choices=[(place.value, place.label) for place in Task.Place if place != Task.Place.OPINION],
        widget=forms.RadioSelect,
        initial=Task.Place.BEFORE,
    )
    reason = text_field(_("Reason"))
