"""Every named address, asked for by four people: an address without an expectation fails the suite.

The columns are: somebody not signed in; olga, who has nothing to do with any of it; alice, whose papers, job and
notification they are; root, the administrator. `in` is the way to the sign-in page, `->` a redirect elsewhere.
"""

from decimal import Decimal
from types import SimpleNamespace

import pytest
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from apps.approvals.models import RouteStep
from apps.business.engagements import services as engagement_services
from apps.business.models import ContractTemplate, DossierItem
from apps.core import clock
from apps.core.models import Job
from apps.documents import services
from apps.documents.kinds import all_kinds
from apps.finance.receipts.models import Receipt
from apps.finance.receivables.models import PaymentReminder
from apps.notifications.models import ChatChannel
from apps.org.models import UserSession
from apps.risk.credit.models import ScoringFactor
from tests.documents.test_talk import upload
from tests.factories import billing, business, credit, engagements, finance, leads, org, service
from tests.factories.approvals import route, step
from tests.factories.cast import cast
from tests.factories.kinds import draft_of
from tests.factories.notifications import NotificationFactory

PAGES_OF_A_KIND = """
    list      in 200 200 200
    create    in 200 200 200
    export    in -> -> ->
    detail    in 404 200 404
    update    in 404 200 404
    print     in 404 200 404
    evidence  in 404 403 404
    history   in 404 200 404
    file      in 404 200 404
    detach    in 405 405 405
    submit    in 405 405 405
    approve   in 405 405 405
    return    in 405 405 405
    reject    in 405 405 405
    withdraw  in 405 405 405
    cancel    in 405 405 405
    comment   in 405 405 405
    copy      in 404 403 404
    transfer  in 404 403 404
    add-approvers in 404 403 404
    consult   in 404 403 404
    advise    in 405 405 405
    enclosure in 404 404 404
    mentionable in 404 200 404
    remove-approver in 405 405 405
    take-back in 405 405 405
    urge      in 405 405 405
    revoke    in 404 403 404
    delete    in 405 405 405
    attach    in 405 405 405
    preview   in 405 405 405
    autosave  in 405 405 405
"""

