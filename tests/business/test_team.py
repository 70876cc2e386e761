"""Membership opens an engagement with all its papers, and its end closes them (clause 3.2.1); outsiders see nothing."""

import datetime as dt
import io
from copy import deepcopy
from types import SimpleNamespace

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from openpyxl import load_workbook

from apps.business.engagements import services
from apps.business.models import AgencyContract, ContractSupplement, Engagement, EngagementMember, Settlement
from apps.core import clock, pdf
from apps.core.errors import Refused
from apps.core.registry import client_sections
from apps.documents.models import Attachment, Document, Grant
from apps.documents.services import sharing
from apps.notifications.models import Notification
from apps.workspace.search import search
from tests.factories import business, engagements, plans
from tests.factories.engagements import OUTSIDERS, READERS, begun, file_called, fresh, later, member_of, report_of
from tests.factories.world import lasting
from tests.story import story_of

pytestmark = pytest.mark.django_db
MORNING = dt.datetime(2026, 3, 2, 1, tzinfo=dt.UTC)


@pytest.fixture(autouse=True)
def first_day():
    with clock.at(MORNING):
        yield


def build() -> SimpleNamespace:
    """An engagement with a plan, a change of it, a supplement and a settlement, submitted before anybody joined."""
    with clock.at(MORNING):
        cast = engagements.company()
        engagements.checklist("Brief")
        engagement = begun(cast.manager)
        plan = plans.approved_plan(cast.manager, engagement, colleague=cast.head)
        change = plans.change_of(plan)
        type(change).objects.filter(pk=change.pk).update(state="in_review", number="JHBG-2026-0001")
        business.paper(ContractSupplement, cast.manager, contract=engagement.contract, reason="More posters")
        business.paper(Settlement, cast.manager, engagement=engagement, contract=engagement.contract)
        business.paper(Settlement, cast.manager, engagement=engagement, contract=engagement.contract, state="draft")
        engagement.members.all().delete()
        Grant.objects.all().delete()
        return SimpleNamespace(cast=cast, engagement=Engagement.objects.get(pk=engagement.pk))


@pytest.fixture(scope="module")
def built(django_db_setup, django_db_blocker):
    yield from lasting(build, django_db_blocker)


@pytest.fixture
def world(built, db):
    return deepcopy(built)


@pytest.fixture
def cast(world):
    return world.cast


@pytest.fixture
def engagement(world):
    return world.engagement


def url(page, *args):
    return reverse(f"business:{page}", args=args)


def opened(client, place) -> int:
    """The status of a page; a file is read to its end."""
    answer = client.get(place)
    if answer.streaming:
        b"".join(answer.streaming_content)
    return answer.status_code


def sees(user) -> dict[str, int]:
    """How many papers of each kind a person sees."""
    kinds = list(Document.objects.visible_to(user).values_list("kind", flat=True))
    return {kind: kinds.count(kind) for kind in sorted(set(kinds))}


SUBMITTED = {"agencycontract": 1, "contractsupplement": 1, "executionplan": 1, "planchange": 1, "settlement": 1}


def test_a_member_sees_what_was_submitted_before(cast, engagement):
    assert sees(cast.member) == {}
    member_of(engagement, cast.member)
    assert sees(cast.member) == SUBMITTED
    assert list(Engagement.objects.visible_to(cast.member)) == [engagement]
    assert engagement.contract.intake not in Document.objects.visible_to(cast.member)


def test_a_member_sees_what_is_submitted_later(cast, engagement):
    member_of(engagement, cast.member)
    later_one = business.paper(Settlement, cast.colleague, engagement=engagement, contract=engagement.contract)
    services.open_to_team(engagement, later_one)
    services.open_to_team(engagement, later_one)
    assert sees(cast.member)["settlement"] == 2
    assert sees(cast.manager)["settlement"] == 3
    assert Grant.objects.filter(content_object_id=later_one.pk, user=cast.member).count() == 1


