"""The demo company: one small build for all tests of this file, at a fixed moment."""

import datetime as dt
import hashlib
from collections import Counter
from decimal import Decimal
from io import StringIO
from zoneinfo import ZoneInfo

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import transaction
from django.db.models import Count, F, Q, Sum
from django.urls import reverse
from fontTools.ttLib import TTFont

from apps.approvals.models import Event, Step, Task
from apps.business import models as business
from apps.core import clock
from apps.core.uscc import check_uscc
from apps.documents import permissions
from apps.documents.models import Attachment, Comment, Document, Participant
from apps.documents.services.talk import twins
from apps.finance.billing.models import Receivable, SalesInvoice
from apps.finance.expenses.models import ExpenseClaim, ExpenseLine
from apps.finance.payments.models import Payment
from apps.finance.receipts.models import Receipt, ReceiptAllocation
from apps.finance.receivables.models import PaymentReminder
from apps.notifications.models import Notification
from apps.org.models import Company, Department, User
from apps.risk.credit import gate
from apps.risk.credit.models import CreditAssessment, CreditHold, CreditLimit, CreditWaiver
from apps.service.clients import duplicates
from apps.service.clients.models import Client, ClientGrade, ClientReview, ContactLog
from apps.workspace.demo import builder
from apps.workspace.demo.business.plots import RUNNING, Plot
from apps.workspace.demo.business.plots import Planner as BusinessPlanner
from apps.workspace.demo.content import CITIES, Writer
from apps.workspace.demo.data import read
from apps.workspace.demo.hours import Hours
from apps.workspace.demo.people import PASSWORD
from apps.workspace.demo.plans import Plan, Planner, employees

NOW = dt.datetime(2026, 6, 16, 15, 30, tzinfo=ZoneInfo("Asia/Shanghai"))
ACCOUNTS = (
    "staff staff2 head manager accountant director cashier hr officer service market auditor admin".split()  # noqa: SIM905
)


def digest() -> str:
    """Everything a reader would notice, without the keys of rows."""
    claims = ExpenseClaim.objects.order_by("pk").values_list(
        "number", "title", "amount", "approved_total", "state", "paid_on", "applicant__username", "created_at"
    )
    lines = ExpenseLine.objects.order_by("claim", "order").values_list("description", "amount", "invoice_number")
    files = Attachment.objects.order_by("pk").values_list("name", "sha256")
    people = User.objects.order_by("username").values_list("employee_no", "name", "phone", "hire_date", "bank_account")
    clients = Client.objects.order_by("pk").values_list("number", "name", "uscc", "owner__username", "contacted_on")
    talks = ContactLog.objects.order_by("pk").values_list("client__number", "at", "summary", "contact__mobile")
    work = business.Engagement.objects.order_by("pk").values_list(
        "number", "title", "client__name", "phase", "closed_on"
    )
    papers = Document.objects.order_by("pk").values_list("number", "title", "amount", "state", "submitted_at")
    invoices = SalesInvoice.objects.order_by("pk").values_list("number", "invoice_number", "total", "due_on", "status")
    money = Receipt.objects.order_by("pk").values_list("number", "amount", "allocated", "received_on")
    tasks = business.PlanTask.objects.order_by("pk").values_list("title", "owner__username", "progress", "finished_on")
    rows = [claims, lines, files, people, clients, talks, work, papers, invoices, money, tasks]
    text = repr([list(part) for part in rows])
    return hashlib.sha256(text.encode()).hexdigest()


def one_of_each(plots: list[Plot]) -> list[Plot]:
    """The business with each turn and at each stage once, in its order."""
    different = {}
    for plot in plots:
        late = plot.age if plot.stop == "settlement:overdue" else 0
        different.setdefault((plot.stop, late, *sorted(plot.turns - {"lead"})), plot)
    return list(different.values())


def once(*, claims: int, plots: list[Plot]) -> str:
    """Build a company, throw it away, and answer what it looked like."""
    with transaction.atomic():
        builder.build(seed=7, claims=claims, plots=plots)
        seen = digest()
        transaction.set_rollback(True)
    return seen


