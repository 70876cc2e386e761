"""Intake applications: on a passed assessment, through the credit gate, to the contract or to lapsing."""

import datetime as dt
import re
from decimal import Decimal

import pytest
from django.contrib.auth.models import Permission

from apps.approvals.errors import OpinionMissing
from apps.business.intake.errors import IntakeError
from apps.business.intake.jobs import lapse_intakes
from apps.business.intake.sections import of_client
from apps.business.intake.services import decide, lapse, new_from, save_intake
from apps.business.models import BusinessSettings, EngagementIntake, IntakeAssessment
from apps.core import clock
from apps.core.errors import Forbidden
from apps.documents import services
from apps.documents.errors import Incomplete, NotAllowed, NotFound
from apps.notifications.models import Notification
from apps.risk.credit.models import CreditCheck, CreditHold, CreditWaiver
from apps.service.clients.services import merge
from tests.factories import business
from tests.factories.intake import assessed, draft, reload, submitted, world
from tests.factories.service import client_of
from tests.story import story_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast(db):
    return world()


def decided(intake, *people, opinion="") -> EngagementIntake:
    """Approved by these people in turn."""
    for person in people:
        services.approve(reload(intake), by=person, comment=opinion if person.username == "erin" else "")
    return reload(intake)


def steps_of(intake) -> dict[str, str]:
    run = reload(intake).approval
    return {step.key: step.state for step in run.steps.filter(round=run.round).order_by("order")}


# ---- writing ----


def test_the_application_is_filled_from_the_assessment(cast):
    assessment = assessed(cast.alice)
    intake = new_from(assessment, cast.alice)
    assert intake.pk is None
    filled = {name: getattr(intake, name) for name in ("title", "scope", "amount", "estimated_cost", "client")}
    assert filled == {
        "title": "Spring campaign",
        "scope": "More visitors in spring",
        "amount": Decimal("50000.00"),
        "estimated_cost": Decimal("30000.00"),
        "client": assessment.opportunity.client,
    }
    assert (intake.service_type, intake.department_id) == (assessment.service_type, cast.business.pk)


def test_client_and_service_type_are_those_of_the_assessment(cast):
    intake = draft(cast.alice)
    intake.client, intake.service_type = None, None
    stored = reload(save_intake(intake, by=cast.alice))
    assert stored.client == stored.assessment.opportunity.client
    assert stored.service_type == stored.assessment.service_type


@pytest.mark.parametrize("verdict", ["", "failed"])
def test_there_is_no_application_without_a_passed_assessment(cast, verdict):
    assessment = assessed(cast.alice, verdict=verdict, note="No")
    with pytest.raises(IntakeError) as refusal:
        draft(cast.alice, on=assessment)
    assert refusal.value.fields == {"assessment": ["Only an assessment that has passed leads to an application."]}
    with pytest.raises(IntakeError) as refusal:
        save_intake(EngagementIntake(kind="engagementintake", title="x", applicant=cast.alice), by=cast.alice)
    assert refusal.value.fields == {"assessment": ["Choose a preliminary assessment that has passed."]}
    assert not EngagementIntake.objects.exists()


def test_assessments_of_others_are_not_used(cast):
    assessment = assessed(cast.alice)
    with pytest.raises(NotFound):
        draft(cast.tom, on=assessment)
    with pytest.raises(Forbidden, match="Only Business raises"):
        draft(cast.erin, on=assessment)
    assert draft(cast.bob, on=assessment).applicant == cast.bob


def test_nobody_but_business_raises_applications(cast):
    cast.bob.groups.clear()
    cast.bob = type(cast.bob).objects.get(pk=cast.bob.pk)
    with pytest.raises(Forbidden):
        draft(cast.bob, on=assessed(cast.alice))
    paper = business.intake(cast.olga, assessed(cast.alice), state="draft", number="")
    paper.pk = paper.id = None
    with pytest.raises((NotAllowed, NotFound)):
        save_intake(paper, by=cast.olga)


def test_problems_name_everything_that_is_missing(cast):
    intake = draft(cast.alice, scope=" ", amount=Decimal(0), term_from=None, payment_term_days=800)
    with pytest.raises(Incomplete) as refusal:
        services.submit(intake, by=cast.alice)
    assert refusal.value.fields == {
        "scope": ["Describe the scope of the business."],
        "term_from": ["Enter the date."],
        "amount": ["Enter the estimated fee."],
        "payment_term_days": ["Enter a payment term of at most 730 days."],
    }


