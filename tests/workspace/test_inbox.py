"""The inbox: to decide, decided, copied; several approved at once, each by itself."""

import pytest
from django.contrib.messages import get_messages
from django.urls import reverse

from apps.approvals.models import Task
from apps.core import clock
from apps.documents import grants, services
from apps.documents.models import Document, Participant
from tests.documents.trips import publish, trip
from tests.factories.approvals import route, step
from tests.factories.documents import draft, submitted
from tests.workspace.conftest import main_text

INBOX = reverse("workspace:inbox")
APPROVE = reverse("workspace:approve-selected")


def _paper_of(row):
    if isinstance(row, Document):
        return row
    return row.document if isinstance(row, Participant) else row.approval.document


@pytest.fixture
def titles(open_as):
    """callable(person, **query) → the titles on this page of the inbox, in order."""

    def read(person, **query):
        rows = open_as(person, INBOX, **query).context["page"].rows
        return [_paper_of(row).title for row in rows]

    return read


@pytest.mark.parametrize(
    ("tab", "said"),
    [
        ("waiting", "Nothing waits for your decision Papers come here when it is your turn."),
        ("decided", "You have decided nothing yet Every paper you approve, return or reject stays here."),
        ("copied", "Nothing was copied to you Papers others want you to know of come here."),
        ("mine", "You have raised no paper yet Every paper you begin stays here, in whatever state."),
    ],
)
def test_empty_tab_says_what_comes_here(people, open_as, tab, said):
    page = open_as(people.alice, INBOX, tab=tab)
    assert main_text(page).endswith(said)
    assert "<table" not in page.content.decode()


def test_each_tab_shows_exactly_what_belongs_there(people, two_steps, titles):
    submitted(people.alice, title="Waits for bob")
    services.approve(submitted(people.alice, title="Approved by bob"), by=people.bob)
    services.return_(submitted(people.tom, title="Returned by tina"), by=people.tina, reason="Why?")
    services.reject(submitted(people.alice, title="Refused by bob"), by=people.bob, reason="No")
    copied = submitted(people.alice, title="Copied to olga")
    services.copy_to(copied, by=people.alice, people=[people.olga])
    services.withdraw(submitted(people.alice, title="Withdrawn"), by=people.alice)
    draft(people.alice, title="Draft")
    nothing = {"waiting": [], "decided": [], "copied": [], "mine": []}
    own = ["Draft", "Withdrawn", "Copied to olga", "Refused by bob", "Approved by bob", "Waits for bob"]
    expected = {name: nothing for name in people.people if name != "gone"} | {
        "alice": nothing | {"mine": own},
        "tom": nothing | {"mine": ["Returned by tina"]},
        "bob": nothing
        | {"waiting": ["Waits for bob", "Copied to olga"], "decided": ["Refused by bob", "Approved by bob"]},
        "tina": nothing | {"decided": ["Returned by tina"]},
        "fay": nothing | {"waiting": ["Approved by bob"]},
        "finn": nothing | {"waiting": ["Approved by bob"]},
        "olga": nothing | {"copied": ["Copied to olga"]},
    }
    seen = {name: {tab: titles(people.people[name], tab=tab) for tab in nothing} for name in expected}
    assert seen == expected


def test_row_says_what_one_decides_by(people, two_steps, open_as):
    with clock.at(clock.dt.datetime(2026, 3, 2, 1, 30, tzinfo=clock.dt.UTC)):
        memo = submitted(people.alice, title="A printer", amount="1234.50")
    text = main_text(open_as(people.bob, INBOX))
    assert f"A printer Memo {memo.number} Alice Business ¥1,234.50 Head 2026-03-02 09:30" in text


def test_oldest_first_unless_asked_and_unknown_words_are_ignored(people, two_steps, titles):
    for number in range(3):
        submitted(people.alice, title=f"Paper {number}")
    oldest = ["Paper 0", "Paper 1", "Paper 2"]
    assert titles(people.bob) == titles(people.bob, tab="nonsense", kind="nonsense", sort="x", after="x") == oldest
    assert titles(people.bob, sort="-opened_at") == oldest[::-1]


@pytest.mark.parametrize("tab", ["waiting", "decided", "copied"])
def test_tabs_are_filtered_by_kind(people, two_steps, titles, tab):
    publish()
    for paper in (submitted(people.alice, title="A memo"), trip(people.alice, title="A trip")):
        if tab == "decided":
            services.approve(paper, by=people.bob)
        if tab == "copied":
            services.copy_to(paper, by=people.alice, people=[people.bob])
    assert set(titles(people.bob, tab=tab)) == {"A memo", "A trip"}
    assert titles(people.bob, tab=tab, kind="memo") == ["A memo"]
    assert titles(people.bob, tab=tab, kind="vehiclerequest") == ["A trip"]


def test_own_papers_are_filtered_by_kind(people, two_steps, titles):
    publish()
    submitted(people.alice, title="A memo")
    trip(people.alice, title="A trip")
    assert titles(people.alice, tab="mine") == ["A trip", "A memo"]
    assert titles(people.alice, tab="mine", kind="memo") == ["A memo"]


def test_inbox_costs_the_same_for_one_row_and_for_thirty(people, two_steps, queries_of):
    def more(count):
        for _number in range(count):
            memo = submitted(people.alice)
            services.copy_to(memo, by=people.alice, people=[people.olga])
            services.approve(submitted(people.alice), by=people.bob)

    places = [
        (people.bob, "waiting"),
        (people.bob, "decided"),
        (people.olga, "copied"),
        (people.alice, "mine"),
        (people.fay, "waiting"),
    ]
    more(1)
    before = [queries_of(person, INBOX, tab=tab) for person, tab in places]
    more(29)
    assert [queries_of(person, INBOX, tab=tab) for person, tab in places] == before
    assert max(before) <= 8