@pytest.fixture(scope="module")
def built(django_db_setup, django_db_blocker):
    """Two small companies of one seed, compared and thrown away, and one that is there for the tests."""
    plots = one_of_each(BusinessPlanner(7).plots())
    with django_db_blocker.unblock():
        outer = transaction.atomic()
        outer.__enter__()
        with clock.at(NOW):
            small = [once(claims=6, plots=one_of_each(BusinessPlanner(7).plots())[::9]) for _time in range(2)]
            builder.build(seed=7, claims=30, plots=plots)
        yield small
        transaction.set_rollback(True)
        outer.__exit__(None, None, None)


@pytest.fixture
def company(built, db):
    """The finished company; what a test changes is undone."""
    with clock.at(NOW):
        yield


def run(**options) -> str:
    out = StringIO()
    call_command("demo", stdout=out, **options)
    return out.getvalue()


def counts() -> list[int]:
    tables = (User, Document, Event, Notification, Payment, Attachment, Comment, ExpenseLine, ExpenseClaim.history)
    return [table.count() if hasattr(table, "count") else table.objects.count() for table in tables]


def test_same_seed_gives_the_same_company(company, built):
    first, second = built
    assert first == second


def plans(seed: int, count: int) -> list[Plan]:
    """The claims as planned, without a database."""
    hours, data = Hours("Asia/Shanghai"), read("company")
    departments = {row[2]: "BUS" if row[2].startswith("BUS") else "ADM" for row in data["people"]}
    grades = {row[3]: "P2" for row in data["people"]}
    writer = Writer(dict.fromkeys(CITIES, "T1"), {city: city.title() for city in CITIES})
    return Planner(seed, NOW, hours, employees(NOW, hours, departments, grades), writer).plans(count)


def test_seed_decides_what_is_planned():
    again, same, other = plans(7, 300), plans(7, 300), plans(8, 300)
    assert again == same
    assert [plan.paper for plan in again] != [plan.paper for plan in other]
    assert len(again) == len(other) == 300


def test_planned_claims_are_plausible():
    found = plans(7, 400)
    numbers = [line["invoice_number"] for plan in found for line in plan.paper.lines if "invoice_number" in line]
    assert len(set(numbers)) == len(numbers)
    assert all(plan.drafted < NOW and plan.drafted.weekday() < 5 for plan in found)
    assert min(plan.drafted for plan in found) < NOW - dt.timedelta(days=650)
    assert all(
        line["date"] <= plan.drafted.date() and line["amount"] > 0 for plan in found for line in plan.paper.lines
    )
    big = [plan for plan in found if plan.kind in ("bigtrip", "bigtraining")]
    assert all(sum(line["amount"] for line in plan.paper.lines) > 5000 for plan in big)
    assert sum(plan.vouchers for plan in found) == 60


@pytest.mark.parametrize("username", ACCOUNTS)
def test_accounts_can_sign_in(company, client, username):
    response = client.post(reverse("org:sign-in"), {"username": username, "password": PASSWORD})
    assert response.status_code == 302
    assert client.session["_auth_user_id"] == str(User.objects.get(username=username).pk)


def test_nobody_else_can_sign_in(company):
    others = User.objects.exclude(username__in=ACCOUNTS)
    assert others.count() == 50
    assert not any(user.has_usable_password() for user in others)


def test_every_state_is_there_and_staff_has_each(company):
    everything = {"draft", "in_review", "returned", "approved", "rejected", "cancelled", "paid"}
    claims = list(ExpenseClaim.objects.filter(applicant__username="staff"))
    assert {claim.standing[0] for claim in claims} == everything
    assert any(claim.state == "draft" and claim.number for claim in claims), "withdrawn"
    assert any(claim.source_claim_id for claim in claims), "a draft of returned lines"
    assert ExpenseLine.objects.filter(ruling="lowered", claim__applicant__username="staff").exists()


def test_every_step_of_the_chain_is_open_somewhere(company):
    open_steps = Step.objects.filter(state="open", approval__document__kind="expenseclaim").values_list(
        "key", flat=True
    )
    assert set(open_steps) == {"head", "finance", "director", "management"}
    deciding = set(Task.objects.open().values_list("user__username", flat=True).order_by())
    assert {"head", "accountant", "director", "manager"} <= deciding
    to_pay = ExpenseClaim.objects.filter(state="approved", paid_on=None, approved_total__gt=0)
    assert to_pay.count() >= 4


