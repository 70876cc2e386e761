"""The desk: what waits, what is under way, drafts, what can be started, the figures of those who lead."""

from decimal import Decimal

import pytest
from django.urls import reverse

from apps.core import clock
from apps.documents import services
from apps.workspace import desk
from tests.factories.documents import draft, submitted
from tests.factories.org import UserFactory
from tests.workspace.conftest import main_text

DESK = reverse("workspace:desk")
FIGURES = reverse("workspace:figures")
KINDS = ["expense claim", "memo", "vehicle request"]


def papers(response, name) -> list[str]:
    return [row.title for row in response.context[name]]


def waiting(response) -> list[str]:
    return [task.approval.document.title for task in response.context["waiting"]]


def under_way(response) -> list[tuple]:
    return [
        (row.document.title, row.turn, [(dot["state"], dot["label"]) for dot in row.dots])
        for row in response.context["under_way"]
    ]


def test_empty_desk_says_what_will_come_and_where_to_begin(people, open_as):
    page = open_as(people.alice, DESK)
    assert main_text(page) == (
        "Good day, Alice Waiting for me Open the inbox Nothing waits for your decision Papers come here when it is your"
        " turn. My papers under way No paper of yours is under way Start one from the tiles beside; it stays here until"
        " it is decided. Start something Expense claim Fill in a new one Memo Fill in a new one Vehicle request Fill in"
        " a new one Notices All No notices yet."
    )


def test_person_without_a_department_can_start_nothing_and_reads_why(open_as, db):
    page = open_as(UserFactory(username="new"), DESK)
    assert page.context["starts"] == []
    assert "You belong to no department yet, so you can't raise papers. Ask the administrator." in main_text(page)


def test_applicant_sees_own_drafts_and_how_far_papers_are(people, two_steps, open_as):
    draft(people.alice, title="Begun")
    submitted(people.alice, title="With the head")
    services.approve(submitted(people.alice, title="With Finance"), by=people.bob)
    services.return_(submitted(people.alice, title="Back"), by=people.bob, reason="Why?")
    services.withdraw(submitted(people.alice, title="Taken back"), by=people.alice)
    services.reject(submitted(people.alice, title="Refused"), by=people.bob, reason="No")
    draft(people.tom, title="Somebody else's")

    page = open_as(people.alice, DESK)

    assert waiting(page) == []
    assert papers(page, "drafts") == ["Taken back", "Begun"]
    assert under_way(page) == [
        (
            "Back",
            "Returned to you: correct it and submit again",
            [("returned", "Head: Returned"), ("waiting", "Finance: Not reached")],
        ),
        ("With Finance", "Finance: Fay, Finn", [("done", "Head: Approved"), ("open", "Finance: In progress")]),
        ("With the head", "Head: Bob", [("open", "Head: In progress"), ("waiting", "Finance: Not yet")]),
    ]


def test_turn_of_many_names_the_first_three(people, two_steps, open_as):
    for number in range(2):
        UserFactory(username=f"gus{number}", department=people.company, roles=["finance_reviewer"])
    services.approve(submitted(people.alice), by=people.bob)
    (row,) = open_as(people.alice, DESK).context["under_way"]
    assert row.turn == "Finance: Fay, Finn, Gus0 …"


def test_approver_sees_what_waits_and_decides_from_the_desk(people, two_steps, open_as, client):
    memo = submitted(people.alice, title="For bob")
    submitted(people.olga, title="For sam")
    page = open_as(people.bob, DESK)
    assert waiting(page) == ["For bob"]
    assert page.context["under_way"] == []
    assert f'action="{memo.url("approve")}"' in page.content.decode()

    answer = client.post(memo.url("approve"), {"next": DESK})

    assert (answer.status_code, answer["Location"]) == (302, DESK)
    assert waiting(open_as(people.bob, DESK)) == []
    assert waiting(open_as(people.fay, DESK)) == ["For bob"]


@pytest.mark.parametrize("elsewhere", ["https://example.org/", "//example.org/", "javascript:alert(1)", ""])
def test_decision_leads_to_no_page_but_ours(people, two_steps, client, elsewhere):
    memo = submitted(people.alice)
    client.force_login(people.bob)
    answer = client.post(memo.url("approve"), {"next": elsewhere})
    assert (answer.status_code, answer["Location"]) == (302, memo.get_absolute_url())


