"""Sample papers of every kind for the permission matrix, and what comes before them.

A paper that follows from others takes them along the way everybody goes: `before` plays another kind until it is
approved, so a contract has its intake, and a settlement its engagement with a plan.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from typing import Any, Protocol

from apps.business.contracts import services as contracts
from apps.business.engagements import services as engagements
from apps.business.intake import services as intakes
from apps.business.leads.services import save_opportunity
from apps.business.models import (
    AgencyContract,
    ContractSupplement,
    Engagement,
    EngagementIntake,
    ExecutionPlan,
    IntakeAssessment,
    Opportunity,
    OpportunityStage,
    PlanChange,
    ServiceType,
    Settlement,
)
from apps.business.plans import services as plans
from apps.business.settlements import services as settlements
from apps.core import clock
from apps.documents import services
from apps.documents.models import Attachment, Document, Revocation
from apps.finance.expenses.models import ExpenseCategory, ExpenseClaim
from apps.finance.expenses.services import pay, save_claim
from apps.finance.payments.models import FundAccount
from apps.org.models import User
from apps.risk.credit.models import CreditAssessment, CreditBand, CreditLimit, FactorOption, ScoringFactor, ScoringModel
from apps.risk.credit.services import save_assessment
from apps.service.clients.models import Client
from apps.service.clients.services import save_client

FEE = Decimal("100.00")
TERM = 180


class Stage(Protocol):
    """Where a paper is played: its kind, its applicant, and how papers before it are approved."""

    model: type[Document]
    applicant: User

    def before(self, model: type[Document]) -> Document:
        """An approved paper of another kind, of the same applicant."""


def write(stage: Stage) -> Document:
    """A draft of the stage's kind that could be submitted."""
    return DRAFTS.get(stage.model.KIND, _plain)(stage)


def _plain(stage: Stage) -> Document:
    """A paper that needs nothing but a title and an amount."""
    return services.save_draft(stage.model(title="Sample", amount=FEE), by=stage.applicant)


def _revocation(stage: Stage) -> Document:
    """On an approved claim."""
    claim = stage.before(ExpenseClaim)
    return services.save_draft(Revocation(of=claim, title="Sample", reason="Sample"), by=stage.applicant)


def _claim(stage: Stage) -> Document:
    category, _created = ExpenseCategory.objects.get_or_create(
        code="MATRIX", defaults={"name": "Sample", "requires_invoice": False}
    )
    line = {"category": category, "date": clock.today(), "description": "Sample", "amount": FEE}
    return save_claim(ExpenseClaim(title="Sample"), by=stage.applicant, lines=[line])


def _intake(stage: Stage) -> Document:
    """On an assessment that has passed, for a client whose limit is wide enough."""
    by = stage.applicant
    service, _created = ServiceType.objects.get_or_create(code="MATRIX", defaults={"name": "Sample"})
    given = {"name": "Sample", "probability": 10}
    phase, _created = OpportunityStage.objects.get_or_create(code="MATRIX", defaults=given)
    opportunity = Opportunity(client=_client(by), title="Sample", service_type=service, stage=phase, owner=by)
    opportunity = save_opportunity(opportunity, by=by)
    expected = {"expected_revenue": FEE, "expected_cost": Decimal("60.00")}
    assessment = IntakeAssessment(
        opportunity=opportunity, service_type=service, needs="Sample", scale="Sample", **expected
    )
    assessment = intakes.save_assessment(assessment, by=by)
    paper = intakes.new_from(intakes.decide(assessment, verdict="passed", by=by), by)
    paper.title = paper.scope = "Sample"
    paper.term_from, paper.term_to = clock.today(), clock.today() + dt.timedelta(days=TERM)
    return intakes.save_intake(paper, by=by)


def _client(by: User) -> Client:
    client = save_client(Client(name=f"Sample {Client.objects.count() + 1}", owner=by), by=by, trusted=True)
    until = clock.today() + dt.timedelta(days=2 * TERM)
    CreditLimit.objects.create(
        client=client, amount=Decimal("1000000.00"), term_days=90, valid_from=clock.today(), valid_until=until
    )
    return client


def _contract(stage: Stage) -> Document:
    paper, lines = contracts.new_from(stage.before(EngagementIntake), stage.applicant)
    paper.rights_duties, paper.party_b = "Sample", "Sample"
    return contracts.save_contract(paper, by=stage.applicant, lines=lines)


def _signed(stage: Stage) -> AgencyContract:
    return contracts.sign(stage.before(AgencyContract), by=stage.applicant, signed_on=clock.today())


def _supplement(stage: Stage) -> Document:
    paper = contracts.new_supplement(_signed(stage), stage.applicant)
    paper.change, paper.milestone, paper.reason = FEE, "Sample", "Sample"
    return contracts.save_supplement(paper, by=stage.applicant)


