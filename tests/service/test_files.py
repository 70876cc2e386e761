"""Client files through their pages: begin, change, classify, take, release; who sees which."""

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from apps.core.errors import Refused
from apps.org.services import deactivate_employee, describe_handover
from apps.service.clients import services
from apps.service.clients.models import Client, Contact
from tests.factories.service import ClientGradeFactory, IndustryFactory, client_of, contact_of

pytestmark = pytest.mark.django_db
CODE, OTHER_CODE, PILOT_CODE = "91350200776049653A", "91350200MA2YJ1XR9G", "91350100M0001TGQXM"


def url(page, *args):
    return reverse(f"service:{page}", args=args)


def data(**values):
    return {"name": "Orchid Foods Ltd", "kind": "company", "status": "active", **values}


def change(http, client, **values):
    """Post the form of a client as it stands, with some values changed."""
    form = http.get(url("client-update", client.pk)).context["form"]
    typed = {bound.html_name: bound.value() for bound in form}
    typed = {name: value for name, value in typed.items() if value not in (None, False)}
    return http.post(url("client-update", client.pk), typed | values)


@pytest.fixture
def files(cast):
    """One client of each sort of person."""
    return {
        "alices": client_of(cast.alice, "Alice Client Ltd"),
        "toms": client_of(cast.tom, "Tom Client Ltd"),
        "sams": client_of(cast.sam, "Sam Client Ltd"),
        "pooled": client_of(None, "Pool Client Ltd"),
    }


@pytest.mark.parametrize(
    ("who", "seen"),
    [
        ("alice", {"alices", "pooled"}),
        ("tom", {"toms", "pooled"}),
        ("tina", {"toms"}),
        ("bob", {"alices", "toms", "pooled"}),
        ("sam", {"alices", "toms", "sams", "pooled"}),
        ("erin", {"alices", "toms", "sams", "pooled"}),
        ("rita", {"alices", "toms", "sams", "pooled"}),
        ("olga", set()),
        ("gone", set()),
    ],
)
def test_everybody_sees_exactly_their_clients(cast, as_, files, who, seen):
    person = cast.people[who]
    assert set(Client.objects.visible_to(person)) == {files[name] for name in seen}
    if not person.is_active:
        return
    http = as_(who)
    assert set(http.get(url("client-list")).context["page"].rows) == {files[name] for name in seen}
    answers = {name: http.get(url("client-detail", client.pk)).status_code for name, client in files.items()}
    assert answers == {name: 200 if name in seen else 404 for name in files}


def test_contact_data_is_shown_only_with_the_client(as_, files):
    contact = contact_of(files["alices"], mobile="13912345678", email="mei@client.example")
    assert "13912345678" in as_("alice").get(url("client-detail", files["alices"].pk)).text
    assert as_("tom").get(url("contact-update", contact.pk)).status_code == 404
    assert as_("tom").get(url("contact-history", contact.pk)).status_code == 404
    assert "13912345678" not in as_("tom").get(url("client-list")).text


@pytest.mark.parametrize(
    ("who", "answers"),
    [("alice", (200, 403)), ("bob", (200, 403)), ("sam", (200, 200)), ("erin", (403, 403)), ("tom", (404, 404))],
)
def test_who_changes_and_who_merges(as_, files, who, answers):
    http = as_(who)
    pk = files["alices"].pk
    pages = ("client-update", "client-merge")
    assert tuple(http.get(url(page, pk)).status_code for page in pages) == answers
    found = {http.get(url(page, pk)).status_code for page in ("client-review", "contactlog-create", "contact-create")}
    assert found == {answers[0]}


def test_a_pool_client_is_taken_before_it_is_changed(cast, as_, files):
    http, pooled = as_("alice"), files["pooled"]
    refused = http.get(url("client-update", pooled.pk))
    assert (refused.status_code, "take it first" in refused.text) == (403, True)
    assert http.post(url("client-take", pooled.pk)).url == pooled.get_absolute_url()
    pooled.refresh_from_db()
    assert pooled.owner == cast.alice
    assert pooled.history.first().history_change_reason == "taken from the pool"
    assert http.get(url("client-update", pooled.pk)).status_code == 200
    assert as_("tom").post(url("client-take", pooled.pk)).status_code == 404


