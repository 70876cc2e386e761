"""The credit gate: every reason alone and together, exceptions and their end, and that reopening asks again."""

import datetime as dt
from decimal import Decimal

import pytest

from apps.approvals.rules import freeze
from apps.core import clock
from apps.documents import services
from apps.risk.credit import exposure, gate
from apps.risk.credit.models import CreditCheck, CreditPolicy, CreditWaiver
from tests.factories import credit, documents
from tests.factories.approvals import route, step, when
from tests.factories.service import client_of
from tests.testkind.models import Memo

D = Decimal


@pytest.fixture
def acme(cast, monkeypatch):
    """A client with a limit of 50,000.00 and 60 days, who owes 20,000.00 that is not late."""
    monkeypatch.setattr(exposure, "unsettled", [])
    monkeypatch.setattr(exposure, "own_shares", [])
    client = client_of(cast.alice)
    credit.limit_of(client)
    credit.invoiced(client, cast.alice, "20000.00")
    return client


@pytest.fixture
def paper(cast):
    return documents.draft(cast.alice)


def test_up_to_the_limit_and_the_term_it_is_open(acme):
    verdict = gate.preview(acme, amount=D("30000.00"), term_days=60)
    assert (verdict.passed, verdict.codes, verdict.reasons) == (True, [], [])
    assert verdict.available_after == D("0.00")


def test_limit_closes_it_to_the_cent(acme):
    verdict = gate.preview(acme, amount=D("30000.01"), term_days=60)
    assert (verdict.passed, verdict.codes) == (False, ["limit"])
    said = "The exposure of ¥20,000.00 and the ¥30,000.01 of this paper come to ¥50,000.01, ¥0.01 over the limit of "
    assert verdict.reasons == [f"{said}¥50,000.00."]


def test_term_closes_it_by_a_day(acme):
    verdict = gate.preview(acme, amount=D("1.00"), term_days=61)
    assert (verdict.passed, verdict.codes) == (False, ["term"])
    assert verdict.reasons == ["A payment term of 61 days is asked for, 60 days are allowed."]


def test_overdue_invoices_close_it_above_the_threshold(cast, acme):
    credit.invoiced(acme, cast.alice, "1000.00", due=-20)
    assert gate.preview(acme, amount=D("1.00"), term_days=0).passed
    credit.invoiced(acme, cast.alice, "0.50", due=-9)
    verdict = gate.preview(acme, amount=D("1.00"), term_days=0)
    assert verdict.codes == ["overdue"]
    assert verdict.reasons == ["Invoices of ¥1,000.50 are overdue, the oldest by 20 days."]


def test_hold_closes_it_until_it_is_lifted(cast, acme):
    hold = credit.hold_of(acme, cast.dora)
    verdict = gate.preview(acme, amount=D("1.00"), term_days=0)
    assert (verdict.codes, verdict.reasons) == (["hold"], ["The client is on hold: They dispute two invoices."])
    hold.lifted_at, hold.lifted_by = clock.now(), cast.dora
    hold.save()
    assert gate.preview(acme, amount=D("1.00"), term_days=0).passed


def test_all_reasons_together_in_their_order(cast, acme):
    credit.invoiced(acme, cast.alice, "2000.00", due=-20)
    credit.hold_of(acme, cast.dora)
    assert gate.preview(acme, amount=D("40000.00"), term_days=90).codes == ["limit", "term", "overdue", "hold"]


def test_client_without_a_limit_has_the_default(cast):
    client = client_of(cast.alice)
    CreditPolicy.objects.create(pk=1, default_limit=D("500.00"), default_term_days=10)
    assert gate.preview(client, amount=D("500.00"), term_days=10).passed
    assert gate.preview(client, amount=D("500.01"), term_days=11).codes == ["limit", "term"]


def test_expired_limit_leaves_the_default(cast):
    client = client_of(cast.alice)
    CreditPolicy.objects.create(pk=1, default_limit=D("500.00"))
    credit.limit_of(client, "9000.00", until=-1)
    verdict = gate.preview(client, amount=D("600.00"), term_days=10)
    assert (verdict.codes, verdict.picture.expired.amount) == (["limit"], D("9000.00"))