PAGES = """
    approvals:delegation-create      in 200 200 200
    approvals:delegation-end         in 405 405 405
    approvals:delegation-list        in 200 200 200
    approvals:discard                in 403 403 405
    approvals:draft-start            in 403 403 405
    approvals:impact                 in 403 403 404
    approvals:publish                in 403 403 405
    approvals:route                  in 403 403 200
    approvals:route-create           in 403 403 200
    approvals:route-import           in 403 403 200
    approvals:route-list             in 403 403 200
    approvals:route-update           in 403 403 200
    approvals:step-create            in 403 403 200
    approvals:step-move              in 403 403 405
    approvals:step-update            in 403 403 404
    approvals:try-out                in 403 403 200
    approvals:version                in 403 403 200
    approvals:version-compare        in 403 403 200
    approvals:version-file           in 403 403 200
    business:agencycontract-complete     in 404 403 404
    business:agencycontract-create       in 403 200 403
    business:agencycontract-original     in 404 403 404
    business:agencycontract-sign         in 404 403 404
    business:agencycontract-terminate    in 404 403 404
    business:agencycontract-text         in 404 -> 404
    business:agencycontract-versions     in 404 200 404
    business:agencycontract-wording      in 404 200 404
    business:assessment-create       in 403 200 200
    business:assessment-decide       in 405 405 405
    business:assessment-detail       in 404 200 200
    business:assessment-history      in 404 200 200
    business:assessment-list         in 200 200 200
    business:assessment-preview      in 405 405 405
    business:assessment-update       in 404 200 403
    business:board                       in 403 200 200
    business:businesssettings            in 403 403 200
    business:businesssettings-history    in 403 403 200
    business:contract-register           in 200 200 200
    business:contracts-expiring          in 200 200 200
    business:contractsupplement-create   in 403 200 403
    business:contracttemplate-create     in 403 403 200
    business:contracttemplate-history    in 403 403 200
    business:contracttemplate-list       in 403 403 200
    business:contracttemplate-update     in 403 403 200
    business:dossierentry-create     in 405 405 405
    business:dossierentry-receive    in 405 405 405
    business:dossierentry-remove     in 405 405 405
    business:dossierentry-unwaive    in 405 405 405
    business:dossierentry-waive      in 405 405 405
    business:dossierfile-remove      in 405 405 405
    business:dossierfile-show        in 404 200 200
    business:dossieritem-create          in 403 403 200
    business:dossieritem-history         in 403 403 200
    business:dossieritem-list            in 403 403 200
    business:dossieritem-update          in 403 403 200
    business:engagement-detail       in 404 200 200
    business:engagement-file         in 404 200 200
    business:engagement-history      in 404 200 200
    business:engagement-list         in 200 200 200
    business:engagement-manager      in 404 403 403
    business:engagement-move         in 405 405 405
    business:engagement-reports      in 404 200 200
    business:engagement-team         in 404 200 200
    business:engagement-unbilled     in 403 200 200
    business:engagement-update       in 404 200 403
    business:engagementmember-create in 404 200 403
    business:engagementmember-end    in 405 405 405
    business:engagementmember-update in 404 200 403
    business:engagementintake-create in 403 200 403
    business:executionplan-change    in 405 405 405
    business:executionplan-check     in 405 405 405
    business:executionplan-create    in 403 200 403
    business:executionplan-progress  in 405 405 405
    business:executionplan-versions  in 404 200 404
    business:executionplan-waive     in 405 405 405
    business:intake-register         in 403 200 200
    business:lead-assign                 in 405 405 405
    business:lead-create                 in 403 403 200
    business:lead-detail                 in 404 200 200
    business:lead-discard                in 405 405 405
    business:lead-history                in 404 200 200
    business:lead-import                 in 403 403 200
    business:lead-import-confirm         in 405 405 405
    business:lead-import-template        in 403 403 200
    business:lead-list                   in 403 200 200
    business:lead-pool                   in 403 403 200
    business:lead-qualify                in 404 403 403
    business:lead-release                in 405 405 405
    business:lead-reopen                 in 405 405 405
    business:lead-suggestions            in 405 405 405
    business:lead-take                   in 405 405 405
    business:lead-update                 in 404 200 403
    business:lostreason-create           in 403 403 200
    business:lostreason-history          in 403 403 200
    business:lostreason-list             in 403 403 200
    business:lostreason-update           in 403 403 200
    business:my-tasks                in 200 200 200
    business:next-steps                  in 403 200 200
    business:opportunity-assign          in 405 405 405
    business:opportunity-create          in 403 403 200
    business:opportunity-detail          in 404 200 200
    business:opportunity-history         in 404 200 200
    business:opportunity-list            in 403 200 200
    business:opportunity-lose            in 405 405 405
    business:opportunity-move            in 405 405 405
    business:opportunity-release         in 405 405 405
    business:opportunity-reopen          in 405 405 405
    business:opportunity-take            in 405 405 405
    business:opportunity-update          in 404 200 403
    business:opportunitystage-create     in 403 403 200
    business:opportunitystage-history    in 403 403 200
    business:opportunitystage-list       in 403 403 200
    business:opportunitystage-update     in 403 403 200
    business:planchange-again        in 405 405 405
    business:planchange-create       in 403 200 403
    business:servicetype-create          in 403 403 200
    business:servicetype-history         in 403 403 200
    business:servicetype-list            in 403 403 200
    business:servicetype-update          in 403 403 200
    business:profitability           in 403 403 200
    business:profitability-clients   in 403 403 200
    business:progressreport-answer   in 404 200 200
    business:progressreport-create   in 404 200 200
    business:progressreport-delete   in 405 405 405
    business:progressreport-detail   in 404 200 200
    business:progressreport-list     in 200 200 200
    business:progressreport-print    in 404 200 200
    business:progressreport-send     in 404 200 200
    business:progressreport-update   in 404 200 200
    business:progressreports-due     in 200 200 200
    business:settlement-create       in 403 200 403
    business:settlement-register     in 403 200 200
    core:healthz                     200 200 200 200
    core:job                         in 404 200 404
    core:job-download                in 404 404 404
    core:job-list                    in 200 200 200
    core:job-retry                   in 405 405 405
    documents:analysis               in 403 403 200
    documents:event-log              in 403 403 405
    documents:export-log             in 403 403 200
    documents:people                 in 200 200 200
    documents:verify                 200 200 200 200
    documents:verify-code            200 200 200 200
    finance:city-create              in 403 403 200
    finance:city-history             in 403 403 200
    finance:city-list                in 403 403 200
    finance:city-update              in 403 403 200
    finance:citytier-create          in 403 403 200
    finance:citytier-history         in 403 403 200
    finance:citytier-list            in 403 403 200
    finance:citytier-update          in 403 403 200
    finance:claims-to-pay            in 403 403 403
    finance:client-choices           in 403 403 200
    finance:expensecategory-create   in 403 403 200
    finance:expensecategory-history  in 403 403 200
    finance:expensecategory-list     in 403 403 200
    finance:expensecategory-update   in 403 403 200
    finance:expenseclaim-pay         in 404 403 404
    finance:expenseclaim-review      in 404 403 404
    finance:expensestandard-create   in 403 403 200
    finance:expensestandard-history  in 403 403 200
    finance:expensestandard-list     in 403 403 200
    finance:expensestandard-update   in 403 403 200
    finance:fundaccount-create       in 403 403 200
    finance:fundaccount-history      in 403 403 200
    finance:fundaccount-list         in 403 403 200
    finance:fundaccount-update       in 403 403 200
    finance:ledger                   in 403 403 200
    finance:payment-list             in 403 403 200
    finance:receipt-allocate         in 404 404 403
    finance:receipt-create           in 403 403 403
    finance:receipt-detail           in 404 404 200
    finance:receipt-history          in 404 404 200
    finance:receipt-import           in 403 403 403
    finance:receipt-import-confirm   in 405 405 405
    finance:receipt-import-template  in 403 403 200
    finance:receipt-invoices         in 405 405 405
    finance:receipt-list             in 200 200 200
    finance:receipt-unapplied        in 200 200 200
    finance:receipt-undo             in 405 405 405
    finance:receipt-void             in 405 405 405
    finance:ageing                   in 200 200 200
    finance:ageing-departments       in 200 200 200
    finance:ageing-invoices          in 200 200 200
    finance:ageing-managers          in 200 200 200
    finance:receivables-glance       in 200 200 200
    finance:receivablessettings          in 403 403 200
    finance:receivablessettings-history  in 403 403 200
    finance:reminder-detail          in 404 200 200
    finance:reminder-list            in 200 200 200
    finance:reminder-overdue         in 200 200 200
    finance:reminder-write           in 403 403 403
    finance:statement                in 403 403 200
    finance:receivable-detail        in 404 200 200
    finance:receivable-history       in 404 200 200
    finance:receivable-list          in 200 200 200
    finance:receivable-post          in 405 405 405
    finance:receivable-queue         in 200 200 200
    finance:receivable-unpost        in 405 405 405
    finance:returnreason-create      in 403 403 200
    finance:returnreason-history     in 403 403 200
    finance:returnreason-list        in 403 403 200
    finance:returnreason-update      in 403 403 200
    finance:salesinvoice-attach      in 405 405 405
    finance:salesinvoice-check       in 405 405 405
    finance:salesinvoice-detail      in 404 200 200
    finance:salesinvoice-history     in 404 200 200
    finance:salesinvoice-issue       in 404 403 403
    finance:salesinvoice-list        in 200 200 200
    finance:salesinvoice-original    in 404 404 404
    finance:salesinvoice-queue       in 200 200 200
    finance:salesinvoice-request     in -> -> ->
    finance:salesinvoice-reverse     in 404 403 403
    finance:salesinvoice-withdraw    in 405 405 405
    notifications:channel-create     in 403 403 200
    notifications:channel-history    in 403 403 200
    notifications:channel-list       in 403 403 200
    notifications:channel-try        in 405 405 405
    notifications:channel-update     in 403 403 200
    notifications:count              in 200 200 200
    notifications:list               in 200 200 200
    notifications:open               in 404 -> 404
    notifications:preferences        in 200 200 200
    notifications:read-all           in 405 405 405
    notifications:settings           in 403 403 200
    notifications:settings-history   in 403 403 200
    org:account                      in 200 200 200
    org:calendar                     in 403 403 200
    org:calendar-create              in 403 403 200
    org:calendar-history             in 403 403 200
    org:calendar-remove              in 405 405 405
    org:calendar-update              in 403 403 200
    org:company                      in 403 403 200
    org:company-history              in 403 403 200
    org:department-create            in 403 403 200
    org:department-history           in 403 403 200
    org:department-list              in 403 403 200
    org:department-update            in 403 403 200
    org:employee-create              in 403 403 200
    org:employee-deactivate          in 403 403 200
    org:employee-detail              in 403 403 200
    org:employee-history             in 403 403 200
    org:employee-import              in 403 403 200
    org:employee-import-confirm      in 405 405 405
    org:employee-import-template     in 403 403 200
    org:employee-list                in 403 403 200
    org:employee-reactivate          in 403 403 404
    org:employee-send-link           in 405 405 405
    org:employee-update              in 403 403 200
    org:jobgrade-create              in 403 403 200
    org:jobgrade-history             in 403 403 200
    org:jobgrade-list                in 403 403 200
    org:jobgrade-update              in 403 403 200
    org:password-change              in 200 200 200
    org:password-reset               200 200 200 200
    org:password-reset-confirm       200 200 200 200
    org:password-reset-done          200 200 200 200
    org:password-reset-sent          200 200 200 200
    org:position-create              in 403 403 200
    org:position-history             in 403 403 200
    org:position-list                in 403 403 200
    org:position-update              in 403 403 200
    org:preferences                  405 405 405 405
    org:role-add-member              in 405 405 405
    org:role-create                  in 403 403 200
    org:role-detail                  in 403 403 200
    org:role-history                 in 403 403 200
    org:role-list                    in 403 403 200
    org:role-remove-member           in 405 405 405
    org:role-update                  in 403 403 200
    org:session-end                  in 405 405 405
    org:session-end-others           in 405 405 405
    org:sessions                     in 200 200 200
    org:sign-in                      200 -> -> ->
    org:sign-out                     in 405 405 405
    risk:client-credit               in 403 403 200
    risk:client-hold                 in 405 405 405
    risk:client-lift                 in 405 405 405
    risk:client-options              in 200 200 200
    risk:creditassessment-create     in 403 200 200
    risk:exposure                    in 403 403 200
    risk:factor-create               in 403 403 403
    risk:factor-remove               in 405 405 405
    risk:factor-update               in 403 403 403
    risk:policy                      in 403 403 200
    risk:policy-history              in 403 403 200
    risk:scoringmodel-delete         in 405 405 405
    risk:scoringmodel-detail         in 403 403 200
    risk:scoringmodel-list           in 403 403 200
    risk:scoringmodel-publish        in 405 405 405
    risk:scoringmodel-start          in 405 405 405
    risk:scoringmodel-update         in 403 403 403
    risk:waiver-list                 in 403 403 200
    risk:waiver-revoke               in 405 405 405
    service:client-choices           in 200 200 200
    service:client-create            in 403 403 200
    service:client-detail            in 404 200 200
    service:client-history           in 404 200 200
    service:client-import            in 403 403 200
    service:client-import-confirm    in 405 405 405
    service:client-import-template   in 403 403 200
    service:client-list              in 200 200 200
    service:client-merge             in 404 403 200
    service:client-part              in 404 200 200
    service:client-release           in 405 405 405
    service:client-review            in 404 200 200
    service:client-suggestions       in 405 405 405
    service:client-take              in 405 405 405
    service:client-update            in 404 200 200
    service:clientdocument-create    in 404 200 200
    service:clientdocument-history   in 404 200 200
    service:clientdocument-remove    in 405 405 405
    service:clientdocument-show      in 404 200 200
    service:clientdocument-update    in 404 200 200
    service:clientgrade-create       in 403 403 200
    service:clientgrade-history      in 403 403 200
    service:clientgrade-list         in 403 403 200
    service:clientgrade-update       in 403 403 200
    service:clientpreference-create  in 404 200 200
    service:clientpreference-remove  in 405 405 405
    service:clientpreference-update  in 404 200 200
    service:clients-to-contact       in 200 200 200
    service:clientsettings           in 403 403 200
    service:clientsettings-history   in 403 403 200
    service:clientsource-create      in 403 403 200
    service:clientsource-history     in 403 403 200
    service:clientsource-list        in 403 403 200
    service:clientsource-update      in 403 403 200
    service:contact-create           in 404 200 200
    service:contact-history          in 404 200 200
    service:contact-update           in 404 200 200
    service:contactlog-create        in 404 200 200
    service:contactlog-history       in 404 200 200
    service:contactlog-list          in 200 200 200
    service:contactlog-update        in 404 200 200
    service:duplicates               in 403 403 200
    service:duplicates-mark          in 405 405 405
    service:duplicates-undo          in 405 405 405
    service:industry-create          in 403 403 200
    service:industry-history         in 403 403 200
    service:industry-list            in 403 403 200
    service:industry-update          in 403 403 200
    service:reviews-due              in 200 200 200
    set_language                     -> -> -> ->
    workspace:reports                in 200 200 200
    workspace:approve-selected       in 405 405 405
    workspace:desk                   in 200 200 200
    workspace:figures                in 200 200 200
    workspace:inbox                  in 200 200 200
    workspace:search                 in 200 200 200
    workspace:status                 in 403 403 200
    workspace:run-checks             in 405 405 405
    workspace:resend-mails           in 405 405 405
"""