def _plan(stage: Stage) -> Document:
    engagement = Engagement.objects.get(contract=_signed(stage))
    paper = ExecutionPlan(
        kind=ExecutionPlan.KIND,
        applicant=stage.applicant,
        engagement=engagement,
        title="Sample",
        goal="Sample",
        quality_measures="Sample",
    )
    return plans.save_plan(paper, by=stage.applicant, tasks=[_task(stage.applicant)])


def _task(owner: User) -> dict[str, Any]:
    day = clock.today()
    return {"title": "Sample", "owner": owner, "start": day, "finish": day, "deliverable": "Sample"}


def _change(stage: Stage) -> Document:
    paper, tasks = plans.new_from(stage.before(ExecutionPlan), stage.applicant)
    paper.reason = "Sample"
    tasks[0]["finish"] = clock.today() + dt.timedelta(days=7)
    return plans.save_change(paper, by=stage.applicant, tasks=tasks)


def _settlement(stage: Stage) -> Document:
    plan = stage.before(ExecutionPlan)
    engagement = Engagement.objects.get(pk=plan.engagement_id)
    paper = settlements.new_for(engagement, stage.applicant)
    paper.confirmed_by, paper.confirmed_on = "Sample", clock.today()
    paper = settlements.save_settlement(paper, by=stage.applicant, lines=settlements.default_lines(engagement))
    Attachment.objects.create(
        document=paper, name="sample.pdf", size=1, sha256="0" * 64, file_type="pdf", uploaded_by=stage.applicant
    )
    return Settlement.objects.get(pk=paper.pk)


def _assessment(stage: Stage) -> Document:
    model = ScoringModel.objects.filter(state=ScoringModel.State.PUBLISHED).first() or _scoring_model()
    options = FactorOption.objects.filter(factor__model=model).order_by("factor", "-points")
    answers = {option.factor_id: (option.pk, "") for option in reversed(options)}
    paper = CreditAssessment(
        client=_client(stage.applicant),
        title="Sample",
        amount=FEE,
        term_days=30,
        valid_until=clock.today() + dt.timedelta(days=TERM),
        reason="Sample",
    )
    return save_assessment(paper, by=stage.applicant, answers=answers)


def _scoring_model() -> ScoringModel:
    model = ScoringModel.objects.create(version=1, name="Sample", state=ScoringModel.State.PUBLISHED)
    factor = ScoringFactor.objects.create(model=model, code="MATRIX", name="Sample", weight=1)
    FactorOption.objects.create(factor=factor, name="Sample", points=100)
    CreditBand.objects.create(model=model, minimum=0, grade="A", limit=FEE, term_days=30)
    return model


def _paid(claim: Document) -> Document:
    account, _created = FundAccount.objects.get_or_create(code="MATRIX", defaults={"name": "Sample"})
    cashier = User.objects.get(username="matrix-cashier")
    pay(claim, by=cashier, account=account, paid_on=clock.today(), bank_reference="1")
    return ExpenseClaim.objects.get(pk=claim.pk)


def _in_force(contract: Document) -> Document:
    contracts.sign(contract, by=contract.applicant, signed_on=clock.today())
    return AgencyContract.objects.get(pk=contract.pk)


def _terminated(contract: Document) -> Document:
    executive = User.objects.get(username="matrix-executive")
    contracts.terminate(_in_force(contract), by=executive, on=clock.today(), reason="Sample")
    return AgencyContract.objects.get(pk=contract.pk)


def _work_over(plan: Document) -> Document:
    head = User.objects.get(username="matrix-head")
    engagements.terminate(plan.engagement, by=head, reason="Sample")
    return ExecutionPlan.objects.get(pk=plan.pk)


#: how a paper of a kind is written that has rules of its own about what is complete
DRAFTS: dict[str, Callable[[Stage], Document]] = {
    Revocation.KIND: _revocation,
    ExpenseClaim.KIND: _claim,
    EngagementIntake.KIND: _intake,
    AgencyContract.KIND: _contract,
    ContractSupplement.KIND: _supplement,
    ExecutionPlan.KIND: _plan,
    PlanChange.KIND: _change,
    Settlement.KIND: _settlement,
    CreditAssessment.KIND: _assessment,
}
#: what happens to approved papers of a kind
LATER: dict[str, dict[str, Callable[[Document], Document]]] = {
    ExpenseClaim.KIND: {"Approved and paid": _paid},
    AgencyContract.KIND: {"Signed, in force": _in_force, "Terminated": _terminated},
    ExecutionPlan.KIND: {"Approved, the engagement has ended": _work_over},
}
