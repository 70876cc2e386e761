"""What a leaver leaves behind, and the command that finds what was left anyway."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from apps.approvals.errors import NoApprover
from apps.approvals.models import Event, Route, Task
from apps.documents import grants, services
from apps.documents.services.handover import describe, hand_over
from apps.documents.services.projection import orphans
from apps.notifications.models import Notification
from apps.org.services import deactivate_employee
from tests.factories.approvals import route, step
from tests.factories.documents import submitted

pytestmark = pytest.mark.django_db


def leave(people, person, successor):
    return deactivate_employee(employee=person, by=people.root, successor=successor, reason="Leaves")


def deciding():
    return list(Task.objects.open().order_by("pk").values_list("user__username", flat=True))


def test_tasks_rights_and_routes_go_to_the_successor_who_is_told(people):
    route("memo", [step("head", rule="department_head")], owner=people.bob)
    first, second = submitted(people.alice), submitted(people.alice)
    assert describe(people.bob) == ["2 documents waiting for a decision", "1 approval route"]
    Notification.objects.all().delete()
    leave(people, people.bob, people.sam)
    assert deciding() == ["sam", "sam"]
    assert orphans() == []
    assert list(Notification.objects.values_list("recipient__username", flat=True)) == ["sam", "sam"]
    assert Route.objects.get().owner == people.sam
    changed = Route.history.latest()
    assert (changed.history_user, changed.history_change_reason) == (people.root, "Leaves")
    assert describe(people.bob) == []
    for memo in (first, second):
        assert services.approve(memo, by=people.sam).state == "approved"
    assert Event.objects.filter(verb="handed_over", actor=people.root).count() == 2


def test_successor_is_never_made_to_decide_their_own_paper(people, two_steps):
    two_steps()
    submitted(people.alice)
    leave(people, people.bob, people.alice)
    assert deciding() == ["boss"]
    assert orphans() == []


def test_leaver_goes_only_when_somebody_can_take_over(people):
    """Nobody stands above boss: the successor applied, and the route has no owner."""
    route("memo", [step("boss", people=[people.boss])])
    submitted(people.alice)
    people.business.head = people.company.head = None
    people.business.save()
    people.company.save()
    with pytest.raises(NoApprover):
        leave(people, people.boss, people.alice)
    people.boss.refresh_from_db()
    assert (people.boss.is_active, deciding()) == (True, ["boss"])


def test_nothing_to_hand_over_changes_nothing(people):
    assert describe(people.olga) == []
    hand_over(employee=people.olga, successor=people.sam, by=people.root)
    assert not Event.objects.exists()


# ---- check_grants ----


@pytest.fixture
def memo(people, two_steps):
    two_steps()
    return submitted(people.alice)


def check():
    output = StringIO()
    call_command("check_grants", stdout=output)
    return output.getvalue()


def faults():
    output = StringIO()
    with pytest.raises(CommandError, match=r"^1 thing is wrong\.$"):
        call_command("check_grants", stdout=output)
    return output.getvalue()


def test_command_says_that_all_is_well(memo):
    assert check() == "Permissions match all 1 open tasks.\n"


def test_command_finds_a_task_without_its_permission(people, memo):
    grants.Grant.objects.all().delete()
    assert faults() == f"{memo.number}: It waits for Bob, who has no right to decide it.\n"


def test_command_finds_a_permission_without_its_task(people, memo):
    grants.give([(people.fay.pk, grants.APPROVE, memo.pk, "step:99")])
    assert faults() == (f"{memo.number}: Fay has a right to decide it, but nothing waits for Fay (step:99).\n")


def test_command_finds_a_permission_given_for_another_reason(people, memo):
    grants.give([(people.fay.pk, grants.APPROVE, memo.pk, "a favour")])
    assert faults() == (f"{memo.number}: Fay has a right to decide it, but nothing waits for Fay (a favour).\n")


def test_command_finds_a_task_of_somebody_who_has_left(people, memo):
    people.bob.is_active = False
    people.bob.save()
    assert faults() == f"{memo.number}: It waits for Bob, who has left.\n"


def test_orphans_can_be_asked_for_one_paper(people, memo, two_steps):
    other = submitted(people.tom)
    grants.Grant.objects.filter(content_object=other.pk).delete()
    assert orphans(memo) == []
    assert len(orphans(other)) == 1


# ---- grants ----


def test_giving_twice_for_one_reason_changes_nothing_and_two_reasons_are_two_rows(people, memo):
    for reason in ("copied", "copied", "team"):
        grants.give([(people.olga.pk, grants.VIEW, memo.pk, reason)])
    assert grants.Grant.objects.filter(user=people.olga).count() == 2
    grants.take(memo.pk, ["copied"])
    assert grants.holds(people.olga, grants.VIEW, memo)
    grants.take(memo.pk, ["team"])
    assert not grants.holds(people.olga, grants.VIEW, memo)


def test_taking_from_some_people_leaves_the_others(people, memo):
    grants.give([(person.pk, grants.VIEW, memo.pk, "team") for person in (people.olga, people.sam)])
    grants.take(memo.pk, ["team"], users=[people.olga.pk])
    assert (grants.holds(people.olga, grants.VIEW, memo), grants.holds(people.sam, grants.VIEW, memo)) == (False, True)


def test_superuser_holds_nothing_by_being_one(people, memo):
    assert not grants.holds(people.root, grants.APPROVE, memo)


def test_right_is_read_alike_on_the_kind_and_on_its_base_row(people, memo):
    assert grants.holds(people.bob, grants.APPROVE, memo)
    assert grants.holds(people.bob, grants.APPROVE, memo.document_ptr)