def expectations() -> dict[str, list[str]]:
    told = {name: columns for name, *columns in map(str.split, PAGES.strip().splitlines())}
    for model in all_kinds().values():
        for line in PAGES_OF_A_KIND.strip().splitlines():
            page, *columns = line.split()
            told.setdefault(f"{model._meta.app_label}:{model._meta.model_name}-{page}", columns)
    return told


def addresses(resolver=None, namespace=""):
    """(full name, names of arguments) of every address that has a name, without Django's own admin."""
    for pattern in (resolver or get_resolver()).url_patterns:
        if isinstance(pattern, URLResolver) and pattern.namespace != "admin":
            yield from addresses(pattern, f"{namespace}{pattern.namespace}:" if pattern.namespace else namespace)
        elif isinstance(pattern, URLPattern) and pattern.name:
            yield namespace + pattern.name, tuple(pattern.pattern.converters)


def test_every_address_is_expected_and_every_expectation_is_an_address():
    assert {name for name, _arguments in addresses()} == set(expectations())


@pytest.fixture(scope="module")
def built(module_db):
    """One of everything there is, and who asks for it."""
    people = cast()
    org.CompanyFactory()
    version = route("memo", [step("head", rule="department_head")])
    job = Job.objects.create(name="x", title="A job", requested_by=people.alice, language="en", time_zone="UTC")
    things = {
        "core:job": job,
        "org:department": people.business,
        "org:position": org.PositionFactory(),
        "org:jobgrade": org.JobGradeFactory(),
        "org:role": org.RoleFactory(code="auditor"),
        "org:calendar": org.CalendarDayFactory(),
        "org:employee": people.tom,
        "org:session": UserSession(pk=0),
        "notifications:open": NotificationFactory(recipient=people.alice, url="/"),
        "notifications:channel": ChatChannel.objects.create(name="Office", format="wecom", url="https://example.com/"),
        "approvals:route": version.route,
        "approvals:draft-start": version.route,
        "approvals:version": version,
        "approvals:version-compare": version.route,
        "approvals:version-file": version,
        "approvals:publish": version,
        "approvals:try-out": version,
        "approvals:impact": version,
        "approvals:discard": version,
        "approvals:delegation-end": version,
        "approvals:step": RouteStep.objects.get(),
        "approvals:step-create": version,
        "finance:expensecategory": finance.ExpenseCategoryFactory(),
        "finance:expensestandard": finance.ExpenseStandardFactory(),
        "finance:citytier": finance.CityTierFactory(),
        "finance:city": finance.CityFactory(),
        "finance:returnreason": finance.ReturnReasonFactory(),
        "finance:fundaccount": finance.FundAccountFactory(),
        **money_of(people),
        "service:industry": service.IndustryFactory(),
        "service:clientsource": service.ClientSourceFactory(),
        "service:clientgrade": service.ClientGradeFactory(),
        **client_file(people.alice),
        **sales(people.alice),
        **work_of(people.alice, people.bob),
    }
    things |= credit_of(things["service:client"])
    for kind, model in all_kinds().items():
        things[f"{model._meta.app_label}:{model._meta.model_name}"] = draft_of(kind, people.alice)
    things["business:assessment"] = things["business:engagementintake"].assessment
    return people, things


