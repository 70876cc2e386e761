"""Outsiders of an engagement see nothing of it: no page, export, search hit, choice in a form, or attachment.

One engagement with everything that hangs on it is asked for at every address that takes one of its rows, by everybody.
"""

from copy import deepcopy
from io import BytesIO
from types import SimpleNamespace

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import resolve, reverse
from openpyxl import load_workbook

from apps.business.engagements import services as engagement_services
from apps.core import pdf, registry
from apps.documents import services
from apps.documents.models import Document
from tests.factories import whole_story
from tests.factories.whole_story import CLIENT, TITLE
from tests.factories.world import lasting
from tests.test_urls_walk import addresses

pytestmark = pytest.mark.django_db

#: who works with it, and who reads everything by role
TEAM = {"manager", "head", "member"}
READERS = {"auditor", "executive"}
#: who has no connection with it: of its department, no longer in its team, head of another department
OUTSIDERS = ("colleague", "former", "chief")
#: one of each kind; `stranger` is a colleague of another department
EVERYBODY = set(whole_story.PEOPLE) - {"stranger"}
#: whose roles let them know every client's name, and how it stands, but nothing of the engagement
KNOWS_CLIENTS = {"chief"}

#: for whom the rows exist, by the beginning of the names of addresses; the longest that fits counts
SEEN = {
    "business:assessment": {"manager", "head"} | READERS,
    "business:opportunity-": {"manager", "head"} | READERS,
    "business:engagementintake": {"manager", "head", "accountant"} | READERS,
    "business:agencycontract": TEAM | READERS | {"accountant", "service"},
    "business:contractsupplement": TEAM | READERS | {"accountant", "service"},
    "business:executionplan": TEAM | READERS | {"service"},
    "business:planchange": TEAM | READERS | {"service"},
    "business:engagement": TEAM | READERS | {"accountant", "service"},
    "business:progressreport": TEAM | READERS | {"accountant", "service"},
    "business:dossier": TEAM | READERS | {"accountant", "service"},
    "business:settlement": TEAM | READERS | {"accountant", "cashier"},
    "finance:receivable": TEAM | READERS | {"accountant", "cashier"},
    "finance:salesinvoice": TEAM | READERS | {"accountant", "cashier"},
    "finance:receipt": TEAM | READERS | {"accountant", "cashier"},
    "service:": {"manager", "head", "service"} | READERS,
    "risk:client-": {"head", "chief", "accountant"} | READERS,
}
#: addresses that ask for a role before they look for a row
BY_ROLE = {"risk:client-credit", "risk:client-hold", "risk:client-lift"}


def build() -> SimpleNamespace:
    cast = whole_story.company()
    rows = whole_story.told(cast)
    for row in rows.values():
        if isinstance(row, Document):
            files = [SimpleUploadedFile("sketch.pdf", b"%PDF-1.4 a sketch")]
            services.comment(row, by=row.applicant, text="As we said", files=files)
    return SimpleNamespace(cast=cast, rows=rows)


@pytest.fixture(scope="module")
def built(django_db_setup, django_db_blocker):
    yield from lasting(build, django_db_blocker)


@pytest.fixture
def story(built, db):
    return deepcopy(built)


@pytest.fixture
def cast(story):
    return story.cast


@pytest.fixture
def rows(story):
    return story.rows


@pytest.fixture(autouse=True)
def quick_print(monkeypatch):
    """Who gets a printed form matters here, not how it looks."""
    monkeypatch.setenv(pdf.ENGINE_VARIABLE, "reportlab")


@pytest.fixture
def as_(client, cast):
    def sign_in(name):
        client.force_login(cast.people[name])
        return client

    return sign_in


def of_longest(table, name):
    """The entry whose key is the longest beginning of this name."""
    return next((table[key] for key in sorted(table, key=len, reverse=True) if name.startswith(key)), None)


def arguments(name, wanted, row):
    """What the address needs, or None where the row has nothing of the sort."""
    values = {"pk": row.pk, "to": "deliver", "part": "work"}
    if "file" in wanted:
        file = row.enclosures.first() if name.endswith("-enclosure") else row.attachments.first()
        values["file"] = file.pk if file else 0
    if "task" in wanted:
        values["task"] = row.tasks.first().pk if hasattr(row, "tasks") else 1
    if "allocation" in wanted:
        values["allocation"] = row.allocations.first().pk
    return {argument: values[argument] for argument in wanted}


def walked(rows):
    """(name, address) of everything that takes one of the rows."""
    for name, wanted in addresses():
        row = of_longest(rows, name)
        if row is not None and "pk" in wanted:
            yield name, reverse(name, kwargs=arguments(name, wanted, row))


def view_of(url):
    """The class of the view that answers there."""
    return getattr(resolve(url).func, "view_class", None)


def shown(rows):
    """(name, address) of what can be looked at; the others take a decision, and no page is ever sent by them."""
    return ((name, url) for name, url in walked(rows) if hasattr(view_of(url), "get"))


