"""Search finds papers a person may see, and colleagues; nothing else, in no other way."""

import pytest
from django.urls import reverse

from apps.documents import services
from apps.workspace import search as searching
from tests.factories.documents import draft, submitted
from tests.factories.org import UserFactory
from tests.workspace.conftest import main_text

SEARCH = reverse("workspace:search")


@pytest.fixture
def find(open_as):
    """callable(person, text) → (titles of papers, names of people) on the page."""

    def search(person, text):
        found = open_as(person, SEARCH, q=text).context["found"]
        return [paper.title for paper in found.documents], [person.name for person in found.people]

    return search


@pytest.mark.parametrize("text", ["", " ", "x", " x "])
def test_too_short_a_word_searches_nothing(people, open_as, text):
    page = open_as(people.alice, SEARCH, q=text)
    assert page.context["found"] is None
    assert main_text(page).endswith("Type at least two characters You can search by number, title or person.")


def test_everybody_finds_only_what_they_may_see(people, two_steps, find):
    """`zz` makes two papers for each so that a single one does not lead away from the page."""
    for name in ("alice", "olga"):
        for number in range(2):
            draft(people.people[name], title=f"zz {name}'s draft {number}")
            submitted(people.people[name], title=f"zz {name}'s memo {number}")
    own = {
        name: [f"zz {name}'s {what} {n}" for n in (1, 0) for what in ("memo", "draft")] for name in ("alice", "olga")
    }
    memos = {name: [f"zz {name}'s memo {n}" for n in (1, 0)] for name in ("alice", "olga")}
    everything = memos["olga"] + memos["alice"]
    expected = {name: [] for name in people.people if name != "gone"} | {
        "alice": own["alice"],
        "olga": own["olga"],
        "bob": memos["alice"],
        "sam": memos["olga"],
        "boss": everything,
        "rita": everything,
        "erin": everything,
        "root": everything,
    }
    assert {name: find(people.people[name], "zz")[0] for name in expected} == expected


def test_nothing_found_says_what_is_searched(people, two_steps, open_as):
    submitted(people.alice, title="Secret trip")
    page = open_as(people.olga, SEARCH, q="Secret")
    assert main_text(page).endswith(
        "Nothing found Only papers and people you may see are searched. Try fewer words, or part of a number."
    )


def test_number_leads_straight_to_the_paper_of_those_who_may_see_it(people, two_steps, open_as):
    memo = submitted(people.alice)
    submitted(people.alice, title=f"About {memo.number}")
    led = {}
    for name, person in people.people.items():
        if person.is_active:
            answer = open_as(person, SEARCH, q=f" {memo.number.lower()} ")
            led[name] = answer["Location"] if answer.status_code == 302 else main_text(answer).split(" Only ")[0]
    nothing = f"Search: {memo.number.lower()} Nothing found"
    seeing = {"alice", "bob", "boss", "rita", "erin", "root"}
    assert led == {name: memo.get_absolute_url() if name in seeing else nothing for name in led}


def test_number_of_a_withdrawn_paper_leads_only_its_applicant(people, two_steps, open_as):
    memo = services.withdraw(submitted(people.alice), by=people.alice)
    assert open_as(people.alice, SEARCH, q=memo.number).status_code == 302
    for person in (people.bob, people.rita, people.root):
        assert "Nothing found" in main_text(open_as(person, SEARCH, q=memo.number))


def test_only_match_leads_to_the_paper(people, two_steps, open_as):
    memo = submitted(people.alice, title="Secret trip")
    assert open_as(people.bob, SEARCH, q="secret")["Location"] == memo.get_absolute_url()


def test_every_word_must_occur_in_number_title_or_applicant(people, two_steps, find, open_as):
    memos = [submitted(person, title="Paper for Suzhou") for person in (people.alice, people.tom)]
    submitted(people.alice, title="Paper for Hangzhou")
    assert find(people.bob, "paper")[0] == ["Paper for Hangzhou", "Paper for Suzhou", "Paper for Suzhou"]
    assert find(people.bob, "suzhou paper")[0] == ["Paper for Suzhou", "Paper for Suzhou"]
    assert open_as(people.bob, SEARCH, q="suzhou tom")["Location"] == memos[1].get_absolute_url()
    assert find(people.bob, "hangzhou tom") == ([], [])
    assert find(people.bob, memos[0].number[:-1])[0] == ["Paper for Hangzhou", "Paper for Suzhou", "Paper for Suzhou"]


def test_colleagues_are_found_by_name_number_and_mail_but_not_who_has_left(people, find):
    UserFactory(username="x1", name="Wu Min", employee_no="E100", email="wu.min@example.com", department=people.team)
    UserFactory(username="x2", name="Wu Ming", employee_no="E1001", email="other@example.com")
    UserFactory(username="x3", name="Wu Left", is_active=False)
    assert find(people.alice, "wu") == ([], ["Wu Min", "Wu Ming"])
    assert find(people.alice, "e100") == find(people.alice, "wu.min@") == ([], ["Wu Min"])
    assert find(people.alice, "wu ming") == ([], ["Wu Ming"])


def test_person_is_shown_with_department_and_ways_to_reach_them(people, open_as):
    UserFactory(username="x", name="Wu Min", department=people.team, email="wu@example.com", phone="13900000000")
    text = main_text(open_as(people.olga, SEARCH, q="wu min"))
    assert text == "Search: wu min People Wu Min Team wu@example.com 13900000000"


def test_long_results_are_cut_and_say_so(people, two_steps, open_as):
    for number in range(searching.MOST + 1):
        draft(people.alice, title=f"Paper {number}")
    page = open_as(people.alice, SEARCH, q="paper")
    assert [paper.title for paper in page.context["found"].documents] == [f"Paper {n}" for n in range(30, 0, -1)]
    assert main_text(page).endswith("Only the first 30 are shown. Add a word to narrow the search.")


def test_search_costs_the_same_for_two_papers_and_for_thirty(people, two_steps, queries_of):
    def more(count):
        for _number in range(count):
            submitted(people.alice, title="Paper")

    more(2)
    before = {person: queries_of(person, SEARCH, q="paper") for person in (people.alice, people.bob, people.rita)}
    more(28)
    assert {person: queries_of(person, SEARCH, q="paper") for person in before} == before
    assert max(before.values()) <= 15


@pytest.mark.parametrize("text", ["<script>alert(1)</script>", "' OR 1=1 --", "100%_", "%%", "ab" * 500])
def test_hostile_words_are_only_words(people, two_steps, open_as, text):
    submitted(people.alice, title="Paper")
    page = open_as(people.alice, SEARCH, q=text)
    assert page.status_code == 200
    assert "<script>alert" not in page.content.decode()
    assert "Nothing found" in main_text(page)


def test_characters_no_database_stores_are_left_out(people, two_steps, find):
    for title in ("Paper one", "Paper two", "Napkin"):
        submitted(people.alice, title=title)
    assert find(people.alice, "pap\0er") == (["Paper two", "Paper one"], [])
