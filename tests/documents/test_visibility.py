"""Who sees which papers: exact sets, for everybody."""

import pytest

from apps.documents import grants, services
from apps.documents.models import Document
from apps.documents.permissions import Access
from apps.org.models import User
from tests.factories.documents import STATES, brought_to, draft, submitted
from tests.factories.org import RoleFactory, permission_called
from tests.testkind.models import Memo

pytestmark = pytest.mark.django_db


def seen_by(person, model=Document):
    """Titles; the person is read anew, as at the start of a request."""
    fresh = User.objects.get(pk=person.pk)
    return set(model.objects.visible_to(fresh).values_list("title", flat=True))


@pytest.fixture
def papers(people, two_steps):
    """A draft and a submitted memo each of alice, tom, olga and bob."""
    two_steps()
    for name in ("alice", "tom", "olga", "bob"):
        draft(people.people[name], title=f"{name}'s draft")
        submitted(people.people[name], title=f"{name}'s memo")


MEMOS = {"alice's memo", "bob's memo", "tom's memo", "olga's memo"}
SEEN = {
    "alice": {"alice's draft", "alice's memo"},
    "tom": {"tom's draft", "tom's memo"},
    "olga": {"olga's draft", "olga's memo"},
    "tina": {"tom's memo"},
    "bob": {"bob's draft", "alice's memo", "bob's memo", "tom's memo"},
    "sam": {"olga's memo"},
    "boss": MEMOS,
    "fay": set(),
    "finn": set(),
    "dora": set(),
    "rita": MEMOS,
    "erin": MEMOS,
    "gone": set(),
    "root": MEMOS,
}


@pytest.mark.parametrize("model", [Document, Memo])
def test_visible_to_gives_everybody_exactly_their_papers(people, papers, model):
    assert {name: seen_by(person, model) for name, person in people.people.items()} == SEEN


def test_page_and_list_never_disagree(people, two_steps):
    """`Access.sees` has a short cut; it must say what the queryset says, for everybody in every state."""
    two_steps()
    who = {"head": people.bob, "finance": people.fay, "executive": people.erin}
    for state in STATES:
        memo = brought_to(state, people.alice, **who)
        for name, person in people.people.items():
            listed = Document.objects.visible_to(person).filter(pk=memo.pk).exists()
            assert Access(person, memo).sees == listed, (state, name)


def test_role_that_sees_a_whole_kind(people, papers):
    people.fay.groups.add(RoleFactory(code="clerk", permissions=["testkind.view_all_memo"]))
    assert seen_by(people.fay) == seen_by(people.fay, Memo) == MEMOS


def test_permission_given_to_the_person_works_like_the_role(people, papers):
    people.fay.user_permissions.add(permission_called("testkind.view_all_memo"))
    assert seen_by(people.fay) == MEMOS


def test_inactive_person_sees_nothing_whatever_they_were(people, papers):
    for name in ("boss", "rita", "root", "alice"):
        person = people.people[name]
        person.is_active = False
        person.save()
        assert seen_by(person) == set(), name


def test_former_head_no_longer_sees_the_department(people, papers):
    people.business.head = people.alice
    people.business.save()
    assert seen_by(people.bob) == {"bob's draft", "bob's memo", "alice's memo"}  # alice's waits for his decision
    assert seen_by(people.alice) == {"alice's draft", "alice's memo", "bob's memo", "tom's memo"}


def test_paper_stays_with_the_department_it_was_written_in(people, papers):
    people.tom.department = people.service
    people.tom.save()
    assert "tom's memo" in seen_by(people.tina)
    assert "tom's memo" not in seen_by(people.sam)


def test_decider_sees_the_paper_while_it_is_their_turn_and_after_they_decided(people, two_steps):
    two_steps()
    memo = submitted(people.alice, title="memo")
    assert seen_by(people.fay) == seen_by(people.finn) == set()
    services.approve(memo, by=people.bob)
    assert seen_by(people.fay) == seen_by(people.finn) == {"memo"}
    services.approve(memo, by=people.fay)
    assert seen_by(people.fay) == {"memo"}
    assert seen_by(people.finn) == set()


def test_withdrawn_paper_is_the_applicants_alone_again_but_for_those_it_was_given_to(people, two_steps):
    two_steps()
    memo = submitted(people.alice, title="memo")
    services.copy_to(memo, by=people.alice, people=[people.olga, people.rita, people.boss])
    services.withdraw(memo, by=people.alice)
    for model in (Document, Memo):
        seeing = {name for name, person in people.people.items() if seen_by(person, model)}
        assert seeing == {"alice", "olga", "rita", "boss"}


def test_grant_that_ends_takes_away_exactly_what_it_gave(people, two_steps):
    """Finn was also given the memo to read; when his turn ends that stays."""
    two_steps()
    memo = submitted(people.alice, title="memo")
    services.copy_to(memo, by=people.alice, people=[people.finn])
    services.approve(services.approve(memo, by=people.bob), by=people.fay)
    assert seen_by(people.finn) == {"memo"}
    grants.take(memo.pk, ["copied"])
    assert seen_by(people.finn) == set()
    assert seen_by(people.fay) == {"memo"}


@pytest.mark.parametrize("name", ["alice", "fay", "bob", "rita"])
def test_filtering_a_list_takes_the_same_queries_however_many_papers(people, papers, django_assert_num_queries, name):
    expected = {"alice": 3, "fay": 3, "bob": 3, "rita": 2}[name]
    for _papers in range(2):
        person = User.objects.get(username=name)
        with django_assert_num_queries(expected):
            list(Memo.objects.visible_to(person))
        for _more in range(5):
            draft(people.alice)
