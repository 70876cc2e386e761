"""Deadlines of steps: people are reminded in time; then the system does what the step says, in its own name."""

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from django.test import Client
from django.urls import reverse

from apps.approvals import services as routes
from apps.approvals.errors import ApprovalRefused
from apps.approvals.events import verify
from apps.approvals.models import Approval, Delegation, Event, RouteStep, RouteVersion, Step, Task
from apps.core import clock
from apps.documents import services
from apps.documents.chain import chain_of
from apps.documents.printing import printed_chain
from apps.documents.services.deadlines import watch_deadlines
from apps.documents.services.projection import orphans
from apps.notifications.models import Notification
from apps.org.models import CalendarDay
from tests.documents.race import race
from tests.factories.approvals import route, step
from tests.factories.documents import submitted
from tests.testkind.models import Memo

pytestmark = pytest.mark.django_db
SHANGHAI = ZoneInfo("Asia/Shanghai")


def at(day: int, hour: int, minute: int = 0) -> dt.datetime:
    """A moment of March 2026; the 2nd is a Monday, the working day has 7.5 hours."""
    return dt.datetime(2026, 3, day, hour, minute, tzinfo=SHANGHAI)


@pytest.fixture(autouse=True)
def all_holds(people):
    yield
    assert orphans() == []
    assert list(verify()) == []


def memo_with(people, when_late="remind", hours=10, **values):
    """Alice's memo, handed in on Monday at nine: the head within ten hours (Tuesday 11:30), then any of finance."""
    head = step("head", rule="department_head", hours=hours, when_late=when_late, **values)
    route("memo", [head, step("finance", role="finance_reviewer")])
    with clock.at(at(2, 9)):
        return submitted(people.alice)


def watch(moment: dt.datetime) -> int:
    with clock.at(moment):
        return watch_deadlines()


def deciding() -> list[str]:
    return sorted(Task.objects.open().values_list("user__username", flat=True))


def verbs(memo) -> list[str]:
    return list(Event.objects.filter(approval=memo.approval_id).order_by("seq").values_list("verb", flat=True))


def told(word: str) -> list[str]:
    return sorted(Notification.objects.filter(title__contains=word).values_list("recipient__username", flat=True))


def state_of(memo) -> str:
    return Memo.objects.get(pk=memo.pk).state


# ---- counting ----


def test_a_task_is_due_after_the_hours_of_its_step(people):
    memo_with(people)
    task = Task.objects.get()
    assert (task.due_at, task.act_at) == (at(3, 10, 30) + dt.timedelta(hours=1), at(3, 9, 30))


def test_a_holiday_is_not_counted(people):
    CalendarDay.objects.create(day="2026-03-03", name="Holiday")
    memo_with(people)
    assert Task.objects.get().due_at == at(4, 11, 30)


def test_without_a_deadline_nothing_is_due(people, two_steps):
    two_steps()
    memo = submitted(people.alice)
    assert list(Task.objects.values_list("due_at", "act_at")) == [(None, None)]
    with clock.at(at(30, 9)):
        assert watch_deadlines() == 0
    assert verbs(memo) == ["submitted", "opened"]


# ---- reminders ----


def test_people_are_reminded_once_before_and_once_after(people):
    memo = memo_with(people)
    assert watch(at(3, 9, 29)) == 0
    assert [watch(at(3, 9, 30)), watch(at(3, 9, 31)), watch(at(3, 11, 29))] == [1, 0, 0]
    assert [watch(at(3, 11, 30)), watch(at(3, 11, 35)), watch(at(20, 9))] == [1, 0, 0]
    assert verbs(memo) == ["submitted", "opened", "due_soon", "late"]
    event = Event.objects.get(verb="late")
    assert (event.actor, event.who, event.payload["by"]) == (None, "System (deadline)", "system")
    assert event.payload["rule"] == {"hours": 10.0, "when_late": "remind"}
    assert told("is to be decided by 2026-03-03 11:30") == ["bob"]
    assert told("is late") == ["bob"]
    assert deciding() == ["bob"]
    services.approve(memo, by=people.bob)
    assert deciding() == ["fay", "finn"]


def test_a_worker_that_slept_over_both_reminds_once(people):
    memo = memo_with(people)
    watch(at(9, 9))
    assert verbs(memo) == ["submitted", "opened", "late"]


def test_a_decision_in_time_ends_it(people):
    memo = memo_with(people, "reject")
    with clock.at(at(3, 10)):
        services.approve(memo, by=people.bob)
    assert watch(at(9, 9)) == 0


# ---- after the deadline ----


def test_it_goes_to_the_superior_who_has_the_full_time(people):
    memo = memo_with(people, "superior")
    watch(at(3, 11, 30))
    assert deciding() == ["boss"]
    task = Task.objects.open().get()
    assert (task.origin, task.due_at) == ("escalated", at(4, 15, 30))
    event = Event.objects.get(verb="escalated")
    assert (event.payload["from"], event.payload["to"]) == (people.bob.pk, people.boss.pk)
    assert told("comes to you: its deadline has passed") == ["boss"]
    assert Memo.objects.visible_to(people.bob).filter(pk=memo.pk).exists()
    services.approve(Memo.objects.get(pk=memo.pk), by=people.boss)
    assert deciding() == ["fay", "finn"]


