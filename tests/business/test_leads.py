"""Leads through their pages and services: who sees them, the pool, giving away, qualifying, discarding, recycling."""

import datetime as dt
from copy import deepcopy

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from apps.business.leads import services
from apps.business.leads.models import Activity, Lead, Opportunity
from apps.core import clock
from apps.core.errors import Refused
from apps.core.jobs.registry import chore_called, periodic_chores
from apps.notifications.models import Notification
from apps.org.services import deactivate_employee, describe_handover
from apps.service.clients.models import Client
from apps.service.clients.services import merge
from tests.factories.leads import build_cast, lead_of, lost_reason, opportunity_of, settings_with, signs_in
from tests.factories.service import ClientSourceFactory, client_of
from tests.factories.world import lasting
from tests.story import story_of

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def built(django_db_setup, django_db_blocker):
    yield from lasting(build_cast, django_db_blocker)


@pytest.fixture
def cast(built, db):
    return deepcopy(built)


@pytest.fixture
def as_(client, cast):
    return signs_in(client, cast)


@pytest.fixture
def leads(cast):
    """One lead of each sort of person."""
    return {
        "alices": lead_of(cast.alice, "Alice Lead Ltd"),
        "toms": lead_of(cast.tom, "Tom Lead Ltd"),
        "sams": lead_of(cast.sam, "Sam Lead Ltd"),
        "pooled": lead_of(None, "Pool Lead Ltd"),
    }


def url(page, *args):
    return reverse(f"business:{page}", args=args)


def change(http, page, record, **values):
    """Post the form of a record as it stands, with some values changed."""
    form = http.get(url(page, record.pk)).context["form"]
    typed = {bound.html_name: bound.value() for bound in form}
    typed = {name: value for name, value in typed.items() if value is not None and value is not False}
    return http.post(url(page, record.pk), typed | values)


SEEN = [
    ("alice", {"alices", "pooled"}),
    ("tom", {"toms", "pooled"}),
    ("tina", {"toms"}),
    ("bob", {"alices", "toms", "pooled"}),
    ("sam", {"sams"}),
    ("mark", {"pooled"}),
    ("erin", {"alices", "toms", "sams", "pooled"}),
    ("rita", {"alices", "toms", "sams", "pooled"}),
    ("olga", set()),
    ("gone", set()),
]


def test_everybody_sees_exactly_their_leads(blank, cast, as_, leads):
    for who, seen in SEEN:
        assert set(Lead.objects.visible_to(cast.people[who])) == {leads[name] for name in seen}, who
        if cast.people[who].is_active:
            exactly_these(as_(who), leads, seen, who)


def exactly_these(http, leads, seen, who):
    """The list and the pages hold the leads somebody sees; of the others nothing is there."""
    listed = http.get(url("lead-list"))
    if seen:
        assert set(listed.context["page"].rows) == {leads[name] for name in seen}, who
    else:
        assert listed.status_code == 403, who
    for page in ("lead-detail", "lead-history"):
        answers = {name: http.get(url(page, lead.pk)).status_code for name, lead in leads.items()}
        assert answers == {name: 200 if name in seen else 404 for name in leads}, (who, page)
    unseen = [lead.pk for name, lead in leads.items() if name not in seen]
    for page in ("lead-update", "lead-qualify"):
        assert {http.get(url(page, pk)).status_code for pk in unseen} <= {404}, (who, page)
    for page in ("take", "release", "assign", "discard", "reopen"):
        assert {http.post(url(f"lead-{page}", pk)).status_code for pk in unseen} <= {404}, (who, page)


def test_nobody_sees_anything_without_signing_in(client, leads):
    pages = [url("lead-list"), url("lead-pool"), url("next-steps"), url("board"), leads["pooled"].get_absolute_url()]
    assert {client.get(page).status_code for page in pages} == {302}
    assert {client.get(f"{page}?export=xlsx").status_code for page in pages[:2]} == {302}


def test_exports_hold_what_the_person_sees(as_, leads):
    for export in ("xlsx", "pdf"):
        answer = as_("alice").get(url("lead-list"), {"export": export})
        assert answer.status_code == 200
        assert b"".join(answer)
    assert as_("olga").get(url("lead-list"), {"export": "xlsx"}).status_code == 403