def test_outsider_sees_nothing_of_it(people, two_steps, open_as):
    submitted(people.alice, title="Secret trip")
    draft(people.alice, title="Secret draft")
    page = open_as(people.olga, DESK)
    assert (waiting(page), under_way(page), papers(page, "drafts"), papers(page, "notices")) == ([], [], [], [])
    assert "Secret" not in page.content.decode()


def test_what_can_be_started_are_the_kinds(people, open_as):
    starts = open_as(people.alice, DESK).context["starts"]
    assert [str(start.label) for start in starts] == KINDS
    assert [start.url for start in starts] == [
        reverse("finance:expenseclaim-create"),
        reverse("testkind:memo-create"),
        reverse("vehicles:vehiclerequest-create"),
    ]


def test_desk_costs_the_same_for_one_paper_and_for_thirty(people, two_steps, queries_of):
    def more(count):
        for _number in range(count):
            draft(people.alice)
            submitted(people.alice)

    more(1)
    before = {person: queries_of(person, DESK) for person in (people.alice, people.bob, people.erin)}
    more(29)
    assert {person: queries_of(person, DESK) for person in before} == before
    assert max(before.values()) <= 15


def test_desk_shows_the_latest_few(people, two_steps, open_as):
    for number in range(desk.ROWS + 1):
        submitted(people.alice, title=f"Paper {number}")
        draft(people.alice, title=f"Draft {number}")
    page = open_as(people.alice, DESK)
    assert [row.document.title for row in page.context["under_way"]] == [f"Paper {n}" for n in (6, 5, 4, 3, 2, 1)]
    assert papers(page, "drafts") == [f"Draft {n}" for n in (6, 5, 4, 3, 2, 1)]
    assert waiting(open_as(people.bob, DESK)) == [f"Paper {n}" for n in (0, 1, 2, 3, 4, 5)]


# ---- figures ----


@pytest.fixture
def month(people, two_steps):
    """Business: 100 approved, 30 waiting, one refused, one withdrawn, a draft. Service: 7 approved. Last month: 900."""
    with clock.at(clock.local_now().replace(day=1) - clock.dt.timedelta(days=2)):
        _approved(people.alice, people.bob, people.fay, amount="900.00")
    _approved(people.alice, people.bob, people.fay, amount="100.00")
    submitted(people.tom, amount="30.00")
    services.reject(submitted(people.alice, amount="55.00"), by=people.bob, reason="No")
    services.withdraw(submitted(people.alice, amount="66.00"), by=people.alice)
    draft(people.alice, amount="77.00")
    _approved(people.olga, people.sam, people.fay, amount="7.00")


def _approved(applicant, head, finance, **values):
    return services.approve(services.approve(submitted(applicant, **values), by=head), by=finance)


def test_figures_are_of_what_a_person_leads(people, month, open_as):
    expected = {
        "bob": ("My department this month", 3, 1, 1, Decimal("100.00")),
        "tina": ("My department this month", 1, 0, 1, None),
        "sam": ("My department this month", 1, 1, 0, Decimal("7.00")),
        "boss": ("My department this month", 4, 2, 1, Decimal("107.00")),
        "erin": ("The company this month", 4, 2, 1, Decimal("107.00")),
        "rita": ("The company this month", 4, 2, 1, Decimal("107.00")),
        "root": ("The company this month", 4, 2, 1, Decimal("107.00")),
    }
    shown = {}
    for name, person in people.people.items():
        if person.is_active and (found := open_as(person, FIGURES).context.get("month")):
            shown[name] = (found.title, found.submitted, found.approved, found.waiting, found.amount)
    assert shown == expected


def test_only_who_leads_has_figures_on_the_desk(people, open_as):
    having = {
        name
        for name, person in people.people.items()
        if person.is_active and FIGURES in open_as(person, DESK).content.decode()
    }
    assert having == {"bob", "tina", "sam", "boss", "erin", "rita", "root"}


def test_figures_read_as_a_sentence_each(people, month, open_as):
    text = open_as(people.bob, FIGURES).content.decode()
    for part in ("Submitted this month", "My department this month", "¥100.00"):
        assert part in text
    assert "¥" not in open_as(people.alice, FIGURES).content.decode()
