"""The bench at its smallest size: it measures the pages others rely on, and they keep within their limits."""

import json
from contextlib import nullcontext
from io import StringIO

import pytest
from django.core.management import call_command

from apps.approvals.events import verify
from apps.documents.models import Document
from apps.documents.services.projection import orphans
from apps.workspace.bench.business import FEWEST
from apps.workspace.bench.selling import LISTS
from apps.workspace.management.commands import bench

PAGES = "floor desk inbox list_staff list_head list_accountant detail submit approve export pdf".split()  # noqa: SIM905
APPROVALS = ["decided", "copied", "mine", "analysis", "publish"]
#: the lists of a person
MOST_QUERIES_OF_A_LIST = dict.fromkeys(["inbox", "decided", "copied", "mine"], 8)
PAPERS = ["client", "client_credit", "contract", "engagement", "settlement_staff", "settlement_head", "invoice"]
CHANGES = ["settlement_submit", "settlement_approve", "receipt_record"]
BUSINESS = [*LISTS, *PAPERS, *CHANGES, "settlement_export"]
EXPORTS = {"export", "settlement_export"}
WRITTEN = {*EXPORTS, "pdf"}
MOST_QUERIES = 15
#: a submission resolves the whole chain and writes paper, history, run, steps, task, grant and notice; here each is one
#: more than on a database of its own, because the savepoint inside the test's transaction is released
MOST_QUERIES_OF_A_CHANGE = {
    "submit": 30,
    "approve": 25,
    "settlement_submit": 33,
    "settlement_approve": 25,
    "receipt_record": 25,
    "publish": 25,
    "analysis": 16,
}
MOST = {**MOST_QUERIES_OF_A_LIST, **MOST_QUERIES_OF_A_CHANGE}
MOST_BYTES = 60 * 1024


@pytest.fixture
def report(db, monkeypatch, settings, tmp_path):
    """What the command says of 200 documents; they are in the test's own database, which is thrown away as well."""
    monkeypatch.setattr(bench, "throwaway_database", lambda suffix: nullcontext("test"))
    settings.STATIC_ROOT = tmp_path
    out = StringIO()
    call_command("bench", documents=200, settlements=FEWEST, rounds=1, json=True, stdout=out)
    return json.loads(out.getvalue())


def test_bench_measures_the_pages_within_their_limits(report):
    assert list(report) == ["database", "documents", "settlements", "fill_seconds", "pages"]
    assert (report["database"], report["documents"], report["settlements"]) == ("test", 200, FEWEST)
    pages = {page["page"]: page for page in report["pages"]}
    assert list(pages) == [*PAGES, *APPROVALS, *BUSINESS]
    figures = ["page", "median_ms", "cpu_ms", "queries", "bytes"]
    of_export = [*figures, "rows", "openpyxl_alone_ms", "times_openpyxl"]
    assert {name: list(page) for name, page in pages.items()} == (
        {name: of_export if name in EXPORTS else figures for name in pages}
    )
    queries = {name: page["queries"] for name, page in pages.items() if name not in WRITTEN}
    many = {name: n for name, n in queries.items() if n > MOST.get(name, MOST_QUERIES)}
    assert many == {}
    assert {name: page["bytes"] for name, page in pages.items() if page["bytes"] > MOST_BYTES} == {}
    assert all(page["median_ms"] > 0 for page in pages.values())
    assert (orphans(), list(verify())) == ([], [])
    assert Document.objects.filter(kind="expenseclaim").count() == 202