def test_at_the_top_it_stays_and_is_reminded(people):
    memo = memo_with(people, "superior")
    watch(at(3, 11, 30))
    watch(at(4, 15, 30))
    assert deciding() == ["boss"]
    assert verbs(memo)[-2:] == ["escalated", "late"]
    assert watch(at(20, 9)) == 0


def test_several_late_people_of_one_department_go_to_their_head_once(people):
    route("memo", [step("finance", role="finance_reviewer", hours=10, when_late="superior")])
    with clock.at(at(2, 9)):
        memo = submitted(people.alice)
    watch(at(3, 11, 30))
    assert len(deciding()) == 1
    assert verbs(memo).count("escalated") == 2


def test_the_step_passes_and_the_next_person_decides(people):
    memo = memo_with(people, "approve")
    watch(at(3, 11, 30))
    assert deciding() == ["fay", "finn"]
    assert verbs(memo) == ["submitted", "opened", "late_approved", "opened"]
    assert list(Step.objects.order_by("order").values_list("state", flat=True)) == ["auto", "open"]
    assert not Task.objects.filter(state=Task.State.APPROVED).exists()
    first = chain_of(Memo.objects.get(pk=memo.pk)).current.stops[0]
    assert [(row.person, row.label) for row in first.decisions] == [("System (deadline)", "Passed after the deadline")]
    assert "Bob did not decide within 10 working hours" in first.why
    printed = printed_chain(chain_of(Memo.objects.get(pk=memo.pk)))
    assert printed[0][1:4] == ("System (deadline)", "Passed after the deadline", "2026-03-03 11:30")
    services.approve(Memo.objects.get(pk=memo.pk), by=people.fay)
    assert state_of(memo) == "approved"


def test_the_last_approval_is_never_the_clock_s(people):
    """The finance step falls away by its condition: what would have passed stays, and bob is reminded."""
    head = step("head", rule="department_head", hours=10, when_late="approve")
    big = {"fact": "amount", "op": "gt", "value": "5000"}
    route("memo", [head, step("finance", role="finance_reviewer", conditions=[big])])
    with clock.at(at(2, 9)):
        memo = submitted(people.alice)
    watch(at(3, 11, 30))
    assert state_of(memo) == "in_review"
    assert verbs(memo)[-1] == "late"
    assert deciding() == ["bob"]


def test_a_step_passed_by_the_clock_is_asked_again_in_the_next_round(people):
    memo = memo_with(people, "approve")
    watch(at(3, 11, 30))
    memo = services.return_(Memo.objects.get(pk=memo.pk), by=people.fay, reason="Say more")
    with clock.at(at(4, 9)):
        services.submit(memo, by=people.alice)
    assert deciding() == ["bob"]
    assert Task.objects.open().get().due_at == at(5, 11, 30)


def test_the_paper_is_rejected(people):
    memo = memo_with(people, "reject")
    watch(at(3, 11, 30))
    assert state_of(memo) == "rejected"
    assert deciding() == []
    assert verbs(memo) == ["submitted", "opened", "late_rejected"]
    assert told("was rejected by System (deadline)") == ["alice"]
    assert Memo.history.filter(id=memo.pk).latest("history_date").history_user is None
    last = chain_of(Memo.objects.get(pk=memo.pk)).current.stops[0]
    assert [(row.person, row.state) for row in last.decisions] == [("System (deadline)", "rejected")]


def test_a_colleague_whose_time_runs_still_is_waited_for(people):
    route("memo", [step("finance", role="finance_reviewer", mode="all", hours=10, when_late="reject")])
    with clock.at(at(2, 9)):
        memo = submitted(people.alice)
    with clock.at(at(3, 10)):
        services.transfer(memo, by=people.fay, to=people.olga, reason="You know it")
    watch(at(3, 11, 30))
    assert state_of(memo) == "in_review"
    watch(at(4, 13, 59))
    assert state_of(memo) == "in_review"
    watch(at(4, 14))
    assert state_of(memo) == "rejected"


# ---- armed again ----


def test_who_comes_anew_has_the_full_time(people):
    memo = memo_with(people)
    with clock.at(at(3, 10)):
        services.transfer(memo, by=people.bob, to=people.olga, reason="You know it")
    assert Task.objects.open().get().due_at == at(4, 14)
    with clock.at(at(3, 14)):
        services.add_approvers(memo, by=people.olga, people=[people.boss], place="before", reason="First you")
    boss = Task.objects.open().get()
    assert (boss.user, boss.due_at) == (people.boss, at(4, 16, 30))
    with clock.at(at(4, 9)):
        services.approve(Memo.objects.get(pk=memo.pk), by=people.boss)
    assert Task.objects.open().get().due_at == at(5, 11, 30)


def test_a_returned_paper_starts_anew(people):
    memo = memo_with(people)
    with clock.at(at(3, 10)):
        memo = services.return_(memo, by=people.bob, reason="Say more")
    assert watch(at(9, 9)) == 0
    with clock.at(at(9, 9)):
        services.submit(memo, by=people.alice)
    assert Task.objects.open().get().due_at == at(10, 11, 30)


