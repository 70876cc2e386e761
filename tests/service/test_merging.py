"""Duplicates are suggested and merged; the merge keeps everything and says what it did."""

import pytest
from django.urls import reverse

from apps.core import registry
from apps.core.errors import Refused
from apps.service.clients import duplicates, services
from apps.service.clients.models import Client, ClientMerge
from tests.factories.service import ClientGradeFactory, client_of, contact_of, log_of, preference_of
from tests.story import story_of

pytestmark = pytest.mark.django_db
CODE, OTHER_CODE = "91350200776049653A", "91350200MA2YJ1XR9G"


def found(viewer, **typed):
    return [(suspect.client, suspect.reasons) for suspect in duplicates.suspects(viewer=viewer, **typed)]


def test_suggestions_come_from_name_number_and_code(cast):
    acme = client_of(cast.alice, "上海华辰贸易有限公司", uscc=CODE, phone="021-55508800")
    contact_of(acme, mobile="+86 139 0000 1111")
    client_of(cast.alice, "北京长风物流有限公司")
    assert found(cast.sam, name="上海 华辰贸易（有限公司）") == [(acme, ("name",))]
    assert found(cast.sam, name="华辰贸易") == [(acme, ("name",))]
    assert found(cast.sam, name="贸易") == []
    assert found(cast.sam, phones=["（021）5550 8800"]) == [(acme, ("phone",))]
    assert found(cast.sam, phones=["13900001111"]) == [(acme, ("phone",))]
    assert found(cast.sam, name="上海华辰贸易", uscc=CODE.lower()) == [(acme, ("uscc", "name"))]
    assert found(cast.sam, name="上海华辰贸易", but=acme.pk) == []


def test_files_of_others_are_counted_and_not_named(cast, as_):
    client_of(cast.tom, "Secret Orchid Ltd")
    page = as_("alice").post(reverse("service:client-suggestions"), {"name": "Secret Orchid"})
    assert "A client of somebody else" in page.text
    assert "KH-" not in page.text
    assert "Secret Orchid Ltd" in as_("sam").post(reverse("service:client-suggestions"), {"name": "secret orchid"}).text
    assert as_("olga").post(reverse("service:client-suggestions"), {"name": "x"}).status_code == 403


def test_a_new_client_like_a_known_one_is_asked_about_once(cast, as_):
    client_of(cast.tom, "Orchid Foods Ltd")
    typed = {"name": "ORCHID FOODS", "kind": "company", "status": "active", "owner": cast.alice.pk}
    http = as_("alice")
    page = http.post(reverse("service:client-create"), typed)
    assert "in the file already" in page.context["form"].errors["confirm_new"][0]
    assert http.post(reverse("service:client-create"), typed | {"confirm_new": "on"}).status_code == 302
    assert Client.objects.count() == 2


def test_the_list_groups_files_that_look_alike(cast, as_):
    one, two = client_of(cast.alice, "Acme Ltd"), client_of(cast.tom, "ACME")
    three = client_of(cast.tom, "Different", phone="021-55508800")
    four = client_of(None, "Another", phone="(021) 5550 8800")
    contact_of(three, mobile="13900001111")
    contact_of(one, mobile="139 0000 1111")
    client_of(None, "Alone")
    page = as_("sam").get(reverse("service:duplicates"))
    groups = {frozenset(group.clients): group.reasons for group in page.context["groups"]}
    assert groups == {
        frozenset({one, two}): {"name"},
        frozenset({three, four}): {"phone"},
        frozenset({one, three}): {"phone"},
    }
    assert as_("alice").get(reverse("service:duplicates")).status_code == 403


@pytest.fixture
def pair(cast):
    source = client_of(cast.tom, "Acme", uscc=CODE, needs="Visas", grade=ClientGradeFactory())
    target = client_of(cast.alice, "Acme Ltd", phone="021-55508800")
    return source, target