def test_the_end_takes_exactly_what_the_membership_gave(cast, engagement):
    member = member_of(engagement, cast.member)
    sharing.open_to([engagement.plan.pk], [cast.member.pk], reason="copied")
    services.end_membership(member, by=cast.head, reason="Other work")
    assert sees(cast.member) == {"executionplan": 1}
    assert list(Grant.objects.filter(user=cast.member).values_list("reason", flat=True)) == ["copied"]
    assert not Engagement.objects.visible_to(cast.member).exists()
    assert fresh(member).until == dt.date(2026, 3, 2)
    assert member.history.first().history_change_reason == "Other work"


def test_other_engagements_stay_open(cast, engagement):
    other = begun(cast.manager)
    member_of(engagement, cast.member)
    kept = member_of(other, cast.member)
    services.end_membership(engagement.members.get(), by=cast.manager)
    assert list(Engagement.objects.visible_to(cast.member)) == [other]
    assert fresh(kept).until is None


def test_somebody_comes_back(cast, engagement):
    services.end_membership(member_of(engagement, cast.member, "Texts"), by=cast.manager)
    with later(10):
        member_of(engagement, cast.member, "Photographs")
    assert sees(cast.member) == SUBMITTED
    rows = engagement.members.order_by("pk").values_list("duty", "since", "until")
    assert list(rows) == [
        ("Texts", dt.date(2026, 3, 2), dt.date(2026, 3, 2)),
        ("Photographs", dt.date(2026, 3, 12), None),
    ]


@pytest.mark.parametrize("end", ["close", "terminate", "contract"])
def test_the_team_ends_with_the_engagement(cast, engagement, end):
    member_of(engagement, cast.member)
    member_of(engagement, cast.helper)
    services.waive(engagement.dossier.get(), by=cast.head, reason="By phone")
    Engagement.objects.filter(pk=engagement.pk).update(phase="settling")
    if end == "close":
        services.close(fresh(engagement), by=cast.manager)
    elif end == "terminate":
        services.terminate(fresh(engagement), by=cast.manager, reason="The client stopped")
    else:
        services.end_with_contract(engagement.contract, by=cast.head)
    assert not engagement.members.filter(until=None).exists()
    for person in (cast.member, cast.helper):
        assert sees(person) == {}
        assert not Engagement.objects.visible_to(person).exists()
    assert list(Engagement.objects.visible_to(cast.manager)) == [engagement]


def test_suspending_leaves_the_team(cast, engagement):
    member_of(engagement, cast.member)
    services.suspend(engagement, by=cast.manager, reason="The client waits")
    assert sees(cast.member) == SUBMITTED


@pytest.mark.parametrize(
    ("who", "given", "field"),
    [
        ("member", {"duty": "  "}, "duty"),
        ("manager", {}, "user"),
        ("helper", {}, "user"),
        ("member", {"since": dt.date(2026, 3, 3)}, "since"),
    ],
)
def test_who_is_not_taken_into_the_team(cast, engagement, who, given, field):
    member_of(engagement, cast.helper)
    with pytest.raises(Refused) as refusal:
        services.add_member(engagement, **{"user": cast.people[who], "duty": "Texts", "by": cast.manager, **given})
    assert set(refusal.value.fields) == {field}
    assert engagement.members.count() == 1


def test_leavers_are_not_taken(cast, engagement):
    cast.member.is_active = False
    cast.member.save()
    with pytest.raises(Refused, match="no longer works here"):
        member_of(engagement, cast.member)


def test_the_tables_hold_it(cast, engagement):
    member_of(engagement, cast.member)
    with pytest.raises(IntegrityError), transaction.atomic():
        EngagementMember.objects.create(engagement=engagement, user=cast.member, duty="Again", since=clock.today())
    with pytest.raises(IntegrityError), transaction.atomic():
        EngagementMember.objects.create(engagement=engagement, user=cast.helper, duty="", since=clock.today())


