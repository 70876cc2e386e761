"""Pairs of verbs on one paper at the same moment, on PostgreSQL: it ends as if one had come after the other.

Each pair is first carried out one after the other, both ways round, which must end as its row says; then at once, where
every race has to end in one of these two ways: the same state, people, steps and log, and the same sentence for the
loser.
"""

import datetime as dt
import itertools
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from types import SimpleNamespace

import pytest

from apps.approvals import services as routes
from apps.approvals.events import verify
from apps.approvals.models import Event, RouteStep, RouteVersion, Step, Task
from apps.core import clock
from apps.core.errors import Refused
from apps.documents import services
from apps.documents.models import Document
from apps.documents.services import deadlines
from apps.documents.services.projection import orphans
from apps.finance.expenses.services import pay
from apps.notifications.models import Notification
from apps.org.models import User
from apps.org.services import deactivate_employee
from apps.workspace.inbox import approve_together
from tests.documents.race import race
from tests.factories.approvals import route, step
from tests.factories.cast import cast
from tests.factories.documents import approved, draft, revocation, submitted
from tests.factories.finance import claim_of
from tests.factories.org import UserFactory
from tests.finance.conftest import build_cast, through

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]

ROUNDS = 12
MONDAY, LATE = dt.datetime(2026, 3, 2, 1, tzinfo=dt.UTC), dt.datetime(2026, 3, 4, 1, tzinfo=dt.UTC)
HEAD = step("head", rule="department_head")
FINANCE = step("finance", role="finance_reviewer")
BOTH = step("finance", role="finance_reviewer", mode="all")
NOT_YOURS = "It is not your turn to decide."
NOT_RUNNING = "This document is not in approval."
UNSEEN = "This document does not exist, or you may not see it."
MINE = "You have already decided this (approved)."
ALICE = "Already decided: Alice was first (withdrawn)."
BOB = "Already decided: Bob was first (approval taken back)."
DORA = "Already decided: Dora was first (rejected)."
FAY = "Already decided: Fay was first (returned)."
FINN = "Already decided: Finn was first (approved)."
CHANGED = "The paper has changed since you opened it. Read it again before you decide."
ONLY_LAST = "Only your last approval can be taken back, until somebody else has acted."
URGED = "They were reminded less than an hour ago; again from 10:00."
LEFT = "LEAVER no longer works here."
NO_SUCCESSOR = "The successor must be another person who works here."
TAKEN = "Olga has a part in this step already."
ASKED = "PAPER asks for it already."
NOBODY = "You have asked nobody who still has to decide."
NOT_CANCELLED = "Only an approved document can be cancelled."
NOT_PAID = "Only an approved claim can be paid."
PAID = "It was paid on 2026-03-04 and can't be cancelled any more."
VOID = "PAPER is not an approved paper any more."

numbers = itertools.count(1)


@dataclass(frozen=True)
class Pair:
    """Two verbs, what each is told when it comes second (None: it has its effect all the same), and on what paper."""

    name: str
    setting: Callable
    first: Callable
    second: Callable
    first_late: str | None
    second_late: str | None
    #: what the second is told when it comes first
    early: str | None = None
    world: Callable = cast


# ---- settings: the people of the pair and the papers that are looked at afterwards ----


def memo_on(*steps, then: Callable | None = None):
    """Alice's memo on this route, and what happened to it before."""

    def make(people):
        route("memo", list(steps))
        case = SimpleNamespace(**vars(people), memo=submitted(people.alice))
        case.papers = [case.memo]
        if then is not None:
            then(case)
        return case

    return make


def with_leaver(make_steps: Callable, then: Callable | None = None):
    """The same with somebody who is about to leave, another one each time."""

    def make(people):
        leaver = UserFactory(username=f"leaver{next(numbers)}", department=people.company)
        people = SimpleNamespace(**vars(people), leaver=leaver)
        return memo_on(*make_steps(people), then=then)(people)

    return make