def test_manager_is_decided_by_another_executive(company):
    paid = ExpenseClaim.objects.get(applicant__username="manager", paid_on__isnull=False)
    assert paid.approval.tasks.get(step__key="head").user.username == "lin.yaqin"


def test_company_is_whole(company):
    assert builder.faults() == []
    ours = Company.current()
    assert check_uscc(ours.uscc).check_digit_ok
    assert all(department.head and department.name_en for department in Department.objects.all())
    assert User.objects.active().count() == 60
    assert User.objects.filter(status="left", is_active=False, left_on__isnull=False).count() == 3
    assert User.objects.filter(status="probation").count() == 3
    assert User.objects.active().filter(manager=None).get().username == "manager"
    assert not Department.objects.filter(head__is_active=False).exists()
    for user in User.objects.all():
        user.full_clean(exclude=["manager"])
        assert user.pk not in user._superiors()
    assert User.objects.get(username="admin").is_superuser


def test_auditor_reads_everything_submitted_and_decides_nothing(company):
    auditor = User.objects.get(username="auditor")
    claims = ExpenseClaim.objects.visible_to(auditor)
    assert set(claims) == set(ExpenseClaim.objects.exclude(state="draft"))
    for claim in claims:
        for action in ("update", "approve", "return", "reject", "pay", "cancel"):
            assert not permissions.may(auditor, action, claim), (claim, action)


def test_files_comments_copies(company):
    assert set(Attachment.objects.values_list("file_type", flat=True)) == {"pdf", "png"}
    assert Comment.objects.exists()
    assert Participant.objects.filter(copied_at__isnull=False, user__username="staff2").exists()
    shared = Attachment.objects.values("sha256").annotate(times=Count("pk")).get(times__gt=1)
    attachment = Attachment.objects.filter(sha256=shared["sha256"], document__applicant__username="staff2").get()
    head = User.objects.get(username="head")
    assert [paper.applicant.username for paper in twins(attachment, viewer=head)] == ["staff"]


def test_nothing_is_mailed_and_old_notices_are_read(company):
    assert set(Notification.objects.values_list("mail", flat=True)) == {"none"}
    assert not Notification.objects.filter(read_at=None, created_at__lt=NOW - dt.timedelta(days=14)).exists()
    assert Notification.objects.filter(read_at=None, recipient__username="head").exists()


def test_moments_lie_in_the_past(company):
    moments = [
        *ExpenseClaim.objects.values_list("created_at", "updated_at"),
        *Comment.objects.values_list("created_at"),
    ]
    assert all(moment < NOW for row in moments for moment in row)
    assert Event.objects.filter(at__gte=NOW).count() == 0
    assert ExpenseClaim.history.filter(history_date__gt=NOW).count() == 0


def test_font_has_every_character(company):
    glyphs = TTFont(settings.BASE_DIR / "static" / "fonts" / "NotoSansSC-Regular.ttf").getBestCmap()
    texts = [str(read("company")), str(read("texts"))]
    texts += ["".join(map(str, row)) for row in ExpenseLine.objects.values_list("description", "seller_name")]
    texts += ExpenseClaim.objects.values_list("title", flat=True)
    assert {character for text in texts for character in text if ord(character) not in glyphs} == set()


def test_second_run_changes_nothing(company):
    before = counts()
    shown = run()
    assert counts() == before
    assert "nothing was changed" in shown
    assert all(f"  {username} " in shown for username in ACCOUNTS)
    assert shown.rstrip().endswith(f"The password of all is {PASSWORD}")


def test_real_company_is_left_alone(company):
    Company.history.update(history_change_reason="")
    before = counts()
    with pytest.raises(CommandError, match="holds a real company \\(63 people, "):
        run()
    assert counts() == before


def test_too_few_claims(db):
    with pytest.raises(CommandError, match="at least 30 claims"):
        run(claims=29)