def test_more_than_a_page_is_turned_by_cursors(people, two_steps, open_as, titles):
    for number in range(31):
        submitted(people.alice, title=f"Paper {number}")
    first = open_as(people.bob, INBOX).context["page"]
    assert titles(people.bob) == [f"Paper {number}" for number in range(30)]
    assert titles(people.bob, after=first.after) == ["Paper 30"]


def test_menu_says_how_much_waits(people, two_steps, open_as):
    for _number in range(2):
        submitted(people.alice)
    assert open_as(people.bob, INBOX).context["counts"]["inbox"] == 2


# ---- several at once ----


def task_of(person, memo) -> Task:
    return Task.objects.waiting_for(person).get(approval__document=memo)


def test_selected_are_approved_each_with_its_own_result(people, two_steps, client):
    first, faulty, last, left = [submitted(people.alice, title=title) for title in ("One", "Two", "Three", "Four")]
    others = submitted(people.olga, title="Not bob's")
    grants.Grant.objects.filter(content_object_id=faulty.pk).delete()
    chosen = [task_of(people.bob, memo).pk for memo in (first, faulty, last)]
    chosen += [task_of(people.sam, others).pk, "no number", "²", "9" * 40]
    client.force_login(people.bob)

    page = client.post(APPROVE, {"task": chosen})

    results = [(result.document.title, result.done, result.said) for result in page.context["results"]]
    assert results == [
        ("One", True, "Approved."),
        ("Two", False, "It is not your turn to decide."),
        ("Three", True, "Approved."),
    ]
    said = (
        f"{first.number} · One Approved. ¥100.00 {faulty.number} · Two It is not your turn to decide. ¥100.00"
        f" {last.number} · Three Approved. ¥100.00"
    )
    assert said in main_text(page)
    waiting_for_finance = Task.objects.waiting_for(people.fay).values_list("approval__document__title", flat=True)
    assert list(waiting_for_finance) == ["One", "Three"]
    undecided = Task.objects.open().filter(step__key="head").values_list("approval__document__title", flat=True)
    assert set(undecided) == {faulty.title, left.title, others.title}


def test_one_opinion_goes_with_all_and_what_changed_since_is_refused(people, client):
    route(
        "memo",
        [
            step("head", rule="department_head", opinion_required=True, editable=["amount"]),
            step("finance", role="finance_reviewer"),
        ],
    )
    first, changed = submitted(people.alice, title="One"), submitted(people.alice, title="Two")
    client.force_login(people.bob)
    rows = {row.approval.document.pk: row for row in client.get(INBOX).context["page"].rows}
    html = client.get(INBOX).content.decode()
    chosen = {"task": [rows[first.pk].pk, rows[changed.pk].pk]}
    for memo in (first, changed):
        name = f"revision-{rows[memo.pk].pk}"
        assert f'name="{name}" value="{rows[memo.pk].approval.document.revision}"' in html
        chosen[name] = rows[memo.pk].approval.document.revision

    missing = client.post(APPROVE, chosen)
    opinion = "This step needs your written opinion: say why you approve."
    assert [(row.document.title, row.said) for row in missing.context["results"]] == [
        ("One", opinion),
        ("Two", opinion),
    ]

    def cheaper(memo):
        memo.amount = "1.00"
        return {"amount": ["100.00", "1.00"]}

    services.edit_in_review(changed, by=people.bob, field="amount", change=cheaper)
    page = client.post(APPROVE, {**chosen, "opinion": " All in the budget "})
    assert [(row.document.title, row.done, row.said) for row in page.context["results"]] == [
        ("One", True, "Approved."),
        ("Two", False, "The paper has changed since you opened it. Read it again before you decide."),
    ]
    assert Task.objects.get(state="approved").comment == "All in the budget"
    html = page.content.decode()
    assert "1 paper is not approved and still waits for you." in html
    assert ">All in the budget</textarea>" in html
    again = client.post(APPROVE, {"task": rows[changed.pk].pk, f"revision-{rows[changed.pk].pk}": chosen[name]})
    assert [row.done for row in again.context["results"]] == [False]


def test_paper_that_is_withdrawn_meanwhile_is_left_out(people, two_steps, client):
    memo, gone = submitted(people.alice), submitted(people.alice)
    chosen = [task_of(people.bob, paper).pk for paper in (memo, gone)]
    services.withdraw(gone, by=people.alice)
    client.force_login(people.bob)
    page = client.post(APPROVE, {"task": chosen})
    assert [result.document.pk for result in page.context["results"]] == [memo.pk]
    assert Document.objects.get(pk=gone.pk).state == "draft"


@pytest.mark.parametrize("chosen", [[], ["x", "-1"], ["somebody else's"]])
def test_nothing_to_approve_says_so(people, two_steps, client, chosen):
    others = task_of(people.sam, submitted(people.olga)).pk
    chosen = [others if one == "somebody else's" else one for one in chosen]
    client.force_login(people.bob)
    answer = client.post(APPROVE, {"task": chosen})
    assert (answer.status_code, answer["Location"]) == (302, INBOX)
    said = [str(message) for message in get_messages(answer.wsgi_request)]
    assert said == ["Choose papers that still wait for your decision."]
    assert Task.objects.waiting_for(people.sam).get().pk == others
