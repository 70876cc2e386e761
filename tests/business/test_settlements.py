"""Settlements: what is computed, what is refused, what follows their decisions (clauses 3.3.1–3.3.5)."""

import datetime as dt
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from apps.business.engagements.services import add_entry, waive
from apps.business.models import AgencyContract, Engagement, ExecutionPlan, PlanTask, Settlement
from apps.business.settlements.services import default_lines, new_for, save_settlement
from apps.core import clock
from apps.documents.errors import Incomplete, NotAllowed
from apps.documents.services import approve, attach, cancel, edit_in_review, reject, return_, submit, withdraw
from apps.finance.billing.models import Receivable
from apps.notifications.models import Notification
from tests.factories import business
from tests.factories.settlements import (
    PDF,
    again,
    delivered,
    item,
    payments,
    settlement_of,
    settling_company,
    through,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def company(db):
    return settling_company()


@pytest.fixture
def engagement(company):
    return delivered(company.manager)


def ledger(engagement) -> list[tuple[str, str]]:
    """(in settlement, settled) of the contract, then of each scheduled payment."""
    contract = AgencyContract.objects.get(pk=engagement.contract_id)
    return [(str(row.settling), str(row.settled)) for row in (contract, *payments(engagement))]


def problems_of(settlement) -> dict:
    with pytest.raises(Incomplete) as caught:
        submit(settlement, by=settlement.applicant)
    assert again(settlement).state == "draft"
    return caught.value.fields


# ---- what is written ----


def test_new_settlement_is_filled_in_from_the_contract(company):
    made = business.contract(
        company.manager, schedule=("30000.00", "20000.00"), payment_term_days=45, due_base="month_end"
    )
    engagement = business.engagement(company.manager, made)
    settlement = new_for(engagement, company.manager)
    assert settlement.pk is None
    assert (settlement.payment_term_days, settlement.due_base, settlement.tax_rate) == (45, "month_end", made.tax_rate)
    assert (settlement.contract, settlement.client, settlement.department) == (made, made.client, engagement.department)
    assert settlement.buyer_name == made.client.name
    assert [(line["description"], line["price"]) for line in default_lines(engagement)] == [
        ("Milestone 1", Decimal("30000.00")),
        ("Milestone 2", Decimal("20000.00")),
    ]


def test_amounts_are_computed_whatever_was_typed(company, engagement):
    first = payments(engagement)[0]
    lines = [item("333.335", first, quantity=Decimal(3)), item("0.10", quantity=Decimal("0.05"))]
    settlement = settlement_of(
        company.manager, engagement, *lines, deduction=Decimal("0.02"), deduction_reason="A late day", total=Decimal(7)
    )
    assert [str(line.amount) for line in settlement.lines.all()] == ["1000.02", "0.01"]
    figures = [settlement.gross, settlement.deduction, settlement.total, settlement.net, settlement.tax]
    assert [str(figure) for figure in figures] == ["1000.03", "0.02", "1000.01", "943.41", "56.60"]
    assert settlement.amount == settlement.total


@pytest.mark.parametrize(
    ("lines", "values", "field", "said"),
    [
        ([item("-1.00")], {}, "lines-0-price", "Enter an amount that is not negative."),
        ([item("NaN")], {}, "lines-0-price", "Enter an amount that is not negative."),
        ([item(quantity=Decimal(0))], {}, "lines-0-quantity", "Enter a quantity above zero."),
        ([item("999999999999.99", quantity=Decimal(2))], {}, "lines-0-price", "Enter an amount of at most 12 digits"),
        ([item("999999999999.99")] * 2, {}, "lines", "The lines add up to more than 12 digits before the point."),
        ([item("5.00")], {"deduction": Decimal(6), "deduction_reason": "x"}, "deduction", "at most the sum of the lin"),
        ([item("5.00")], {"deduction": Decimal(1)}, "deduction_reason", "Say why this is deducted."),
    ],
)
def test_what_can_not_be_stored_is_refused_at_its_field(company, engagement, lines, values, field, said):
    with pytest.raises(Incomplete) as caught:
        settlement_of(company.manager, engagement, *lines, **values)
    assert set(caught.value.fields) == {field}
    assert said in caught.value.fields[field][0]
    assert not Settlement.objects.exists()


def test_lines_are_changed_added_and_removed(company, engagement):
    settlement = settlement_of(company.manager, engagement, item("1.00"), item("2.00"), item("3.00"))
    one, _two, three = settlement.lines.all()
    lines = [{**item("30.00"), "id": three.pk}, item("40.00"), {**item("1.00"), "id": one.pk}]
    settlement = save_settlement(settlement, by=company.manager, lines=lines)
    assert [(line.pk == three.pk, str(line.amount)) for line in settlement.lines.all()] == [
        (True, "30.00"),
        (False, "40.00"),
        (False, "1.00"),
    ]
    assert settlement.total == Decimal("71.00")


@pytest.mark.parametrize("name", ["stranger", "outsider", "accountant", "executive"])
def test_others_settle_nothing(company, engagement, name):
    with pytest.raises(NotAllowed):
        settlement_of(company.people[name], engagement)


@pytest.mark.parametrize("name", ["manager", "head"])
def test_manager_and_head_settle(company, engagement, name):
    assert settlement_of(company.people[name], engagement).applicant == company.people[name]


def test_team_settles_as_long_as_it_is_one(company, engagement):
    member = engagement.members.create(user=company.colleague, duty="Media", since=clock.today())
    settlement = settlement_of(company.colleague, engagement)
    member.until = clock.today()
    member.save()
    assert "Only the manager, the team and the head" in problems_of(settlement)["engagement"][0]


# ---- what keeps it from being submitted ----

TOMORROW = dt.timedelta(days=1)


@pytest.mark.parametrize(
    ("values", "field", "said"),
    [
        ({"title": " "}, "title", "Say what is settled."),
        ({"confirmed_by": " "}, "confirmed_by", "Say who at the client confirmed amount and payment method."),
        ({"confirmed_on": None}, "confirmed_on", "Say on which day the client confirmed it."),
        ({"buyer_name": ""}, "buyer_name", "Enter the title of the invoice."),
        (
            {"invoice_kind": "digital_special", "buyer_uscc": ""},
            "buyer_uscc",
            "A special invoice needs the buyer's tax number.",
        ),
        ({"payment_method": ""}, "payment_method", "Choose how the client pays."),
    ],
)
def test_incomplete_header_is_named(company, engagement, values, field, said):
    assert problems_of(settlement_of(company.manager, engagement, **values)) == {field: [said]}


def test_confirmation_lies_not_in_the_future(company, engagement):
    settlement = settlement_of(company.manager, engagement, confirmed_on=clock.today() + TOMORROW)
    assert problems_of(settlement) == {"confirmed_on": ["This day lies in the future."]}


def test_confirmation_needs_evidence(company, engagement):
    settlement = settlement_of(company.manager, engagement, evidence=False)
    assert problems_of(settlement) == {
        "attachments": ["Attach what the client confirmed it with: a letter, a mail, a signed list."]
    }
    attach(settlement, by=company.manager, file=SimpleUploadedFile("mail.pdf", PDF))
    assert submit(again(settlement), by=company.manager).state == "in_review"


@pytest.mark.parametrize("phase", ["preparing", "planning", "suspended", "closed", "terminated"])
def test_only_work_that_goes_on_is_settled(company, engagement, phase):
    settlement = settlement_of(company.manager, engagement)
    Engagement.objects.filter(pk=engagement.pk).update(phase=phase)
    word = Engagement.Phase(phase).label
    assert problems_of(settlement) == {
        "engagement": [
            f"{engagement.number} is in the phase “{word}”; only work that has begun and goes on can be settled."
        ]
    }


@pytest.mark.parametrize("phase", ["executing", "delivered", "settling"])
def test_work_that_goes_on_is_settled(company, phase):
    engagement = business.engagement(company.manager, phase=phase)
    assert submit(settlement_of(company.manager, engagement), by=company.manager).state == "in_review"


def test_terminated_contract_is_not_settled(company, engagement):
    settlement = settlement_of(company.manager, engagement)
    AgencyContract.objects.filter(pk=engagement.contract_id).update(phase="terminated")
    number = engagement.contract.number
    assert problems_of(settlement) == {"engagement": [f"{number} can't be settled: Terminated."]}


def test_lines_are_needed_and_above_zero(company, engagement):
    settlement = settlement_of(company.manager, engagement)
    save_settlement(settlement, by=company.manager, lines=[])
    assert problems_of(again(settlement)) == {"lines": ["Add at least one line."]}
    first = payments(engagement)[0]
    save_settlement(
        settlement, by=company.manager, lines=[item("5.00", first), item("0.00"), item("1.00", description="")]
    )
    assert problems_of(again(settlement)) == {
        "lines-1-price": ["Enter a price above zero."],
        "lines-2-description": ["Choose a scheduled payment or say what is settled."],
    }


def test_payment_of_another_contract_is_refused(company, engagement):
    other = payments(business.engagement(company.manager))[0]
    settlement = settlement_of(company.manager, engagement, item("5.00", other))
    assert problems_of(settlement) == {"lines-0-schedule_line": ["This payment belongs to another contract."]}


def test_line_never_exceeds_its_payment_and_names_who_took_the_rest(company, engagement):
    first = payments(engagement)[0]
    before = through(company, settlement_of(company.manager, engagement, item("29000.00", first)))
    settlement = settlement_of(company.manager, engagement, item("600.00", first), item("600.00", first))
    assert problems_of(settlement) == {
        "lines-1-price": [
            f"Only ¥1,000.00 of this payment is left. The rest was taken by {before.number} (¥29,000.00)."
        ]
    }


def test_total_never_exceeds_the_contract_and_names_who_took_the_rest(company, engagement):
    _first, second = payments(engagement)
    one = through(company, settlement_of(company.manager, engagement))
    two = submit(settlement_of(company.manager, engagement, item("15000.00", second)), by=company.manager)
    settlement = settlement_of(company.manager, engagement, item("5000.01"))
    said = f"The total is ¥5,000.01, but only ¥5,000.00 is left of ¥50,000.00 on {engagement.contract.number}. "
    said += f"The rest was taken by {one.number} (¥30,000.00), {two.number} (¥15,000.00)."
    assert problems_of(settlement) == {"lines": [said]}
    save_settlement(settlement, by=company.manager, lines=[item("5000.00")])
    assert submit(again(settlement), by=company.manager).state == "in_review"


def test_supplement_makes_room(company, engagement):
    settlement = settlement_of(company.manager, engagement, item("50001.00"))
    assert "only ¥50,000.00 is left" in problems_of(settlement)["lines"][0]
    AgencyContract.objects.filter(pk=engagement.contract_id).update(supplemented=Decimal(1))
    assert submit(again(settlement), by=company.manager).state == "in_review"


def test_missing_document_blocks_until_it_is_waived(company, engagement):
    entry = add_entry(engagement, by=company.manager, name="Final report", required=True)
    settlement = settlement_of(company.manager, engagement)
    assert problems_of(settlement) == {"engagement": ["The file of the engagement lacks: Final report."]}
    waive(entry, by=company.head, reason="The client wants none")
    assert submit(again(settlement), by=company.manager).state == "in_review"


def test_quality_checkpoint_blocks_until_it_is_passed(company, engagement):
    plan = ExecutionPlan.objects.create(
        kind=ExecutionPlan.KIND,
        engagement=engagement,
        applicant=company.manager,
        department=company.manager.department,
        state="approved",
        number="ZXJH-2026-0001",
        submitted_at=clock.now(),
    )
    checked = {"owner": company.manager, "checker": company.head, "criterion": "No spot is missing", "progress": 100}
    task = PlanTask.objects.create(plan=plan, order=1, wbs="1", title="Media plan", **checked)
    settlement = settlement_of(company.manager, engagement)
    assert problems_of(settlement) == {"engagement": ["Quality checkpoints that are not passed: 1 Media plan."]}
    PlanTask.objects.filter(pk=task.pk).update(check_result="passed", checked_by=company.head)
    assert submit(again(settlement), by=company.manager).state == "in_review"


# ---- what follows ----


def test_submission_reserves_and_approval_takes(company, engagement):
    settlement = submit(settlement_of(company.manager, engagement), by=company.manager)
    assert (settlement.number, settlement.state) == (f"YWJS-{clock.today().year}-0001", "in_review")
    assert ledger(engagement) == [("30000.00", "0.00"), ("30000.00", "0.00"), ("0.00", "0.00")]
    approve(again(settlement), by=company.head)
    settlement = approve(again(settlement), by=company.accountant)
    assert ledger(engagement) == [("0.00", "30000.00"), ("0.00", "30000.00"), ("0.00", "0.00")]
    receivable = Receivable.objects.get(document=settlement.pk)
    expected = {
        "net": Decimal("28301.89"),
        "tax": Decimal("1698.11"),
        "total": Decimal("30000.00"),
        "client_id": engagement.client_id,
        "contract_id": engagement.contract_id,
        "manager": company.manager,
        "term_days": 30,
        "due_base": "invoice",
    }
    assert {name: getattr(receivable, name) for name in expected} == expected
    assert again(settlement).standing[0] == "to_invoice"


@pytest.mark.parametrize("end", ["returned", "withdrawn", "rejected"])
def test_what_goes_back_frees_what_it_had_asked_for(company, engagement, end):
    settlement = submit(settlement_of(company.manager, engagement), by=company.manager)
    if end == "withdrawn":
        withdraw(settlement, by=company.manager)
    elif end == "returned":
        return_(settlement, by=company.head, reason="The confirmation says less")
    else:
        reject(settlement, by=company.head, reason="Not billed")
    assert ledger(engagement) == [("0.00", "0.00")] * 3
    assert not Receivable.objects.exists()


def test_finance_returns_and_it_comes_straight_back(company, engagement):
    settlement = submit(settlement_of(company.manager, engagement), by=company.manager)
    approve(again(settlement), by=company.head)
    return_(again(settlement), by=company.accountant, reason="The title of the invoice is wrong")
    assert ledger(engagement)[0] == ("0.00", "0.00")
    settlement = submit(again(settlement), by=company.manager)
    assert ledger(engagement)[0] == ("30000.00", "0.00")
    assert approve(again(settlement), by=company.accountant).state == "approved"


def test_finance_changes_nothing(company, engagement):
    settlement = submit(settlement_of(company.manager, engagement), by=company.manager)
    approve(again(settlement), by=company.head)
    with pytest.raises(NotAllowed, match="This step does not change the document"):
        edit_in_review(again(settlement), by=company.accountant, field="lines", change=lambda paper: {"a": 1})
    with pytest.raises(NotAllowed, match="Only the applicant changes this document"):
        save_settlement(again(settlement), by=company.accountant, lines=[item("1.00")])
    assert Settlement.EDITABLE == {}
    assert again(settlement).total == Decimal("30000.00")


def test_cancelled_settlement_frees_what_it_had_taken(company, engagement):
    settlement = through(company, settlement_of(company.manager, engagement))
    cancel(settlement, by=company.executive, reason="Billed to the wrong client")
    assert ledger(engagement) == [("0.00", "0.00")] * 3
    assert Receivable.objects.get(document=settlement.pk).cancelled_on == clock.today()
    assert again(settlement).standing[0] == "cancelled"


def test_settlement_of_the_rest_lets_the_engagement_be_settling(company, engagement):
    first, second = payments(engagement)
    submit(settlement_of(company.manager, engagement, item("30000.00", first)), by=company.manager)
    assert Engagement.objects.get(pk=engagement.pk).phase == "delivered"
    rest = settlement_of(
        company.manager, engagement, item("20000.00", second), deduction=Decimal(100), deduction_reason="One day late"
    )
    submit(rest, by=company.manager)
    assert Engagement.objects.get(pk=engagement.pk).phase == "settling"


def test_team_reads_along_from_the_submission(company, engagement):
    engagement.members.create(user=company.colleague, duty="Media", since=clock.today())
    settlement = settlement_of(company.manager, engagement)
    assert not Settlement.objects.visible_to(company.colleague).exists()
    submit(settlement, by=company.manager)
    assert list(Settlement.objects.visible_to(company.colleague)) == [settlement]
    assert not Settlement.objects.visible_to(company.outsider).exists()


def test_finance_and_business_are_told_of_the_approval(company, engagement):
    settlement = submit(settlement_of(company.manager, engagement), by=company.manager)
    approve(again(settlement), by=company.head)
    Notification.objects.all().delete()
    approve(again(settlement), by=company.accountant)
    told = set(Notification.objects.values_list("recipient__username", "title"))
    number, client = settlement.number, engagement.client.name
    assert ("director", f"{number} of {client} over ¥30,000.00 is approved and waits for its invoice") in told
    assert ("manager", f"{number} is approved: ¥30,000.00 can be invoiced to {client} now") in told


# ---- credit ----


def test_closed_credit_gate_asks_management_for_a_written_exception(company):
    engagement = delivered(company.manager, schedule=("300000.00",))
    settlement = submit(settlement_of(company.manager, engagement), by=company.manager)
    check = settlement.credit_checks.get()
    assert (check.stage, check.passed, check.requested) == ("settlement", False, Decimal("150000.00"))
    approve(again(settlement), by=company.head)
    approve(again(settlement), by=company.executive, comment="A client of many years")
    approve(again(settlement), by=company.accountant)
    assert settlement.credit_waivers.get().reason == "A client of many years"
    assert again(settlement).state == "approved"
