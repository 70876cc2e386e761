"""Setting and ending a substitute (代理): by oneself, by one's head, or by Human Resources.

Nobody is represented in a circle, and nobody twice at once for the same kind of paper. Who may not decide a paper, as
its applicant or because they decided an earlier step, is passed over when the paper comes: see `routing`.
"""

import datetime as dt

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.approvals.models import Delegation
from apps.core import clock
from apps.core.errors import Forbidden, Refused
from apps.notifications.services import notify
from apps.org.models import Department, User
from apps.org.services import with_reason


class DelegationRefused(Refused):
    """A substitute that the rules do not allow; `fields` says at which field."""

    status = 422


def people_of(by: User):
    """For whom this person may name a substitute: themselves, the people of the departments they head; HR for all."""
    everybody = User.objects.filter(is_active=True)
    if by.has_perm("org.change_user"):
        return everybody
    return everybody.filter(pk=by.pk) | everybody.filter(department__in=Department.objects.headed_by(by))


def delegations_of(by: User):
    """What this person may read: their own, those in which they are the substitute, those of their people."""
    mine = Delegation.objects.filter(person=by) | Delegation.objects.filter(substitute=by)
    theirs = Delegation.objects.filter(person__in=people_of(by).values("pk"))
    return (mine | theirs).select_related("person", "substitute", "set_by").distinct()


@transaction.atomic
def delegate(delegation: Delegation, *, by: User) -> Delegation:
    """Name a substitute. Raises `DelegationRefused` with messages by field, `Forbidden` for other people's affairs."""
    if not people_of(by).filter(pk=delegation.person_id).exists():
        raise Forbidden(_("Only the person, their head or Human Resources names a substitute."))
    # one at a time, so that two entered at once cannot close a circle
    list(
        User.objects.select_for_update().filter(pk__in=[delegation.person_id, delegation.substitute_id]).order_by("pk")
    )
    problems = _problems(delegation)
    if problems:
        raise DelegationRefused(" ".join(problems.values()), fields=problems)
    delegation.set_by = by
    with_reason(delegation, by=by, reason=delegation.reason).save()
    _tell(delegation, gettext_lazy("%(substitute)s decides for %(person)s from %(starts)s to %(ends)s"), by)
    return delegation


@transaction.atomic
def end(delegation: Delegation, *, by: User) -> Delegation:
    """End it now; what waits for the substitute already stays with them."""
    delegation = Delegation.objects.select_for_update(of=("self",)).get(pk=delegation.pk)
    if not people_of(by).filter(pk=delegation.person_id).exists():
        raise Forbidden(_("Only the person, their head or Human Resources ends it."))
    if delegation.revoked_on or delegation.ends < clock.today():
        raise DelegationRefused(_("It has ended already."))
    delegation.revoked_on = clock.today()
    with_reason(delegation, by=by, reason="ended").save()
    _tell(delegation, gettext_lazy("%(substitute)s no longer decides for %(person)s"), by)
    return delegation


def end_all(person: User, *, by: User) -> None:
    """A leaver represents nobody and is represented by nobody."""
    for delegation in (Delegation.objects.filter(person=person) | Delegation.objects.filter(substitute=person)).ahead():
        delegation.revoked_on = clock.today()
        with_reason(delegation, by=by, reason="has left").save()


def _problems(delegation: Delegation) -> dict[str, str]:
    problems = {}
    if delegation.ends < delegation.starts:
        problems["ends"] = _("It ends before it begins.")
    elif delegation.ends < clock.today():
        problems["ends"] = _("This day is over.")
    if not delegation.substitute.is_active:
        problems["substitute"] = _("%(name)s no longer works here.") % {"name": delegation.substitute}
    elif delegation.substitute_id == delegation.person_id:
        problems["substitute"] = _("Nobody stands in for themselves.")
    elif _leads_back(delegation):
        problems["substitute"] = _("%(name)s is represented by the same person in this time: nobody would decide.") % {
            "name": delegation.substitute
        }
    if any(_same_kinds(delegation, other) for other in _at_the_same_time(delegation, delegation.person_id)):
        problems["starts"] = _("There is a substitute for some of these days already; end that one first.")
    return problems


def _at_the_same_time(delegation: Delegation, person: int) -> list[Delegation]:
    rows = Delegation.objects.filter(person=person, revoked_on__isnull=True)
    return list(rows.filter(starts__lte=delegation.ends, ends__gte=delegation.starts).exclude(pk=delegation.pk))


def _same_kinds(one: Delegation, other: Delegation) -> bool:
    return not one.kinds or not other.kinds or bool(set(one.kinds) & set(other.kinds))


def _leads_back(delegation: Delegation) -> bool:
    """Whether the substitute's own substitutes lead to the person again, on some day and for some kind."""
    waiting, seen = [delegation.substitute_id], set()
    while waiting:
        person = waiting.pop()
        if person == delegation.person_id:
            return True
        seen.add(person)
        others = [other for other in _at_the_same_time(delegation, person) if _same_kinds(delegation, other)]
        waiting += [other.substitute_id for other in others if other.substitute_id not in seen]
    return False


def _tell(delegation: Delegation, title, by: User) -> None:
    days: dict[str, dt.date] = {"starts": delegation.starts, "ends": delegation.ends}
    params = {name: day.isoformat() for name, day in days.items()}
    params |= {"substitute": str(delegation.substitute), "person": str(delegation.person)}
    people = [person for person in (delegation.person, delegation.substitute) if person.pk != by.pk]
    notify(
        to=people,
        title=title,
        params=params,
        body=delegation.reason.replace("%", "%%"),
        url=reverse("approvals:delegation-list"),
    )
