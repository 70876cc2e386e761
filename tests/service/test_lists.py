"""Lists cost the same for one row and for thirty, filter as they say, and keep their classification."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from apps.core import clock
from apps.service.clients.models import Client, Industry
from apps.service.clients.services import review
from apps.service.clients.views.catalogue import RECORDS
from apps.service.setup import set_up
from tests.factories.service import ClientGradeFactory, IndustryFactory, client_of, contact_of, log_of, preference_of

pytestmark = pytest.mark.django_db
LISTS = ("client-list", "clients-to-contact", "reviews-due", "contactlog-list")


def overdue_client(owner, number):
    day = clock.today() - clock.dt.timedelta(days=400)
    client = client_of(owner, f"Client {number}", grade=ClientGradeFactory(), entered_on=day)
    contact_of(client, is_primary=True)
    preference_of(client)
    log_of(client, owner, days_ago=300)
    review(client, by=owner, fields=["name"])
    Client.objects.filter(pk=client.pk).update(reviewed_on=day)
    return client


def queries_of(http, page) -> int:
    with CaptureQueriesContext(
        connection,
    ) as captured:
        assert http.get(page).status_code == 200
    return len(captured)


def test_lists_take_the_same_queries_however_long_they_are(cast, as_):
    http = as_("sam")
    overdue_client(cast.alice, 0)
    pages = [reverse(f"service:{name}") for name in LISTS]
    for page in pages:
        assert len(http.get(page).context["page"].rows) == 1
    few = [queries_of(http, page) for page in pages]
    for number in range(1, 30):
        overdue_client(cast.alice, number)
    for page in pages:
        assert len(http.get(page).context["page"].rows) == 30
    assert [queries_of(http, page) for page in pages] == few
    assert max(few) <= 17


def test_a_client_takes_the_same_queries_however_long_its_story_is(cast, as_):
    client = overdue_client(cast.alice, 0)
    http = as_("sam")
    parts = [reverse("service:client-part", args=[client.pk, part]) for part in ("work", "money", "story")]
    pages = [client.get_absolute_url(), *parts]
    for page in pages:
        http.get(page)
    few = [queries_of(http, page) for page in pages]
    for number in range(30):
        log_of(client, cast.alice)
        contact_of(client, f"Person {number}")
        preference_of(client, f"Topic {number}")
    assert [queries_of(http, page) for page in pages] == few
    assert max(few) <= 17


def test_filters_find_what_they_say(cast, as_):
    industry = IndustryFactory()
    mine = client_of(cast.sam, "Orchid", industry=industry, uscc="91350200776049653A")
    other = client_of(cast.alice, "Willow", grade=ClientGradeFactory(), kind="public")
    pooled = client_of(None, "Pine", status="dormant")

    def found(**query):
        return set(as_("sam").get(reverse("service:client-list"), query).context["page"].rows)

    assert found() == {mine, other, pooled}
    assert found(q="will") == {other}
    assert found(q="776049653") == {mine}
    assert found(industry=industry.pk) == {mine}
    assert found(industry="none") == {other, pooled}
    assert found(grade="none") == {mine, pooled}
    assert found(owner="alice") == {other}
    assert found(status="dormant") == {pooled}
    assert found(kind="public") == {other}
    assert found(pool="true") == {pooled}
    assert found(mine="true") == {mine}
    assert found(complete_below="25") == {pooled}


@pytest.mark.parametrize("name", [record.name for record in RECORDS])
def test_classifications_are_kept_by_client_service(as_, name):
    pages = [reverse(f"service:{name}-{page}") for page in ("list", "create")]
    answers = {who: [as_(who).get(page).status_code for page in pages] for who in ("sam", "rita", "alice")}
    assert answers == {"sam": [200, 200], "rita": [200, 403], "alice": [403, 403]}


def test_an_industry_is_taken_out_of_use_and_stays_where_it_is_used(cast, as_):
    industry = IndustryFactory()
    client = client_of(cast.alice, industry=industry)
    http, page = as_("sam"), reverse("service:industry-update", args=[industry.pk])
    form = http.get(page).context["form"]
    typed = {"code": "IT", "name": "IT", "order": "1", "version": form["version"].value(), "change_reason": "x"}
    assert http.post(page, typed).status_code == 302

    def offered(where):
        return set(http.get(where).context["form"].fields["industry"].queryset)

    assert offered(reverse("service:client-create")) == set()
    assert offered(reverse("service:client-update", args=[client.pk])) == {industry}


def test_a_new_company_starts_with_its_lists_once():
    set_up()
    Industry.objects.filter(code="IT").update(name="changed")
    set_up()
    assert (Industry.objects.count(), Industry.objects.get(code="IT").name) == (14, "changed")


def test_search_finds_clients_a_person_may_see(cast, as_):
    mine, other = client_of(cast.alice, "Orchid Foods"), client_of(cast.tom, "Orchid Tea")
    contact_of(mine, "Mei Lin")

    def found(who, text):
        return as_(who).get(reverse("workspace:search"), {"q": text}).context["found"].clients

    assert found("alice", "orchid") == [mine]
    assert found("sam", "orchid") == [mine, other]
    assert [found("alice", text) for text in ("mei", mine.number, other.number)] == [[mine], [mine], []]
    assert found("olga", "orchid") == []
