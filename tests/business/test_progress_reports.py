"""Progress reports to the client: the promised cadence, sending from the program, answers, reminders (clause 2.2.3)."""

import datetime as dt
from copy import deepcopy

import pytest
from django.core import mail
from django.db import IntegrityError, transaction
from django.urls import reverse

from apps.business.engagements import services
from apps.business.engagements.mailing import mail_of
from apps.business.models import Engagement, ProgressReport
from apps.core import clock
from apps.core.errors import Forbidden, Refused
from apps.core.jobs import Job
from apps.documents.models import Export
from apps.notifications.models import Notification
from tests.factories import engagements
from tests.factories.engagements import begun, fresh, later, member_of, report_of
from tests.factories.service import contact_of
from tests.factories.world import lasting
from tests.worker import run_worker

pytestmark = pytest.mark.django_db
MORNING = dt.datetime(2026, 3, 2, 1, tzinfo=dt.UTC)


@pytest.fixture(scope="module")
def built(django_db_setup, django_db_blocker):
    yield from lasting(engagements.company, django_db_blocker)


@pytest.fixture
def cast(built, db):
    return deepcopy(built)


@pytest.fixture
def first_day():
    with clock.at(MORNING):
        yield


@pytest.fixture
def engagement(cast):
    """The next report is promised in thirty days."""
    return begun(cast.manager)


def url(page, *args):
    return reverse(f"business:{page}", args=args)


def sent(report, **values):
    return services.send_report(report, by=report.author, **{"otherwise": "On paper", **values})


def test_a_report_is_written(first_day, cast, engagement):
    member_of(engagement, cast.member)
    with later(10):
        report = report_of(engagement, by=cast.member)
    assert (report.number, report.author, report.state) == (1, cast.member, "draft")
    assert (report.period_from, report.period_to) == (dt.date(2026, 3, 2), dt.date(2026, 3, 12))
    with later(20):
        second = report_of(engagement)
    assert (second.number, second.period_from) == (2, dt.date(2026, 3, 13))


@pytest.mark.parametrize("who", ["manager", "head", "member", "service"])
def test_who_reports(cast, engagement, who):
    member_of(engagement, cast.member)
    report = report_of(engagement, by=cast.people[who])
    assert services.send_report(report, by=cast.people[who], otherwise="On paper").sent_by == cast.people[who]


@pytest.mark.parametrize("who", ["auditor", "executive", "colleague", "chief"])
def test_who_does_not(cast, engagement, who):
    with pytest.raises(Forbidden):
        report_of(engagement, by=cast.people[who])
    report = report_of(engagement)
    for deed in (
        lambda: services.send_report(report, by=cast.people[who], otherwise="On paper"),
        lambda: services.delete_report(report, by=cast.people[who]),
    ):
        with pytest.raises(Forbidden):
            deed()
    assert fresh(report).state == "draft"


@pytest.mark.parametrize(
    ("values", "field"), [({"done": "  "}, "done"), ({"period_to": dt.date(2020, 1, 1)}, "period_to")]
)
def test_what_a_report_needs(cast, engagement, values, field):
    with pytest.raises(Refused) as refusal:
        report_of(engagement, **values)
    assert set(refusal.value.fields) == {field}


@pytest.mark.parametrize(
    ("day", "following"),
    [
        (10, dt.date(2026, 5, 1)),
        (30, dt.date(2026, 5, 1)),
        (45, dt.date(2026, 5, 1)),
        (59, dt.date(2026, 5, 1)),
        (60, dt.date(2026, 5, 31)),
        (95, dt.date(2026, 6, 30)),
    ],
)
def test_the_next_promise_follows_from_the_promised_day(first_day, cast, engagement, day, following):
    assert engagement.next_report_on == dt.date(2026, 4, 1)
    with later(day):
        report = sent(report_of(engagement))
    assert report.due_on == dt.date(2026, 4, 1)
    assert fresh(engagement).next_report_on == following


def test_without_a_promise_the_next_one_counts_from_today(first_day, cast, engagement):
    Engagement.objects.update(next_report_on=None)
    assert sent(report_of(fresh(engagement))).due_on is None
    assert fresh(engagement).next_report_on == dt.date(2026, 4, 1)


