"""The intake register: on screen, in Excel and PDF, equal to what the log of the approvals says."""

import datetime as dt
import io
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from apps.approvals.models import Event
from apps.business.intake.services import lapse_unsigned
from apps.business.models import EngagementIntake
from apps.core import clock
from apps.core.money import quantize
from apps.documents import services
from apps.documents.models import Export
from tests.factories import business
from tests.factories.intake import assessed, draft, reload, submitted, world
from tests.factories.service import client_of

pytestmark = pytest.mark.django_db

REGISTER = "business:intake-register"
START = dt.datetime(2026, 3, 2, 9, 0, tzinfo=dt.UTC)


@pytest.fixture
def cast(db):
    return world()


@pytest.fixture
def as_(client, cast):
    """`as_("alice")` is the browser of alice."""

    def sign_in(name):
        client.force_login(cast.people[name])
        return client

    return sign_in


def after(**span):
    """A moment so long after the beginning."""
    return clock.at(START + dt.timedelta(**span))


@pytest.fixture
def written(cast):
    """One application at every stage, decided at known moments, with odd cents."""
    names = ("contracted", "lapsed", "returned", "refused", "waiting", "exception")
    papers = {}
    clients = [client_of(cast.alice, name=f"Client {number}") for number in range(len(names))]
    with after(hours=0):
        for number, name in enumerate(names):
            opportunity = business.opportunity(cast.alice, clients[number])
            fee = Decimal("33333.33") + number if name != "exception" else Decimal("100000.01")
            cost = Decimal("11111.11") * (number % 3)
            papers[name] = submitted(
                cast.alice, on=assessed(cast.alice, opportunity=opportunity), amount=fee, estimated_cost=cost
            )
        draft(cast.alice, on=assessed(cast.alice, opportunity=business.opportunity(cast.alice, clients[0])))
    with after(hours=30):
        services.return_(papers["returned"], by=cast.bob, reason="More on the scope")
        for name in ("contracted", "lapsed", "refused", "exception"):
            services.approve(papers[name], by=cast.bob)
    with after(days=2):
        services.approve(reload(papers["contracted"]), by=cast.erin)
        services.reject(reload(papers["refused"]), by=cast.erin, reason="No")
        services.approve(reload(papers["exception"]), by=cast.erin, comment="An old client")
    with after(days=3):
        services.approve(reload(papers["lapsed"]), by=cast.erin)
        services.approve(reload(papers["exception"]), by=cast.erin)
        business.contract(cast.alice, reload(papers["contracted"]), phase="unsigned", state="cancelled")
        business.contract(cast.alice, reload(papers["contracted"]))
        business.contract(cast.alice, reload(papers["exception"]), phase="unsigned")
    with after(days=63, minutes=1):
        assert lapse_unsigned() == 1
    return {name: reload(paper) for name, paper in papers.items()}


def rows_of(client, **filters) -> list[dict]:
    """The rows of the workbook, by heading."""
    answer = client.get(reverse(REGISTER), {"export": "xlsx", **filters})
    sheet = load_workbook(io.BytesIO(b"".join(answer.streaming_content))).active
    table = list(sheet.iter_rows(values_only=True))
    first = next(index for index, row in enumerate(table) if row[0] == "Number")
    found = [row for row in table[first + 1 :] if str(row[0]).startswith(EngagementIntake.PREFIX)]
    return [dict(zip(table[first], row, strict=True)) for row in found]


def last_word(intake, step: str) -> tuple:
    """What the log says of a step: decision, person, when; read from the events alone."""
    verbs = {"approved": "Approved", "returned": "Returned", "rejected": "Rejected"}
    events = Event.objects.filter(approval=intake.approval_id, step__key=step, verb__in=verbs, actor__isnull=False)
    event = events.order_by("-seq").first()
    if event is None:
        return None, None, None
    return verbs[event.verb], event.actor.name, timezone.localtime(event.at).replace(tzinfo=None, microsecond=0)


