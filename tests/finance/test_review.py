"""Finance reviews line by line: lowering, returning single lines, what goes on and what comes back."""

from decimal import Decimal

import pytest

from apps.approvals.errors import ContentChanged
from apps.documents import services
from apps.documents.errors import Incomplete, NotAllowed
from apps.finance.expenses.models import ExpenseClaim
from apps.finance.expenses.services import hints_for, review_lines, save_claim
from apps.notifications.models import Notification
from tests.factories.finance import ExpenseCategoryFactory, ExpenseStandardFactory, ReturnReasonFactory, claim_of, line
from tests.finance.conftest import at_finance, reload, through
from tests.finance.test_submission import DIGITAL, invoice

pytestmark = pytest.mark.django_db


@pytest.fixture
def waiting(cast):
    """A claim of 100 + 200 that waits for Finance."""
    return reload(at_finance(cast, claim_of(cast.staff, line("100.00"), line("200.00"))))


def ruled(claim, cast, **by_index) -> ExpenseClaim:
    rulings = {claim.ordered_lines[int(key[1:])].pk: ruling for key, ruling in by_index.items()}
    return review_lines(claim, by=cast.accountant, rulings=rulings)


def refused(claim, cast, **by_index) -> dict:
    with pytest.raises(Incomplete) as caught:
        ruled(claim, cast, **by_index)
    return caught.value.fields


def lowered(amount, reason="Above what is usual"):
    return {"ruling": "lowered", "approved_amount": Decimal(amount), "reason": reason}


def returned(code="TITLE", reason=""):
    return {"ruling": "returned", "return_reason": ReturnReasonFactory(code=code), "reason": reason}


def test_lowered_amount_is_what_goes_on(cast, waiting):
    claim = ruled(waiting, cast, l1=lowered("150.00"))
    assert claim.facts()["amount"] == "250.00"
    claim = reload(services.approve(reload(claim), by=cast.accountant))
    assert (claim.amount, claim.approved_total) == (Decimal("300.00"), Decimal("250.00"))
    assert [(row.ruling, row.approved_amount) for row in claim.ordered_lines] == [
        ("approved", Decimal("100.00")),
        ("lowered", Decimal("150.00")),
    ]


def test_the_log_says_what_was_changed(cast, waiting):
    claim = ruled(waiting, cast, l1=lowered("150.00"))
    event = claim.approval.events.get(verb="edited")
    assert event.actor == cast.accountant
    assert event.payload["changes"] == [
        {
            "line": 2,
            "from": {"ruling": "none", "approved_amount": None, "reason": "", "return_reason": None},
            "to": {
                "ruling": "lowered",
                "approved_amount": "150.00",
                "reason": "Above what is usual",
                "return_reason": None,
            },
        }
    ]


@pytest.mark.parametrize(
    ("ruling", "expected"),
    [
        (lowered("150.00", reason=" "), {"lines-1-reason": ["Say why the amount is lowered."]}),
        (lowered("200.00"), {"lines-1-approved_amount": ["Enter less than the claimed ¥200.00."]}),
        (lowered("-1"), {"lines-1-approved_amount": ["Enter the approved amount."]}),
        ({"ruling": "lowered", "reason": "x"}, {"lines-1-approved_amount": ["Enter the approved amount."]}),
        (
            {"ruling": "approved", "approved_amount": Decimal("200.01")},
            {"lines-1-approved_amount": ["Enter less than the claimed ¥200.00."]},
        ),
        (
            {"ruling": "approved", "approved_amount": Decimal("150.00")},
            {"lines-1-ruling": ["The approved amount is lower than claimed: choose “Lowered” and give a reason."]},
        ),
        ({"ruling": "returned"}, {"lines-1-return_reason": ["Choose why the line is returned."]}),
        ({"ruling": "raised"}, {"lines-1-ruling": ["Choose a ruling."]}),
    ],
)
def test_refused_rulings(cast, waiting, ruling, expected):
    assert refused(waiting, cast, l1=ruling) == expected
    assert [row.ruling for row in reload(waiting).ordered_lines] == ["none", "none"]


def test_no_ruling_goes_above_a_cap(cast):
    category = ExpenseCategoryFactory()
    ExpenseStandardFactory(category=category, limit=Decimal("80.00"), control="cap")
    claim = reload(at_finance(cast, claim_of(cast.staff, line("100.00", category=category))))
    assert refused(claim, cast, l0=lowered("90.00")) == {
        "lines-0-approved_amount": ["The standard allows at most ¥80.00."]
    }
    assert ruled(claim, cast, l0={"ruling": "approved"}).payable == Decimal("80.00")


def test_all_lines_cannot_be_returned(cast, waiting):
    assert refused(waiting, cast, l0=returned(), l1=returned()) == {
        "lines": ["All lines would be returned. Return the whole claim instead."]
    }