def test_staff_write_down_a_lead_and_give_it_to_nobody_else(cast, as_):
    source = ClientSourceFactory()
    http = as_("alice")
    typed = {"company_name": " Orchid   Foods ", "source": source.pk, "owner": cast.alice.pk, "need": "Visas"}
    answer = http.post(url("lead-create"), typed)
    lead = Lead.objects.get()
    assert answer.url == lead.get_absolute_url()
    assert (lead.number, lead.company_name, lead.owner, lead.state) == (
        f"XS-{clock.today().year}-0001", "Orchid Foods", cast.alice, "new",
    )  # fmt: skip
    assert http.post(url("lead-create"), typed | {"owner": cast.tom.pk}).context["form"].errors["owner"]
    with pytest.raises(Refused, match="does not give leads to others"):
        services.save_lead(Lead(company_name="X", source=source, owner=cast.tom), by=cast.alice)
    assert http.post(url("lead-create"), {"company_name": "X"}).context["form"].errors["source"]
    typed["next_step_on"] = "2030-01-01"
    page = http.post(url("lead-create"), typed)
    assert page.context["form"].errors["next_step"] == ["Write what is to be done on this day."]
    assert Lead.objects.count() == 1


def test_market_leaves_its_leads_to_the_pool_and_takes_none(cast, as_, leads):
    http = as_("mark")
    answer = http.post(url("lead-create"), {"company_name": "Fair visitor", "source": ClientSourceFactory().pk})
    lead = Lead.objects.first()
    assert (answer.url, lead.owner) == (lead.get_absolute_url(), None)
    assert http.post(url("lead-take", lead.pk)).status_code == 403
    assert not http.get(url("lead-pool")).context["table"].select_name
    assert http.get(url("opportunity-create")).status_code == 403


@pytest.mark.parametrize(("who", "status"), [("sam", 403), ("erin", 403), ("rita", 403), ("olga", 403), ("mark", 200)])
def test_who_may_add_leads(as_, who, status):
    assert as_(who).get(url("lead-create")).status_code == status


@pytest.mark.parametrize(
    ("who", "answer"), [("alice", 200), ("bob", 200), ("erin", 403), ("rita", 403), ("tom", 404), ("tina", 404)]
)
def test_who_changes_a_lead(as_, leads, who, answer):
    http = as_(who)
    assert http.get(url("lead-update", leads["alices"].pk)).status_code == answer
    assert http.get(url("lead-qualify", leads["alices"].pk)).status_code == answer


def test_a_lead_is_changed_with_a_reason_in_its_history(cast, as_, leads):
    lead = leads["alices"]
    assert (
        change(as_("bob"), "lead-update", lead, phone="021-5550 1111", change_reason="from the card").status_code == 302
    )
    lead.refresh_from_db()
    entry = lead.history.first()
    assert (lead.phone, entry.history_user, entry.history_change_reason) == (
        "021-5550 1111", cast.bob, "from the card",
    )  # fmt: skip
    stale = Lead.objects.get(pk=lead.pk)
    services.release(lead, by=cast.alice, reason="no time")
    stale.phone = "1"
    with pytest.raises(Refused, match="take it first"):
        services.save_lead(stale, by=cast.alice)


def test_what_looks_alike_is_hinted_and_not_named_to_others(cast, as_, leads):
    client_of(cast.alice, "Alice Lead Ltd")
    typed = {"company_name": "Alice Lead"}
    page = as_("alice").post(url("lead-suggestions"), typed).text
    assert (leads["alices"].number in page, "KH-" in page) == (True, True)
    page = as_("tom").post(url("lead-suggestions"), typed).text
    assert (leads["alices"].number in page, "A lead of somebody else" in page, "KH-" in page) == (False, True, False)
    own = as_("alice").post(f"{url('lead-suggestions')}?but={leads['alices'].pk}", typed).text
    assert leads["alices"].number not in own
    assert as_("olga").post(url("lead-suggestions"), typed).status_code == 403


def test_a_pool_lead_is_taken_before_it_is_worked_on(cast, as_, leads):
    http, lead = as_("alice"), leads["pooled"]
    refused = http.get(url("lead-update", lead.pk))
    assert (refused.status_code, "take it first" in refused.text) == (403, True)
    assert http.post(lead.get_absolute_url(), {"text": "x"}).status_code == 403
    assert http.post(url("lead-take", lead.pk)).url == lead.get_absolute_url()
    lead.refresh_from_db()
    assert (lead.owner, lead.activities.get().text) == (cast.alice, "Taken from the pool")
    assert as_("tom").post(url("lead-take", lead.pk)).status_code == 404
    with pytest.raises(Refused, match="Alice has just taken XS-"):
        services.take(lead, by=cast.tom)