def with_two_leavers(people):
    other = UserFactory(username=f"other{next(numbers)}", department=people.company)
    people = SimpleNamespace(**vars(people), other=other)
    return with_leaver(lambda people: [step("both", people=[people.leaver, people.other], mode="all"), HEAD])(people)


def ask(place):
    """Bob has asked olga."""

    def then(case):
        add(case, "bob", "olga", place=place)
        case.task = Task.objects.get(approval=case.memo.approval_id, user=case.olga).pk

    return then


def editable(people):
    case = memo_on(step("finance", role="finance_reviewer", editable=["copies"]))(people)
    case.revision = Document.objects.get(pk=case.memo.pk).revision
    return case


def with_a_new_route(people):
    """A memo not yet handed in, and the draft of a route with one step more."""
    version = route("memo", [HEAD])
    new = routes.start_draft(version.route, by=people.root)
    routes.save_step(RouteStep(version=new, name="Director", rule="people"), by=people.root, people=[people.dora])
    # the service gives a key that no version had before: another one in each round
    RouteStep.objects.filter(version=new).exclude(key="head").update(key="director")
    memo = draft(people.alice)
    return SimpleNamespace(**vars(people), memo=memo, papers=[memo], version=RouteVersion.objects.get(pk=new.pk))


def approved_memo(people):
    memo = approved(people.alice)
    return SimpleNamespace(**vars(people), memo=memo, papers=[memo])


def memo_to_be_revoked(people):
    case = approved_memo(people)
    case.asked = services.submit(revocation(people.alice, of=case.memo), by=people.alice)
    case.papers.append(case.asked)
    return case


def claim_to_be_revoked(people):
    """An approved claim and its revocation, which waits for the last approval."""
    people.route.route.revocable_days = 30
    people.route.route.save()
    claim = through(people, claim_of(people.staff))
    asked = services.ask_to_revoke(claim, by=people.staff, reason="Claimed twice")
    asked = services.approve(asked, by=people.head)
    return SimpleNamespace(**vars(people), claim=claim, asked=asked, papers=[claim, asked])


# ---- verbs ----


def approve(who, paper="memo"):
    return lambda case: services.approve(getattr(case, paper), by=getattr(case, who))


def return_(who):
    return lambda case: services.return_(case.memo, by=getattr(case, who), reason="Which?")


def reject(who):
    return lambda case: services.reject(case.memo, by=getattr(case, who), reason="No")


def transfer(who, to):
    return lambda case: services.transfer(case.memo, by=getattr(case, who), to=getattr(case, to), reason="Please")


def add(case, who, *asked, place):
    people = [getattr(case, name) for name in asked]
    return services.add_approvers(case.memo, by=getattr(case, who), people=people, place=place, reason="Please")


def asks(who, *asked, place="before"):
    return lambda case: add(case, who, *asked, place=place)


def lets_go(case):
    return services.remove_approver(case.memo, by=case.bob, task=case.task)


def advise(case):
    return services.advise(case.memo, by=case.olga, opinion="Fine")


def take_back(case):
    return services.take_back(case.memo, by=case.bob)


def withdraw(case):
    return services.withdraw(case.memo, by=case.alice)


def urge(case):
    return services.urge(case.memo, by=case.alice)


def leaves(who="leaver", successor="sam"):
    """Human resources take the person off the list; the page they came from may be older than the rival's work."""

    def call(case):
        given = {"employee": getattr(case, who), "successor": getattr(case, successor)}
        return deactivate_employee(**given, by=case.root, reason="leaves")

    return call


def deadline(case):
    return deadlines.act(case.memo)


def approve_from_the_list(who):
    """Chosen in the inbox, as the list showed it."""

    def call(case):
        user = getattr(case, who)
        task = Task.objects.filter(user=user, approval=case.memo.approval_id).select_related(
            "approval__document", "step"
        )
        [result] = approve_together(task, by=user, seen={row.pk: getattr(case, "revision", None) for row in task})
        if not result.done:
            raise Refused(result.said)

    return call