def test_line_of_another_claim(cast, waiting):
    other = claim_of(cast.colleague).ordered_lines[0]
    with pytest.raises(Incomplete):
        review_lines(waiting, by=cast.accountant, rulings={other.pk: lowered("1.00")})


def test_only_whose_turn_it_is_reviews(cast):
    claim = services.submit(claim_of(cast.staff, line("100.00")), by=cast.staff)
    rulings = {reload(claim).ordered_lines[0].pk: lowered("1.00")}
    for person in (cast.staff, cast.accountant, cast.head):
        with pytest.raises(NotAllowed):  # the head decides, but the head's step opens no lines
            review_lines(reload(claim), by=person, rulings=rulings)


def test_stale_page_is_refused(cast, waiting):
    seen = waiting.content_hash()
    ruled(waiting, cast, l1=lowered("150.00"))
    with pytest.raises(ContentChanged):
        review_lines(reload(waiting), by=cast.accountant, rulings={}, seen=seen)
    with pytest.raises(ContentChanged):
        services.approve(reload(waiting), by=cast.accountant, seen=seen)


def test_lowering_below_a_threshold_spares_the_director(cast):
    claim = reload(at_finance(cast, claim_of(cast.staff, line("6000.00"))))
    ruled(claim, cast, l0=lowered("5000.00"))
    assert services.approve(reload(claim), by=cast.accountant).state == "approved"


def test_returned_line_becomes_a_draft_and_the_rest_is_approved(cast):
    lines = [line("100.00"), line("200.00", description="Taxi", **invoice())]
    claim = reload(at_finance(cast, claim_of(cast.staff, *lines, project="Client A")))
    ruled(claim, cast, l1=returned("TITLE", "Wrong company"))
    claim = reload(services.approve(reload(claim), by=cast.accountant))
    assert (claim.state, claim.approved_total) == ("approved", Decimal("100.00"))
    draft = claim.follow_ups.get()
    assert (draft.state, draft.applicant, draft.amount, draft.title, draft.project, draft.number) == (
        "draft",
        cast.staff,
        Decimal("200.00"),
        "A claim",
        "Client A",
        "",
    )
    assert [(row.description, row.invoice_number, row.ruling) for row in draft.ordered_lines] == [
        ("Taxi", DIGITAL, "none")
    ]
    assert draft.source_claim == claim
    assert services.submit(draft, by=cast.staff).state == "in_review"


def test_the_employee_is_told_of_the_draft(cast, waiting):
    ruled(waiting, cast, l1=returned())
    claim = services.approve(reload(waiting), by=cast.accountant)
    title = f"1 lines of {claim.number} were returned; a new draft with them is ready for you to correct"
    assert Notification.objects.filter(recipient=cast.staff, title=title).count() == 1


def test_invoice_shared_with_a_line_that_stays_is_not_released(cast):
    split = [line("60.00", **invoice()), line("40.00", **invoice())]
    claim = reload(at_finance(cast, claim_of(cast.staff, *split)))
    ruled(claim, cast, l1=returned())
    services.approve(reload(claim), by=cast.accountant)
    assert claim.received_invoices.get().status == "reserved"


def test_rulings_end_with_the_round(cast, waiting):
    ruled(waiting, cast, l1=lowered("150.00"))
    services.return_(reload(waiting), by=cast.accountant, reason="Please explain")
    claim = services.submit(reload(waiting), by=cast.staff)
    assert [(row.ruling, row.approved_amount) for row in reload(claim).ordered_lines] == [("none", None)] * 2


def test_ruling_can_be_taken_back(cast, waiting):
    ruled(waiting, cast, l1=returned())
    ruled(reload(waiting), cast, l1={"ruling": "none"})
    assert reload(waiting).payable == Decimal("300.00")


def test_hints_name_the_reasons_most_frequent_first(cast):
    title = ReturnReasonFactory(code="TITLE", hint="核对抬头", hint_en="Check the title")
    ReturnReasonFactory(code="UNCLEAR", name_en="Unclear")
    for code in ("UNCLEAR", "TITLE", "TITLE"):
        claim = reload(at_finance(cast, claim_of(cast.staff, line("1.00"), line("2.00"))))
        ruled(claim, cast, l0=returned(code))
        services.approve(reload(claim), by=cast.accountant)
    assert hints_for(cast.staff) == [title.hint_en, "Unclear"]
    assert hints_for(cast.colleague) == []


def test_approved_claim_cannot_be_changed(cast):
    claim = through(cast, claim_of(cast.staff))
    with pytest.raises(NotAllowed):
        save_claim(claim, by=cast.staff, lines=[line("1.00")])
    with pytest.raises(NotAllowed):
        review_lines(reload(claim), by=cast.accountant, rulings={})
