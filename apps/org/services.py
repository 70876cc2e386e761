"""Every change of the organisation: saving with a reason, members of roles, departments going out of use, leavers."""

from collections.abc import Iterable
from typing import TypeVar

from django.db import transaction
from django.db.models import Model
from django.utils.translation import gettext as _

from apps.core import clock, registry
from apps.core.checks import check
from apps.core.errors import Refused
from apps.org import permissions
from apps.org.accounts.services import end_sessions
from apps.org.models import Department, Role, User

Record = TypeVar("Record", bound=Model)


class OrgError(Refused):
    """A change of the organisation that the rules do not allow; the text says why."""


def with_reason(record: Record, *, by: User | None, reason: str = "") -> Record:
    """Note on the record who changes it and why; the next row of its history carries both."""
    record._history_user = by
    record._change_reason = reason or None
    return record


@transaction.atomic
def save_record(record: Record, *, by: User | None, reason: str = "") -> Record:
    """Check and save any record of the organisation; its history says who and why."""
    check(record)
    with_reason(record, by=by, reason=reason).save()
    return record


@transaction.atomic
def save_department(department: Department, *, by: User | None, reason: str = "") -> Department:
    """Save a department. It stays in use as long as people or departments in use belong to it."""
    if department.pk and not department.active:
        if department.children.filter(active=True).exists():
            raise OrgError(
                _("Departments in use belong to %(name)s; move them first.") % {"name": department},
                fields={"active": _("Departments in use belong to this one.")},
            )
        if department.members.filter(is_active=True).exists():
            raise OrgError(
                _("People work in %(name)s; move them first.") % {"name": department},
                fields={"active": _("People work in this department.")},
            )
    return save_record(department, by=by, reason=reason)


@transaction.atomic
def save_employee(
    employee: User, *, by: User | None, roles: Iterable[Role] | None = None, reason: str = "", trusted: bool = False
) -> User:
    """Create or change an employee, and their role groups where given; one row in the history for both.

    Whoever may change role groups may change anybody; others may not change administrators (a new e-mail address
    would open the account) nor give roles. `trusted` is for commands that work for nobody in particular.
    """
    if not trusted:
        permissions.require_may_save(by, employee, roles=roles)
    creating = employee.pk is None
    if creating and not employee.password:
        employee.set_unusable_password()
    check(employee)
    if roles is None or creating:
        with_reason(employee, by=by, reason=reason).save()
    if roles is not None:
        _set_roles(employee, roles)
        if not creating or employee.groups.exists():
            with_reason(employee, by=by, reason=reason).save()
    return employee


def _set_roles(employee: User, roles: Iterable[Role]) -> None:
    """Replace the role groups without a row in the history: the save that follows writes it."""
    wanted = {role.pk for role in roles}
    others = set(employee.groups.filter(role__isnull=True).values_list("pk", flat=True))
    employee.skip_history_when_saving = True
    employee.groups.set(wanted | others)
    del employee.skip_history_when_saving
    employee.__dict__.pop("role_codes", None)


@transaction.atomic
def add_member(*, role: Role, employee: User, by: User) -> None:
    """Put an active employee into a role group."""
    employee = User.objects.select_for_update(no_key=True).get(pk=employee.pk)
    if not employee.is_active:
        raise OrgError(_("%(name)s no longer works here.") % {"name": employee})
    current = list(Role.objects.filter(user=employee))
    if role in current:
        raise OrgError(_("%(name)s is already in this role group.") % {"name": employee})
    save_employee(employee, by=by, roles=[*current, role], reason=_("added to %(role)s") % {"role": role})


@transaction.atomic
def remove_member(*, role: Role, employee: User, by: User) -> None:
    """Take an employee out of a role group; somebody must remain who can change role groups."""
    employee = User.objects.select_for_update(no_key=True).get(pk=employee.pk)
    remaining = [held for held in Role.objects.filter(user=employee) if held != role]
    if employee == by and permissions.gives_administration(role):
        raise OrgError(_("You cannot take this role from yourself; ask another administrator."))
    save_employee(employee, by=by, roles=remaining, reason=_("removed from %(role)s") % {"role": role})


@transaction.atomic
def save_role(role: Role, *, permissions_given: Iterable, by: User | None, reason: str = "") -> Role:
    """Create or change a role group and what its members may do; one row in the history for both."""
    check(role)
    creating = role.pk is None
    if creating:
        with_reason(role, by=by, reason=reason).save()
    role.skip_history_when_saving = True
    role.permissions.set(permissions_given)
    del role.skip_history_when_saving
    with_reason(role, by=by, reason=reason).save()
    return role


