"""Payment: by the cashier, once, exactly what was approved, never before approval, told to the employee."""

import datetime as dt
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from apps.approvals.events import verify
from apps.approvals.models import Approval, Route, Task
from apps.core import clock
from apps.core.errors import Refused
from apps.documents import services
from apps.documents.errors import Incomplete, NotAllowed, NotFound
from apps.finance.expenses.models import ExpenseClaim
from apps.finance.expenses.services import NothingPaid, pay, pay_batch, review_lines
from apps.finance.invoices.models import ReceivedInvoice
from apps.finance.payments.models import Payment, PaymentBatch
from apps.finance.payments.services import AlreadyPaid
from apps.notifications.models import Notification
from apps.org.models import User
from tests.factories.finance import FundAccountFactory, claim_of, line
from tests.factories.org import RoleFactory, UserFactory, permission_called
from tests.finance.conftest import at_finance, reload
from tests.finance.test_submission import invoice

pytestmark = pytest.mark.django_db


def order(cast, **values) -> dict:
    plain = {"by": cast.cashier, "account": cast.account, "paid_on": clock.today(), "bank_reference": "TX-1"}
    return {**plain, **values}


def test_payment_is_recorded_on_claim_invoice_and_log(cast, approved):
    claim = approved(cast.staff, line("120.00", **invoice()), payee_bank="Bank", payee_account="6222")
    payment = pay(claim, **order(cast))
    claim = reload(claim)
    assert (payment.amount, payment.payee, payment.payee_account, payment.paid_by, payment.batch) == (
        Decimal("120.00"),
        cast.staff,
        "6222",
        cast.cashier,
        None,
    )
    assert (claim.paid_amount, claim.paid_on, claim.standing[0], claim.payment) == (
        Decimal("120.00"),
        clock.today(),
        "paid",
        payment,
    )
    assert ReceivedInvoice.objects.get().status == "used"
    event = claim.approval.events.get(verb="recorded")
    assert (event.actor, event.payload) == (
        cast.cashier,
        {
            "what": "paid",
            "payment": payment.pk,
            "amount": "120.00",
            "paid_on": clock.today().isoformat(),
            "account": "BANK",
            "bank_reference": "TX-1",
        },
    )
    assert list(verify(Approval.objects.all())) == []
    title = f"{claim.number}: ¥120.00 was paid to you on {clock.today()}"
    assert Notification.objects.filter(recipient=cast.staff, title=title).count() == 1


def test_second_payment_is_refused_and_says_who_was_first(cast, approved):
    claim = approved()
    pay(claim, **order(cast))
    with pytest.raises(AlreadyPaid) as caught:
        pay(claim, **order(cast, bank_reference="TX-2"))
    assert str(caught.value) == f"{claim.number} was already paid: Cashier paid it on {clock.today()}."
    assert Payment.objects.get().bank_reference == "TX-1"


def test_lowered_claim_is_paid_as_approved(cast):
    claim = reload(at_finance(cast, claim_of(cast.staff, line("100.00"))))
    ruling = {"ruling": "lowered", "approved_amount": Decimal("80.00"), "reason": "x"}
    review_lines(claim, by=cast.accountant, rulings={claim.ordered_lines[0].pk: ruling})
    services.approve(reload(claim), by=cast.accountant)
    assert pay(reload(claim), **order(cast)).amount == Decimal("80.00")


def test_nothing_is_paid_before_final_approval(cast):
    claim = at_finance(cast, claim_of(cast.staff))
    with pytest.raises(NotAllowed) as caught:
        pay(claim, **order(cast))
    assert str(caught.value) == "Only an approved claim can be paid."


def test_only_cashiers_pay(cast, approved):
    claim = approved()
    for person in (cast.accountant, cast.director, cast.head, cast.staff):
        with pytest.raises(NotAllowed) as caught:
            pay(claim, **order(cast, by=person))
        assert str(caught.value) == "Your role does not pay expense claims."
    with pytest.raises(NotFound):
        pay(claim, **order(cast, by=cast.outsider))


def test_nobody_pays_their_own_claim(cast):
    cast.cashier.department = cast.department
    cast.cashier.save()
    claim = at_finance(cast, claim_of(cast.cashier))
    claim = reload(services.approve(reload(claim), by=cast.accountant))
    with pytest.raises(NotAllowed) as caught:
        pay(claim, **order(cast))
    assert str(caught.value) == "Nobody pays their own claim."


def test_superuser_pays_only_as_a_cashier(cast, approved):
    claim = approved()
    root = UserFactory(username="root", is_superuser=True)
    with pytest.raises(NotAllowed, match="Your role does not pay"):
        pay(claim, **order(cast, by=root))
    assert not Payment.objects.exists()
    root.groups.add(RoleFactory(code="cashier"))
    assert pay(claim, **order(cast, by=User.objects.get(pk=root.pk))).paid_by == root


def test_cashier_who_decided_may_pay(cast, approved):
    """Segregation is between claimant and the others; a further pair of eyes is what the chain is for."""
    person = UserFactory(username="both", roles=[RoleFactory(code="finance_reviewer"), RoleFactory(code="cashier")])
    both = User.objects.get(pk=person.pk)
    claim = at_finance(cast, claim_of(cast.staff))
    services.approve(reload(claim), by=both)
    assert pay(reload(claim), **order(cast, by=both)).paid_by == both