def test_ask_keeps_what_it_looked_at(cast, acme, paper):
    credit.invoiced(acme, cast.alice, "2000.00", due=-20)
    credit.hold_of(acme, cast.dora)
    check = gate.ask(paper, client=acme, stage="intake", amount=D("40000.00"), term_days=90, by=cast.alice)
    check.refresh_from_db()
    assert (check.stage, check.passed, check.reasons) == ("intake", False, ["limit", "term", "overdue", "hold"])
    assert (check.requested, check.term_days, check.limit, check.term_allowed) == (D("40000.00"), 90, D("50000.00"), 60)
    assert (check.exposure, check.overdue, check.overdue_days) == (D("22000.00"), D("2000.00"), 20)
    assert gate.last_check(paper) == check
    said = gate.reasons_of(check)
    assert said[0].endswith("come to ¥62,000.00, ¥12,000.00 over the limit of ¥50,000.00.")
    assert said[3] == "The client is on hold: They dispute two invoices."


def test_later_changes_leave_what_was_said_then(cast, acme, paper):
    hold = credit.hold_of(acme, cast.dora)
    check = gate.ask(paper, client=acme, stage="intake", amount=D("1.00"), term_days=1, by=cast.alice)
    hold.lifted_at, hold.lifted_by = clock.now() + dt.timedelta(minutes=1), cast.dora
    hold.save()
    credit.hold_of(acme, cast.dora, "Something else.", set_at=clock.now() + dt.timedelta(minutes=2))
    assert gate.reasons_of(check) == ["The client is on hold: They dispute two invoices."]


def test_asking_again_is_reopening(cast, acme, paper):
    first = gate.ask(paper, client=acme, stage="contract", amount=D("1.00"), term_days=1, by=cast.alice)
    credit.hold_of(acme, cast.dora)
    again = gate.ask(paper, client=acme, stage="contract", amount=D("1.00"), term_days=1, by=cast.alice)
    assert (first.stage, first.passed) == ("contract", True)
    assert (again.stage, again.passed) == ("reopened", False)


def test_exception_covers_its_amount_and_term(cast, acme, paper):
    waiver = credit.waiver_of(paper, acme, cast.erin, "40000.00", term_days=90)
    verdict = gate.preview(acme, amount=D("40000.00"), term_days=90, document=paper)
    assert (verdict.passed, verdict.codes, verdict.waiver) == (True, ["limit", "term"], waiver)
    assert not gate.preview(acme, amount=D("40000.01"), term_days=90, document=paper).passed
    assert not gate.preview(acme, amount=D("40000.00"), term_days=91, document=paper).passed


def test_exception_goes_on_along_the_chain_only(cast, acme, paper):
    later, other = documents.draft(cast.alice), documents.draft(cast.alice)
    credit.waiver_of(paper, acme, cast.erin, "40000.00", term_days=90)
    asked = {"amount": D("40000.00"), "term_days": 60}
    assert gate.preview(acme, document=later, earlier=[paper], **asked).passed
    assert gate.ask(later, client=acme, stage="contract", by=cast.alice, earlier=[paper], **asked).waiver is not None
    assert not gate.preview(acme, document=other, **asked).passed


@pytest.mark.parametrize("over", [{"until": -1}, {"revoked_on": dt.date(2026, 1, 1)}])
def test_exception_that_is_over_covers_nothing(cast, acme, paper, over):
    credit.waiver_of(paper, acme, cast.erin, "40000.00", **over)
    assert not gate.preview(acme, amount=D("40000.00"), term_days=60, document=paper).passed


def test_hold_after_the_exception_stops_the_paper_again(cast, acme, paper):
    credit.waiver_of(paper, acme, cast.erin, "40000.00")
    credit.hold_of(acme, cast.dora, set_at=clock.now() + dt.timedelta(minutes=1))
    assert not gate.preview(acme, amount=D("40000.00"), term_days=60, document=paper).passed


def test_exception_of_another_client_covers_nothing(cast, acme, paper):
    credit.waiver_of(paper, client_of(cast.alice, "Another"), cast.erin, "40000.00")
    assert not gate.preview(acme, amount=D("40000.00"), term_days=60, document=paper).passed


def test_settlement_adds_what_its_contract_does_not_count(cast):
    assert gate.additional(D("1000.00"))(CreditPolicy(inclusion_rate=D("0.3333"))) == D("666.70")


# ---- a paper that goes through it ----


@pytest.fixture
def gated(monkeypatch, acme):
    """Memos ask the gate for their amount, as the kinds of business do."""
    question = {"client": acme, "term_days": 30}

    def facts(memo):
        return {"credit_gate": gate.fact(memo, amount=memo.amount, **question)}

    def submitted(memo, by):
        gate.ask(memo, stage="intake", amount=memo.amount, by=by, **question)

    monkeypatch.setattr(Memo, "FACTS", {"credit_gate": "credit gate"})
    monkeypatch.setattr(Memo, "facts", facts)
    monkeypatch.setattr(Memo, "on_submitted", submitted)
    monkeypatch.setattr(Memo, "on_approved", lambda memo, by: gate.let_through(memo, by=by))
    steps = [
        step("head", rule="department_head"),
        step(
            "credit",
            role="executive",
            opinion_required=True,
            resubmission="back",
            conditions=[when("credit_gate", "eq", "failed")],
        ),
        step("director", role="finance_director", resubmission="back"),
    ]
    return route(Memo.KIND, steps)


