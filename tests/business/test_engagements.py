"""Engagements: how they begin, the order of their phases, what managers change, who inherits them."""

import datetime as dt
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.urls import reverse

from apps.business.contracts import hooks
from apps.business.engagements import permissions, services
from apps.business.models import AgencyContract, DossierEntry, Engagement, EngagementMember
from apps.core import clock
from apps.core.errors import Forbidden, Refused
from apps.notifications.models import Notification
from apps.org.services import deactivate_employee, describe_handover
from apps.service.clients.services import merge
from tests.factories import business, engagements, plans
from tests.factories.engagements import begun, fresh, member_of
from tests.factories.service import client_of

pytestmark = pytest.mark.django_db
MORNING = dt.datetime(2026, 3, 2, 1, tzinfo=dt.UTC)


@pytest.fixture(autouse=True)
def first_day():
    with clock.at(MORNING):
        yield


@pytest.fixture
def cast(db):
    return engagements.company()


@pytest.fixture
def engagement(cast):
    return begun(cast.manager)


def url(page, *args):
    return reverse(f"business:{page}", args=args)


def in_phase(engagement, phase, **values):
    Engagement.objects.filter(pk=engagement.pk).update(phase=phase, **values)
    return fresh(engagement)


def test_the_signature_of_the_contract_begins_it(cast):
    business.service_type(report_days=14)
    engagements.checklist("Brief", "Proof of delivery", optional=("Photographs",))
    contract = business.contract(cast.manager, schedule=("30000.00", "20000.00"))
    for run in hooks.after_signing:
        run(contract, by=cast.head)
    engagement = Engagement.objects.get(contract=contract)
    assert engagement.number == "XM-2026-0001"
    assert (engagement.manager, engagement.department, engagement.phase) == (
        cast.manager,
        cast.manager.department,
        "preparing",
    )
    assert (engagement.planned_from, engagement.planned_to) == (contract.effective_from, contract.effective_to)
    assert (engagement.report_days, engagement.next_report_on) == (14, dt.date(2026, 3, 16))
    entries = [(entry.name, entry.required, entry.is_missing) for entry in engagement.dossier.all()]
    assert entries == [("Brief", True, True), ("Proof of delivery", True, True), ("Photographs", False, False)]
    assert Notification.objects.filter(recipient=cast.manager, title__contains=engagement.number).count() == 1


def test_a_second_signature_begins_nothing(cast, engagement):
    assert services.begin(engagement.contract, by=cast.manager) == engagement
    assert (Engagement.objects.count(), DossierEntry.objects.count()) == (1, 0)


def test_one_contract_has_one_engagement(cast, engagement):
    with pytest.raises(IntegrityError), transaction.atomic():
        business.engagement(cast.manager, engagement.contract)


def test_from_the_plan_to_the_end(cast, engagement):
    plan = plans.approved_plan(cast.manager, engagement, colleague=cast.colleague)
    engagement = in_phase(engagement, "preparing")
    engagement = services.start_planning(engagement, by=cast.manager)
    assert engagement.phase == "planning"
    plan.refresh_from_db()
    engagement = services.start_work(fresh(engagement), by=cast.head)
    assert (engagement.phase, engagement.started_on) == ("executing", dt.date(2026, 3, 2))
    with engagements.later(30):
        engagement = services.deliver(engagement, by=cast.manager)
    assert (engagement.phase, engagement.delivered_on) == ("delivered", dt.date(2026, 4, 1))
    engagement = services.begin_settling(engagement, by=cast.manager)
    with engagements.later(40):
        engagement = services.close(engagement, by=cast.manager)
    assert (engagement.phase, engagement.closed_on, engagement.next_report_on) == (
        "closed",
        dt.date(2026, 4, 11),
        None,
    )


def test_work_starts_only_with_an_approved_plan(cast, engagement):
    with pytest.raises(Refused, match="once the execution plan is approved"):
        services.start_work(engagement, by=cast.manager)
    plans.plan_of(cast.manager, engagement, colleague=cast.colleague)
    with pytest.raises(Refused, match="once the execution plan is approved"):
        services.start_work(fresh(engagement), by=cast.manager)
    assert fresh(engagement).phase == "preparing"


