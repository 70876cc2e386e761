"""Filters of the back office."""

import django_filters
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from apps.core.filters import BaseFilterSet, SearchFilter
from apps.org.models import Department, JobGrade, Position, Role, User


class PersonFilter(django_filters.CharFilter):
    """A field that names an employee, found by what people type of them: one box, however many employees there are."""

    def __init__(self, field_name: str, **kwargs):
        kwargs.setdefault("max_length", 80)
        super().__init__(field_name=field_name, **kwargs)

    def filter(self, qs: QuerySet, value: str) -> QuerySet:
        return qs.filter(**{f"{self.field_name}__in": User.objects.search(value)}) if value else qs


class EmployeeFilter(BaseFilterSet):
    """Who is meant: by words, place, rank, status, role group."""

    q = SearchFilter(["name", "username", "employee_no", "email", "phone"])
    department = django_filters.ModelChoiceFilter(
        label=_("Department"), queryset=Department.objects.all(), method="in_department"
    )
    position = django_filters.ModelChoiceFilter(label=_("Position"), queryset=Position.objects.all())
    grade = django_filters.ModelChoiceFilter(label=_("Job grade"), queryset=JobGrade.objects.all())
    status = django_filters.ChoiceFilter(label=_("Status"), choices=User.Status.choices)
    role = django_filters.ModelChoiceFilter(label=_("Role group"), queryset=Role.objects.all(), method="in_role")

    class Meta:
        model = User
        fields = []

    def in_department(self, rows: QuerySet, name: str, department: Department) -> QuerySet:
        """With the departments below."""
        return rows.filter(department__in=Department.objects.tree().descendants(department.pk))

    def in_role(self, rows: QuerySet, name: str, role: Role) -> QuerySet:
        """Members of a role group."""
        return rows.filter(groups=role.pk)


class PositionFilter(BaseFilterSet):
    """Positions by words."""

    q = SearchFilter(["name", "name_en", "code"])
    active = django_filters.ChoiceFilter(label=_("In use"), choices=[("True", _("Yes")), ("False", _("No"))])

    class Meta:
        model = Position
        fields = []


class JobGradeFilter(PositionFilter):
    """Grades by words."""

    class Meta:
        model = JobGrade
        fields = []