def edit(case):
    def raise_copies(document):
        document.copies += 1
        return {"copies": [1, 2]}

    return services.edit_in_review(case.memo, by=case.fay, field="copies", change=raise_copies)


def publish(case):
    return routes.publish(case.version, by=case.root)


def submit(case):
    return services.submit(case.memo, by=case.alice)


def cancel(case):
    return services.cancel(case.memo, by=case.erin, reason="Bought elsewhere")


def ask_to_revoke(case):
    return services.ask_to_revoke(case.memo, by=case.alice, reason="Ordered twice")


def pay_claim(case):
    values = {"account": case.account, "paid_on": clock.today(), "bank_reference": "TX"}
    return pay(case.claim, by=case.cashier, **values)


# ---- the pairs ----

bob_then_finance = memo_on(HEAD, FINANCE)
approved_by_bob = memo_on(HEAD, FINANCE, then=approve("bob"))
finance_any, finance_all = memo_on(FINANCE, HEAD), memo_on(BOTH, HEAD)
asked_before = memo_on(HEAD, FINANCE, then=ask("before"))
asked_opinion = memo_on(HEAD, FINANCE, then=ask("opinion"))
leaver_first = with_leaver(lambda people: [step("leaver", people=[people.leaver]), HEAD])
leaver_idle = with_leaver(lambda people: [HEAD, FINANCE])
leaver_and_bob = with_leaver(lambda people: [step("both", people=[people.leaver, people.bob], mode="all"), FINANCE])
side_by_side = with_leaver(lambda people: [FINANCE, step("dora", people=[people.dora], with_previous=True)])


def late(when_late):
    return memo_on(step("head", rule="department_head", hours=8, when_late=when_late), FINANCE)


PAIRS = [
    Pair("approve-transfer", bob_then_finance, approve("bob"), transfer("bob", "olga"), NOT_YOURS, MINE),
    Pair("colleague-transfer", finance_any, approve("finn"), transfer("fay", "olga"), None, FINN),
    Pair("approve-ask", bob_then_finance, approve("bob"), asks("bob", "olga"), NOT_YOURS, MINE),
    Pair("colleague-ask", finance_any, approve("finn"), asks("fay", "olga"), None, FINN),
    Pair("approve-let-go", asked_before, approve("olga"), lets_go, UNSEEN, NOBODY),
    Pair("next-take-back", approved_by_bob, approve("fay"), take_back, BOB, ONLY_LAST),
    Pair("return-take-back", approved_by_bob, return_("fay"), take_back, BOB, ONLY_LAST),
    Pair("transfer-transfer", bob_then_finance, transfer("bob", "olga"), transfer("bob", "sam"), NOT_YOURS, NOT_YOURS),
    Pair("both-to-olga", finance_all, transfer("fay", "olga"), transfer("finn", "olga"), TAKEN, TAKEN),
    Pair("both-ask-olga", finance_all, asks("fay", "olga"), asks("finn", "olga"), TAKEN, TAKEN),
    Pair("withdraw-transfer", bob_then_finance, withdraw, transfer("bob", "olga"), None, ALICE),
    Pair("withdraw-ask", bob_then_finance, withdraw, asks("bob", "olga", "sam"), None, ALICE),
    Pair("urge-urge", bob_then_finance, urge, urge, URGED, URGED),
    Pair("advise-approve", asked_opinion, advise, approve("bob"), None, None, early=NOT_YOURS),
    Pair("return-reject", side_by_side, return_("fay"), reject("dora"), DORA, FAY),
    Pair("list-approve", finance_any, approve_from_the_list("fay"), approve("fay"), MINE, MINE),
    Pair("list-edit", editable, approve_from_the_list("finn"), edit, CHANGED, UNSEEN),
    Pair("deadline-superior-approve", late("superior"), deadline, approve("bob"), None, NOT_YOURS),
    Pair("deadline-passes-approve", late("approve"), deadline, approve("bob"), None, NOT_YOURS),
    Pair("deadline-superior-transfer", late("superior"), deadline, transfer("bob", "olga"), None, NOT_YOURS),
    Pair("deadline-reject-transfer", late("reject"), deadline, transfer("bob", "olga"), None, NOT_RUNNING),
    Pair("leaver-transfers", leaver_first, transfer("leaver", "olga"), leaves(), UNSEEN, None),
    Pair("transfer-to-leaver", leaver_idle, transfer("bob", "leaver"), leaves(), LEFT, None),
    Pair("ask-leaver", leaver_idle, asks("bob", "leaver"), leaves(), LEFT, None),
    Pair("transfer-to-successor", leaver_and_bob, transfer("bob", "sam"), leaves(), TAKEN.replace("Olga", "Sam"), None),
    Pair("two-leavers", with_two_leavers, leaves(), leaves("other"), None, None),
    Pair("successor-leaves", with_two_leavers, leaves(successor="other"), leaves("other"), NO_SUCCESSOR, None),
    Pair("publish-submit", with_a_new_route, publish, submit, None, None),
    Pair("revoke-revoke", approved_memo, ask_to_revoke, ask_to_revoke, ASKED, ASKED),
    Pair("revoke-cancel", memo_to_be_revoked, approve("bob", "asked"), cancel, VOID, NOT_CANCELLED),
    Pair(
        "revoke-pay", claim_to_be_revoked, approve("accountant", "asked"), pay_claim, PAID, NOT_PAID, world=build_cast
    ),
]


