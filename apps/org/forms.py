"""Forms of the back office. Each asks for the reason of a change and notices when somebody else was faster."""

import datetime as dt
from typing import Any
from zoneinfo import available_timezones

from django import forms
from django.contrib.auth.models import Permission
from django.core.exceptions import ValidationError
from django.db.models import Model, Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.core.forms import BaseForm, BaseModelForm, form_helper
from apps.core.uscc import check_uscc, normalise_uscc
from apps.org.calendar.fields import WEEKDAYS
from apps.org.calendar.worktime import parse_hours, write_hours
from apps.org.history import changes_since
from apps.org.models import Company, Department, JobGrade, Position, Role, User
from apps.org.wording import meaningful_permissions, model_of, own_label, rank_of


def version_of(record: Model) -> str:
    """What a form remembers of the record it was opened on."""
    return record.updated_at.isoformat() if record.pk else ""


class RecordForm(BaseModelForm):
    """The base of forms about one record of master data.

    The page hands in the record locked and fresh. When its version is not the one the form was opened on, the form is
    refused once, says what the other person changed, keeps what was typed, and saves over it at the next try.
    """

    reason_required = False

    version = forms.CharField(widget=forms.HiddenInput, required=False)
    change_reason = forms.CharField(
        label=gettext_lazy("Reason for the change"),
        required=False,
        max_length=200,
        help_text=gettext_lazy("Kept in the history of this record."),
    )

    def __init__(self, *args: Any, viewer: User, **kwargs: Any):
        self.viewer = viewer
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            if isinstance(field, forms.ModelChoiceField):
                field.widget.attrs["data-searchable"] = ""
        if self.instance.pk:
            self.fields["version"].initial = version_of(self.instance)
            self.fields["change_reason"].required = self.reason_required
        else:
            del self.fields["version"], self.fields["change_reason"]
            self.helper = form_helper(*self.layout())

    def clean(self) -> dict[str, Any]:
        """Refuse once when the record is not the one the form was opened on."""
        cleaned = super().clean()
        if self.instance.pk and self.data.get(self.add_prefix("version"), "") != version_of(self.instance):
            self.add_error(None, [ValidationError(line, code="stale") for line in self._what_changed()])
            self.data = self.data.copy()
            self.data[self.add_prefix("version")] = version_of(self.instance)
        return cleaned

    def _what_changed(self) -> list[str]:
        said = [
            _("Somebody changed this while you were editing. Your entries are kept; look at the change, then save.")
        ]
        try:
            opened = dt.datetime.fromisoformat(self.data.get(self.add_prefix("version"), ""))
            entries = changes_since(self.instance, opened, viewer=self.viewer)
        except (ValueError, TypeError):
            entries = []
        for entry in entries:
            said += [f"{entry.who or '–'}: {change}" for change in entry.changes]
        return said


def active_people(*, and_also: int | None = None):
    """People who may be chosen; the one already chosen stays visible even after leaving."""
    return User.objects.filter(Q(is_active=True) | Q(pk=and_also)).order_by("name", "pk")


class DepartmentForm(RecordForm):
    """A department: its place in the tree and its head."""

    class Meta:
        model = Department
        fields = ["code", "name", "name_en", "parent", "head", "order", "active"]

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.fields["head"].queryset = active_people(and_also=self.instance.head_id)
        tree = Department.objects.tree()
        below = tree.descendants(self.instance.pk) if self.instance.pk else set()
        self.fields["parent"].choices = [
            ("", self.fields["parent"].empty_label),
            *(
                (department.pk, "\u2003" * depth + str(department))
                for department, depth in tree.walk()
                if department.pk not in below and (department.active or department.pk == self.instance.parent_id)
            ),
        ]


class PositionForm(RecordForm):
    """A position and the grade that usually goes with it."""

    class Meta:
        model = Position
        fields = ["code", "name", "name_en", "grade", "is_managerial", "active"]


class JobGradeForm(RecordForm):
    """A grade; expense standards refer to it."""

    class Meta:
        model = JobGrade
        fields = ["code", "name", "name_en", "level", "active"]