def test_claim_lowered_to_nothing_has_nothing_to_pay(cast):
    claim = reload(at_finance(cast, claim_of(cast.staff, line("100.00"))))
    ruling = {"ruling": "lowered", "approved_amount": Decimal("0.00"), "reason": "private"}
    review_lines(claim, by=cast.accountant, rulings={claim.ordered_lines[0].pk: ruling})
    claim = reload(services.approve(reload(claim), by=cast.accountant))
    assert (claim.state, claim.is_to_pay, claim.standing[0]) == ("approved", False, "approved")
    with pytest.raises(NotAllowed) as caught:
        pay(claim, **order(cast))
    assert str(caught.value) == "There is nothing to pay."


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (
            {"paid_on": lambda: clock.today() + dt.timedelta(days=1)},
            {"paid_on": ["A payment can't lie in the future."]},
        ),
        ({"paid_on": lambda: None}, {"paid_on": ["Enter the date."]}),
        ({"bank_reference": lambda: " "}, {"bank_reference": ["Enter the bank's reference."]}),
        ({"bank_reference": lambda: "x" * 61}, {"bank_reference": ["A reference has at most 60 characters."]}),
        ({"account": lambda: None}, {"account": ["Choose an account that is in use."]}),
        ({"account": lambda: FundAccountFactory(active=False)}, {"account": ["Choose an account that is in use."]}),
        (
            {"account": lambda: FundAccountFactory(currency="USD")},
            {"account": ["The account is kept in USD, the claim in CNY."]},
        ),
    ],
)
def test_bad_orders(cast, approved, values, expected):
    claim = approved()
    with pytest.raises(Incomplete) as caught:
        pay(claim, **order(cast, **{name: make() for name, make in values.items()}))
    assert caught.value.fields == expected
    assert not reload(claim).is_paid


def test_payment_before_the_approval(cast, approved):
    claim = approved()
    yesterday = clock.today() - dt.timedelta(days=1)
    with pytest.raises(Incomplete) as caught:
        pay(claim, **order(cast, paid_on=yesterday))
    assert caught.value.fields == {"paid_on": [f"It was approved on {clock.today()}; a payment can't lie before."]}


def test_batch_pays_what_it_can_and_says_why_not_the_rest(cast, approved):
    one, two, paid = approved(), approved(cast.colleague), approved()
    pay(paid, **order(cast))
    waiting = at_finance(cast, claim_of(cast.staff))
    result = pay_batch([two, waiting, one, paid], **order(cast, bank_reference="BATCH-7"))
    assert [payment.document_id for payment in result.paid] == [one.pk, two.pk]
    assert {(claim.pk, why) for claim, why in result.refused} == {
        (waiting.pk, "Only an approved claim can be paid."),
        (paid.pk, f"{paid.number} was already paid: Cashier paid it on {clock.today()}."),
    }
    assert {payment.batch for payment in Payment.objects.filter(batch__isnull=False)} == {result.batch}


def test_batch_of_nothing_leaves_no_batch(cast, approved):
    claim = approved()
    pay(claim, **order(cast))
    with pytest.raises(NothingPaid) as caught:
        pay_batch([claim], **order(cast))
    assert [row.pk for row, _why in caught.value.refused] == [claim.pk]
    assert not PaymentBatch.objects.exists()


def test_paid_claim_is_immutable(cast, approved):
    claim = approved()
    executive = UserFactory(username="executive", department=cast.department)
    for label in ("documents.cancel_document", "documents.view_all_documents"):
        executive.user_permissions.add(permission_called(label))
    pay(claim, **order(cast))
    with pytest.raises(NotAllowed) as caught:
        services.cancel(reload(claim), by=User.objects.get(pk=executive.pk), reason="mistake")
    assert str(caught.value) == f"It was paid on {clock.today()} and can't be cancelled any more."


def test_cancelled_claim_is_not_paid_and_frees_its_invoice(cast, approved):
    claim = approved(cast.staff, line(**invoice()))
    executive = UserFactory(username="executive", department=cast.department)
    for label in ("documents.cancel_document", "documents.view_all_documents"):
        executive.user_permissions.add(permission_called(label))
    services.cancel(claim, by=User.objects.get(pk=executive.pk), reason="mistake")
    assert ReceivedInvoice.objects.get().status == "released"
    with pytest.raises(NotAllowed):
        pay(reload(claim), **order(cast))


def test_database_itself_refuses_overpayment(cast, approved):
    claim = approved(cast.staff, line("100.00"))
    with pytest.raises(IntegrityError), transaction.atomic():
        ExpenseClaim.objects.filter(pk=claim.pk).update(
            paid_amount=Decimal("100.01"), paid_on=clock.today(), paid_at=clock.now()
        )


def approve_to_the_end(paper):
    """By whoever's turn it is, step by step."""
    while task := Task.objects.open().filter(approval=paper.approval).first():
        services.approve(paper, by=task.user)


def test_claim_paid_while_it_is_to_be_revoked_is_not_revoked(cast, approved):
    Route.objects.filter(kind="expenseclaim").update(revocable_days=30)
    claim = approved(cast.staff, line("120.00"))
    asked = services.ask_to_revoke(claim, by=cast.staff, reason="Claimed twice")
    pay(claim, **order(cast))
    with pytest.raises(Refused, match="It was paid on"):
        approve_to_the_end(asked)
    asked.refresh_from_db()
    assert (reload(claim).state, asked.state) == ("approved", "in_review")