def test_what_was_sent_stays(cast, engagement):
    report = sent(report_of(engagement))
    report.done = "Something else"
    for deed, said in (
        (lambda: services.save_report(report, by=cast.manager), "can't be changed"),
        (lambda: services.delete_report(report, by=cast.manager), "stays on record"),
        (lambda: sent(report), "was sent on"),
    ):
        with pytest.raises(Refused, match=said):
            deed()
    assert fresh(report).done == "Posters are printed"


def test_the_tables_hold_it(cast, engagement):
    report = report_of(engagement)
    for values in ({"state": "sent"}, {"period_from": dt.date(2100, 1, 1)}):
        with pytest.raises(IntegrityError), transaction.atomic():
            ProgressReport.objects.filter(pk=report.pk).update(**values)


def test_a_draft_is_deleted(cast, engagement):
    services.delete_report(report_of(engagement), by=cast.manager)
    assert report_of(engagement).number == 1


# ---- by e-mail ----


@pytest.fixture
def people(engagement):
    """Two people at the client with an address, one without, one who left."""
    client = engagement.client
    first = contact_of(client, "Mei Lin", email="mei@example.com", is_primary=True)
    second = contact_of(client, "Wu Hao", email="hao@example.com")
    contact_of(client, "Ms Ko")
    contact_of(client, "Mr Zhu", email="zhu@example.com", active=False)
    return first, second


@pytest.fixture
def worker(settings, django_capture_on_commit_callbacks):
    """What is asked for is done when the worker runs."""
    settings.TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}


def test_the_people_who_may_get_it(engagement, people):
    assert services.recipients_of(engagement) == list(people)


def test_it_is_sent_in_the_background_once(cast, engagement, people, worker):
    report = services.send_report(report_of(engagement, problems="We need the logo"), by=cast.manager, to=people)
    assert report.sent_to == "mei@example.com, hao@example.com"
    assert mail.outbox == []
    run_worker()
    run_worker()
    (message,) = mail.outbox
    assert message.to == ["mei@example.com", "hao@example.com"]
    assert message.reply_to == ["manager@example.com"]
    assert message.subject == "Progress report 1: Spring campaign"
    assert "Posters are printed" in message.body
    assert "We need the logo" in message.body
    ((name, content, kind),) = message.attachments
    assert (name, kind, content[:5]) == (f"{engagement.number}-01.pdf", "application/pdf", b"%PDF-")
    assert message.extra_headers["Message-ID"] == mail_of(fresh(report), []).extra_headers["Message-ID"]
    job = Job.objects.get(key=f"progress-report-{report.pk}")
    assert (job.state, job.requested_by) == ("done", cast.manager)


def test_the_primary_contact_gets_it_unless_said_otherwise(cast, engagement, people):
    report = services.send_report(report_of(engagement), by=cast.manager)
    assert report.sent_to == "mei@example.com"
    other = services.send_report(report_of(engagement), by=cast.manager, otherwise="On paper to Ms Ko")
    assert other.sent_to == "On paper to Ms Ko"
    assert Job.objects.count() == 1


def test_the_past_is_not_mailed(cast, engagement, people):
    with clock.at(MORNING):
        report = services.send_report(report_of(engagement), by=cast.manager)
    assert (report.state, report.sent_to, Job.objects.count()) == ("sent", "mei@example.com", 0)


def test_nobody_to_send_it_to(cast, engagement, people):
    stranger = contact_of(begun(cast.head).client, "Stranger", email="stranger@example.com")
    for to, said in (([], "Choose who gets"), ([stranger], "Choose who gets")):
        with pytest.raises(Refused, match=said):
            services.send_report(report_of(engagement), by=cast.manager, to=to)
    engagement.client.contacts.update(email="")
    with pytest.raises(Refused, match="has an e-mail address"):
        services.send_report(report_of(engagement), by=cast.manager)
    assert not ProgressReport.objects.filter(state="sent").exists()


# ---- the answer ----


