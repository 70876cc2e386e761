"""What a new company starts with (clause 2.1): departments, grades, positions, role groups and their permissions.

Everything is recognised by its code and left alone where it exists. Permissions are offered to a role once: what an
administrator has taken away since does not come back, and what a later version adds is given.
"""

import json
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth.models import Permission
from django.db import transaction
from django.utils.translation import gettext as _

from apps.core import registry
from apps.org.calendar.services import enter_published_years
from apps.org.models import Company, Department, JobGrade, Position, Role
from apps.org.services import save_role, with_reason

FILE = Path(settings.BASE_DIR) / "fixtures" / "org.json"


@transaction.atomic
def set_up(*, reset: bool = False) -> None:
    """Enter what is missing; with `reset`, put names, places and permissions back to those of a new company."""
    data = json.loads(FILE.read_text(encoding="utf-8"))
    entry = _Entry(reset)
    entry.company(data["company"])
    for row in data["departments"]:
        parent = Department.objects.get(code=row["parent"]) if row["parent"] else None
        entry.record(Department, {**row, "parent": parent})
    for row in data["grades"]:
        entry.record(JobGrade, row)
    for row in data["positions"]:
        entry.record(Position, {**row, "grade": JobGrade.objects.get(code=row["grade"])})
    enter_published_years()
    known = {f"{app}.{code}": pk for pk, app, code in _permissions()}
    for row in data["roles"]:
        entry.role(row, known)


def _permissions():
    return Permission.objects.values_list("pk", "content_type__app_label", "codename")


class _Entry:
    """Writes a record unless it is there, or over it on a reset."""

    def __init__(self, reset: bool):
        self.reset = reset
        self.reason = _("as a new company starts with")

    def company(self, row: dict[str, Any]) -> None:
        """The one row of settings."""
        if self.reset or not Company.objects.exists():
            company = Company.objects.first() or Company(pk=1)
            self._write(company, row)

    def record(self, model: type, row: dict[str, Any]) -> None:
        """A row recognised by its code."""
        known = model.objects.filter(code=row["code"]).first()
        if known is None or self.reset:
            self._write(known or model(), row)

    def _write(self, record: Any, row: dict[str, Any]) -> None:
        for name, value in row.items():
            setattr(record, name, value)
        with_reason(record, by=None, reason=self.reason).save()

    def role(self, row: dict[str, Any], known: dict[str, int]) -> None:
        """A role group, and the permissions it has not been offered yet."""
        role = Role.objects.filter(code=row["code"]).first()
        creating = role is None
        role = role or Role()
        declared = registry.role_permissions[row["code"]]
        missing = declared - known.keys()
        if missing:
            raise LookupError(f"Role {row['code']}: no such permissions: {', '.join(sorted(missing))}")
        held = set() if creating or self.reset else set(role.permissions.values_list("pk", flat=True))
        offered = set() if creating or self.reset else set(role.offered_permissions)
        new = declared - offered
        if not (creating or self.reset or new):
            return
        if creating or self.reset:
            for name, value in row.items():
                setattr(role, name, value)
        role.offered_permissions = sorted(declared | offered)
        given = Permission.objects.filter(pk__in=held | {known[name] for name in new})
        save_role(role, permissions_given=given, by=None, reason=self.reason)