@pytest.fixture
def world(built, db):
    return built


def money_of(people):
    """What a client owes for work of alice, a request to invoice it, and money of nobody's invoice."""
    owes = SimpleNamespace(
        staff=people.alice,
        head=people.bob,
        department=people.business,
        accountant=people.dora,
        client=service.client_of(people.alice, name="Owes Money Ltd."),
    )
    receipt = Receipt.objects.create(
        number="SK-2026-0001",
        client=owes.client,
        account=finance.FundAccountFactory(),
        payer_name="Owes Money Ltd.",
        amount=Decimal("1.00"),
        received_on=clock.today(),
        recorded_by=people.dora,
    )
    invoice = billing.requested(owes, billing.receivable(owes))
    reminder = PaymentReminder.objects.create(
        client=owes.client, sent_at=clock.now(), by=people.dora, to="x@example.com", overdue=Decimal("1.00")
    )
    reminder.invoices.add(invoice)
    return {
        "finance:reminder": reminder,
        "finance:receivable": invoice.receivable,
        "finance:salesinvoice": invoice,
        "finance:receipt": receipt,
    }


def sales(owner):
    """A lead, an opportunity, and the lists of the catalogue."""
    return {
        "business:lead": leads.lead_of(owner),
        "business:opportunity": business.opportunity(owner),
        "business:opportunitystage": business.stage(),
        "business:servicetype": business.service_type(),
        "business:dossieritem": DossierItem.objects.create(service_type=business.service_type(), name="Brief"),
        "business:lostreason": leads.lost_reason(),
        "business:contracttemplate": ContractTemplate.objects.create(code="STD", name="Standard", body="x"),
    }


