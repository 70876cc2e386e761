"""Filling in a paper: nothing typed is lost, nothing is stored twice, and the server says what it makes of it."""

import uuid

import pytest
from django.urls import reverse

from apps.approvals.models import RouteVersion
from apps.documents import services
from apps.documents.models import Attachment
from apps.org.models import Company
from tests.documents.trips import messages_of, publish, trip, typed, upload
from tests.vehicles.models import Leg, VehicleRequest

NEW = "/vehicles/requests/new/"


@pytest.fixture
def world(people):
    publish()
    return people


@pytest.fixture
def alice(client, world):
    client.force_login(world.alice)
    return client


def test_submitting_from_the_form_saves_numbers_and_says_whose_turn_it_is(alice):
    response = alice.post(NEW, typed(action="submit", attachments=[upload()]), follow=True)

    document = VehicleRequest.objects.get()
    assert response.redirect_chain == [(document.get_absolute_url(), 302)]
    assert messages_of(response) == [f"{document.number} submitted; now with Bob."]
    assert document.state == "in_review"
    assert list(document.legs.values_list("place", "kilometres")) == [("Suzhou", 120)]
    assert list(document.attachments.values_list("name", "file_type")) == [("scan.pdf", "pdf")]


def test_a_form_sent_twice_makes_one_paper(alice):
    key = str(uuid.uuid4())

    for _time in range(2):
        alice.post(NEW, typed(form_key=key))

    assert VehicleRequest.objects.count() == 1
    assert Leg.objects.count() == 1


def test_an_incomplete_paper_is_kept_and_the_messages_stand_at_its_fields(alice):
    response = alice.post(NEW, typed(legs=(), day="", action="submit"), follow=True)

    document = VehicleRequest.objects.get()
    assert response.redirect_chain == [(f"{document.url('update')}?check=1", 302)]
    assert document.state == "draft"
    assert response.context["form"].errors == {
        "day": ["Say on which day the car is needed."],
        "__all__": ["Say where the car goes."],
    }
    assert 'href="#id_day"' in response.content.decode()


def test_what_cannot_be_stored_is_shown_again_and_the_rest_is_kept_with_the_files(alice):
    legs = (("Suzhou", "120"), ("Wuxi", "far"), ("Kunshan", "60"))

    response = alice.post(NEW, typed(legs, day="soon", action="submit", attachments=[upload()]))

    document = VehicleRequest.objects.get()
    assert response.status_code == 422
    assert document.title == "Client visit"
    assert list(document.legs.values_list("place", flat=True)) == ["Suzhou", "Kunshan"]
    assert list(document.attachments.values_list("name", flat=True)) == ["scan.pdf"]
    page = response.content.decode()
    assert 'value="soon"' in page
    assert 'value="far"' in page
    assert f'action="{document.url("update")}"' in page


def test_the_form_shown_again_stores_no_line_twice(alice):
    legs = (("Suzhou", "120"), ("Wuxi", "far"), ("Kunshan", "60"))
    shown = alice.post(NEW, typed(legs)).context
    posted = {bound.html_name: bound.value() or "" for form in (shown["form"], *shown["formset"]) for bound in form}
    posted |= {bound.html_name: bound.value() for bound in shown["formset"].management_form}
    posted = {
        name: "40" if value == "far" else value for name, value in posted.items() if value and "DELETE" not in name
    }

    alice.post(shown["action_url"], {**posted, "revision": shown["revision"]})

    kept = VehicleRequest.objects.get().legs.values_list("place", "kilometres")
    assert sorted(kept) == [("Kunshan", 60), ("Suzhou", 120), ("Wuxi", 40)]


def test_lines_are_told_apart_by_their_id_and_missing_ones_are_removed(alice, world):
    document = trip(world.alice, submitted=False, legs=[("A", 1), ("B", 2), ("C", 3)])
    first, second, third = document.legs.all()
    lines = {
        "lines-TOTAL_FORMS": "3",
        "lines-INITIAL_FORMS": "0",
        "lines-0-place": "New",
        "lines-0-kilometres": "9",
        "lines-1-id": str(third.pk),
        "lines-1-place": "C2",
        "lines-1-kilometres": "3",
        "lines-2-id": str(first.pk),
        "lines-2-place": "A",
        "lines-2-kilometres": "1",
        "lines-2-DELETE": "on",
    }

    response = alice.post(document.url("update"), {**typed(legs=()), **lines, "revision": "0"})

    assert response.status_code == 302
    assert list(document.legs.values_list("pk", "place")) == [(third.pk, "C2"), (third.pk + 1, "New")]
    assert not Leg.objects.filter(pk=second.pk).exists()


def test_a_line_of_another_paper_is_never_touched(alice, world):
    other = trip(world.bob, submitted=False, legs=[("Secret", 7)])
    lines = {"lines-0-id": str(other.legs.get().pk), "lines-0-place": "Mine", "lines-0-kilometres": "1"}

    alice.post(NEW, {**typed(legs=()), **lines, "lines-TOTAL_FORMS": "1", "lines-INITIAL_FORMS": "1"})

    assert other.legs.get().place == "Secret"
    assert VehicleRequest.objects.get(applicant=world.alice).legs.get().place == "Mine"


