"""The page "Reports": what is listed, for whom, and that each line leads somewhere."""

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.urls import reverse

from apps.core import reports
from apps.core.reports import Report
from tests.factories.settlements import settling_company

PAGE = "workspace:reports"


def listed(client, person) -> dict[str, list[str]]:
    client.force_login(person)
    sections = client.get(reverse(PAGE)).context["sections"]
    return {str(section.label): [line.label for line in section.lines] for section in sections}


@pytest.fixture(scope="module")
def settling(module_db):
    return settling_company()


@pytest.fixture
def company(settling, db):
    return settling


def test_everybody_finds_what_they_may_open_and_nothing_else(client, company):
    reported = {reverse(report.url_name) for report in reports._reports.values()}
    for name, person in company.people.items():
        client.force_login(person)
        sections = client.get(reverse(PAGE)).context["sections"]
        shown = [line.url for section in sections for line in section.lines]
        assert len(set(shown)) == len(shown)
        assert set(shown) <= reported
        assert {url: client.get(url).status_code for url in shown} == dict.fromkeys(shown, 200), name


def test_the_executive_reads_every_register_of_business(client, company):
    found = listed(client, company.executive)
    assert found["Business"] == [
        "Opportunities",
        "Intake register",
        "Contract register",
        "Expiring contracts",
        "Progress reports due",
        "Progress reports",
        "Not billed yet",
        "Settlement register",
        "Profitability",
        "Profitability by client",
    ]
    assert "Invoice register" in found["Finance"]
    assert found["Risk control"][0] == "Credit exposure"


def test_who_works_with_no_register_reads_so(client, company):
    client.force_login(company.outsider)
    page = client.get(reverse(PAGE))
    assert page.context["sections"] == []
    assert "No reports for you yet" in page.content.decode()
    assert reverse(PAGE) not in client.get(reverse("workspace:desk")).content.decode()


def test_a_report_without_a_name_is_a_mistake_of_the_program():
    with pytest.raises(ImproperlyConfigured, match="nowhere:at-all is in no navigation"):
        reports._entry_of(Report("nowhere:at-all", "For nothing"))