def test_a_duty_is_written_anew(cast, engagement):
    member = services.change_duty(member_of(engagement, cast.member), duty="Budget", by=cast.manager, reason="Asked")
    assert fresh(member).duty == "Budget"
    assert list(member.history.values_list("duty", flat=True)) == ["Budget", "Media buying"]
    services.end_membership(member, by=cast.manager)
    with pytest.raises(Refused, match="left the team"):
        services.change_duty(member, duty="Texts", by=cast.manager)


def test_members_are_told(cast, engagement):
    Notification.objects.all().delete()
    member_of(engagement, cast.member)
    row = Notification.objects.get()
    assert (row.recipient, row.body) == (cast.member, "Your duty: Media buying")
    assert row.url == engagement.get_absolute_url()


def test_the_pages_of_the_team(client, cast, engagement):
    client.force_login(cast.manager)
    answer = client.post(
        url("engagementmember-create", engagement.pk),
        {"user": cast.member.pk, "duty": "Texts", "since": "2026-03-01"},
    )
    assert answer.url == url("engagement-team", engagement.pk)
    member = engagement.members.get()
    assert (member.user, member.duty, member.since) == (cast.member, "Texts", dt.date(2026, 3, 1))
    page = client.post(url("engagementmember-create", engagement.pk), {"user": cast.helper.pk, "since": "2026-03-01"})
    assert set(page.context["form"].errors) == {"duty"}
    form = client.get(url("engagementmember-update", member.pk)).context["form"]
    typed = {"duty": "Budget", "change_reason": "Asked", "version": form["version"].value()}
    assert client.post(url("engagementmember-update", member.pk), typed).url == url("engagement-team", engagement.pk)
    assert fresh(member).duty == "Budget"
    client.post(url("engagementmember-end", member.pk), {"reason": "Done"})
    page = client.get(url("engagement-team", engagement.pk))
    assert [row.user for row in page.context["former"]] == [cast.member]
    assert client.get(url("engagementmember-update", member.pk)).status_code == 404
    client.force_login(cast.auditor)
    assert client.post(url("engagementmember-end", member.pk)).status_code == 403


# ---- outsiders see nothing ----


@pytest.fixture
def full(cast, engagement):
    """The engagement with a report that was sent, a file in its file, and an attachment on its contract."""
    report = report_of(engagement)
    services.send_report(report, by=cast.manager, otherwise="On paper")
    draft = report_of(engagement)
    entry = services.receive(engagement.dossier.get(), by=cast.manager, files=[file_called()])
    extra = services.add_entry(engagement, by=cast.manager, name="Photographs")
    gone = member_of(engagement, cast.executive)
    attachment = Attachment.objects.create(
        document_id=engagement.contract_id,
        file=file_called("contract.pdf"),
        name="contract.pdf",
        size=15,
        sha256="a" * 64,
        file_type="pdf",
        uploaded_by=cast.manager,
    )
    return {
        "engagement": engagement.pk,
        "engagementmember": gone.pk,
        "progressreport": draft.pk,
        "sent": report.pk,
        "dossierentry": extra.pk,
        "dossierfile": entry.files.get().pk,
        "attachment": attachment.pk,
    }


READ = [
    ("engagement-detail", "engagement"),
    ("engagement-team", "engagement"),
    ("engagement-reports", "engagement"),
    ("engagement-file", "engagement"),
    ("engagement-history", "engagement"),
    ("progressreport-detail", "sent"),
    ("progressreport-detail", "progressreport"),
    ("progressreport-print", "sent"),
    ("dossierfile-show", "dossierfile"),
]
WRITE = [
    ("engagement-update", "engagement"),
    ("engagement-manager", "engagement"),
    ("engagementmember-create", "engagement"),
    ("engagementmember-update", "engagementmember"),
    ("progressreport-create", "engagement"),
    ("progressreport-update", "progressreport"),
    ("progressreport-send", "progressreport"),
    ("progressreport-answer", "sent"),
]
POST = [
    ("engagementmember-end", "engagementmember"),
    ("progressreport-delete", "progressreport"),
    ("dossierentry-create", "engagement"),
    ("dossierentry-receive", "dossierentry"),
    ("dossierentry-waive", "dossierentry"),
    ("dossierentry-unwaive", "dossierentry"),
    ("dossierentry-remove", "dossierentry"),
    ("dossierfile-remove", "dossierfile"),
]