def test_a_stale_form_keeps_what_was_typed_and_shows_what_is_stored(alice, world):
    document = trip(world.alice, submitted=False)
    document.purpose = "Stored meanwhile"
    services.save_draft(document, by=world.alice)

    response = alice.post(document.url("update"), typed(purpose="Typed here", revision="0"))

    assert response.status_code == 409
    assert [(str(fact.label), fact.value) for fact in response.context["stored"]] == [("Purpose", "Stored meanwhile")]
    page = response.content.decode()
    assert "Typed here" in page
    assert 'name="revision" value="1"' in page
    document.refresh_from_db()
    assert document.purpose == "Stored meanwhile"


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        (
            "virus.pdf",
            b"MZ\x90\x00",
            "virus.pdf is none of PDF, OFD, JPG, PNG, XLSX, DOCX, ZIP, XML, whatever its name says.",
        ),
        ("empty.pdf", b"", "empty.pdf is empty."),
    ],
)
def test_a_disguised_file_is_refused_beside_the_upload_field(alice, name, content, message):
    response = alice.post(NEW, typed(attachments=[upload(name, content)]), follow=True)

    assert response.context["file_errors"] == [message]
    assert Attachment.objects.count() == 0
    assert VehicleRequest.objects.count() == 1


def test_a_file_over_the_limit_is_refused_beside_the_upload_field(alice, world):
    company = Company.current()
    company.max_attachment_mb = 1
    company.save()

    response = alice.post(NEW, typed(attachments=[upload("big.pdf", b"%PDF-1.4" + bytes(1024 * 1024))]), follow=True)

    assert response.context["file_errors"] == ["big.pdf is larger than 1 MB."]


def test_ticked_files_are_taken_off(alice, world):
    document = trip(world.alice, submitted=False)
    kept = services.attach(document, by=world.alice, file=upload("kept.pdf"))
    gone = services.attach(document, by=world.alice, file=upload("gone.pdf", b"%PDF-1.4 other"))

    alice.post(document.url("update"), typed(remove_file=str(gone.pk)))

    assert list(document.attachments.values_list("pk", flat=True)) == [kept.pk]


def test_a_submitted_paper_is_not_edited(alice, world):
    document = trip(world.alice)

    response = alice.get(document.url("update"))

    assert response.status_code == 403
    assert "It was submitted and can&#x27;t be changed now." in response.content.decode()


def test_somebody_elses_draft_does_not_exist(alice, world):
    document = trip(world.olga, submitted=False)

    for page in ("detail", "update", "print", "history"):
        assert alice.get(document.url(page)).status_code == 404
    for page in ("preview", "autosave", "submit", "delete", "comment", "attach"):
        assert alice.post(document.url(page), typed()).status_code == 404


def test_somebody_without_a_department_is_told_why(client, world):
    world.alice.department = None
    world.alice.save()
    client.force_login(world.alice)

    assert client.get(NEW).status_code == 403
    assert client.get("/vehicles/requests/").context["create_url"] == ""


class TestAutosave:
    def test_the_first_save_makes_the_draft_and_the_next_ones_keep_it(self, alice):
        key = str(uuid.uuid4())
        first = alice.post(reverse("vehicles:vehiclerequest-autosave"), typed(form_key=key)).json()
        document = VehicleRequest.objects.get()
        assert first == {
            "id": document.pk,
            "revision": 0,
            "saved_at": first["saved_at"],
            "url": document.url("update"),
            "autosave": document.url("autosave"),
            "fields": {"lines-0-id": str(document.legs.get().pk)},
        }

        second = alice.post(first["autosave"], typed(**first["fields"], title="Better", revision="0")).json()

        document.refresh_from_db()
        assert (second["revision"], document.title, document.legs.count()) == (1, "Better", 1)

    def test_half_typed_input_is_kept_as_far_as_it_fits(self, alice):
        legs = (("Suzhou", "120"), ("", "x"))

        answer = alice.post(reverse("vehicles:vehiclerequest-autosave"), typed(legs, title="", day="20")).json()

        document = VehicleRequest.objects.get()
        assert (document.title, document.day, document.legs.count()) == ("", None, 1)
        assert answer["saved_at"].endswith(", without line 2, which is not complete")

    def test_a_stale_page_is_told_so(self, alice, world):
        document = trip(world.alice, submitted=False)
        services.save_draft(document, by=world.alice)

        response = alice.post(document.url("autosave"), typed(revision="0"))

        assert response.status_code == 409
        assert response.json()["message"].startswith("This document was changed in another window")

    def test_no_history_row_for_each_keystroke(self, alice, world):
        document = trip(world.alice, submitted=False)

        for title in ("A", "Ab", "Abc"):
            alice.post(document.url("autosave"), typed(title=title))

        assert document.history.count() == 1


class TestPreview:
    def test_it_names_the_people_and_the_reasons(self, alice, world):
        response = alice.post(reverse("vehicles:vehiclerequest-preview"), typed((("Beijing", "1200"),), car="van"))

        assert [(stop.name, stop.people, stop.why) for stop in response.context["stops"]] == [
            ("Head", ["Bob"], ["head of Business"]),
            ("Finance", ["Fay", "Finn"], ["everyone with the role Role finance_reviewer"]),
            ("Far", ["Erin"], ["everyone with the role Role executive", "because kilometres ＞ 500"]),
        ]
        assert [hint.text for hint in response.context["hints"]] == ["The van takes at most 800 kg."]
        assert VehicleRequest.objects.count() == 0

    def test_invalid_input_is_answered_with_what_can_be_computed(self, alice):
        response = alice.post(reverse("vehicles:vehiclerequest-preview"), typed((("", "x"),), title="", day="?"))

        assert response.status_code == 200
        far = response.context["stops"][2]
        assert (far.label, far.why) == ("Does not apply", ["only if kilometres ＞ 500"])

    def test_without_a_route_it_says_so(self, alice, world):
        RouteVersion.objects.update(state="retired")

        response = alice.post(reverse("vehicles:vehiclerequest-preview"), typed())

        assert [hint.level for hint in response.context["hints"]] == ["danger"]
        assert "stops" not in response.context
