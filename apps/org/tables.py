"""Tables of the back office, on the page and in workbooks."""

from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from apps.core.tables import Column, Table
from apps.org.employees.columns import COLUMNS, GUARDED
from apps.org.models import JobGrade, Position, Role, User

YES_NO = {"True": _("Yes"), "False": _("No")}


#: characters of columns that hold more than most
_WIDTHS = {"email": 30, "bank_name": 30, "bank_account": 24}


def _exported() -> list[Column]:
    """The columns of the import, so that an export can be corrected and imported again, and some words besides."""
    columns = [
        Column(
            f"import_{column.name}",
            column.header,
            kind="date" if column.name == "hire_date" else "text",
            accessor=column.export or column.name,
            export_only=True,
            width=_WIDTHS.get(column.name),
        )
        for column in COLUMNS
    ]
    return [
        *columns,
        Column("department_name", _("Department"), accessor="department.label", export_only=True),
        Column("position_name", _("Position"), accessor="position.label", export_only=True),
        Column("grade_name", _("Job grade"), accessor="grade.label", export_only=True),
        Column("left_on", _("Left on"), kind="date", export_only=True),
    ]


class EmployeeTable(Table):
    """Employees."""

    columns = [
        Column("name", pgettext_lazy("person", "Name"), kind="link", sort="name", screen_only=True),
        Column("number", _("Employee number"), sort="number", screen_only=True),
        Column("username", _("User name"), sort="username", screen_only=True),
        Column("department", _("Department"), accessor="department.label", screen_only=True),
        Column("position", _("Position"), accessor="position.label", screen_only=True),
        Column("manager", _("Line manager"), accessor="manager.name", screen_only=True),
        Column("phone", _("Phone"), screen_only=True),
        Column("status", _("Status"), kind="badge", sort="status", screen_only=True),
        *_exported(),
    ]
    default_sort = "name"
    caption = _("Employees")
    empty_title = _("No employee yet")
    empty_hint = _("Create one, or import all of them from a workbook.")

    def row_url(self, row: User) -> str:
        """The employee's page."""
        return reverse("org:employee-detail", args=[row.pk])


class EmployeeTableWithoutAccounts(EmployeeTable):
    """Employees, for those who may not see bank accounts."""

    columns = [column for column in EmployeeTable.columns if column.name.removeprefix("import_") not in GUARDED]


class PositionTable(Table):
    """Positions."""

    columns = [
        Column("code", _("Code"), sort="code"),
        Column("label", _("Name"), kind="link", sort="name"),
        Column("grade", _("Job grade"), accessor="grade.label"),
        Column("is_managerial", _("Managerial"), kind="badge", choices=YES_NO),
        Column("active", _("In use"), kind="badge", choices=YES_NO, sort="active"),
    ]
    default_sort = "code"
    caption = _("Positions")
    empty_title = _("No position yet")

    def row_url(self, row: Position) -> str:
        """The form, which refuses those who may only read; they get the history."""
        return reverse("org:position-update", args=[row.pk])


class JobGradeTable(Table):
    """Grades."""

    columns = [
        Column("code", _("Code"), sort="code"),
        Column("label", _("Name"), kind="link", sort="name"),
        Column("level", _("Level"), kind="number", sort="level"),
        Column("active", _("In use"), kind="badge", choices=YES_NO, sort="active"),
    ]
    default_sort = "-level"
    caption = _("Job grades")
    empty_title = _("No grade yet")

    def row_url(self, row: JobGrade) -> str:
        """The form."""
        return reverse("org:jobgrade-update", args=[row.pk])


class RoleTable(Table):
    """Role groups."""

    columns = [
        Column("label", _("Name"), kind="link", sort="name"),
        Column("code", _("Code"), sort="code"),
        Column("description", _("Description"), kind="longtext"),
        Column("people", _("Members"), kind="number"),
    ]
    default_sort = "code"
    caption = _("Role groups")
    empty_title = _("No role group yet")

    def row_url(self, row: Role) -> str:
        """The page of the role group."""
        return reverse("org:role-detail", args=[row.pk])