def test_for_outsiders_it_does_not_exist(blank, client, cast, full):
    moves = ("deliver", "settle", "close", "suspend", "resume", "terminate")
    for who in OUTSIDERS:
        client.force_login(cast.people[who])
        answers = {name: client.get(url(name, full[key])).status_code for name, key in READ + WRITE}
        answers |= {f"post {name}": client.post(url(name, full[key])).status_code for name, key in WRITE + POST}
        answers |= {to: client.post(url("engagement-move", full["engagement"], to)).status_code for to in moves}
        assert set(answers.values()) == {404}, (who, answers)


def test_readers_open_every_page(client, cast, full, monkeypatch):
    monkeypatch.setenv(pdf.ENGINE_VARIABLE, "reportlab")
    for who in READERS:
        client.force_login(cast.people[who])
        answers = {name: opened(client, url(name, full[key])) for name, key in READ}
        assert set(answers.values()) == {200}, (who, answers)


def exported(client, page) -> str:
    """All cells of the workbook of a list."""
    book = load_workbook(io.BytesIO(b"".join(client.get(url(page), {"export": "xlsx"}).streaming_content)))
    return str([[cell.value for cell in row] for row in book.active])


@pytest.mark.parametrize("page", ["engagement-list", "progressreports-due", "progressreport-list"])
def test_lists_and_exports_leave_it_out(client, cast, full, page):
    Engagement.objects.update(next_report_on=dt.date(2026, 3, 1))
    number = Engagement.objects.get().number
    for who in OUTSIDERS:
        client.force_login(cast.people[who])
        assert list(client.get(url(page)).context["page"].rows) == [], who
        assert number not in exported(client, page), who
    client.force_login(cast.manager)
    assert len(client.get(url(page)).context["page"].rows) in (1, 2)
    assert number in exported(client, page)


def test_search_and_client_page_leave_it_out(client, cast, full):
    engagement = Engagement.objects.get()
    part = {section.key: section for section in client_sections}["engagements"]
    words = (engagement.number, engagement.title, engagement.client.name)
    for who in OUTSIDERS:
        for text in words:
            found = search(cast.people[who], text)
            assert found.engagements == []
            assert {paper.kind for paper in found.documents} <= ({"settlement"} if who == "cashier" else set())
        assert part.context(engagement.client, cast.people[who]) is None
    for text in words:
        assert search(cast.manager, text).engagements == [engagement]
    (row,) = part.context(engagement.client, cast.manager)["rows"]
    assert row["engagement"] == engagement
    client.force_login(cast.manager)
    assert engagement.number in story_of(client, engagement.client)


def test_attachments_of_its_papers_are_closed(blank, client, cast, full):
    where = reverse("business:agencycontract-file", args=[Engagement.objects.get().contract_id, full["attachment"]])
    for who in OUTSIDERS:
        client.force_login(cast.people[who])
        assert opened(client, where) == 404, who
    client.force_login(cast.manager)
    assert opened(client, where) == 200


def test_a_member_opens_it_all_until_the_end(client, cast, full):
    engagement = Engagement.objects.get()
    contract = AgencyContract.objects.get()
    attachment = reverse("business:agencycontract-file", args=[contract.pk, full["attachment"]])
    places = [url(name, full[key]) for name, key in READ] + [contract.get_absolute_url(), attachment]
    client.force_login(cast.member)
    member = member_of(engagement, cast.member)
    assert {opened(client, place) for place in places} == {200}
    assert [row.pk for row in client.get(url("engagement-list"), {"mine": "true"}).context["page"].rows] == [
        engagement.pk
    ]
    services.end_membership(member, by=cast.manager)
    assert {client.get(place).status_code for place in places} == {404}
    assert list(client.get(url("engagement-list")).context["page"].rows) == []