def test_several_are_taken_from_the_pool_at_once(cast, as_, leads):
    other = lead_of(None, "Second Ltd")
    http = as_("tom")
    assert set(http.get(url("lead-pool")).context["page"].rows) == {leads["pooled"], other}
    http.post(url("lead-pool"), {"leads": [leads["pooled"].pk, other.pk, leads["alices"].pk]})
    assert set(Lead.objects.filter(owner=cast.tom)) == {leads["toms"], leads["pooled"], other}
    assert "Choose the leads to take first." in http.post(url("lead-pool"), {}, follow=True).text
    assert as_("olga").get(url("lead-pool")).status_code == 403


def test_a_lead_is_given_to_the_pool_with_a_reason(as_, leads):
    http, lead = as_("alice"), leads["alices"]
    http.post(url("lead-release", lead.pk), {"reason": " "})
    lead.refresh_from_db()
    assert lead.owner is not None
    http.post(url("lead-release", lead.pk), {"reason": "no time"})
    lead.refresh_from_db()
    assert (lead.owner, lead.activities.get().text) == (None, "Given to the pool: no time")


def test_the_head_puts_a_colleague_in_charge_and_they_are_told(cast, as_, leads):
    lead = leads["alices"]
    assert as_("alice").post(url("lead-assign", lead.pk), {"to": cast.tom.pk}).status_code == 403
    http = as_("bob")
    assert "Choose a colleague." in http.post(url("lead-assign", lead.pk), {}, follow=True).text
    http.post(url("lead-assign", lead.pk), {"to": cast.tom.pk, "reason": "his field"})
    lead.refresh_from_db()
    assert (lead.owner, lead.activities.get().text) == (cast.tom, "Alice → Tom: his field")
    told = Notification.objects.get(recipient=cast.tom)
    assert told.url == lead.get_absolute_url()
    with pytest.raises(Refused, match="Tom is in charge already"):
        services.assign(lead, by=cast.bob, to=cast.tom)
    with pytest.raises(Refused, match="no longer works here"):
        services.assign(lead, by=cast.bob, to=cast.gone)
    services.assign(leads["pooled"], by=cast.bob, to=cast.alice)


def test_an_activity_is_recorded_in_place_with_the_next_step(cast, as_, leads):
    http, lead = as_("alice"), leads["alices"]
    now = clock.local_now()
    typed = {
        "kind": "visit",
        "at": f"{now:%Y-%m-%dT%H:%M}",
        "text": "Showed the offer",
        "next_step": "Send the draft",
        "next_step_on": "2030-02-03",
    }
    assert http.post(lead.get_absolute_url(), typed).url == lead.get_absolute_url()
    lead.refresh_from_db()
    activity = lead.activities.get()
    assert (activity.kind, activity.by, activity.text) == ("visit", cast.alice, "Showed the offer")
    assert (lead.next_step, lead.next_step_on, lead.active_on) == ("Send the draft", dt.date(2030, 2, 3), clock.today())
    page = http.post(lead.get_absolute_url(), typed | {"at": "2031-01-01T10:00"})
    assert (page.status_code, "can't lie in the future" in page.context["form"].errors["at"][0]) == (422, True)
    page = http.post(lead.get_absolute_url(), typed | {"next_step": ""})
    assert page.context["form"].errors["next_step"] == ["Write what is to be done on this day."]
    assert http.post(lead.get_absolute_url(), typed | {"kind": "change"}).context["form"].errors["kind"]
    assert lead.activities.count() == 1
    assert as_("erin").post(lead.get_absolute_url(), typed).status_code == 403


def test_a_lead_becomes_an_opportunity_of_a_new_client(cast, as_):
    lead = lead_of(cast.alice, contact_name="Mei Lin", phone="13912345678", need="Visas", next_step="Call")
    http = as_("alice")
    answer = http.post(url("lead-qualify", lead.pk), {"title": "Visa service", "expected_amount": "12,345.60"})
    made = Opportunity.objects.get()
    assert answer.url == made.get_absolute_url()
    found = Client.objects.get()
    assert (found.name, found.owner, found.source, found.needs) == (
        "Orchid Foods Ltd",
        cast.alice,
        lead.source,
        "Visas",
    )
    assert (found.primary_contact.name, found.primary_contact.phone) == ("Mei Lin", "13912345678")
    assert (made.client, made.lead, made.owner, made.stage, made.probability) == (
        found, lead, cast.alice, cast.stages[0], 10,
    )  # fmt: skip
    assert (str(made.expected_amount), str(made.weighted_amount), made.next_step) == ("12345.60", "1234.56", "Call")
    lead.refresh_from_db()
    assert (lead.state, lead.client) == ("qualified", found)
    assert [activity.text for activity in Activity.objects.order_by("pk")] == [
        f"From lead {lead.number}", f"Became opportunity {made.number}",
    ]  # fmt: skip
    assert made.number in http.get(lead.get_absolute_url()).text
    assert lead.number in http.get(made.get_absolute_url()).text
    with pytest.raises(Refused, match=r"is closed \(Qualified\)"):
        services.qualify(lead, by=cast.alice)