def test_the_answer_is_kept(first_day, cast, engagement):
    with later(5):
        report = sent(report_of(engagement))
    with later(8):
        answered = services.record_answer(report, by=cast.service, answer=" Well done ", on=dt.date(2026, 3, 9))
        assert (answered.answer, answered.answered_on) == ("Well done", dt.date(2026, 3, 9))
        for answer, on, field in (
            (" ", None, "answer"),
            ("Fine", dt.date(2026, 3, 11), "answered_on"),
            ("Fine", dt.date(2026, 3, 6), "answered_on"),
        ):
            with pytest.raises(Refused) as refusal:
                services.record_answer(report, by=cast.service, answer=answer, on=on)
            assert set(refusal.value.fields) == {field}
    with pytest.raises(Refused, match="was sent is answered"):
        services.record_answer(report_of(engagement), by=cast.service, answer="Fine")


# ---- reminders and lists ----


def told() -> list[tuple[str, str]]:
    rows = Notification.objects.filter(key__startswith="progress-report:").order_by("pk")
    found = [(row.recipient.username, row.title.rsplit("is ", 1)[1]) for row in rows]
    rows.delete()
    return found


def test_reminders_come_on_the_day_and_every_week_after(first_day, cast, engagement):
    told_on = {}
    keep = Notification.objects.filter(key__startswith="progress-report:")
    seen = 0
    for day in range(28, 48):
        with later(day):
            services.remind_of_reports()
            services.remind_of_reports()
        new, seen = keep.count() - seen, keep.count()
        if new:
            told_on[day] = new
    assert told_on == {30: 2, 37: 2, 44: 2}
    assert told() == [
        ("manager", "due today"),
        ("service", "due today"),
        ("manager", "overdue"),
        ("service", "overdue"),
        ("manager", "overdue"),
        ("service", "overdue"),
    ]


@pytest.mark.parametrize("phase", ["suspended", "closed", "terminated"])
def test_nobody_is_reminded_of_what_does_not_run(first_day, cast, engagement, phase):
    Engagement.objects.update(phase=phase)
    with later(31):
        assert services.remind_of_reports() == 0


def test_what_is_due_is_listed(first_day, client, cast, engagement):
    soon, late, far, ended = (begun(cast.manager, title=name) for name in ("Soon", "Late", "Far", "Ended"))
    for row, day in ((soon, 7), (late, -3), (far, 8), (ended, -3)):
        Engagement.objects.filter(pk=row.pk).update(next_report_on=clock.today() + dt.timedelta(days=day))
    Engagement.objects.filter(pk=ended.pk).update(phase="closed")
    for who in ("service", "manager"):
        client.force_login(cast.people[who])
        page = client.get(url("progressreports-due"))
        assert [row.title for row in page.context["page"].rows] == ["Late", "Soon"]
        assert "row-overdue" in page.content.decode()
        page = client.get(url("progressreports-due"), {"overdue": "true"})
        assert [row.title for row in page.context["page"].rows] == ["Late"]


def test_the_pages_of_a_report(client, cast, engagement, people):
    client.force_login(cast.manager)
    form = client.get(url("progressreport-create", engagement.pk)).context["form"]
    typed = {bound.html_name: str(bound.value()) for bound in form if bound.value() is not None}
    page = client.post(url("progressreport-create", engagement.pk), typed | {"done": ""})
    assert set(page.context["form"].errors) == {"done"}
    answer = client.post(url("progressreport-create", engagement.pk), typed | {"done": "Posters are printed"})
    report = ProgressReport.objects.get()
    assert answer.url == report.get_absolute_url()
    form = client.get(url("progressreport-update", report.pk)).context["form"]
    typed = {bound.html_name: str(bound.value()) for bound in form if bound.value() is not None}
    client.post(url("progressreport-update", report.pk), typed | {"coming": "They are hung up"})
    assert fresh(report).coming == "They are hung up"
    page = client.get(url("progressreport-send", report.pk))
    assert [person.email for person in page.context["form"].fields["to"].queryset] == [
        "mei@example.com",
        "hao@example.com",
    ]
    page = client.post(url("progressreport-send", report.pk), {"otherwise": ""})
    assert set(page.context["form"].errors) == {"to"}
    client.post(url("progressreport-send", report.pk), {"to": [people[1].pk]})
    assert fresh(report).sent_to == "hao@example.com"
    assert client.get(url("progressreport-update", report.pk)).status_code == 404
    page = client.post(url("progressreport-answer", report.pk), {"answer": "", "answered_on": ""})
    assert set(page.context["form"].errors) == {"answer", "answered_on"}
    client.post(url("progressreport-answer", report.pk), {"answer": "Fine", "answered_on": clock.today().isoformat()})
    page = client.get(report.get_absolute_url())
    assert page.context["mail"].key == f"progress-report-{report.pk}"
    assert "Fine" in page.content.decode()
    printed = client.get(url("progressreport-print", report.pk))
    assert (printed["Content-Type"], printed.content[:5]) == ("application/pdf", b"%PDF-")