def describe_handover(employee: User) -> list[str]:
    """What somebody has to take over when this person leaves, in words; nothing is changed."""
    found = [
        _("head of %(department)s") % {"department": department}
        for department in Department.objects.filter(head=employee).order_by("order", "code")
    ]
    found += [
        _("line manager of %(name)s") % {"name": report}
        for report in User.objects.filter(manager=employee).order_by("name", "pk")
    ]
    for callback in registry.handover:
        describe = getattr(callback, "describe", None)
        if describe is not None:
            found += describe(employee)
    return found


@transaction.atomic
def deactivate_employee(*, employee: User, by: User, successor: User | None, reason: str) -> User:
    """Let an employee leave: open work, headships and reports go to the successor, sessions end, the account closes."""
    reports = User.objects.filter(manager=employee)
    employee, *others = hold([employee, *([successor] if successor else []), *reports])
    successor = others[0] if successor else None
    _check_may_leave(employee, by=by, successor=successor, reason=reason)
    if successor is not None:
        for callback in registry.handover:
            callback(employee=employee, successor=successor, by=by, reason=reason)
        _hand_over_line(employee, successor, by=by, reason=reason)
    end_sessions(user=employee)
    employee.status = User.Status.LEFT
    employee.left_on = clock.today()
    employee.is_active = False
    _set_roles(employee, [])
    return _save(employee, by=by, reason=reason)


def hold(people: Iterable[User]) -> list[User]:
    """The same people as they are now, locked until the transaction ends: none of them leaves meanwhile.

    Whoever gives people work asks for this first. Lock order everywhere: people, by id → document → approval.
    """
    people = list(people)
    rows = User.objects.select_for_update(no_key=True).filter(pk__in=[person.pk for person in people]).order_by("pk")
    fresh = {person.pk: person for person in rows}
    return [fresh[person.pk] for person in people]


def _save(record: Record, *, by: User | None, reason: str) -> Record:
    """Save without checking again what the form of another day allowed (a manager who left, an old e-mail address)."""
    with_reason(record, by=by, reason=reason).save()
    return record


def _check_may_leave(employee: User, *, by: User, successor: User | None, reason: str) -> None:
    permissions.require_may_save(by, employee)
    if employee == by:
        raise OrgError(_("You cannot deactivate yourself; ask a colleague."))
    if not employee.is_active:
        raise OrgError(_("%(name)s has already left.") % {"name": employee})
    if not reason.strip():
        raise OrgError(_("Give a reason."), fields={"reason": _("Give a reason.")})
    if successor is None and describe_handover(employee):
        text = _("%(name)s has open work; choose who takes it over.") % {"name": employee}
        raise OrgError(text, fields={"successor": text})
    if successor is not None and (successor == employee or not successor.is_active):
        text = _("The successor must be another person who works here.")
        raise OrgError(text, fields={"successor": text})


def _hand_over_line(employee: User, successor: User, *, by: User, reason: str) -> None:
    """Headships and reports go to the successor. One who stood below the leaver moves up into the leaver's place."""
    for department in Department.objects.select_for_update(no_key=True).filter(head=employee):
        department.head = successor
        _save(department, by=by, reason=reason)
    if employee.pk in superiors_of(successor):
        successor = User.objects.get(pk=successor.pk)
        # in a line that was damaged the successor may stand above the leaver as well
        successor.manager_id = employee.manager_id if employee.manager_id != successor.pk else None
        _save(successor, by=by, reason=reason)
    for report in User.objects.select_for_update(no_key=True).filter(manager=employee).exclude(pk=successor.pk):
        report.manager = successor
        _save(report, by=by, reason=reason)


def superiors_of(user: User) -> list[int]:
    """Ids up the line, the nearest first; a damaged line does not loop."""
    managers = dict(User.objects.filter(manager__isnull=False).values_list("pk", "manager_id"))
    found: list[int] = []
    current = managers.get(user.pk)
    while current is not None and current not in found and current != user.pk:
        found.append(current)
        current = managers.get(current)
    return found


@transaction.atomic
def reactivate_employee(*, employee: User, by: User, reason: str) -> User:
    """Open the account of somebody who left. Role groups, headships and the line are given anew by hand."""
    employee = User.objects.select_for_update(no_key=True).get(pk=employee.pk)
    permissions.require_may_save(by, employee)
    if employee.is_active:
        raise OrgError(_("%(name)s works here already.") % {"name": employee})
    employee.status = User.Status.REGULAR
    employee.left_on = None
    employee.is_active = True
    if employee.manager_id and not employee.manager.is_active:
        employee.manager = None
    return _save(employee, by=by, reason=reason)