@pytest.mark.parametrize(
    ("phase", "deeds"),
    [
        ("preparing", {"start_planning", "suspend", "terminate"}),
        ("planning", {"suspend", "terminate"}),
        ("executing", {"deliver", "suspend", "terminate"}),
        ("delivered", {"begin_settling", "close", "suspend", "terminate"}),
        ("settling", {"close", "suspend", "terminate"}),
        ("suspended", {"resume", "terminate"}),
        ("closed", set()),
        ("terminated", set()),
    ],
)
def test_each_phase_allows_what_comes_next(cast, engagement, phase, deeds):
    done = set()
    for name in ("start_planning", "deliver", "begin_settling", "close", "suspend", "resume", "terminate"):
        row = in_phase(engagement, phase, suspended_from="executing" if phase == "suspended" else "")
        given = {"reason": "as agreed"} if name in ("suspend", "resume", "terminate") else {}
        try:
            with transaction.atomic():
                getattr(services, name)(row, by=cast.manager, **given)
                done.add(name)
                transaction.set_rollback(True)
        except Refused:
            assert fresh(engagement).phase == phase
    assert done == deeds


@pytest.mark.parametrize("phase", ["preparing", "executing", "settling"])
def test_it_goes_on_where_it_paused(cast, engagement, phase):
    paused = services.suspend(in_phase(engagement, phase), by=cast.manager, reason="The client waits")
    assert (paused.phase, paused.suspended_from) == ("suspended", phase)
    assert paused.history.first().history_change_reason == "The client waits"
    resumed = services.resume(paused, by=cast.head)
    assert (resumed.phase, resumed.suspended_from) == (phase, "")


@pytest.mark.parametrize("name", ["suspend", "terminate"])
def test_a_reason_is_needed(cast, engagement, name):
    with pytest.raises(Refused, match="Give a reason"):
        getattr(services, name)(engagement, by=cast.manager, reason="  ")
    assert fresh(engagement).phase == "preparing"


def test_it_closes_only_with_a_complete_file(cast):
    engagements.checklist("Brief")
    engagement = in_phase(begun(cast.manager), "delivered")
    with pytest.raises(Refused, match="Brief is missing"):
        services.close(engagement, by=cast.manager)
    services.waive(engagement.dossier.get(), by=cast.head, reason="Told by phone")
    assert services.close(engagement, by=cast.manager).phase == "closed"


def test_it_does_not_close_while_a_settlement_is_decided(cast, engagement):
    engagement = in_phase(engagement, "settling")
    AgencyContract.objects.filter(pk=engagement.contract_id).update(settling=Decimal("100.00"))
    with pytest.raises(Refused, match="still in approval"):
        services.close(fresh(engagement), by=cast.manager)


def test_it_ends_with_its_contract(cast, engagement):
    member_of(engagement, cast.member)
    for run in hooks.after_termination:
        run(engagement.contract, by=cast.head)
    assert fresh(engagement).phase == "terminated"
    assert not EngagementMember.objects.filter(until=None).exists()
    closed = in_phase(engagement, "closed")
    services.end_with_contract(closed.contract, by=cast.head)
    assert fresh(engagement).phase == "closed"


@pytest.mark.parametrize(
    ("who", "allowed"),
    [
        ("manager", {"change", "team", "report", "file", "deliver", "suspend", "terminate"}),
        ("head", {"change", "team", "hand_on", "report", "file", "waive", "deliver", "suspend", "terminate"}),
        ("member", {"report", "file"}),
        ("service", {"report"}),
        ("executive", {"waive"}),
        ("auditor", set()),
        ("chief", set()),
    ],
)
def test_who_may_do_what(cast, engagement, who, allowed):
    member_of(engagement, cast.member)
    engagement = in_phase(engagement, "executing")
    answers = permissions.may_all(cast.people[who], engagement)
    assert {action for action, answer in answers.items() if answer} == allowed
    assert all(answer.reason for answer in answers.values() if not answer)
    ended = permissions.may_all(cast.people[who], in_phase(engagement, "closed"))
    assert not any(ended.values())


@pytest.mark.parametrize("who", ["member", "service", "auditor"])
def test_others_do_not_move_it(cast, engagement, who):
    member_of(engagement, cast.member)
    row = in_phase(engagement, "executing")
    for name in ("deliver", "suspend", "terminate"):
        given = {"reason": "x"} if name != "deliver" else {}
        with pytest.raises(Forbidden):
            getattr(services, name)(row, by=cast.people[who], **given)
    assert fresh(engagement).phase == "executing"


def test_what_is_agreed_is_changed_on_the_page(client, cast, engagement):
    client.force_login(cast.manager)
    form = client.get(url("engagement-update", engagement.pk)).context["form"]
    typed = {bound.html_name: bound.value() for bound in form if bound.value() is not None}
    page = client.post(url("engagement-update", engagement.pk), typed | {"health": "at_risk"})
    assert page.context["form"].errors == {"health_note": ["Say why the engagement is not on track."]}
    changed = {"health": "at_risk", "health_note": "The printer is late", "report_days": "7"}
    answer = client.post(url("engagement-update", engagement.pk), typed | changed)
    assert answer.url == engagement.get_absolute_url()
    engagement = fresh(engagement)
    assert (engagement.health, engagement.health_note, engagement.report_days) == ("at_risk", "The printer is late", 7)
    client.force_login(cast.auditor)
    assert client.get(url("engagement-update", engagement.pk)).status_code == 403