# ---- running them ----


def anonymous(text, case):
    """A sentence without what differs from paper to paper."""
    if text is None:
        return None
    for name in ("leaver", "other"):
        if hasattr(case, name):
            text = text.replace(str(getattr(case, name)), name.upper())
    for paper in Document.objects.exclude(number=""):
        text = text.replace(paper.number, "PAPER")
    return text


def end_of(paper, case):
    """How a paper ended: its state, who decides now, how its steps stand, what its log says."""
    paper = Document.objects.get(pk=paper.pk)
    run = paper.approval_id
    tasks = Task.objects.open().filter(approval=run).values_list("step__key", "user__username")
    steps = Step.objects.filter(approval=run).order_by("round", "order").values_list("round", "key", "state")
    verbs = Event.objects.filter(approval=run).order_by("seq").values_list("verb", flat=True)
    deciding = [(key, anonymous(User.objects.get(username=name).get_full_name(), case)) for key, name in tasks]
    return paper.state, sorted(deciding), list(steps), list(verbs)


def carried_out(pair, people, run: Callable):
    """What each of the two was told, and how the papers ended; the invariants hold."""
    with clock.at(MONDAY):
        case = pair.setting(people)

    def call(verb):
        def at_the_same_time():
            with clock.at(LATE):
                verb(case)

        return at_the_same_time

    told = run(call(pair.first), call(pair.second))
    for paper in case.papers:
        assert orphans(Document.objects.get(pk=paper.pk)) == []
        twice = Task.objects.open().filter(approval__document=paper).values_list("step", "user")
        assert max(Counter(twice).values(), default=1) == 1
        assert Step.objects.filter(approval__document=paper, state="open").values("stage").distinct().count() <= 1
    said = [anonymous(text, case) for text in told]
    notices = Notification.objects.filter(paper__in=[paper.pk for paper in case.papers])
    return said, [end_of(paper, case) for paper in case.papers], notices.count()


def one_after_the_other(*calls):
    return [race(call)[0] for call in calls]


def other_way_round(first, second):
    return one_after_the_other(second, first)[::-1]


@pytest.mark.parametrize("pair", PAIRS, ids=lambda pair: pair.name)
def test_two_verbs_at_once_end_as_if_one_came_after_the_other(pair, transactional_db):
    people = pair.world()
    ends = [carried_out(pair, people, run) for run in (one_after_the_other, other_way_round)]
    assert [said for said, *_end in ends] == [[None, pair.second_late], [pair.first_late, pair.early]]
    for _round in range(ROUNDS):
        assert carried_out(pair, people, race) in ends
    assert orphans() == []
    assert list(verify()) == []