def plain():
    """(name, address) of everything that takes no row: lists, registers, forms, desk, inbox, search."""
    for name, wanted in addresses():
        if not wanted and not name.startswith(("set_language", "org:sign")):
            yield name, reverse(name)


def body(response) -> str:
    """Everything that was sent; of a workbook its cells."""
    content = b"".join(response) if response.streaming else response.content
    if content[:2] == b"PK":
        sheets = load_workbook(BytesIO(content), read_only=True).worksheets
        return " ".join(str(cell) for sheet in sheets for row in sheet.iter_rows(values_only=True) for cell in row)
    return content.decode(errors="replace")


def secrets(rows, *, client=True):
    """What gives the engagement away: its title, the numbers of its rows, the name of its client."""
    named = {row.number for row in rows.values() if isinstance(getattr(row, "number", None), str)}
    number = rows["service:client-"].number
    return {TITLE, CLIENT, *named} if client else {TITLE, *named} - {number}


def status_of(response) -> int:
    """The answer alone; a file that was sent is read to its end, which closes it."""
    if response.streaming:
        b"".join(response)
    return response.status_code


def found(rows, response, *, client=True):
    text = body(response)
    return {word for word in secrets(rows, client=client) if word in text}


# ---- pages that take a row ----


def test_pages_of_its_rows_exist_for_exactly_those_who_see_it(blank, as_, rows):
    assert len(dict(walked(rows))) > 150
    urls = dict(shown(rows))
    assert len(urls) > 80
    got = {name: set() for name in urls}
    for person in EVERYBODY:
        browser = as_(person)
        for name, url in urls.items():
            status = status_of(browser.get(url))
            if status != 404 and (status, name in BY_ROLE) != (403, True):
                got[name].add((person, status))
    seen = {name: {person for person, status in answers if status != 405} for name, answers in got.items()}
    posted_to = {name for name, answers in got.items() if answers and {status for _who, status in answers} == {405}}
    expected = {name: of_longest(SEEN, name) for name in urls if name not in posted_to}
    missing_file = {name for name, people in seen.items() if not people and name not in posted_to}
    assert {name: seen[name] for name in expected if name not in missing_file} == {
        name: people for name, people in expected.items() if name not in missing_file
    }
    assert missing_file <= {
        "business:agencycontract-file",
        "business:contractsupplement-file",
        "business:engagementintake-file",
        "business:executionplan-file",
        "business:planchange-file",
        "business:progressreport-update",
        "finance:salesinvoice-original",
    }


def test_nothing_is_done_to_its_rows_by_outsiders(blank, as_, rows):
    for person in OUTSIDERS:
        browser = as_(person)
        answers = {name: status_of(browser.post(url)) for name, url in walked(rows)}
        assert {name for name, status in answers.items() if status not in (403, 404, 405)} == set(), person


def test_nobody_is_let_in_without_signing_in(blank, client, rows):
    signing_in = reverse("org:sign-in")
    for method in (client.get, client.post):
        answers = {name: method(url) for name, url in walked(rows)}
        assert {name for name, got in answers.items() if not getattr(got, "url", "").startswith(signing_in)} == set()


# ---- pages without a row ----


def test_lists_forms_and_exports_hold_nothing_of_it_for_outsiders(as_, rows):
    leaks, browser = {}, as_("auditor")
    lists = [(name, url) for name, url in plain() if hasattr(view_of(url), "export")]
    exported = {name for name, url in lists if "export=xlsx" in body(browser.get(url))}
    assert len(exported) > 10
    for person in OUTSIDERS:
        browser = as_(person)
        for name, url in plain():
            for query in [{}, {"export": "xlsx"}][: 1 + (name in exported)]:
                response = browser.get(url, query, follow=bool(query))
                if words := found(rows, response, client=not (person in KNOWS_CLIENTS and name.startswith("risk:"))):
                    leaks[person, name, *query] = words
    assert leaks == {}


def test_forms_are_not_filled_from_its_rows_for_outsiders(as_, rows):
    """What a form is begun from stands in its address, where anybody can type."""
    begun = {
        "business:assessment-create": {"opportunity": rows["business:opportunity-"].pk},
        "business:engagementintake-create": {"assessment": rows["business:assessment"].pk},
        "business:agencycontract-create": {"intake": rows["business:engagementintake"].pk},
        "business:contractsupplement-create": {"contract": rows["business:agencycontract"].pk},
        "business:executionplan-create": {"engagement": rows["business:engagement"].pk},
        "business:planchange-create": {"of": rows["business:executionplan"].pk},
        "risk:creditassessment-create": {"client": rows["service:client-"].pk},
        "finance:receipt-create": {"client": rows["service:client-"].pk},
        "finance:statement": {"client": rows["service:client-"].pk},
        "business:settlement-create": {"engagement": rows["business:engagement"].pk},
        "finance:salesinvoice-request": {"receivable": rows["finance:receivable"].pk},
        "finance:expenseclaim-create": {"engagement": rows["business:engagement"].pk},
        "service:client-create": {"name": CLIENT},
        "workspace:search": {"q": TITLE},
    }
    leaks = {}
    for person in OUTSIDERS:
        browser = as_(person)
        for name, query in begun.items():
            response = browser.get(reverse(name), query)
            client = not (person in KNOWS_CLIENTS and name.startswith("risk:"))
            words = found(rows, response, client=client) - set(query.values())
            if words:
                leaks[person, name] = words
    assert leaks == {}