def test_a_period_that_ends_before_it_begins_is_refused(cast, engagement):
    engagement.planned_to = engagement.planned_from - dt.timedelta(days=1)
    with pytest.raises(Refused) as refusal:
        services.save_engagement(engagement, by=cast.manager)
    assert set(refusal.value.fields) == {"planned_to"}
    with pytest.raises((IntegrityError, ValidationError)), transaction.atomic():
        engagement.save()


def test_a_period_that_ends_before_it_begins_is_said_at_its_field_alone(client, cast, engagement):
    client.force_login(cast.manager)
    form = client.get(url("engagement-update", engagement.pk)).context["form"]
    typed = {bound.html_name: bound.value() for bound in form if bound.value() is not None}
    wrong = {"planned_from": "2026-05-02", "planned_to": "2026-05-01"}
    answer = client.post(url("engagement-update", engagement.pk), typed | wrong)
    assert answer.context["form"].errors == {"planned_to": ["The engagement ends before it begins."]}


def test_the_head_puts_somebody_else_in_charge(client, cast, engagement):
    member_of(engagement, cast.colleague)
    client.force_login(cast.manager)
    assert client.get(url("engagement-manager", engagement.pk)).status_code == 403
    client.force_login(cast.head)
    given = {"to": cast.colleague.pk, "reason": "Holiday"}
    assert client.post(url("engagement-manager", engagement.pk), given).url == engagement.get_absolute_url()
    engagement = fresh(engagement)
    assert engagement.manager == cast.colleague
    assert not engagement.members.filter(until=None).exists()
    assert Engagement.objects.visible_to(cast.colleague).filter(pk=engagement.pk).exists()
    services.change_manager(engagement, to=cast.manager, by=cast.head, reason="Back again")
    assert not Engagement.objects.visible_to(cast.colleague).filter(pk=engagement.pk).exists()


def test_a_leaver_hands_on_engagements_and_duties(cast, engagement):
    other = begun(cast.head, title="Autumn campaign")
    done = in_phase(begun(cast.manager), "closed")
    member_of(other, cast.manager, "Budget")
    shared = begun(cast.head)
    member_of(shared, cast.manager, "Photographs")
    member_of(shared, cast.colleague, "Texts")
    told = describe_handover(cast.manager)
    assert "manager of 1 engagement" in told
    assert "in the teams of 2 engagements" in told
    cast.executive.is_superuser = True
    cast.executive.save()
    deactivate_employee(employee=cast.manager, successor=cast.colleague, by=cast.executive, reason="Left")
    assert fresh(engagement).manager == cast.colleague
    assert fresh(done).manager == cast.manager
    now = EngagementMember.objects.filter(until=None).values_list("engagement", "user__username", "duty")
    assert set(now) == {(other.pk, "colleague", "Budget"), (shared.pk, "colleague", "Texts; Photographs")}
    seen = Engagement.objects.visible_to(cast.colleague)
    assert set(seen) == {engagement, other, shared}


def test_engagements_follow_a_merged_client(cast, engagement):
    target = client_of(cast.manager, "Orchid Foods Ltd")
    cast.executive.is_superuser = True
    cast.executive.save()
    merge(source=engagement.client, target=target, by=cast.executive, reason="Twice in the file")
    assert fresh(engagement).client == target


def test_the_buttons_move_it(client, cast, engagement):
    client.force_login(cast.manager)
    in_phase(engagement, "executing")
    for to, phase in (("deliver", "delivered"), ("settle", "settling"), ("close", "closed")):
        assert client.post(url("engagement-move", engagement.pk, to)).url == engagement.get_absolute_url()
        assert fresh(engagement).phase == phase
    assert client.post(url("engagement-move", engagement.pk, "nowhere")).status_code == 404
    assert client.get(url("engagement-move", engagement.pk, "close")).status_code == 405


def test_out_of_order_is_said_on_the_page(client, cast, engagement):
    client.force_login(cast.manager)
    answer = client.post(url("engagement-move", engagement.pk, "deliver"), follow=True)
    said = "This engagement is “Preparing” and can&#x27;t become “Delivered” now."
    assert said in answer.content.decode()