def test_an_assessment_decided_again_stops_the_draft(cast):
    intake = draft(cast.alice)
    decide(intake.assessment, verdict="failed", note="The client withdrew", by=cast.alice)
    with pytest.raises(Incomplete) as refusal:
        services.submit(reload(intake), by=cast.alice)
    number = intake.assessment.number
    assert refusal.value.fields == {"assessment": [f"The assessment {number} has not passed."]}


def test_a_conflict_of_interest_without_its_note_stops_the_draft(cast):
    intake = draft(cast.alice)
    IntakeAssessment.objects.update(conflict_of_interest=True, conflict_note=" ")
    assert "names a conflict of interest" in reload(intake).check_submission(cast.alice)["assessment"][0]


def test_one_application_goes_on_per_assessment(cast):
    first = draft(cast.alice)
    second = draft(cast.alice, on=first.assessment)
    services.submit(first, by=cast.alice)
    first = reload(first)
    with pytest.raises(Incomplete) as refusal:
        services.submit(second, by=cast.alice)
    text = f"The assessment {first.assessment.number} is used by {first.number} already."
    assert refusal.value.fields == {"assessment": [text]}
    with pytest.raises(IntakeError, match="under way already"):
        draft(cast.alice, on=first.assessment)
    services.reject(first, by=cast.bob, reason="Not so")
    assert services.submit(second, by=cast.alice).state == "in_review"


# ---- the chain and the gate ----


def test_where_the_gate_is_open_manager_and_management_decide(cast):
    intake = submitted(cast.alice)
    check = CreditCheck.objects.get(document=intake)
    assert (check.stage, check.passed, check.requested, check.by) == ("intake", True, intake.amount, cast.alice)
    decided(intake, cast.bob)
    assert steps_of(intake) == {"head": "approved", "credit": "skipped", "management": "open"}
    intake = decided(intake, cast.erin)
    assert (intake.state, intake.standing) == ("approved", ("approved", "Approved"))
    assert not CreditWaiver.objects.exists()
    told = Notification.objects.filter(recipient=cast.alice).order_by("-pk").values_list("title", flat=True)
    assert f"{intake.number} is approved: sign the agency contract next" in list(told)


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        ({"amount": Decimal("100000.01")}, "limit"),
        ({"payment_term_days": 31}, "term"),
        ({}, "hold"),
    ],
)
def test_a_closed_gate_adds_a_step_with_a_written_opinion(cast, values, reason):
    intake = draft(cast.alice, **values)
    if reason == "hold":
        CreditHold.objects.create(client=intake.client, reason="Dispute", set_by=cast.dora, set_at=clock.now())
    assert intake.facts()["credit_gate"] == "failed"
    services.submit(intake, by=cast.alice)
    assert CreditCheck.objects.get(document=intake).reasons == [reason]
    assert steps_of(intake) == {"head": "open", "credit": "pending", "management": "pending"}
    decided(intake, cast.bob)
    with pytest.raises(OpinionMissing):
        services.approve(reload(intake), by=cast.erin, comment=" ")
    intake = decided(intake, cast.erin, opinion="A client of ten years.")
    assert (intake.state, steps_of(intake)["credit"]) == ("in_review", "approved")
    intake = decided(intake, cast.erin)
    assert intake.state == "approved"
    waiver = CreditWaiver.objects.get(document=intake)
    assert (waiver.reason, waiver.granted_by, waiver.amount) == ("A client of ten years.", cast.erin, intake.amount)


def test_a_reopened_application_is_asked_about_again(cast):
    intake = submitted(cast.alice)
    services.return_(intake, by=cast.bob, reason="A longer term?")
    intake = reload(intake)
    intake.payment_term_days = 60
    save_intake(intake, by=cast.alice)
    assert reload(intake).facts()["credit_gate"] == "failed"
    services.submit(reload(intake), by=cast.alice)
    stages = list(CreditCheck.objects.order_by("pk").values_list("stage", "passed"))
    assert stages == [("intake", True), ("reopened", False)]
    assert steps_of(intake)["credit"] == "pending"


