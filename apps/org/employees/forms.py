"""Forms about employees."""

from typing import Any

from django import forms
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from apps.core.forms import BaseForm
from apps.org.employees.columns import GUARDED
from apps.org.forms import RecordForm, active_people
from apps.org.models import Department, JobGrade, Position, Role, User
from apps.org.permissions import may_see_bank_account


class EmployeeForm(RecordForm):
    """A personnel record. Role groups only for administrators, bank accounts only for those who may see them."""

    roles = forms.ModelMultipleChoiceField(
        label=_("Role groups"), queryset=Role.objects.all(), required=False, widget=forms.SelectMultiple
    )

    class Meta:
        model = User
        fields = [
            "name",
            "username",
            "employee_no",
            "email",
            "phone",
            "department",
            "position",
            "grade",
            "manager",
            "status",
            "hire_date",
            "bank_name",
            "bank_account",
        ]

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        person = self.instance
        self.fields["username"].label = _("User name")
        self.fields["username"].help_text = _("For signing in.")
        for name, model in (("department", Department), ("position", Position), ("grade", JobGrade)):
            chosen = Q(pk=getattr(person, f"{name}_id"))
            self.fields[name].queryset = model.objects.filter(Q(active=True) | chosen)
        self.fields["manager"].queryset = active_people(and_also=person.manager_id).exclude(pk=person.pk)
        self.fields["status"].choices = [choice for choice in User.Status.choices if choice[0] != User.Status.LEFT]
        if not may_see_bank_account(self.viewer, person if person.pk else None):
            for name in GUARDED:
                del self.fields[name]
        if self.viewer.has_perm("org.change_role"):
            if person.pk:
                self.fields["roles"].initial = list(Role.objects.filter(user=person))
        else:
            del self.fields["roles"]

    def clean_bank_account(self) -> str:
        """Without the spaces people type between groups of digits."""
        return self.cleaned_data["bank_account"].replace(" ", "")


class DeactivateForm(BaseForm):
    """Who takes over, and why the person leaves."""

    successor = forms.ModelChoiceField(
        label=_("Successor"),
        queryset=User.objects.none(),
        required=False,
        widget=forms.Select(attrs={"data-searchable": ""}),
        help_text=_("Takes over everything in the list; may stay empty only when the list is empty."),
    )
    reason = forms.CharField(label=_("Reason"), max_length=200)

    def __init__(self, *args: Any, employee: User, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.fields["successor"].queryset = User.objects.active().exclude(pk=employee.pk).order_by("name", "pk")


class ReactivateForm(BaseForm):
    """Why somebody who left works here again."""

    reason = forms.CharField(label=_("Reason"), max_length=200)
