"""List pages of the back office."""

from django.db.models import Count, Q, QuerySet, Value
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.core.errors import Forbidden
from apps.core.lists import ListPage
from apps.core.tables import Table
from apps.org import tables
from apps.org.filters import EmployeeFilter, JobGradeFilter, PositionFilter
from apps.org.models import JobGrade, Position, Role, User


class BackOfficeList(ListPage):
    """A list for those who hold a permission; a new row for those who hold another."""

    view_permission = ""
    add_permission = ""
    create_name = ""

    def require_access(self) -> None:
        """Refuse those without the permission."""
        if not self.request.user.has_perm(self.view_permission):
            raise Forbidden(_("This list is for administrators and Human Resources."))

    def create_url(self) -> str:
        """The form of a new row."""
        return reverse(self.create_name) if self.request.user.has_perm(self.add_permission) else ""


class EmployeeList(BackOfficeList):
    """All employees, those who left included."""

    template_name = "org/employee_list.html"
    title = gettext_lazy("Employees")
    filterset_class = EmployeeFilter
    view_permission = "org.view_user"
    add_permission = "org.add_user"
    create_name = "org:employee-create"
    create_label = gettext_lazy("New employee")
    export_formats = ("xlsx",)

    @property
    def table_class(self) -> type[Table]:
        """Bank accounts leave the house only with those who may see them."""
        if self.request.user.has_perm("org.view_bank_account"):
            return tables.EmployeeTable
        return tables.EmployeeTableWithoutAccounts

    def queryset(self) -> QuerySet:
        """With everything a row names."""
        joined = User.objects.select_related("department", "position", "grade", "manager")
        return joined.annotate(number=Coalesce("employee_no", Value("")))

    def extra_context(self) -> dict:
        """Whether the import is offered."""
        return {"may_import": self.request.user.has_perms(["org.add_user", "org.change_user"])}


class PositionList(BackOfficeList):
    """All positions."""

    title = gettext_lazy("Positions")
    table_class = tables.PositionTable
    filterset_class = PositionFilter
    view_permission = "org.view_position"
    add_permission = "org.add_position"
    create_name = "org:position-create"
    create_label = gettext_lazy("New position")

    def queryset(self) -> QuerySet:
        """With the usual grade."""
        return Position.objects.select_related("grade")


class JobGradeList(BackOfficeList):
    """All grades."""

    title = gettext_lazy("Job grades")
    table_class = tables.JobGradeTable
    filterset_class = JobGradeFilter
    view_permission = "org.view_jobgrade"
    add_permission = "org.add_jobgrade"
    create_name = "org:jobgrade-create"
    create_label = gettext_lazy("New job grade")

    def queryset(self) -> QuerySet:
        """All of them."""
        return JobGrade.objects.all()


class RoleList(BackOfficeList):
    """All role groups."""

    title = gettext_lazy("Role groups")
    table_class = tables.RoleTable
    view_permission = "org.view_role"
    add_permission = "org.add_role"
    create_name = "org:role-create"
    create_label = gettext_lazy("New role group")

    def queryset(self) -> QuerySet:
        """With the number of members who work here."""
        return Role.objects.annotate(people=Count("user", filter=Q(user__is_active=True)))