class RoleForm(RecordForm):
    """A role group with what its members may do, table by table."""

    reason_required = True

    class Meta:
        model = Role
        fields = ["code", "name", "name_en", "description", "permissions"]

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.fields["permissions"].queryset = meaningful_permissions()
        self.fields["permissions"].required = False
        if self.instance.pk:
            self.fields["code"].disabled = True

    def layout(self) -> list[Any]:
        """The permissions are a matrix of their own on the page."""
        return [name for name in self.fields if name != "permissions"]

    def matrix(self) -> list[dict[str, Any]]:
        """Per table its permissions with their words and whether they are given."""
        chosen = {str(getattr(value, "pk", value)) for value in self["permissions"].value() or ()}
        rows: dict[Any, dict[str, Any]] = {}
        for permission in self.fields["permissions"].queryset:
            model = model_of(permission)
            if model is None:
                continue
            words = str(model._meta.verbose_name_plural)
            row = rows.setdefault(model, {"label": f"{words[:1].upper()}{words[1:]}", "choices": []})
            row["choices"].append(
                {
                    "pk": permission.pk,
                    "label": own_label(permission),
                    "rank": rank_of(permission),
                    "given": str(permission.pk) in chosen,
                }
            )
        for row in rows.values():
            row["choices"].sort(key=lambda choice: choice["rank"])
        return sorted(rows.values(), key=lambda row: row["label"])

    def permissions_given(self) -> list[Permission]:
        """What was ticked, and what the role holds on Django's own tables, which this page does not show."""
        given = list(self.cleaned_data["permissions"])
        if self.instance.pk:
            shown = self.fields["permissions"].queryset.values("pk")
            given += list(self.instance.permissions.exclude(pk__in=shown))
        return given


class MemberForm(forms.Form):
    """Whom to add to a role group."""

    employee = forms.ModelChoiceField(label=gettext_lazy("Employee"), queryset=User.objects.none())

    def __init__(self, *args: Any, role: Role, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.fields["employee"].queryset = User.objects.active().exclude(groups=role.pk).order_by("name", "pk")


class CompanyForm(RecordForm):
    """The company's own data and the limits that the regulation leaves to it."""

    reason_required = True

    uscc = forms.CharField(label=gettext_lazy("Unified Social Credit Code"), max_length=40, required=False)
    time_zone = forms.ChoiceField(
        label=gettext_lazy("Time zone"),
        choices=lambda: [(name, name) for name in sorted(available_timezones())],
        widget=forms.Select(attrs={"data-searchable": ""}),
    )
    working_weekdays = forms.MultipleChoiceField(
        label=gettext_lazy("Working days of the week"), choices=WEEKDAYS, widget=forms.CheckboxSelectMultiple
    )
    confirm_uscc = forms.BooleanField(label=gettext_lazy("I have compared the code with the licence."), required=False)

    class Meta:
        model = Company
        fields = [
            "name",
            "name_en",
            "uscc",
            "address",
            "phone",
            "time_zone",
            "currency",
            "claim_window_days",
            "max_attachment_mb",
            "default_language",
            "working_hours",
            "working_weekdays",
        ]

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        if not self.is_bound or not self._code_is_doubtful():
            self.fields["confirm_uscc"].widget = forms.HiddenInput()

        self.initial["working_weekdays"] = list(self.instance.working_weekdays)

    def clean_working_hours(self) -> str:
        """However they were typed, written in one way."""
        return write_hours(parse_hours(self.cleaned_data["working_hours"]))

    def clean_working_weekdays(self) -> str:
        """As they are stored."""
        return "".join(sorted(self.cleaned_data["working_weekdays"]))

    def layout(self) -> list[Any]:
        """The confirmation stands right below the code it is about."""
        names = [name for name in self.fields if name != "confirm_uscc"]
        names.insert(names.index("uscc") + 1, "confirm_uscc")
        return names

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


class ImportForm(BaseForm):
    """The workbook to read."""

    file = forms.FileField(
        label=gettext_lazy("Workbook (.xlsx)"),
        widget=forms.FileInput(attrs={"accept": ".xlsx"}),
    )