def recomputed(intake) -> dict:
    """A row of the register, from the stored columns and the log."""
    manager, management = last_word(intake, "head"), last_word(intake, "management")
    margin = intake.amount - intake.estimated_cost
    contract = intake.contracts.exclude(state="cancelled").first()
    return {
        "Number": intake.number,
        "Client": intake.client.name,
        "Service type": "Advertising agency",
        "Estimated fee": intake.amount,
        "Estimated cost": intake.estimated_cost,
        "Margin": margin,
        "Margin %": quantize(margin * 1000 / intake.amount).quantize(Decimal(1), rounding="ROUND_HALF_UP") / 10,
        "Manager's decision": manager[0],
        "Manager": manager[1],
        "Manager decided": manager[2],
        "Management's decision": management[0],
        "Management": management[1],
        "Management decided": management[2],
        "Contract": contract.number if contract else None,
        "Lapsed on": intake.lapsed_on,
    }


def typed(row: dict) -> dict:
    """A row of the workbook with amounts as amounts and days as days."""
    amounts = {name: Decimal(str(row[name])) for name in ("Estimated fee", "Estimated cost", "Margin", "Margin %")}
    day = row["Lapsed on"]
    moments = {
        name: row[name] and row[name].replace(microsecond=0) for name in ("Manager decided", "Management decided")
    }
    return {**row, **amounts, **moments, "Lapsed on": day.date() if isinstance(day, dt.datetime) else day}


def test_the_workbook_equals_the_log(cast, as_, written):
    rows = {row["Number"]: typed(row) for row in rows_of(as_("fay"))}
    assert set(rows) == {paper.number for paper in written.values()}
    for paper in written.values():
        expected = recomputed(paper)
        assert {name: rows[paper.number][name] or None for name in expected} == {
            name: value or None for name, value in expected.items()
        }
    states = {name: rows[paper.number]["State"] for name, paper in written.items()}
    assert states == {
        "contracted": "Contracted",
        "lapsed": "Lapsed",
        "returned": "Returned",
        "refused": "Rejected",
        "waiting": "In approval",
        "exception": "Approved",
    }
    assert Export.objects.get().rows == len(written)


def test_the_figures_above_it(cast, as_, written):
    figures = as_("erin").get(reverse(REGISTER)).context["figures"]
    took = [dt.timedelta(days=2), dt.timedelta(days=3), dt.timedelta(days=3)]
    assert abs(figures.lead_time - sum(took, dt.timedelta()) / 3) < dt.timedelta(seconds=1)
    assert figures.lead_days == Decimal("2.7")
    assert (figures.decided, figures.contracted, figures.lapsed) == (3, 1, 1)
    assert (figures.win_rate, figures.lapse_rate) == (Decimal("33.3"), Decimal("33.3"))


def test_the_figures_follow_the_filter_and_nothing_is_no_rate(cast, as_, written):
    figures = as_("erin").get(reverse(REGISTER), {"outcome": "lapsed"}).context["figures"]
    assert (figures.decided, figures.lapse_words, figures.win_words) == (1, "100.0 %", "0.0 %")
    EngagementIntake.objects.filter(state="approved").update(state="cancelled")
    empty = as_("erin").get(reverse(REGISTER), {"q": "nothing"}).context["figures"]
    assert (empty.lead_days, empty.win_words, empty.lapse_words) == (None, "—", "—")


def test_totals_are_those_of_the_rows(cast, as_, written):
    totals = {total.label: total.value for total in as_("rita").get(reverse(REGISTER)).context["totals"]}
    fee = sum(paper.amount for paper in written.values())
    cost = sum(paper.estimated_cost for paper in written.values())
    assert totals == {
        "Rows": "6",
        "Estimated fee": f"¥{fee:,}",
        "Estimated cost": f"¥{cost:,}",
        "Margin": f"¥{fee - cost:,}",
    }


def test_the_register_is_printed(cast, as_, written):
    answer = as_("dora").get(reverse(REGISTER), {"export": "pdf"})
    assert b"".join(answer.streaming_content).startswith(b"%PDF")


def test_rows_are_those_a_person_may_see(cast, as_, written):
    assert len(rows_of(as_("alice"))) == len(written)
    assert rows_of(as_("tom")) == []
    for name in ("olga", "sam"):
        assert as_(name).get(reverse(REGISTER)).status_code == 403
        assert as_(name).get(reverse(REGISTER), {"export": "xlsx"}).status_code == 403


def test_it_is_filtered_by_day_and_type(cast, as_, written):
    assert rows_of(as_("fay"), submitted_at_from="2026-03-03") == []
    assert len(rows_of(as_("fay"), submitted_at_to="2026-03-02")) == len(written)
    lapsed = rows_of(as_("fay"), lapsed_on_from="2026-01-01")
    assert [row["Number"] for row in lapsed] == [written["lapsed"].number]