def test_a_client_like_it_is_asked_about_once(cast, as_):
    known = client_of(cast.alice, "Orchid Foods Ltd")
    first, second = lead_of(cast.alice), lead_of(cast.alice)
    http, typed = as_("alice"), {"title": "Visa service", "expected_amount": "1"}
    page = http.post(url("lead-qualify", first.pk), typed)
    assert (page.status_code, "confirm_new" in page.context["form"].errors, known.number in page.text) == (
        200,
        True,
        True,
    )
    http.post(url("lead-qualify", first.pk), typed | {"client": known.pk})
    http.post(url("lead-qualify", second.pk), typed | {"confirm_new": "on"})
    assert [made.client == known for made in Opportunity.objects.order_by("pk")] == [True, False]
    assert Client.objects.count() == 2


def test_a_merged_client_is_no_choice(cast):
    known, other = client_of(cast.alice, "A"), client_of(cast.alice, "B")
    merge(source=known, target=other, by=cast.sam, reason="same")
    known.refresh_from_db()
    with pytest.raises(Refused, match="merged into another one"):
        services.qualify(lead_of(cast.alice), by=cast.alice, client=known)


def test_a_lead_is_discarded_for_a_reason_and_opened_again(cast, as_, leads):
    http, lead, reason = as_("alice"), leads["alices"], lost_reason()
    assert "Choose a reason." in http.post(url("lead-discard", lead.pk), {}, follow=True).text
    http.post(url("lead-discard", lead.pk), {"reason": reason.pk, "note": "Too dear"})
    lead.refresh_from_db()
    assert (lead.state, lead.discard_reason) == ("discarded", reason)
    assert lead.activities.get().text == "Discarded: Price: Too dear"
    with pytest.raises(Refused, match="is closed"):
        services.touch(lead, by=cast.alice, text="x")
    http.post(url("lead-reopen", lead.pk), {"reason": "they called"})
    lead.refresh_from_db()
    assert (lead.state, lead.discard_reason) == ("new", None)
    for broken in ({"state": "discarded"}, {"state": "qualified"}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Lead.objects.filter(pk=lead.pk).update(**broken)


def test_leads_without_activity_return_to_the_pool(cast):
    settings_with(pool_days=30)
    start = dt.datetime(2026, 3, 1, 8, tzinfo=dt.UTC)
    with clock.at(start):
        idle, busy, closed = (lead_of(cast.alice, name) for name in ("Idle", "Busy", "Closed"))
        lead_of(None, "Pooled")
        services.discard(closed, by=cast.alice, reason=lost_reason())
    with clock.at(start + dt.timedelta(days=10)):
        services.touch(busy, by=cast.alice, text="Called")
    with clock.at(start + dt.timedelta(days=29)):
        assert services.recycle() == 0
        assert idle.is_stale(30)
    with clock.at(start + dt.timedelta(days=30)):
        assert services.recycle() == 1
        assert services.recycle() == 0
    for lead in (idle, busy, closed):
        lead.refresh_from_db()
    assert (idle.owner, busy.owner, closed.owner) == (None, cast.alice, cast.alice)
    activity = idle.activities.get()
    assert (activity.by, activity.at) == (None, start + dt.timedelta(days=30))
    assert activity.text == "Returned to the pool after 30 days without an activity; in charge before: Alice"
    told = Notification.objects.get(recipient=cast.alice)
    assert (told.title, told.url) == (f"{idle.number} Idle returned to the pool", idle.get_absolute_url())
    assert idle.history.first().history_user is None
    with clock.at(start + dt.timedelta(days=31)):
        services.take(idle, by=cast.alice)
    with clock.at(start + dt.timedelta(days=39)):
        chore_called("business.recycle-leads").run()
    assert Lead.objects.get(pk=busy.pk).owner == cast.alice
    with clock.at(start + dt.timedelta(days=61)):
        assert services.recycle() == 2
    assert Notification.objects.filter(recipient=cast.alice).count() == 3
    assert "business.recycle-leads" in periodic_chores()


def test_a_former_owner_without_the_pool_is_led_to_the_list(cast):
    with clock.at(dt.datetime(2026, 3, 1, 8, tzinfo=dt.UTC)):
        lead_of(cast.sam)
    services.recycle()
    assert Notification.objects.get(recipient=cast.sam).url == url("lead-list")


def test_the_successor_of_a_leaver_takes_over_what_is_open(cast, leads):
    opportunity = opportunity_of(cast.alice, client=client_of(cast.tom))
    closed = lead_of(cast.alice, "Closed")
    services.discard(closed, by=cast.alice, reason=lost_reason())
    assert describe_handover(cast.alice) == ["in charge of 1 lead", "in charge of 1 opportunity"]
    deactivate_employee(employee=cast.alice, by=cast.root, successor=cast.tom, reason="moved away")
    for row in (leads["alices"], opportunity, closed):
        row.refresh_from_db()
    assert (leads["alices"].owner, opportunity.owner, closed.owner) == (cast.tom, cast.tom, cast.alice)
    assert opportunity.activities.get().text == "Alice → Tom: moved away"


def test_merging_clients_moves_leads_and_opportunities(cast, as_):
    source, target = client_of(cast.alice, "Old"), client_of(cast.alice, "New")
    lead = lead_of(cast.alice, client=source)
    referred = lead_of(cast.alice, "Friend", referred_by=source)
    opportunity = opportunity_of(cast.alice, client=source)
    done = merge(source=source, target=target, by=cast.sam, reason="same")
    for row in (lead, referred, opportunity):
        row.refresh_from_db()
    assert (lead.client, referred.referred_by, opportunity.client) == (target, target, target)
    assert {name: done.moved[name] for name in ("leads", "referred_leads", "opportunities")} == {
        "leads": 1, "referred_leads": 1, "opportunities": 1,
    }  # fmt: skip
    assert lead.history.first().history_change_reason == f"merged from {source.number} Old"


def test_the_page_of_a_client_tells_its_leads_and_opportunities(cast, as_):
    client = client_of(cast.alice)
    lead, opportunity = lead_of(cast.alice, client=client), opportunity_of(cast.alice, client=client)
    hidden = opportunity_of(cast.tom, "Secret plan", client=client)
    page = story_of(as_("alice"), client)
    assert [row.number in page for row in (lead, opportunity, hidden)] == [True, True, False]
    assert hidden.number in story_of(as_("bob"), client)
    page = story_of(as_("sam"), client)
    assert (opportunity.number in page, "Leads and opportunities" in page) == (False, False)


def test_next_steps_stand_in_their_order_with_the_late_ones_on_top(cast, as_):
    today = clock.today()
    late = lead_of(cast.alice, "Late", next_step="Call", next_step_on=today - dt.timedelta(days=1))
    soon = opportunity_of(cast.alice, next_step="Visit", next_step_on=today + dt.timedelta(days=1))
    later = lead_of(cast.alice, "Later", next_step="Write", next_step_on=today + dt.timedelta(days=9))
    bare = lead_of(cast.alice, "Bare")
    lead_of(cast.tom, "Toms", next_step="Call", next_step_on=today)
    page = as_("alice").get(url("next-steps"))
    assert page.context["planned"] == [late, soon, later]
    assert page.context["open_ended"] == [bare]
    assert page.text.count("row-overdue") == 1
    assert as_("olga").get(url("next-steps")).status_code == 403


def test_filters_find_what_they_say(cast, as_):
    fair = ClientSourceFactory(code="FAIR", name="展会", name_en="Fair")
    with clock.at(clock.now() - dt.timedelta(days=25)):
        old = lead_of(cast.alice, "Old orchid")
    fresh = lead_of(cast.tom, "Willow", source=fair, next_step="x", next_step_on=clock.today())
    late = lead_of(cast.tom, "Pine", next_step="x", next_step_on=clock.today() - dt.timedelta(days=1))
    pooled = lead_of(None, "Oak")
    services.discard(fresh, by=cast.tom, reason=lost_reason())

    def found(**query):
        return set(as_("bob").get(url("lead-list"), query).context["page"].rows)

    assert found() == {old, fresh, late, pooled}
    assert found(q="orchid") == {old}
    assert found(state="discarded") == {fresh}
    assert found(reason=lost_reason().pk) == {fresh}
    assert found(source=fair.pk) == {fresh}
    assert found(owner="tom") == {fresh, late}
    assert found(mine="true") == set()
    assert found(stale="true") == {old, late}
    assert found(stale="false") == {fresh, pooled}
    stands_out = as_("bob").get(url("lead-list")).text.count("row-overdue")
    assert stands_out == 2