def test_facts_are_figures_a_route_can_compare(cast):
    intake = draft(cast.alice, amount=Decimal("48000.5"), estimated_cost=Decimal(30000))
    assert reload(intake).facts() == {
        "amount": "48000.50",
        "margin_rate": "37.50",
        "credit_gate": "passed",
        "fee_basis": "fixed",
        "payment_term_days": 30,
        "department": cast.business.pk,
    }
    assert EngagementIntake(title="", department_id=1).facts()["margin_rate"] == "0.00"


# ---- after the approval ----


def test_an_application_with_a_contract_is_not_cancelled(cast):
    intake = business.intake(cast.alice)
    assert intake.cancel_refusal() == ""
    contract = business.contract(cast.alice, intake)
    assert intake.cancel_refusal() == f"There is a contract on it: {contract.number}."
    type(contract).objects.update(state="cancelled")
    assert intake.cancel_refusal() == ""


@pytest.mark.parametrize(
    ("contract", "words"), [("unsigned", "Approved"), ("in_force", "Contracted"), ("cancelled", "Approved")]
)
def test_the_state_tells_what_followed(cast, contract, words):
    intake = business.intake(cast.alice)
    phase = "unsigned" if contract == "unsigned" else "in_force"
    business.contract(cast.alice, intake, phase=phase, state="cancelled" if contract == "cancelled" else "approved")
    assert intake.standing[1] == words


@pytest.fixture
def approved(cast):
    """Approved 60 days ago less a minute."""
    with clock.at(clock.now() - dt.timedelta(days=60) + dt.timedelta(minutes=1)):
        intake = submitted(cast.alice)
        return decided(intake, cast.bob, cast.erin)


def test_an_application_without_a_contract_lapses_after_the_days_of_the_settings(cast, approved):
    lapse_intakes()
    assert reload(approved).lapsed_on is None
    with clock.at(clock.now() + dt.timedelta(minutes=2)):
        lapse_intakes()
        lapse_intakes()
    lapsed = reload(approved)
    assert lapsed.lapsed_on is not None
    assert (lapsed.state, lapsed.standing) == ("approved", ("returned", "Lapsed"))
    said = f"{approved.number} has lapsed: no contract within 60 days"
    told = Notification.objects.filter(title=said).values_list("recipient__username", flat=True)
    assert sorted(told) == ["alice", "bob"]
    row = EngagementIntake.history.filter(id=approved.pk).latest()
    assert (row.history_change_reason, row.history_user) == ("lapsed", None)


def test_the_settings_say_after_how_many_days(cast, approved):
    BusinessSettings.objects.create(pk=1, intake_lapse_days=59)
    lapse_intakes()
    assert reload(approved).lapsed_on == clock.today()


@pytest.mark.parametrize(("state", "lapses"), [("draft", False), ("approved", False), ("cancelled", True)])
def test_a_contract_begun_keeps_it_from_lapsing(cast, approved, state, lapses):
    business.contract(cast.alice, approved, phase="unsigned", state=state)
    with clock.at(clock.now() + dt.timedelta(days=1)):
        lapse_intakes()
    assert (reload(approved).lapsed_on is not None) == lapses
    if not lapses:
        assert lapse(approved, days=60) is False


def test_after_lapsing_the_assessment_may_be_used_again(cast, approved):
    assessment = approved.assessment
    with pytest.raises(IntakeError, match="under way already"):
        draft(cast.alice, on=assessment)
    with clock.at(clock.now() + dt.timedelta(days=1)):
        lapse_intakes()
    again = draft(cast.alice, on=assessment)
    assert re.fullmatch(r"YWCJ-\d{4}-0002", services.submit(again, by=cast.alice).number)


def test_applications_follow_a_merged_client(cast):
    intake = submitted(cast.alice)
    target = client_of(cast.alice, name="Acme Trading")
    cast.sam.user_permissions.add(*Permission.objects.filter(codename__in=["merge_client", "view_all_clients"]))
    merge(source=intake.client, target=target, by=cast.sam, reason="One company")
    stored = reload(intake)
    assert (stored.client, stored.assessment.opportunity.client) == (target, target)
    assert stored.history.latest().history_user == cast.sam


def test_the_page_of_the_client_names_the_application(cast, client):
    intake = submitted(cast.alice)
    client.force_login(cast.alice)
    assert intake.get_absolute_url() in story_of(client, intake.client)
    assert of_client(intake.client, cast.tom) is None
