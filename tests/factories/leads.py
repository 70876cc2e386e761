"""Leads, opportunities and who works with them, written through the services.

The cast of tests/factories/cast.py: alice and tom sell (Business and its Team), bob heads Business, tina heads Team,
mark is in Market, erin is management, rita audits; olga and sam (Client Service) have nothing to do with leads.
"""

from decimal import Decimal

from apps.business.leads.models import Lead, Opportunity
from apps.business.leads.services import save_lead, save_opportunity
from apps.business.models import BusinessSettings, LostReason
from apps.business.roles import ROLES
from apps.service.roles import ROLES as CLIENT_ROLES
from tests.factories.business import service_type, stage
from tests.factories.cast import cast
from tests.factories.org import CompanyFactory, RoleFactory, UserFactory, enter
from tests.factories.service import ClientSourceFactory, client_of

WHO = {
    "business_staff": ("alice", "tom"),
    "business_manager": ("bob",),
    "market_staff": ("mark",),
    "service_staff": ("sam",),
    "executive": ("erin",),
    "auditor": ("rita",),
    "sysadmin": ("ada",),
}


def build_cast():
    """Everybody with the roles of a new company, and the stages of sales."""
    people = cast()
    CompanyFactory()
    for name in ("mark", "ada"):
        people.people[name] = UserFactory(username=name, department=people.service)
        setattr(people, name, people.people[name])
    for code, names in WHO.items():
        role = RoleFactory(code=code, permissions=sorted(ROLES[code] | CLIENT_ROLES.get(code, set())))
        enter((people.people[name], role) for name in names)
    people.stages = [
        stage("EVAL", order=10, probability=10),
        stage("TALKS", name="初期沟通", name_en="First talks", order=20, probability=25),
        stage("DEAL", name="商务谈判", name_en="Negotiation", order=30, probability=80, stale_days=7),
    ]
    return people


def signs_in(client, people):
    """`signs_in(client, cast)("alice")` is the test client with alice signed in."""

    def sign_in(name):
        client.force_login(people.people[name])
        return client

    return sign_in


def settings_with(**values) -> BusinessSettings:
    """The settings, with some changed."""
    return BusinessSettings.objects.update_or_create(pk=1, defaults=values)[0]


def lost_reason(code="PRICE", **values) -> LostReason:
    defaults = {"name": "价格", "name_en": "Price", **values}
    return LostReason.objects.get_or_create(code=code, defaults=defaults)[0]


def lead_of(owner=None, name="Orchid Foods Ltd", **values) -> Lead:
    """A lead in somebody's charge; of nobody: in the pool."""
    values.setdefault("source", ClientSourceFactory())
    return save_lead(Lead(company_name=name, owner=owner, **values), by=owner, trusted=True)


def opportunity_of(owner=None, title="Spring campaign", *, amount="50000.00", **values) -> Opportunity:
    """An opportunity in somebody's charge."""
    values.setdefault("client", None)
    values["client"] = values["client"] or client_of(owner)
    values.setdefault("service_type", service_type())
    made = Opportunity(title=title, owner=owner, expected_amount=Decimal(amount), **values)
    if made.stage_id is None:
        made.stage = stage()
    return save_opportunity(made, by=owner, trusted=True)
