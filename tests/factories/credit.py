"""What clients owe, their limits, holds and exceptions, written straight into the tables."""

import datetime as dt
from decimal import Decimal

from django.contrib.auth.models import Permission

from apps.core import clock
from apps.core.numbering import next_number
from apps.finance.billing.models import Receivable, SalesInvoice
from apps.finance.receipts.models import Receipt
from apps.risk.credit.models import (
    CreditAssessment,
    CreditBand,
    CreditHold,
    CreditLimit,
    CreditWaiver,
    FactorOption,
    ScoringFactor,
    ScoringModel,
)
from apps.risk.credit.services import save_assessment
from tests.factories.documents import draft
from tests.factories.finance import FundAccountFactory
from tests.factories.service import client_of

RATE = Decimal("0.06")


def days(number: int) -> dt.date:
    """So many days from today."""
    return clock.today() + dt.timedelta(days=number)


def parts(total) -> dict:
    """Net, rate, tax and total of an amount with tax."""
    total = Decimal(total)
    net = (total / (1 + RATE)).quantize(Decimal("0.01"))
    return {"net": net, "tax_rate": RATE, "tax": total - net, "total": total}


def approved(manager):
    """A paper that has been approved: only such a one opens a receivable."""
    paper = draft(manager)
    paper.number, paper.state = f"MEMO-{paper.pk}", paper.State.APPROVED
    paper.save(update_fields=["number", "state"])
    return paper


def owed(client, manager, total="1000.00", *, document=None, **values) -> Receivable:
    """What the client owes for an approved paper; nothing of it invoiced unless told otherwise."""
    return Receivable.objects.create(
        **{
            "document": document or approved(manager),
            "client": client,
            "department": manager.department,
            "manager": manager,
            "opened_on": clock.today(),
            **parts(total),
            **values,
        }
    )


def invoiced(client, manager, total="1000.00", *, due=30, **values) -> SalesInvoice:
    """An issued invoice of the whole of a receivable; `due` in so many days."""
    collected = Decimal(values.pop("collected", "0.00"))
    receivable = values.pop("receivable", None) or owed(
        client, manager, total, invoiced=Decimal(total), collected=collected
    )
    number = next_number("FP", clock.today().year)
    return SalesInvoice.objects.create(
        **{
            "number": number,
            "receivable": receivable,
            "client": client,
            "buyer_name": client.name,
            **parts(total),
            "status": "issued",
            "requested_by": manager,
            "requested_at": clock.now(),
            "invoice_number": f"26{receivable.pk:018}",
            "issued_on": min(clock.today(), days(due)),
            "issued_by": manager,
            "due_on": days(due),
            "collected": collected,
            **values,
        }
    )


def received(client, by, amount="1000.00", **values) -> Receipt:
    """Money of the client that no invoice has taken yet, unless `allocated` says otherwise."""
    return Receipt.objects.create(
        **{
            "number": next_number("SK", clock.today().year),
            "client": client,
            "account": FundAccountFactory(code="BANK"),
            "payer_name": client.name,
            "amount": Decimal(amount),
            "received_on": clock.today(),
            "recorded_by": by,
            **values,
        }
    )


def limit_of(client, amount="50000.00", *, term_days=60, until=365, **values) -> CreditLimit:
    """A limit in force for so many days; negative `until`: it has run out."""
    start = days(min(0, until) - 100)
    return CreditLimit.objects.create(
        client=client,
        amount=Decimal(amount),
        term_days=term_days,
        **{"valid_from": start, "valid_until": days(until), **values},
    )


def hold_of(client, by, reason="They dispute two invoices.", **values) -> CreditHold:
    return CreditHold.objects.create(
        **{"client": client, "reason": reason, "set_by": by, "set_at": clock.now(), **values}
    )


def waiver_of(document, client, by, amount="50000.00", *, term_days=90, until=90, **values) -> CreditWaiver:
    """An exception made for a paper."""
    return CreditWaiver.objects.create(
        **{
            "document": document,
            "client": client,
            "amount": Decimal(amount),
            "term_days": term_days,
            "reason": "They always pay in the end.",
            "granted_by": by,
            "granted_at": clock.now(),
            "expires_on": days(until),
            **values,
        }
    )


#: code, weight, points of the answers
QUESTIONS = (("payment", 3, (100, 50, 0)), ("size", 1, (100, 40)))
#: from points, grade, limit, term
BANDS = ((80, "A", "200000.00", 60), (50, "B", "50000.00", 30), (0, "C", "0.00", 0))


def scoring_model(questions=QUESTIONS, bands=BANDS, **values) -> ScoringModel:
    """The scoring model in force; made where there is none."""
    if not values and (known := ScoringModel.objects.filter(state="published").first()):
        return known
    given = {"version": ScoringModel.objects.count() + 1, "state": "published", **values}
    model = ScoringModel.objects.create(name="Credit score", published_at=clock.now(), **given)
    for order, (code, weight, points) in enumerate(questions, 1):
        factor = ScoringFactor.objects.create(model=model, code=code, name=code.title(), weight=weight, order=order)
        for place, worth in enumerate(points, 1):
            FactorOption.objects.create(factor=factor, name=f"Worth {worth}", points=worth, order=place)
    for minimum, grade, limit, term in bands:
        CreditBand.objects.create(model=model, minimum=minimum, grade=grade, limit=Decimal(limit), term_days=term)
    return model


def answers(model: ScoringModel, *points: int) -> dict[int, tuple[int, str]]:
    """The answers worth so many points, in the order of the questions."""
    factors = list(model.factors.prefetch_related("options"))
    return {
        factor.pk: (next(option.pk for option in factor.options.all() if option.points == worth), "seen on paper")
        for factor, worth in zip(factors, points, strict=True)
    }


def assessment(applicant, client=None, *, points=(100, 40), **values) -> CreditAssessment:
    """A draft that could be submitted: 85.00 points, A; 80,000 for 60 days are proposed."""
    if not applicant.has_perm("risk.add_creditassessment"):
        applicant.user_permissions.add(Permission.objects.get(codename="add_creditassessment"))
        for cache in ("_perm_cache", "_user_perm_cache", "_group_perm_cache"):
            applicant.__dict__.pop(cache, None)
    given = {"amount": Decimal("80000.00"), "term_days": 60, "valid_until": days(365), **values}
    client = client or client_of(applicant)
    paper = CreditAssessment(client=client, title=client.name, **given)
    return save_assessment(paper, by=applicant, answers=answers(scoring_model(), *points))
