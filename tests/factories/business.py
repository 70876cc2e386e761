"""Business at any stage, written straight into the tables, for tests of what comes after it.

What the services do on the way there is tested with them; these rows only stand for "it got this far".
"""

import datetime as dt
from decimal import Decimal

from apps.business.models import (
    AgencyContract,
    Engagement,
    EngagementIntake,
    IntakeAssessment,
    Opportunity,
    OpportunityStage,
    PaymentScheduleLine,
    ServiceType,
)
from apps.core import clock
from apps.core.numbering import next_number
from apps.documents.models import Document
from tests.factories.service import client_of


def service_type(code: str = "AD", **values) -> ServiceType:
    return ServiceType.objects.get_or_create(
        code=code, defaults={"name": "广告代理", "name_en": "Advertising", **values}
    )[0]


def stage(code: str = "EVAL", **values) -> OpportunityStage:
    defaults = {"name": "立项评估", "name_en": "Evaluation", "probability": 10, **values}
    return OpportunityStage.objects.get_or_create(code=code, defaults=defaults)[0]


def opportunity(owner, client=None, **values) -> Opportunity:
    today = clock.today()
    return Opportunity.objects.create(
        **{
            "number": next_number("SJ", today.year),
            "client": client or client_of(owner),
            "title": "Spring campaign",
            "service_type": service_type(),
            "stage": stage(),
            "stage_since": today,
            "active_on": today,
            "owner": owner,
            "expected_amount": Decimal("50000.00"),
            **values,
        }
    )


def assessment(owner, of=None, *, verdict="passed", **values) -> IntakeAssessment:
    of = of or opportunity(owner)
    return IntakeAssessment.objects.create(
        **{
            "number": next_number("PG", clock.today().year),
            "opportunity": of,
            "service_type": of.service_type,
            "needs": "More visitors",
            "scale": "One city",
            "expected_revenue": Decimal("50000.00"),
            "expected_cost": Decimal("30000.00"),
            "verdict": verdict,
            "assessed_by": owner,
            "assessed_on": clock.today(),
            **values,
        }
    )


def paper(model, applicant, *, state="approved", **values):
    """A paper of any kind, in any state, with a number."""
    given = {
        "kind": model.KIND,
        "number": "" if state == "draft" else next_number(model.PREFIX, clock.today().year),
        "title": "Spring campaign",
        "applicant": applicant,
        "department": applicant.department,
        "state": state,
        **values,
    }
    if state != "draft":
        given.setdefault("submitted_at", clock.now())
    if state in (Document.State.APPROVED, Document.State.REJECTED):
        given.setdefault("closed_at", clock.now())
    return model.objects.create(**given)


def intake(applicant, of=None, *, fee="50000.00", **values) -> EngagementIntake:
    """An approved intake application."""
    of = of or assessment(applicant)
    today = clock.today()
    return paper(
        EngagementIntake,
        applicant,
        **{
            "assessment": of,
            "client": of.opportunity.client,
            "service_type": of.service_type,
            "scope": "Media buying",
            "term_from": today,
            "term_to": today + dt.timedelta(days=180),
            "amount": Decimal(fee),
            "estimated_cost": Decimal("30000.00"),
            **values,
        },
    )


def contract(applicant, of=None, *, schedule=("50000.00",), phase="in_force", **values) -> AgencyContract:
    """An approved contract, signed unless `phase` says otherwise; `schedule` are the payments, their sum the fee."""
    of = of or intake(applicant, fee=str(sum(map(Decimal, schedule))))
    fee = sum(map(Decimal, schedule))
    made = paper(
        AgencyContract,
        applicant,
        **{
            "intake": of,
            "client": of.client,
            "service_type": of.service_type,
            "party_a": of.client.name,
            "party_b": "Sample Agency",
            "scope": of.scope,
            "rights_duties": "Both sides act in good faith.",
            "fee": fee,
            "amount": fee,
            "effective_from": of.term_from,
            "effective_to": of.term_to,
            "phase": phase,
            "signed_on": None if phase == "unsigned" else clock.today(),
            "signed_by": None if phase == "unsigned" else applicant,
            **values,
        },
    )
    for order, amount in enumerate(schedule, 1):
        PaymentScheduleLine.objects.create(
            contract=made, order=order, milestone=f"Milestone {order}", amount=Decimal(amount)
        )
    return made


def engagement(manager, of=None, *, phase="executing", **values) -> Engagement:
    """The work on a contract, in any phase."""
    of = of or contract(manager)
    return Engagement.objects.create(
        **{
            "number": next_number("XM", clock.today().year),
            "title": of.title,
            "contract": of,
            "client": of.client,
            "service_type": of.service_type,
            "department": of.department,
            "manager": manager,
            "phase": phase,
            "planned_from": of.effective_from,
            "planned_to": of.effective_to,
            **values,
        }
    )