def test_everything_moves_to_the_file_that_stays(cast, as_, pair):
    source, target = pair
    earlier, referred = client_of(cast.tom, "Acme Old"), client_of(cast.tom, "Friend", referred_by=source)
    services.merge(source=earlier, target=source, by=cast.sam, reason="same")
    mei, jun = contact_of(source, "Mei", is_primary=True), contact_of(target, "Jun", is_primary=True)
    entry, preference = log_of(source, cast.tom), preference_of(source)
    services.review(source, by=cast.tom, fields=["name", "needs"])
    page = reverse("service:client-merge", args=[source.pk])
    http = as_("sam")
    shown = http.get(page, {"target": target.number.lower()}).context
    assert shown["target"] == target
    assert [row["label"] for row in shown["rows"] if row["taken"]] == ["Unified Social Credit Code", "Grade", "Needs"]
    assert http.post(page, {"target": target.number, "reason": "one company"}).url == target.get_absolute_url()
    for row in (source, target, mei, jun, entry, preference, earlier, referred):
        row.refresh_from_db()
    assert (source.merged_into, source.status, earlier.merged_into, referred.referred_by) == (
        target, "ended", target, target,
    )  # fmt: skip
    assert (target.uscc, target.needs, target.owner, target.name) == (CODE, "Visas", cast.alice, "Acme Ltd")
    assert {mei.client, entry.client, preference.client} == {target}
    assert (mei.is_primary, jun.is_primary) == (False, True)
    assert set(target.field_checks.values_list("field", flat=True)) == {"name", "needs"}
    assert target.contacted_on is not None
    done = ClientMerge.objects.get(source=source)
    assert (done.by, done.reason) == (cast.sam, "one company")
    assert done.taken_over == ["uscc", "grade", "needs"]
    assert done.moved == {"contacts": 1, "logs": 1, "preferences": 1, "referrals": 1, "merged": 1, "reviews": 1}
    assert mei.history.first().history_change_reason == f"merged from {source.number} Acme"
    assert source not in http.get(reverse("service:client-list")).context["page"].rows
    old = http.get(source.get_absolute_url())
    assert f"This file was merged into {target.number}." in old.text
    assert not any(old.context["may"].values())
    assert "one company" in story_of(http, target)


def test_merges_that_make_no_sense_are_refused(cast, as_, pair):
    source, target = pair
    other, person = client_of(None, "B", uscc=OTHER_CODE), client_of(None, "P", kind="person")
    for first, second, said in (
        (source, source, "into itself"),
        (source, other, "different Unified Social Credit Codes"),
        (source, person, "correct the kind first"),
    ):
        with pytest.raises(Refused, match=said):
            services.merge(source=first, target=second, by=cast.sam, reason="x")
    with pytest.raises(Refused, match="Give a reason"):
        services.merge(source=source, target=target, by=cast.sam, reason=" ")
    with pytest.raises(Refused, match="Only Client Service merges"):
        services.merge(source=source, target=target, by=cast.alice, reason="x")
    services.merge(source=source, target=target, by=cast.sam, reason="x")
    for first, second in ((source, other), (other, source), (source, target)):
        with pytest.raises(Refused, match=f"{source.number} was already merged into {target.number}"):
            services.merge(source=first, target=second, by=cast.sam, reason="x")
    page = reverse("service:client-merge", args=[target.pk])
    answer = as_("sam").post(page, {"target": "KH-0000-0000", "reason": "x"})
    assert answer.context["form"].errors["target"] == ["There is no client “KH-0000-0000”."]
    assert ClientMerge.objects.count() == 1


def test_apps_above_move_what_is_theirs(cast, pair, monkeypatch):
    source, target = pair
    asked = []

    def move(**values):
        asked.append((values["source"], values["target"], values["by"]))
        return {"engagements": 3}

    monkeypatch.setattr(registry, "client_merges", [])
    registry.register_client_merge(move)
    registry.register_client_merge(move)
    done = services.merge(source=source, target=target, by=cast.sam, reason="x")
    assert (asked, done.moved["engagements"]) == ([(source, target, cast.sam)], 3)