def work_of(manager, head):
    """An engagement with a member, a draft of a report and a file."""
    engagement = engagements.begun(manager)
    entry = engagement_services.add_entry(engagement, by=manager, name="Posters")
    engagement_services.receive(entry, by=manager, files=[engagements.file_called()])
    return {
        "business:engagement": engagement,
        "business:engagementmember": engagements.member_of(engagement, head),
        "business:engagementmember-create": engagement,
        "business:progressreport": engagements.report_of(engagement),
        "business:progressreport-create": engagement,
        "business:dossierentry": entry,
        "business:dossierentry-create": engagement,
        "business:dossierfile": entry.files.get(),
    }


def credit_of(client):
    """The scoring model in force, and the client in the place of what is only posted to."""
    model = credit.scoring_model()
    return {"risk:client": client, "risk:waiver": client, "risk:scoringmodel": model, "risk:factor": model}


def client_file(owner):
    """A client and what belongs to it. Rows are new where the client's own key stands in the address."""
    client = service.client_of(owner)
    contact = service.contact_of(client)
    return {
        "service:client": client,
        "service:contact-create": client,
        "service:contactlog-create": client,
        "service:clientpreference-create": client,
        "service:clientdocument-create": client,
        "service:clientdocument": service.document_of(client, owner),
        "service:duplicates-undo": client,
        "service:contact": contact,
        "service:contactlog": service.log_of(client, owner, contact=contact),
        "service:clientpreference": service.preference_of(client),
    }


