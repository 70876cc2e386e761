"""The columns of the employees' workbook: the same for template, import and export; an export can be imported."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from apps.core.importing import ImportColumn, date, normalise, text_for, text_of, words_of
from apps.org.models import User


@dataclass(frozen=True)
class Sheet:
    """What cells of a sheet refer to, read once per import: codes and numbers as people write them → ids."""

    departments: dict[str, int]
    positions: dict[str, int]
    grades: dict[str, int]


def text(name: str) -> Callable[[Any, Sheet], str]:
    """Reads text by the rules of the field of an employee."""
    return text_for(User._meta.get_field(name))


def account(value: Any, sheet: Sheet) -> str:
    """A bank account without the spaces between groups of digits."""
    return text("bank_account")(text_of(value).replace(" ", ""), sheet)


def status(value: Any, sheet: Sheet) -> str:
    """A status by its code or by its words in any language."""
    written = normalise(text_of(value))
    for code in User.Status:
        if written in {code.value, *words_of(code.label)}:
            return code.value
    choices = _(", ").join(str(status.label) for status in User.Status if status != User.Status.LEFT)
    raise ValidationError(
        _("“%(value)s” is not a status; one of: %(choices)s.") % {"value": written[:40], "choices": choices}
    )


def code(table: str) -> Callable[[Any, Sheet], int]:
    """Reads the code of a department, position or grade."""

    def read(value: Any, sheet: Sheet) -> int:
        written = text_of(value)
        found = getattr(sheet, table).get(written.casefold())
        if found is None:
            raise ValidationError(_("There is no “%(code)s”.") % {"code": written[:40]})
        return found

    return read


def _code(name: str) -> Callable[[User], str]:
    def export(user: User) -> str:
        target = getattr(user, name)
        return target.code if target is not None else ""

    return export


COLUMNS = [
    ImportColumn("employee_no", gettext_lazy("Employee number"), text("employee_no"), required=True),
    ImportColumn("name", pgettext_lazy("person", "Name"), text("name"), required=True),
    ImportColumn(
        "username",
        gettext_lazy("User name"),
        text("username"),
        hint=gettext_lazy("For signing in; the employee number when empty."),
    ),
    ImportColumn("email", gettext_lazy("E-mail"), text("email")),
    ImportColumn("phone", gettext_lazy("Phone"), text("phone")),
    ImportColumn(
        "department_id",
        gettext_lazy("Department code"),
        code("departments"),
        required=True,
        export=_code("department"),
    ),
    ImportColumn("position_id", gettext_lazy("Position code"), code("positions"), export=_code("position")),
    ImportColumn("grade_id", gettext_lazy("Grade code"), code("grades"), export=_code("grade")),
    ImportColumn(
        "manager",
        gettext_lazy("Manager’s employee number"),
        text("employee_no"),
        export=lambda user: user.manager.employee_no if user.manager_id else "",
    ),
    ImportColumn(
        "status",
        gettext_lazy("Status"),
        status,
        hint=gettext_lazy("On probation, Regular or Leaving; Regular when empty."),
        export=lambda user: user.get_status_display(),
    ),
    ImportColumn("hire_date", gettext_lazy("Hired on"), date, hint=gettext_lazy("As 2026-01-31.")),
    ImportColumn("bank_name", gettext_lazy("Bank"), text("bank_name")),
    ImportColumn("bank_account", gettext_lazy("Bank account"), account, hint=gettext_lazy("As text, not as a number.")),
]
GUARDED = ("bank_name", "bank_account")


def columns_for(viewer: User) -> list[ImportColumn]:
    """The columns this person may see and fill: bank accounts only for those who may see them."""
    if viewer.has_perm("org.view_bank_account"):
        return COLUMNS
    return [column for column in COLUMNS if column.name not in GUARDED]