def steps_of(memo):
    run = memo.approval
    return [(row.key, row.state) for row in run.steps.filter(round=run.round).order_by("order")]


def again(memo):
    return Memo.objects.get(pk=memo.pk)


def test_open_gate_needs_no_exception(cast, gated):
    memo = services.submit(documents.draft(cast.alice, amount="1000.00"), by=cast.alice)
    memo = services.approve(services.approve(again(memo), by=cast.bob), by=cast.dora)
    assert (memo.state, CreditWaiver.objects.count()) == ("approved", 0)


def test_closed_gate_is_let_through_with_the_opinion_of_management(cast, gated, acme):
    memo = services.submit(documents.draft(cast.alice, amount="40000.00"), by=cast.alice)
    services.approve(again(memo), by=cast.bob)
    services.approve(again(memo), by=cast.erin, comment="They always pay in the end.")
    memo = services.approve(again(memo), by=cast.dora)
    waiver = CreditWaiver.objects.get()
    assert (waiver.document_id, waiver.client, waiver.amount, waiver.term_days) == (memo.pk, acme, D("40000.00"), 30)
    assert (waiver.reason, waiver.granted_by) == ("They always pay in the end.", cast.erin)
    assert waiver.expires_on == credit.days(90)
    assert gate.waiver_of(memo) == waiver
    assert gate.last_check(memo).exception == waiver


def test_reopened_paper_is_asked_about_again(cast, gated, acme):
    """It passed, came back, and meanwhile the client is on hold: now management is asked."""
    memo = services.submit(documents.draft(cast.alice, amount="1000.00"), by=cast.alice)
    services.return_(again(memo), by=cast.bob, reason="Say more")
    credit.hold_of(acme, cast.dora)
    memo = services.submit(again(memo), by=cast.alice)
    services.approve(again(memo), by=cast.bob)
    memo = again(memo)
    assert ("credit", "open") in steps_of(memo)
    assert list(CreditCheck.objects.order_by("pk").values_list("stage", "passed")) == [
        ("intake", True),
        ("reopened", False),
    ]


def test_exception_for_less_does_not_carry_more_through(cast, gated, acme):
    """Management agreed to 40,000; the corrected paper asks for 45,000 and went straight back past that step."""
    memo = services.submit(documents.draft(cast.alice, amount="40000.00"), by=cast.alice)
    services.approve(again(memo), by=cast.bob)
    services.approve(again(memo), by=cast.erin, comment="Up to forty thousand.")
    memo = services.return_(again(memo), by=cast.dora, reason="The amount is wrong")
    memo = again(memo)
    memo.amount = D("45000.00")
    services.save_draft(memo, by=cast.alice)
    services.submit(again(memo), by=cast.alice)
    with pytest.raises(gate.NotLetThrough, match=r"The exception was made for ¥40,000.00 and 30 days"):
        services.approve(again(memo), by=cast.dora)
    memo = services.return_(again(memo), by=cast.dora, reason="Ask management", to="credit")
    services.approve(again(memo), by=cast.erin, comment="Forty-five, then.")
    memo = services.approve(again(memo), by=cast.dora)
    assert (memo.state, CreditWaiver.objects.get().amount) == ("approved", D("45000.00"))


def test_route_without_the_step_lets_nothing_through(cast, acme, gated):
    gated.steps.filter(key="credit").delete()
    freeze(gated)
    gated.save()
    memo = services.submit(documents.draft(cast.alice, amount="40000.00"), by=cast.alice)
    services.approve(again(memo), by=cast.bob)
    with pytest.raises(gate.NotLetThrough, match="nobody has made an exception in writing"):
        services.approve(again(memo), by=cast.dora)
    assert again(memo).state == "in_review"


def test_panel_shows_the_verdict_before_and_the_check_after(cast, acme, paper):
    question = {"client": acme, "amount": D("100.00"), "term_days": 10}
    assert gate.panel(paper, **question)["verdict"].passed
    gate.ask(paper, stage="intake", by=cast.alice, **question)
    paper.state = "in_review"
    shown = gate.panel(paper, **question)
    assert (shown["verdict"], shown["check"]) == (None, gate.last_check(paper))
    assert gate.panel(paper, **{**question, "client": None}) == {"picture": None, "check": None, "verdict": None}