def arguments_for(name, wanted, people, things):
    """What an address needs, taken from the thing whose name it begins with (the longest that fits)."""
    thing = next((things[key] for key in sorted(things, key=len, reverse=True) if name.startswith(key)), None)
    values = {"kind": "vehiclerequest", "part": "work", "uidb64": "x", "token": "x", "code": "NO-SUCH-CODE"}
    values["user_pk"] = people.rita.pk
    if "pk" in wanted:
        values["pk"] = thing.pk
    if "to" in wanted:
        values["to"] = "deliver"
    if "allocation" in wanted:
        values["allocation"] = 0
    if "file" in wanted:
        attachment = thing.attachments.first() or services.attach(thing, by=people.alice, file=upload())
        values["file"] = attachment.pk
    if "factor" in wanted:
        values["factor"] = ScoringFactor.objects.first().pk
    if "task" in wanted:
        values["task"] = thing.tasks.first().pk if hasattr(thing, "tasks") else 1
    return {argument: values[argument] for argument in wanted}


def answer(client, url):
    response = client.get(url)
    if response.streaming:
        assert b"".join(response)
    if response.status_code == 302:
        return "in" if response.url.startswith(reverse("org:sign-in")) else "->"
    return str(response.status_code)


@pytest.mark.parametrize("part", sorted({name.split(":")[0] for name, _arguments in addresses()}))
def test_addresses_answer_everybody_as_expected(client, world, part):
    people, things = world
    names = {name: wanted for name, wanted in addresses() if name.split(":")[0] == part}
    urls = {name: reverse(name, kwargs=arguments_for(name, wanted, people, things)) for name, wanted in names.items()}
    answers = {name: [answer(client, url)] for name, url in urls.items()}
    for person in (people.olga, people.alice, people.root):
        client.force_login(person)
        for name, url in urls.items():
            answers[name].append(answer(client, url))
    assert answers == {name: columns for name, columns in expectations().items() if name in names}