def test_a_substitute_has_the_deadline(people):
    Delegation.objects.create(
        person=people.bob, substitute=people.olga, starts="2026-03-01", ends="2026-03-05", set_by=people.bob
    )
    memo_with(people)
    task = Task.objects.open().get()
    assert (task.user, task.due_at) == (people.olga, at(3, 11, 30))


# ---- what people see ----


def page(person, url: str) -> str:
    client = Client()
    client.force_login(person)
    return client.get(url).content.decode()


def test_inbox_paper_and_history_say_how_much_time_is_left(people):
    memo = memo_with(people)
    inbox = reverse("workspace:inbox")
    with clock.at(at(3, 8, 30)):
        assert "due in 3 h" in page(people.bob, inbox)
        assert "due-ahead" in page(people.bob, memo.get_absolute_url())
    watch(at(3, 10))
    with clock.at(at(3, 10)):
        assert "due-soon" in page(people.bob, inbox)
    watch(at(3, 12))
    with clock.at(at(3, 13, 30)):
        assert "2 h late" in page(people.bob, reverse("workspace:desk"))
        assert "due-late" in page(people.bob, inbox)
    history = page(people.alice, memo.url("history"))
    assert history.count("System (deadline)") == 2
    assert "The step allows 10 working hours." in history


def test_the_inbox_can_begin_with_the_most_pressing(people):
    memo = memo_with(people)
    route("memo", [step("head", rule="department_head", hours=2)])
    with clock.at(at(2, 10)):
        pressing = submitted(people.alice)
    route("memo", [step("head", rule="department_head")])
    with clock.at(at(2, 8)):
        patient = submitted(people.alice)
    with clock.at(at(2, 11)):
        text = page(people.bob, f"{reverse('workspace:inbox')}?sort=due_by")
    places = [text.index(paper.number) for paper in (pressing, memo, patient)]
    assert places == sorted(places)


# ---- the route ----


@pytest.fixture
def draft_step(people):
    version = RouteVersion.objects.get(
        pk=route("memo", [step("head", rule="department_head"), step("fin", role="finance_reviewer")]).pk
    )
    drafted = routes.start_draft(version.route, by=people.root)
    return drafted.steps.order_by("order").first()


def test_what_cannot_be_published(people, draft_step):
    draft_step.hours, draft_step.when_late, draft_step.opinion_required = 8, RouteStep.WhenLate.APPROVE, True
    draft_step.save()
    with pytest.raises(ApprovalRefused, match="asks for a written opinion, so it can't pass without one"):
        routes.publish(draft_step.version, by=people.root)
    draft_step.opinion_required = False
    draft_step.save()
    routes.move_step(draft_step, up=False, by=people.root)
    with pytest.raises(ApprovalRefused, match="the last approval of a paper is always a person's"):
        routes.publish(draft_step.version, by=people.root)
    routes.move_step(RouteStep.objects.get(pk=draft_step.pk), up=True, by=people.root)
    published = routes.publish(draft_step.version, by=people.root)
    assert [(rule["hours"], rule["when_late"]) for rule in published.rules] == [(8.0, "approve"), (None, "remind")]


def test_the_editor_has_the_deadline_in_fields_and_in_words(people, draft_step):
    client = Client()
    client.force_login(people.root)
    url = reverse("approvals:step-update", args=[draft_step.pk])
    typed = {"name": "Head", "rule": "department_head", "levels_up": 0, "mode": "any", "needed": 1}
    typed |= {"when_duplicate": "ask", "resubmission": "start", "when_late": "superior"}
    typed |= {"conditions-TOTAL_FORMS": 0, "conditions-INITIAL_FORMS": 0}
    refused = client.post(url, typed)
    assert refused.status_code == 422
    assert "Say after how many working hours." in refused.content.decode()
    assert client.post(url, typed | {"hours": "7.5"}).status_code == 302
    text = client.get(reverse("approvals:version", args=[draft_step.version_id])).content.decode()
    assert "7.5 working hours; after the deadline it goes to their superior" in text


# ---- two at once ----


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("when_late", ["remind", "superior", "approve", "reject"])
def test_two_workers_act_once(people, when_late):
    for _round in range(10):
        memo = memo_with(people, when_late)
        race(*[lambda: watch(at(3, 11, 30))] * 3)
        done = {"remind": "late", "superior": "escalated", "approve": "late_approved", "reject": "late_rejected"}
        assert verbs(memo).count(done[when_late]) == 1
        assert Approval.objects.get(pk=memo.approval_id).event_count == len(verbs(memo))


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_a_decision_and_the_deadline_at_once(people):
    for _round in range(20):
        memo = memo_with(people, "reject")

        def decide(memo=memo):
            with clock.at(at(3, 11, 30)):
                services.approve(memo, by=people.bob)

        race(decide, lambda: watch(at(3, 11, 30)))
        assert ("approved" in verbs(memo)) != ("late_rejected" in verbs(memo))
