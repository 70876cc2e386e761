"""One engagement with everything that can hang on it, and everybody who has to do with it or has not."""

from types import SimpleNamespace

from django.db import transaction

from apps.business.engagements import services as engagement_services
from apps.business.models import AgencyContract, Engagement, Settlement
from apps.core.registry import role_permissions
from apps.documents import services
from tests.factories import billing, business, contracts, credit, engagements, plans, settlements
from tests.factories.approvals import route, step
from tests.factories.finance import FundAccountFactory
from tests.factories.org import CompanyFactory, DepartmentFactory, RoleFactory, UserFactory, store_users
from tests.factories.service import client_of, contact_of, log_of

#: what everything of the engagement is called, and its client; nobody else's rows contain these words
TITLE = "Zephyrine"
CLIENT = "Quokkamond"
#: who works where, and in which role
PEOPLE = {
    "manager": ("business", "business_staff"),
    "head": ("business", "business_manager"),
    "colleague": ("business", "business_staff"),
    "stranger": ("office", "business_staff"),
    "chief": ("office", "business_manager"),
    "member": ("office", "staff"),
    "former": ("office", "staff"),
    "accountant": ("finance", "finance_reviewer"),
    "cashier": ("finance", "cashier"),
    "service": ("office", "service_staff"),
    "auditor": ("office", "auditor"),
    "executive": ("office", "executive"),
}
KINDS = ("executionplan", "planchange", "contractsupplement", "settlement")


def company() -> SimpleNamespace:
    """Everybody with all that their roles hold; `head` heads the department of the engagement, `chief` another one."""
    CompanyFactory()
    places = {
        code: DepartmentFactory(code=code.upper(), name=code.title()) for code in ("business", "office", "finance")
    }
    people = {name: UserFactory.build(username=name, department=places[at]) for name, (at, _role) in PEOPLE.items()}
    codes = dict.fromkeys(code for _at, code in PEOPLE.values())
    roles = {code: RoleFactory(code=code, permissions=sorted(role_permissions[code])) for code in codes}
    store_users(people.values(), managers={}, roles={name: roles[code] for name, (_at, code) in PEOPLE.items()})
    for code, head in (("business", "head"), ("office", "chief")):
        places[code].head = people[head]
        places[code].save()
    for kind in KINDS:
        route(kind, [step("head", rule="department_head")])
    return SimpleNamespace(people=people, finance=places["finance"], **people)


def decided(paper, head):
    """Submit, and let the head approve."""
    services.submit(paper, by=paper.applicant)
    services.approve(type(paper).objects.get(pk=paper.pk), by=head)
    return type(paper).objects.get(pk=paper.pk)


@transaction.atomic
def signed(cast: SimpleNamespace) -> AgencyContract:
    """A client of the manager with a limit, and a contract in force with everything before it."""
    by = cast.manager
    client = client_of(by, name=f"{CLIENT} Ltd.")
    contact_of(client)
    log_of(client, by, summary=f"Talked about {TITLE}")
    credit.limit_of(client, "500000.00")
    opportunity = business.opportunity(by, client, title=TITLE)
    intake = business.intake(by, business.assessment(by, opportunity), title=TITLE)
    return business.contract(by, intake, schedule=("30000.00", "20000.00"), title=TITLE)


def told(cast: SimpleNamespace) -> dict[str, object]:
    """The rows by the beginnings of the names of their addresses. Only `former` has left the team."""
    contract = signed(cast)
    work = engagement_services.begin(contract, by=cast.manager)
    member, former = (engagements.member_of(work, person, duty=TITLE) for person in (cast.member, cast.former))
    plan = plans.plan_of(
        cast.manager, work, colleague=cast.member, title=TITLE, tasks=[plans.task(TITLE, cast.manager, 0, 4)] * 2
    )
    plan = decided(plan, cast.head)
    change = decided(plans.change_of(plan, title=TITLE), cast.head)
    supplement = decided(contracts.supplement(cast.manager, contract, title=TITLE), cast.head)
    entry = engagement_services.add_entry(engagements.fresh(work), by=cast.manager, name=TITLE)
    engagement_services.receive(entry, by=cast.manager, files=[engagements.file_called()])
    report = engagements.report_of(engagements.fresh(work), done=TITLE)
    settlement = decided(settlements.settlement_of(cast.manager, engagements.fresh(work)), cast.head)
    engagement_services.end_membership(former, by=cast.manager)
    return {
        "business:assessment": contract.intake.assessment,
        "business:opportunity-": contract.intake.assessment.opportunity,
        "business:engagementintake": contract.intake,
        "business:agencycontract": AgencyContract.objects.get(pk=contract.pk),
        "business:contractsupplement": supplement,
        "business:executionplan": plan,
        "business:planchange": change,
        "business:engagement": work,
        "business:engagementmember": member,
        "business:engagementmember-create": work,
        "business:progressreport": report,
        "business:progressreport-create": work,
        "business:dossierentry": entry,
        "business:dossierentry-create": work,
        "business:dossierfile": entry.files.get(),
        "business:settlement": settlement,
        **_money(cast, settlement),
    }


def _money(cast: SimpleNamespace, settlement: Settlement) -> dict[str, object]:
    """The settlement is invoiced, and paid in part."""
    cast.account, cast.client = FundAccountFactory(code="BANK"), settlement.client
    receivable = settlement.receivable
    invoice = billing.issued(cast_of_finance(cast), receivable)
    receipt = billing.received(cast, "1000.00", payer_name=f"{CLIENT} Ltd.", amounts={invoice.pk: 1000})
    receivable.refresh_from_db()
    return {
        "finance:receivable": receivable,
        "finance:salesinvoice": invoice,
        "finance:receipt": receipt,
        "service:client-": settlement.client,
        "service:contact": settlement.client.contacts.get(),
        "service:contactlog": settlement.client.logs.get(),
        "service:contact-create": settlement.client,
        "service:contactlog-create": settlement.client,
        "service:clientpreference-create": settlement.client,
        "risk:client-": settlement.client,
    }


def cast_of_finance(cast: SimpleNamespace) -> SimpleNamespace:
    """The people as the factories of invoices call them."""
    return SimpleNamespace(staff=cast.manager, accountant=cast.accountant)


def over(work: Engagement, *, by) -> Engagement:
    """Deliver and close it."""
    return engagement_services.close(engagement_services.deliver(engagements.fresh(work), by=by), by=by)
