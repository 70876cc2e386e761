"""Intake applications through their services, and the people and routes around them."""

import datetime as dt
from decimal import Decimal

from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.business.intake.services import decide, new_from, save_assessment, save_intake
from apps.business.models import EngagementIntake, IntakeAssessment
from apps.business.roles import ROLES
from apps.business.setup import set_up
from apps.core import clock
from apps.documents import services
from tests.factories import business
from tests.factories.cast import cast as build_cast
from tests.factories.contracts import empower
from tests.factories.org import CompanyFactory, RoleFactory, enter

#: who works as what; olga has no role here
WHO = {
    "business_staff": ("alice", "tom"),
    "business_manager": ("bob", "tina"),
    "service_staff": ("sam",),
    "executive": ("erin",),
    "finance_reviewer": ("fay",),
    "finance_director": ("dora",),
    "auditor": ("rita",),
}
#: what the roles may do outside business, so far as intake needs it
BESIDES = {"executive": {"documents.cancel_document"}}


def world():
    """The cast with its roles in business, and the routes and lists of a new company."""
    people = build_cast()
    CompanyFactory()
    for code, names in WHO.items():
        role = RoleFactory(code=code, permissions=sorted(ROLES[code] | BESIDES.get(code, set())))
        enter((people.people[name], role) for name in names)
    set_up()
    return people


def assessed(owner, *, verdict="passed", note="", opportunity=None, **values) -> IntakeAssessment:
    """An assessment through the services, decided unless `verdict` is empty."""
    of = opportunity or business.opportunity(owner)
    given = {
        "opportunity": of,
        "service_type": of.service_type,
        "needs": "More visitors in spring",
        "scale": "One city, three months",
        "expected_revenue": Decimal("50000.00"),
        "expected_cost": Decimal("30000.00"),
        **values,
    }
    made = save_assessment(IntakeAssessment(**given), by=owner)
    return decide(made, verdict=verdict, note=note, by=owner) if verdict else made


def draft(applicant, *, on=None, **values) -> EngagementIntake:
    """A complete draft on a passed assessment."""
    intake = new_from(on or assessed(applicant), applicant)
    given = {"term_from": clock.today(), "term_to": clock.today() + dt.timedelta(days=180), **values}
    for name, value in given.items():
        setattr(intake, name, value)
    return save_intake(intake, by=applicant)


def submitted(applicant, **values) -> EngagementIntake:
    """Handed in."""
    return reload(services.submit(draft(applicant, **values), by=applicant))


def reload(intake) -> EngagementIntake:
    """As stored now."""
    return EngagementIntake.objects.get(pk=intake.pk)


def of_anybody(applicant) -> EngagementIntake:
    """A complete draft of somebody of whatever role."""
    return draft(empower(applicant, "add_engagementintake"))


def queries_of(client, url: str) -> int:
    """How many questions a page asks the database, once everything that is read once has been read."""
    client.get(url)
    with CaptureQueriesContext(connection) as queries:
        assert client.get(url).status_code == 200
    return len(queries)
