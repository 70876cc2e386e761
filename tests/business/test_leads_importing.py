"""Leads from a workbook."""

import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from openpyxl import Workbook, load_workbook

from apps.business.leads.models import Lead
from apps.core.jobs import Job
from apps.org import import_pages
from tests.factories.leads import build_cast, lead_of, signs_in
from tests.factories.service import ClientSourceFactory

pytestmark = pytest.mark.django_db
IMPORT, CONFIRM = reverse("business:lead-import"), reverse("business:lead-import-confirm")
HEAD = ["Company", "Phone", "Source", "Employee in charge", "Next step", "Next step on"]


@pytest.fixture
def cast(db):
    return build_cast()


@pytest.fixture
def as_(client, cast):
    return signs_in(client, cast)


@pytest.fixture(autouse=True)
def source(db):
    return ClientSourceFactory()


def workbook(*rows):
    book = Workbook()
    for row in (HEAD, *rows):
        book.active.append(list(row))
    stream = io.BytesIO()
    book.save(stream)
    return SimpleUploadedFile("leads.xlsx", stream.getvalue())


def errors(answer):
    return [str(error) for error in answer.context["outcome"].errors]


GOOD = (
    ["Orchid Foods", "13912345678", "WEB", None, None, None],
    ["柳树贸易有限公司", None, "官网", "tom", "Call", "2030-01-02"],
)


def test_a_workbook_is_checked_shown_and_then_entered(cast, as_, source):
    http = as_("bob")
    page = http.post(IMPORT, {"file": workbook(*GOOD)})
    assert errors(page) == []
    assert [row.who for row in page.context["outcome"].preview] == ["Orchid Foods", "柳树贸易有限公司"]
    assert not Lead.objects.exists()
    answer = http.post(CONFIRM, {"token": page.context["token"]})
    assert answer.url == reverse("business:lead-list")
    told = Lead.objects.order_by("pk").values_list("company_name", "owner", "source", "next_step", "phone")
    assert list(told) == [
        ("Orchid Foods", None, source.pk, "", "13912345678"),
        ("柳树贸易有限公司", cast.tom.pk, source.pk, "Call", ""),
    ]
    assert Lead.objects.first().history.first().history_change_reason == "import from a workbook"


def test_what_is_wrong_stands_at_its_cell_and_nothing_is_entered(cast, as_):
    known = lead_of(cast.alice, "Orchid Foods Ltd")
    page = as_("mark").post(
        IMPORT,
        {
            "file": workbook(
                *GOOD,
                ["柳树贸易", None, None, "nobody", None, "2030-01-02"],
                [None, None, "FAX", None, None, None],
            )
        },
    )
    assert errors(page) == [
        f"A2: There is a lead of this company already: {known.number}.",
        "D3: Your role does not give leads to others; leave it to the pool.",
        "A4: There is a lead of this company already: row 3.",
        "C4: “Source” is missing.",
        "D4: No employee here is “nobody”; write the user name.",
        "F4: Write what is to be done on this day.",
        "A5: “Company” is missing.",
        "C5: There is no “FAX”.",
    ]
    assert Lead.objects.count() == 1


def test_a_large_workbook_is_entered_in_the_background(as_, monkeypatch):
    monkeypatch.setattr(import_pages, "BACKGROUND_FROM", 1)
    http = as_("bob")
    page = http.post(IMPORT, {"file": workbook(*GOOD)})
    answer = http.post(CONFIRM, {"token": page.context["token"]})
    job = Job.objects.get(name="business.import-leads")
    assert answer.url == job.get_absolute_url()


@pytest.mark.parametrize(("who", "status"), [("mark", 200), ("alice", 200), ("olga", 403), ("rita", 403)])
def test_who_imports(as_, who, status):
    assert as_(who).get(IMPORT).status_code == status
    assert as_(who).get(reverse("business:lead-import-template")).status_code == status


def test_the_template_has_the_headings_and_the_lists(as_):
    answer = as_("mark").get(reverse("business:lead-import-template"))
    book = load_workbook(io.BytesIO(b"".join(answer)))
    cells = {cell for row in book.worksheets[0].iter_rows(values_only=True) for cell in row}
    assert any(str(cell).startswith("Company") for cell in cells)
    assert [sheet.title for sheet in book.worksheets][1:] == ["Client sources", "Service types"]