def test_lists_hold_it_for_the_manager(as_, rows):
    browser = as_("manager")
    holding = {name for name, url in plain() if found(rows, browser.get(url))}
    assert {
        *("workspace:desk", "business:engagement-list", "business:agencycontract-list", "business:settlement-list"),
        *("business:executionplan-list", "business:planchange-list", "business:contractsupplement-list"),
        *("business:progressreport-list", "business:contract-register", "business:settlement-register"),
        *("finance:receivable-list", "finance:salesinvoice-list", "finance:receipt-list", "service:client-list"),
        *("business:engagementintake-list", "business:intake-register", "business:my-tasks"),
    } - holding <= {"workspace:desk"}


LISTS = (
    *("business:engagement-list", "business:agencycontract-list", "business:contractsupplement-list"),
    *("business:executionplan-list", "business:planchange-list", "business:progressreport-list"),
    *("business:settlement-list", "finance:receivable-list", "finance:salesinvoice-list"),
)


def test_exports_hold_its_row_for_the_team_alone(as_, rows):
    counted = {}
    for person in (*OUTSIDERS, *TEAM):
        browser = as_(person)
        for name in LISTS:
            response = browser.get(reverse(name), {"export": "xlsx"})
            counted[person, name] = rows_of(response)
    assert {key: number for key, number in counted.items() if number != (key[0] in TEAM)} == {}


def rows_of(response) -> int:
    """How many rows of the workbook speak of the engagement; one that is empty is not sent at all."""
    content = b"".join(response) if response.streaming else response.content
    lines = load_workbook(BytesIO(content)).active.iter_rows(values_only=True) if content[:2] == b"PK" else ()
    return sum(any(CLIENT in str(cell) or TITLE in str(cell) for cell in line) for line in lines)


def test_search_finds_it_for_the_team_alone(as_, rows):
    wanted = ("agencycontract", "contractsupplement", "executionplan", "planchange", "settlement", "engagement")
    pages = [rows[f"business:{name}"].get_absolute_url() for name in wanted]
    for person in (*OUTSIDERS, *TEAM):
        text = body(as_(person).get(reverse("workspace:search"), {"q": TITLE}))
        assert {url for url in pages if f'"{url}"' in text} == (set(pages) if person in TEAM else set()), person


def test_search_by_number_finds_nothing_of_it_for_outsiders(as_, rows):
    for person in OUTSIDERS:
        browser = as_(person)
        for word in sorted(secrets(rows)):
            assert found(rows, browser.get(reverse("workspace:search"), {"q": word})) <= {word}, (person, word)


def test_page_of_the_client_hides_the_engagement_from_whoever_gets_the_client(as_, cast, rows):
    """Another employee is put in charge of the client; what was agreed before stays with those who see the contract."""
    client_row = rows["service:client-"]
    type(client_row).objects.filter(pk=client_row.pk).update(owner=cast.stranger)
    browser = as_("stranger")
    parts = {section.later for section in registry.client_sections if section.later}
    urls = [
        client_row.get_absolute_url(),
        *(reverse("service:client-part", args=[client_row.pk, part]) for part in parts),
    ]
    pages = [browser.get(url) for url in urls]
    assert len(pages) > 1
    assert {page.status_code for page in pages} == {200}
    mine = {
        rows[f"business:{name}"].number for name in ("engagement", "agencycontract", "settlement", "engagementintake")
    }
    money = {rows[f"finance:{name}"].number for name in ("salesinvoice", "receipt")}
    shown = "".join(map(body, pages))
    assert {number for number in mine | money if number in shown} == set()


# ---- what ends ----


def seen_by(as_, rows, person):
    browser = as_(person)
    return {name for name, url in shown(rows) if status_of(browser.get(url)) not in (404, 405, 403)}


def test_ending_a_membership_takes_everything_away_at_once(blank, as_, cast, rows):
    assert len(seen_by(as_, rows, "member")) > 20
    engagement_services.end_membership(rows["business:engagementmember"], by=cast.manager)
    assert seen_by(as_, rows, "member") == set()


def test_ending_a_membership_leaves_nothing_on_the_desk(as_, cast, rows):
    browser = as_("member")
    assert found(rows, browser.get(reverse("business:engagement-list")))
    engagement_services.end_membership(rows["business:engagementmember"], by=cast.manager)
    for page in ("workspace:desk", "workspace:inbox", "notifications:list", "business:my-tasks"):
        assert found(rows, browser.get(reverse(page))) == set(), page


def test_closing_the_engagement_ends_the_team(blank, as_, cast, rows):
    whole_story.over(rows["business:engagement"], by=cast.manager)
    assert seen_by(as_, rows, "member") == set()
    assert len(seen_by(as_, rows, "manager")) > 20