def test_clients_are_at_every_stage(company):
    assert Client.objects.count() == 40
    assert {client.status for client in Client.objects.all()} == {"active", "dormant", "ended"}
    assert Client.objects.in_pool().count() == 5
    assert Client.objects.due_for_review(180).exists()
    assert Client.objects.to_contact(ClientGrade.objects.all()).exists()
    assert ClientReview.objects.exists()
    assert len(duplicates.groups(Client.objects.all())) == 1
    assert [
        client.uscc for client in Client.objects.exclude(uscc="") if not check_uscc(client.uscc).check_digit_ok
    ] == []
    assert not Client.objects.filter(owner__is_active=False).exists()


def standings(model, **filters) -> Counter:
    return Counter(paper.standing[0] for paper in model.objects.filter(**filters))


def waiting_at(model) -> set[str]:
    """The steps at which papers of a kind wait."""
    runs = model.objects.filter(state="in_review").values("approval")
    return set(Step.objects.filter(state="open", approval__in=runs).values_list("key", flat=True))


def test_leads_and_opportunities_are_in_every_state(company):
    assert set(business.Lead.objects.values_list("state", flat=True)) == {"new", "qualified", "discarded"}
    pool = business.Lead.objects.filter(owner=None, state="new")
    assert pool.filter(activities__by=None).exists()
    assert pool.filter(activities=None).exists()
    assert any(lead.is_stale(30) for lead in business.Lead.objects.all())
    stages = set(business.Opportunity.objects.filter(state="open").values_list("stage__code", flat=True))
    assert stages == {"EVAL", "CONTACT", "NEEDS", "SOLUTION", "NEGOTIATE"}
    assert set(business.Opportunity.objects.values_list("state", flat=True)) == {"open", "won", "lost"}
    late = [row.step_is_late for row in business.Opportunity.objects.filter(state="open")]
    assert 0 < sum(late) < len(late) / 2
    assert set(business.IntakeAssessment.objects.values_list("verdict", flat=True)) == {"open", "passed", "failed"}


def test_papers_before_the_work_are_in_every_state(company):
    intakes = business.EngagementIntake
    assert set(intakes.objects.values_list("state", flat=True)) == {
        *("draft", "in_review", "returned", "rejected", "approved")
    }
    assert waiting_at(intakes) == {"head", "credit", "management"}
    approved = intakes.objects.filter(state="approved")
    assert approved.filter(lapsed_on__isnull=False).exists()
    assert approved.filter(lapsed_on=None, contracts=None).exists()
    assert approved.filter(credit_waivers__isnull=False).exclude(credit_waivers__reason="").exists()
    assert waiting_at(business.AgencyContract) == {"head", "management"}
    assert set(standings(business.AgencyContract)) >= {"draft", "in_review", "info", "approved", "closed", "cancelled"}
    assert set(standings(business.ContractSupplement)) == {"in_review", "approved"}


def test_there_are_a_hundred_and_twenty_engagements():
    """All of them are contracts that were signed; their number is a matter of the plan alone."""
    begun = {*RUNNING, "settlement:overdue", "closed"}
    assert len([plot for plot in BusinessPlanner(7).plots() if plot.stop in begun]) == 120


def test_engagements_are_at_every_stage(company):
    everyone = business.Engagement.objects
    assert set(everyone.values_list("phase", flat=True)) == set(business.Engagement.Phase.values)
    teams = everyone.annotate(count=Count("members")).values_list("count", flat=True)
    assert {1 + count for count in teams} == {2, 3, 4}
    assert set(standings(business.ExecutionPlan)) == {"draft", "in_review", "returned", "approved"}
    assert set(standings(business.PlanChange)) == {"in_review", "approved", "rejected"}
    plans = business.ExecutionPlan.objects.annotate(count=Count("tasks")).values_list("count", flat=True)
    assert min(plans) >= 4
    assert max(plans) <= 8
    checks = set(business.PlanTask.history.values_list("check_result", flat=True))
    assert checks >= {"pending", "passed", "failed"}
    assert business.ProgressReport.objects.exclude(answer="").exists()
    assert everyone.running().filter(next_report_on__lt=clock.today()).exists()
    entries = list(business.DossierEntry.objects.all())
    assert any(entry.is_missing for entry in entries)
    assert any(entry.waived_on for entry in entries)