def test_a_client_is_given_to_the_pool_with_a_reason(as_, files):
    http, mine = as_("alice"), files["alices"]
    http.post(url("client-release", mine.pk), {"reason": " "})
    mine.refresh_from_db()
    assert mine.owner is not None
    http.post(url("client-release", mine.pk), {"reason": "no business"})
    mine.refresh_from_db()
    assert (mine.owner, mine.in_pool) == (None, True)
    assert mine.history.first().history_change_reason == "no business"


def test_staff_begin_a_file_and_client_service_classifies_it(cast, as_):
    http = as_("alice")
    form = http.get(url("client-create")).context["form"]
    assert {"industry", "grade"} & set(form.fields) == set()
    answer = http.post(url("client-create"), data(owner=cast.alice.pk, website="orchid.example"))
    client = Client.objects.get()
    assert answer.url == client.get_absolute_url()
    assert (client.number[:3], client.owner, client.website) == ("KH-", cast.alice, "https://orchid.example")
    industry, grade = IndustryFactory(), ClientGradeFactory()
    client.industry = industry
    with pytest.raises(Refused, match="Client Service sets industry and grade"):
        services.save_client(client, by=cast.alice)
    answer = change(as_("sam"), client, industry=industry.pk, grade=grade.pk, change_reason="classified")
    assert answer.status_code == 302
    client.refresh_from_db()
    assert (client.industry, client.grade) == (industry, grade)
    assert client.history.first().history_user == cast.sam


def test_people_without_the_role_begin_no_file(as_):
    assert as_("olga").get(url("client-create")).status_code == 403


def test_a_doubtful_code_is_asked_about_once(cast, as_):
    http = as_("sam")
    page = http.post(url("client-create"), data(uscc="12345"))
    assert page.context["form"].errors["uscc"] == [
        "A unified social credit code has 18 digits and capital letters, without I, O, S, V and Z."
    ]
    page = http.post(url("client-create"), data(uscc=PILOT_CODE))
    assert "check character" in page.context["form"].errors["uscc"][0]
    assert http.post(url("client-create"), data(uscc=PILOT_CODE, confirm_uscc="on")).status_code == 302
    assert Client.objects.get().uscc == PILOT_CODE


def test_one_code_belongs_to_one_client_and_names_it_only_to_who_sees_it(cast, as_):
    known = client_of(cast.alice, "Acme", uscc=CODE)
    page = as_("sam").post(url("client-create"), data(uscc=CODE))
    assert page.context["form"].errors["uscc"] == [f"{known.number} Acme has this Unified Social Credit Code."]
    page = as_("tom").post(url("client-create"), data(uscc=CODE))
    assert page.context["form"].errors["uscc"] == [
        "Another client has this Unified Social Credit Code; ask Client Service."
    ]
    known.status = "ended"
    services.save_client(known, by=cast.alice)
    assert as_("tom").post(url("client-create"), data(uscc=CODE)).status_code == 302


def test_database_itself_refuses_what_services_refuse(cast):
    one, two = client_of(cast.alice, "One", uscc=CODE), client_of(cast.alice, "Two", uscc=OTHER_CODE)
    first = contact_of(one, is_primary=True)
    for broken in (
        lambda: Client.objects.filter(pk=two.pk).update(uscc=CODE),
        lambda: Client.objects.filter(pk=one.pk).update(merged_into=one.pk, status="ended"),
        lambda: Client.objects.filter(pk=one.pk).update(merged_into=two.pk),
        lambda: Contact.objects.create(client=one, name="Second", is_primary=True),
        lambda: Contact.objects.filter(pk=first.pk).update(active=False),
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            broken()


def test_a_stale_form_says_what_the_other_changed(cast, as_):
    client = client_of(cast.alice)
    http = as_("sam")
    form = http.get(url("client-update", client.pk)).context["form"]
    client.phone = "021-5550 1111"
    services.save_client(client, by=cast.alice)
    page = http.post(url("client-update", client.pk), data(version=form["version"].value()))
    assert "Alice: Phone: – → 021-5550 1111" in page.context["form"].non_field_errors()


def test_whoever_gives_a_client_away_is_led_to_the_list(cast, as_):
    client = client_of(cast.alice)
    answer = change(as_("alice"), client, owner=cast.sam.pk)
    assert answer.url == url("client-list")


def test_the_successor_of_a_leaver_is_in_charge(cast):
    client = client_of(cast.alice)
    assert describe_handover(cast.alice) == ["in charge of 1 client"]
    deactivate_employee(employee=cast.alice, by=cast.root, successor=cast.tom, reason="moved away")
    client.refresh_from_db()
    assert client.owner == cast.tom
    assert client.history.first().history_change_reason == "moved away"
