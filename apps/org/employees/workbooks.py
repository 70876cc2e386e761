"""The workbook that leaves the house empty: the template of the employees' sheet."""

from typing import IO

from django.utils.translation import gettext as _

from apps.core import importing
from apps.org.employees.columns import columns_for
from apps.org.models import Department, JobGrade, Position, User


def write_template(stream: IO[bytes], *, viewer: User) -> None:
    """The columns this person may fill, with the codes in use."""
    tables = ((_("Departments"), Department), (_("Positions"), Position), (_("Grades"), JobGrade))
    importing.write_template(
        stream,
        title=_("Employees"),
        columns=columns_for(viewer),
        codes=[
            (title, [(row.code, str(row)) for row in model.objects.filter(active=True).order_by("code")])
            for title, model in tables
        ],
    )
