"""Engagements begun by their contract, with a team; the people who have to do with them and those who have not."""

import datetime as dt
from types import SimpleNamespace

from django.core.files.uploadedfile import SimpleUploadedFile

from apps.business.engagements import services
from apps.business.models import DossierItem, Engagement, EngagementMember, ProgressReport
from apps.business.roles import ROLES
from apps.core import clock
from tests.factories import business
from tests.factories.org import CompanyFactory, DepartmentFactory, RoleFactory, UserFactory, store_users

PDF = b"%PDF-1.4\n%%EOF\n"
#: who works where, and in which role
PEOPLE = {
    "manager": ("business", "business_staff"),
    "colleague": ("business", "business_staff"),
    "head": ("business", "business_manager"),
    "member": ("office", "staff"),
    "helper": ("office", "staff"),
    "outsider": ("office", "business_staff"),
    "chief": ("office", "business_manager"),
    "service": ("office", "service_staff"),
    "executive": ("office", "executive"),
    "auditor": ("office", "auditor"),
    "cashier": ("office", "cashier"),
}
#: who sees an engagement without being in its team
READERS = ("manager", "head", "service", "executive", "auditor")
#: who sees nothing of it
OUTSIDERS = ("colleague", "member", "outsider", "chief", "cashier")


def company() -> SimpleNamespace:
    """Everybody; `head` heads the department of the engagements, `chief` another one."""
    CompanyFactory()
    places = {code: DepartmentFactory(code=code.upper(), name=code.title()) for code in ("business", "office")}
    people = {name: UserFactory.build(username=name, department=places[at]) for name, (at, _role) in PEOPLE.items()}
    made = {code: RoleFactory(code=code, permissions=sorted(ROLES.get(code, ()))) for _at, code in PEOPLE.values()}
    store_users(people.values(), managers={}, roles={name: made[code] for name, (_at, code) in PEOPLE.items()})
    for code, head in (("business", "head"), ("office", "chief")):
        places[code].head = people[head]
        places[code].save()
    return SimpleNamespace(people=people, **people)


def checklist(*names: str, optional: tuple[str, ...] = ()) -> None:
    """The checklist of the service type of the tests."""
    kind = business.service_type()
    for order, name in enumerate([*names, *optional], 1):
        DossierItem.objects.create(service_type=kind, name=name, required=name not in optional, order=order * 10)


def begun(manager, **values) -> Engagement:
    """An engagement as the signature of its contract begins it."""
    engagement = services.begin(business.contract(manager), by=manager)
    if values:
        Engagement.objects.filter(pk=engagement.pk).update(**values)
    return fresh(engagement)


def member_of(engagement: Engagement, user, duty: str = "Media buying") -> EngagementMember:
    """Put somebody into the team, by the manager."""
    return services.add_member(engagement, user=user, duty=duty, by=engagement.manager)


def report_of(engagement: Engagement, by=None, **values) -> ProgressReport:
    """A draft about the days until today."""
    start, end = services.next_period(engagement)
    given = {"period_from": start, "period_to": end, "done": "Posters are printed", "coming": "They are hung up"}
    report = ProgressReport(engagement=engagement, **{**given, **values})
    return services.save_report(report, by=by or engagement.manager)


def file_called(name: str = "scan.pdf", content: bytes = PDF) -> SimpleUploadedFile:
    """An uploaded file."""
    return SimpleUploadedFile(name, content)


def fresh(row):
    """The row as it is stored now."""
    return type(row).objects.get(pk=row.pk)


def later(days: int):
    """So many days after now."""
    return clock.at(clock.now() + dt.timedelta(days=days))
