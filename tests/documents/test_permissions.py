"""May they? Kind × state × person → exactly these actions."""

import pytest

from apps.documents import grants, services
from apps.documents.errors import NotAllowed, NotFound
from apps.documents.models import Document
from apps.documents.permissions import Access, actions_of, may, require
from tests.factories.documents import STATES, brought_to, draft, submitted

pytestmark = pytest.mark.django_db

READ = {"create", "view", "print", "evidence", "comment"}
CORRECT = {"update", "attach", "submit"}
DECIDE = {"approve", "return", "reject", "copy", "transfer", "consult", "add_approvers"}

#: state → person → actions; whoever is not named may do nothing
MATRIX = {
    "draft": {
        "alice": (READ | CORRECT | {"delete"}) - {"evidence"},
    },
    "in_review": {
        "alice": READ | {"withdraw", "urge", "copy"},
        "bob": READ | DECIDE,
        "boss": READ,
        "rita": READ,
        "erin": READ,
        "root": READ,
    },
    "in_review at finance": {
        "alice": READ | {"urge", "copy"},
        "bob": READ | {"take_back"},
        "fay": READ | DECIDE,
        "finn": READ | DECIDE,
        "boss": READ,
        "rita": READ,
        "erin": READ,
        "root": READ,
    },
    "returned": {
        "alice": READ | CORRECT | {"copy"},
        "bob": READ,
        "boss": READ,
        "rita": READ,
        "erin": READ,
        "root": READ,
    },
    "withdrawn": {
        "alice": READ | CORRECT,
    },
    "approved": {
        "alice": READ | {"copy"},
        "bob": READ,
        "fay": READ,
        "boss": READ,
        "rita": READ,
        "erin": READ | {"cancel"},
        "root": READ,
    },
    "rejected": {
        "alice": READ | {"copy"},
        "bob": READ,
        "boss": READ,
        "rita": READ,
        "erin": READ,
        "root": READ,
    },
    "cancelled": {
        "alice": READ | {"copy"},
        "bob": READ,
        "fay": READ,
        "boss": READ,
        "rita": READ,
        "erin": READ,
        "root": READ,
    },
}


def allowed(person, document):
    access = Access(person, document)
    return {action for action in actions_of(document.kind) if access.may(action)}


def bring_to(stand, people):
    who = {"head": people.bob, "finance": people.fay, "executive": people.erin}
    if stand == "in_review at finance":
        return services.approve(brought_to("in_review", people.alice, **who), by=people.bob)
    if stand == "withdrawn":
        return services.withdraw(brought_to("in_review", people.alice, **who), by=people.alice)
    return brought_to(stand, people.alice, **who)


@pytest.mark.parametrize("stand", MATRIX)
def test_matrix_of_memos(people, two_steps, stand):
    two_steps()
    memo = bring_to(stand, people)
    expected = {name: MATRIX[stand].get(name, set()) for name in people.people}
    assert {name: allowed(person, memo) for name, person in people.people.items()} == expected


def test_matrix_knows_every_state():
    assert set(STATES) <= set(MATRIX)


@pytest.mark.parametrize("stand", MATRIX)
def test_base_row_gets_the_same_answers_as_the_kind(people, two_steps, stand):
    two_steps()
    memo = bring_to(stand, people)
    base = Document.objects.get(pk=memo.pk)
    for name, person in people.people.items():
        assert allowed(person, base) == allowed(person, memo), name


def test_every_refusal_says_why(people, two_steps):
    two_steps()
    for stand in MATRIX:
        memo = bring_to(stand, people)
        for person in people.people.values():
            access = Access(person, memo)
            for action in actions_of(memo.kind):
                answer = access.may(action)
                assert bool(answer) != bool(answer.reason)
                assert answer or answer.reason.endswith((".", "。"))


def test_unseen_is_not_found_and_seen_is_forbidden_with_the_reason(people, two_steps):
    two_steps()
    memo = submitted(people.alice)
    with pytest.raises(NotFound):
        require(people.olga, "approve", memo)
    with pytest.raises(NotAllowed, match="It is not your turn to decide"):
        require(people.rita, "approve", memo)
    with pytest.raises(NotAllowed, match="Nobody decides on their own document"):
        require(people.alice, "approve", memo)


def test_superuser_sees_everything_and_decides_nothing(people, two_steps):
    two_steps()
    memo = submitted(people.alice)
    for verb in (services.approve, services.return_, services.reject):
        with pytest.raises(NotAllowed, match="It is not your turn to decide"):
            verb(memo, by=people.root, **({} if verb is services.approve else {"reason": "because"}))


def test_superuser_who_is_an_approver_decides_like_anybody_else(people, two_steps):
    two_steps()
    people.business.head = people.root
    people.business.save()
    memo = submitted(people.alice)
    assert allowed(people.root, memo) == READ | DECIDE


def test_task_without_the_permission_decides_nothing(people, two_steps):
    """A decision needs both; either alone is a fault that `check_grants` reports."""
    two_steps()
    memo = submitted(people.alice)
    grants.Grant.objects.all().delete()
    assert allowed(people.bob, memo) == READ


def test_permission_without_the_task_decides_nothing(people, two_steps):
    two_steps()
    memo = submitted(people.alice)
    grants.give([(people.fay.pk, grants.APPROVE, memo.pk, "step:0")])
    assert allowed(people.fay, memo) == READ


def test_person_who_has_left_decides_nothing(people, two_steps):
    two_steps()
    memo = submitted(people.alice)
    people.bob.is_active = False
    assert allowed(people.bob, memo) == set()


def test_withdrawal_too_late_is_a_disabled_button_with_its_reason(people, two_steps):
    two_steps()
    memo = services.approve(submitted(people.alice), by=people.bob)
    answer = may(people.alice, "withdraw", memo)
    assert (answer.allowed, answer.hidden) == (False, False)
    assert "already decided" in answer.reason


def test_new_paper_belongs_to_its_applicant_alone(people):
    memo = type(draft(people.alice))(kind="memo", applicant=people.alice, department=people.business)
    assert allowed(people.alice, memo) == (READ | CORRECT | {"delete"}) - {"evidence"}
    assert allowed(people.bob, memo) == set()


@pytest.mark.parametrize(("name", "queries"), [("bob", 1), ("alice", 2), ("rita", 2)])
def test_all_buttons_of_a_page_cost_few_queries(people, two_steps, django_assert_num_queries, name, queries):
    two_steps()
    memo = submitted(people.alice)
    memo.approval.refresh_from_db()
    person = type(people.bob).objects.get(username=name)
    allowed(people.erin, memo)  # what the program reads once and for all
    access = Access(person, memo)
    with django_assert_num_queries(queries):
        for action in actions_of("memo"):
            access.may(action)
