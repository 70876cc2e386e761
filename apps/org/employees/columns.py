"""The columns of the employees' workbook: the same for template, import and export; an export can be imported."""

import datetime as dt
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db.models import Field
from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from apps.org.models import User

EXACT_DIGITS = 10**15
DATE_FORMATS = ("%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d", "%Y年%m月%d日", "%Y%m%d")


@dataclass(frozen=True)
class Sheet:
    """What cells of a sheet refer to, read once per import: codes and numbers as people write them → ids."""

    departments: dict[str, int]
    positions: dict[str, int]
    grades: dict[str, int]


@dataclass(frozen=True)
class ImportColumn:
    """One column: its heading, the field it fills, how a cell becomes a value."""

    name: str
    header: str | Promise
    read: Callable[[Any, Sheet], Any]
    required: bool = False
    hint: str | Promise = ""
    export: Callable[[User], Any] | None = None

    def headings(self) -> set[str]:
        """The heading in every language, and the name of the field, as a sheet may have them."""
        found = {self.name}
        for code, _name in settings.LANGUAGES:
            with translation.override(code):
                found.add(normalise(str(self.header)))
        return {normalise(heading) for heading in found}


def normalise(heading: Any) -> str:
    """A heading without what people add to it: case, spaces, stars, width."""
    return unicodedata.normalize("NFKC", str(heading)).strip().strip("*").strip().casefold()


def text_of(value: Any) -> str:
    """A cell as text. Numbers lose the `.0` that sheets add; one longer than 15 digits has already lost its end."""
    if isinstance(value, bool):
        return str(value)
    if isinstance(value, int | float):
        if abs(value) >= EXACT_DIGITS:
            raise ValidationError(
                _("This number is too long for a numeric cell and has lost digits; store it as text.")
            )
        return str(int(value)) if float(value).is_integer() else str(value)
    if isinstance(value, dt.datetime):
        return value.date().isoformat()
    return unicodedata.normalize("NFC", str(value)).strip()


def text(name: str) -> Callable[[Any, Sheet], str]:
    """Reads text by the rules of the model's own field: length, e-mail, characters of a user name."""
    field: Field = User._meta.get_field(name)

    def read(value: Any, sheet: Sheet) -> str:
        found = text_of(value)
        if not found.isprintable():
            raise ValidationError(_("This text has characters that cannot be printed."))
        return field.clean(found, None)

    return read


def account(value: Any, sheet: Sheet) -> str:
    """A bank account without the spaces between groups of digits."""
    return text("bank_account")(text_of(value).replace(" ", ""), sheet)


def date(value: Any, sheet: Sheet) -> dt.date:
    """A date cell, or a date typed as text in one of the usual ways."""
    if isinstance(value, dt.datetime):
        return value.date()
    if isinstance(value, dt.date):
        return value
    written = text_of(value)
    for pattern in DATE_FORMATS:
        try:
            return dt.datetime.strptime(written, pattern).date()  # noqa: DTZ007  a date has no zone
        except ValueError:
            continue
    raise ValidationError(_("“%(value)s” is not a date; write 2026-01-31.") % {"value": written[:40]})


def status(value: Any, sheet: Sheet) -> str:
    """A status by its code or by its words in any language."""
    written = normalise(text_of(value))
    for code in User.Status:
        words = {code.value}
        for language, _name in settings.LANGUAGES:
            with translation.override(language):
                words.add(normalise(str(code.label)))
        if written in words:
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