def test_settlements_and_their_money_are_in_every_state(company):
    assert set(standings(business.Settlement)) == {
        *("draft", "in_review", "returned", "to_invoice", "invoiced", "partly_collected", "collected", "posted")
    }
    assert waiting_at(business.Settlement) == {"head", "credit", "finance"}
    invoices = list(SalesInvoice.objects.all())
    assert {row.standing[0] for row in invoices} == {
        *("requested", "issued", "partly_collected", "collected", "reversed", "red")
    }
    assert SalesInvoice.objects.filter(status="issued", reversed_total__gt=0).exists(), "a part was reversed"
    late = [(clock.today() - row.due_on).days for row in invoices if row.due_on and row.open_amount]
    for first, last in ((-60, 0), (1, 30), (31, 60), (61, 90), (91, 180), (181, 400)):
        assert any(first <= days <= last for days in late), (first, last)
    assert any(receipt.unapplied for receipt in Receipt.objects.all())
    assert ReceiptAllocation.objects.filter(undoes__isnull=False).exists()
    assert ExpenseClaim.objects.filter(charged_to__isnull=False, state="approved").exists()
    assert PaymentReminder.objects.exists()


def test_credit_is_in_every_state(company):
    approved = CreditAssessment.objects.filter(state="approved")
    assert set(approved.values_list("grade", flat=True)) == {"A", "B", "C", "D"}
    assert waiting_at(CreditAssessment) == {"director"}
    days = [(row.valid_until - clock.today()).days for row in CreditLimit.objects.filter(ended_on=None)]
    assert min(days) < 0
    assert any(0 <= left <= 30 for left in days)
    assert max(days) > 60
    assert CreditHold.objects.filter(lifted_at=None).count() == 1
    assert CreditWaiver.objects.exists()
    pictures = [gate.picture_of(client) for client in Client.objects.all()]
    assert sum(picture.is_overdue for picture in pictures) < len(pictures) / 4


def test_every_sum_is_that_of_its_parts(company):
    """Contracts, payments, receivables, invoices and receipts, each reckoned again from the rows below it."""
    settled = Sum("settlements__total", filter=Q(settlements__state="approved"), default=Decimal(0))
    asked = Sum("settlements__total", filter=Q(settlements__state="in_review"), default=Decimal(0))
    contracts = business.AgencyContract.objects.annotate(taken=settled, wanted=asked)
    assert not contracts.exclude(settled=F("taken"), settling=F("wanted")).exists()
    for contract in business.AgencyContract.objects.prefetch_related("schedule", "supplements"):
        added = [row.change for row in contract.supplements.all() if row.state == "approved"]
        assert contract.supplemented == sum(added)
        assert contract.total == sum(line.amount for line in contract.schedule.all())
    for receivable in Receivable.objects.prefetch_related("invoices"):
        issued = [row for row in receivable.invoices.all() if row.status in ("issued", "reversed")]
        assert receivable.invoiced == sum(row.total for row in issued)
        assert receivable.collected == sum(row.collected for row in issued)
        assert receivable.total == business.Settlement.objects.get(pk=receivable.document_id).total
    for model in (SalesInvoice, Receipt):
        kept = "collected" if model is SalesInvoice else "allocated"
        rows = model.objects.annotate(given=Sum("allocations__amount", default=Decimal(0)))
        assert not rows.exclude(**{kept: F("given")}).exists()


def test_business_is_believable(company):
    closed = business.Engagement.objects.filter(phase="closed")
    assert min(closed.values_list("closed_on", flat=True)) < clock.today() - dt.timedelta(days=400)
    for engagement in closed:
        net = sum(paper.net for paper in engagement.settlements.filter(state="approved"))
        spent = ExpenseClaim.objects.filter(charged_to=engagement.contract_id, state="approved")
        margin = 1 - sum(claim.approved_total for claim in spent) / net
        assert Decimal("0.10") < margin < Decimal("0.5"), engagement
    rows = [row for row in SalesInvoice.objects.all() if row.open_amount]
    owed = sum(row.open_amount for row in rows)
    assert sum(row.open_amount for row in rows if row.due_on < clock.today()) < owed / 2
    assert not Event.objects.filter(at__gt=NOW).exists()