def test_a_draft_goes_with_a_click(client, cast, engagement):
    report = report_of(engagement)
    client.force_login(cast.auditor)
    assert client.post(url("progressreport-delete", report.pk)).status_code == 403
    client.force_login(cast.manager)
    assert client.post(url("progressreport-delete", report.pk)).url == url("engagement-reports", engagement.pk)
    assert not ProgressReport.objects.exists()


# ---- lists ----


@pytest.fixture
def many(cast):
    """callable(number): so many engagements with two members and a report each."""

    def make(number):
        for _one in range(number):
            engagement = begun(cast.manager)
            member_of(engagement, cast.member)
            member_of(engagement, cast.helper)
            sent(report_of(engagement))
        Engagement.objects.update(next_report_on=clock.today())

    return make


LISTS = ("engagement-list", "progressreports-due", "progressreport-list")


def test_lists_ask_the_same_number_of_questions(client, cast, many, django_assert_max_num_queries):
    for more, number in ((1, 1), (29, 30)):
        many(more)
        for who in ("manager", "service", "member"):
            client.force_login(cast.people[who])
            for page in LISTS:
                client.get(url(page))
                with django_assert_max_num_queries(16):
                    answer = client.get(url(page))
                assert len(answer.context["page"].rows) == number


def test_pages_ask_the_same_number_of_questions(client, cast, engagement, django_assert_max_num_queries):
    client.force_login(cast.manager)
    for more in (1, 29):
        for _one in range(more):
            sent(report_of(engagement))
            services.end_membership(member_of(engagement, cast.member), by=cast.manager)
        member = member_of(engagement, cast.member)
        for tab in ("detail", "team", "reports", "history"):
            client.get(url(f"engagement-{tab}", engagement.pk))
            with django_assert_max_num_queries(26):
                client.get(url(f"engagement-{tab}", engagement.pk))
        services.end_membership(member, by=cast.manager)


def test_exports_are_noted(client, cast, many):
    many(2)
    client.force_login(cast.manager)
    for page in LISTS:
        for name, beginning in (("xlsx", b"PK"), ("pdf", b"%P")):
            content = b"".join(client.get(url(page), {"export": name}).streaming_content)
            assert content[:2] == beginning
            row = Export.objects.latest("pk")
            assert (row.user, row.file_format, row.rows) == (cast.manager, name, 2)
    assert Export.objects.count() == 6


@pytest.mark.parametrize(
    ("query", "titles"),
    [
        ({"phase": "executing"}, {"Running"}),
        ({"phase": "closed"}, {"Over"}),
        ({"health": "at_risk"}, {"Running"}),
        ({"overdue": "true"}, {"Running"}),
        ({"overdue": "false"}, {"Fresh", "Over"}),
        ({"mine": "true"}, {"Fresh"}),
        ({"manager": "head"}, {"Running", "Over"}),
        ({"q": "fresh"}, {"Fresh"}),
        ({"unsettled_min": "50000.01"}, set()),
    ],
)
def test_the_list_is_filtered(client, cast, query, titles):
    begun(cast.manager, title="Fresh")
    begun(cast.head, title="Running", phase="executing", health="at_risk", next_report_on=dt.date(2020, 1, 1))
    begun(cast.head, title="Over", phase="closed", next_report_on=dt.date(2020, 1, 1))
    client.force_login(cast.people["manager" if "mine" in query else "service"])
    found = client.get(url("engagement-list"), query).context["page"].rows
    assert {row.title for row in found} == titles
