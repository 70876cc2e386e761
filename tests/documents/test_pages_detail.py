"""The page of a paper: what it shows, to whom, and the verbs that start from it."""

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from apps.documents import services
from apps.documents.models import Participant
from tests.documents.trips import messages_of, publish, trip, upload
from tests.vehicles.models import Leg, VehicleRequest

QUERIES = 15
QUERIES_OF_APPROVAL = 25


@pytest.fixture
def world(people):
    publish()
    return people


def test_the_chain_shows_who_decided_whose_turn_it_is_and_who_comes(client, world):
    document = trip(world.alice, legs=[("Beijing", 1200)])
    services.approve(document, by=world.bob, comment="Fine")
    client.force_login(world.alice)

    chain = client.get(document.get_absolute_url()).context["chain"]

    assert [(stop.name, stop.state, stop.people) for stop in chain.current.stops] == [
        ("Head", "approved", ["Bob"]),
        ("Finance", "open", ["Fay", "Finn"]),
        ("Far", "pending", ["Erin"]),
    ]
    assert [decision.comment for decision in chain.current.stops[0].decisions] == ["Fine"]
    assert chain.current.stops[1].how_many == "any one of them"


def test_earlier_rounds_stay_readable(client, world):
    document = trip(world.alice)
    services.return_(document, by=world.bob, reason="Which client?")
    services.submit(document, by=world.alice)
    client.force_login(world.alice)

    response = client.get(document.get_absolute_url())

    chain = response.context["chain"]
    assert [turn.number for turn in (chain.current, *chain.earlier)] == [2, 1]
    assert "Which client?" in response.content.decode()


def test_buttons_come_from_the_permissions_with_their_reasons(client, world):
    document = trip(world.alice)
    services.approve(document, by=world.bob)
    client.force_login(world.alice)

    actions = client.get(document.get_absolute_url()).context["actions"]

    assert [(str(action.label), action.answer.reason) for action in actions] == [
        ("Withdraw", "Somebody has already decided. Ask them to return it instead."),
        ("Remind", ""),
        ("Copy to", ""),
        ("Print", ""),
        ("Evidence pack", ""),
    ]


@pytest.mark.parametrize("legs", [1, 40])
def test_the_page_costs_the_same_for_one_line_and_for_many(client, world, legs):
    document = trip(world.alice, legs=[(f"Place {number}", 20) for number in range(legs)])
    for text in ("One", "Two"):
        services.comment(document, by=world.alice, text=text)
    services.return_(document, by=world.bob, reason="Again")
    services.attach(document, by=world.alice, file=upload())
    services.submit(document, by=world.alice)
    services.approve(document, by=world.bob)
    client.force_login(world.fay)
    client.get(document.get_absolute_url())

    with CaptureQueriesContext(connection) as queries:
        response = client.get(document.get_absolute_url())

    assert response.context["decision"] is not None
    assert len(queries) <= QUERIES, "\n".join(query["sql"][:150] for query in queries)


def test_approving_stays_within_its_queries(client, world):
    document = trip(world.alice)
    client.force_login(world.bob)
    hidden = _hidden(client, document)

    with CaptureQueriesContext(connection) as queries:
        response = client.post(document.url("approve"), hidden)

    assert response.status_code == 302
    counted = [query["sql"] for query in queries if "SAVEPOINT" not in query["sql"]]
    assert len(counted) <= QUERIES_OF_APPROVAL, "\n".join(sql[:150] for sql in counted)


def test_approve_is_one_click_and_a_second_click_gets_a_sentence(client, world):
    document = trip(world.alice)
    client.force_login(world.bob)
    hidden = _hidden(client, document)

    first = client.post(document.url("approve"), {**hidden, "comment": "Good"}, follow=True)
    second = client.post(document.url("approve"), hidden, follow=True)

    assert messages_of(first) == [f"Your approval of {document.number} is recorded; now with Fay, Finn."]
    assert messages_of(second) == ["You have already decided this (approved)."]
    assert document.approval.tasks.filter(state="approved").count() == 1


def test_a_paper_changed_meanwhile_is_not_decided_but_shown_with_the_differences(client, world):
    document = trip(world.alice)
    client.force_login(world.bob)
    hidden = _hidden(client, document)
    leg = Leg.objects.get()
    leg.kilometres = 4000
    leg.save()

    response = client.post(document.url("approve"), {**hidden, "comment": "Good"})

    assert response.status_code == 409
    changes = [change for entry in response.context["entries"] for change in entry.changes]
    assert [(change.label, change.before, change.after) for change in changes] == [("Kilometres", "120", "4000")]
    assert "Good" in response.content.decode()
    document.refresh_from_db()
    assert document.approval.tasks.filter(state="approved").count() == 0


def test_return_and_reject_need_a_reason(client, world):
    document = trip(world.alice)
    client.force_login(world.bob)

    for verb in ("return", "reject"):
        response = client.post(document.url(verb), _hidden(client, document))
        assert (response.status_code, response.context["form"].errors["reason"]) == (422, ["Give a reason."])

    response = client.post(
        document.url("return"), {**_hidden(client, document), "reason": "Which client?"}, follow=True
    )
    assert messages_of(response) == [f"{document.number} is returned to Alice."]


def test_a_paper_can_go_back_to_an_earlier_step(client, world):
    document = trip(world.alice)
    services.approve(document, by=world.bob)
    client.force_login(world.fay)
    page = client.get(document.get_absolute_url())
    assert [stop.key for stop in page.context["decision"]["earlier"]] == ["head"]

    response = client.post(document.url("return"), {"to": "head", "reason": "Look again"}, follow=True)

    assert messages_of(response) == [f"{document.number} is returned; now with Bob."]


def test_who_sees_but_may_not_gets_the_reason(client, world):
    document = trip(world.alice)
    client.force_login(world.rita)

    response = client.post(document.url("approve"))

    assert response.status_code == 403
    assert "It is not your turn to decide." in response.content.decode()


def test_scripts_get_the_sentence_and_the_status(client, world):
    document = trip(world.alice)
    client.force_login(world.rita)

    response = client.post(document.url("approve"), headers={"HX-Request": "true"})

    assert (response.status_code, response.json()["message"]) == (403, "It is not your turn to decide.")


def test_withdraw_cancel_and_delete(client, world):
    document = trip(world.alice)
    client.force_login(world.alice)
    assert messages_of(client.post(document.url("withdraw"), follow=True)) == [
        f"{document.number} is withdrawn and a draft again."
    ]

    services.submit(document, by=world.alice)
    services.approve(document, by=world.bob)
    services.approve(document, by=world.fay)
    client.force_login(world.erin)
    assert messages_of(client.post(document.url("cancel"), {"reason": "Trip called off"}, follow=True)) == [
        f"{document.number} is cancelled; its number stays used."
    ]

    draft = trip(world.alice, submitted=False)
    client.force_login(world.alice)
    assert messages_of(client.post(draft.url("delete"), follow=True)) == ["The draft “Client visit” is deleted."]
    assert VehicleRequest.objects.count() == 1


def test_comments_and_copies(client, world):
    document = trip(world.alice)
    client.force_login(world.alice)

    client.post(document.url("comment"), {"text": "Bring <b>samples</b>"})
    response = client.post(document.url("copy"), {"people": [world.olga.pk]}, follow=True)

    assert messages_of(response) == ["Your comment is added.", f"{document.number} is copied to Olga."]
    assert "Bring &lt;b&gt;samples&lt;/b&gt;" in response.content.decode()
    client.force_login(world.olga)
    client.get(document.get_absolute_url())
    assert Participant.objects.get(user=world.olga).read_at is not None


def test_people_are_found_by_name(client, world):
    client.force_login(world.alice)

    found = client.get("/documents/people/", {"q": "oLg"}).json()

    assert found == [{"value": world.olga.pk, "text": "Olga · Service"}]
    assert client.get("/documents/people/", {"q": "gone"}).json() == []


class TestFiles:
    def test_they_are_served_to_readers_with_safe_headers(self, client, world):
        document = trip(world.alice, submitted=False)
        file = services.attach(document, by=world.alice, file=upload("合同.pdf"))
        client.force_login(world.alice)

        response = client.get(document.url("file", file.pk))

        assert b"".join(response.streaming_content) == b"%PDF-1.4\n%%EOF\n"
        assert response["Content-Disposition"].startswith("attachment")
        assert response["X-Content-Type-Options"] == "nosniff"
        inline = client.get(document.url("file", file.pk) + "?inline=1")
        assert inline["Content-Disposition"].startswith("inline")
        assert b"".join(inline.streaming_content) == b"%PDF-1.4\n%%EOF\n"

    def test_others_get_404_also_through_a_paper_of_their_own(self, client, world):
        theirs = trip(world.alice, submitted=False)
        file = services.attach(theirs, by=world.alice, file=upload())
        own = trip(world.olga, submitted=False)
        client.force_login(world.olga)

        assert client.get(theirs.url("file", file.pk)).status_code == 404
        assert client.get(own.url("file", file.pk)).status_code == 404
        assert client.post(own.url("detach", file.pk)).status_code == 404

    def test_attach_and_remove_on_the_page(self, client, world):
        document = trip(world.alice, submitted=False)
        client.force_login(world.alice)

        files = [upload("a.pdf"), upload("b.txt", b"text")]
        response = client.post(document.url("attach"), {"attachments": files}, follow=True)
        assert messages_of(response) == [
            "b.txt is none of PDF, OFD, JPG, PNG, XLSX, DOCX, ZIP, XML, whatever its name says.",
            "Attached: a.pdf",
        ]
        response = client.post(document.url("detach", document.attachments.get().pk), follow=True)
        assert messages_of(response) == ["a.pdf is removed."]

    def test_the_same_file_elsewhere_is_pointed_out_to_those_who_see_both(self, client, world):
        first, second = trip(world.alice, submitted=False), trip(world.alice, submitted=False, title="Other trip")
        hidden = trip(world.olga, submitted=False)
        for document, person in ((first, world.alice), (second, world.alice), (hidden, world.olga)):
            services.attach(document, by=person, file=upload())
        client.force_login(world.alice)

        [file] = client.get(first.get_absolute_url()).context["files"]

        assert [twin.pk for twin in file.twins] == [second.pk]


class TestHistory:
    def test_changes_read_as_differences(self, client, world):
        document = trip(world.alice, submitted=False)
        document = VehicleRequest.objects.get(pk=document.pk)
        document.car, document.title = "van", "Big samples"
        services.save_draft(document, by=world.alice, revision=0)
        client.force_login(world.alice)

        entries = client.get(document.url("history"), headers={"HX-Request": "true"}).context["entries"]

        changes = [(change.label, change.before, change.after) for entry in entries for change in entry.changes]
        assert changes == [("Title", "Client visit", "Big samples"), ("Car", "Sedan", "Van")]

    def test_the_log_tells_what_happened(self, client, world):
        document = trip(world.alice)
        services.return_(document, by=world.bob, reason="Which client?")
        client.force_login(world.alice)

        events = client.get(document.url("history")).context["events"]

        assert [(str(happened.event.actor or ""), happened.text, happened.details) for happened in events] == [
            ("Bob", "Head: returned", ["Which client?"]),
            ("", "Head: step opened", ["Bob"]),
            ("Alice", "submitted", []),
        ]


def _hidden(client, document):
    decision = client.get(document.get_absolute_url()).context["decision"]
    return {item["name"]: item["value"] for item in decision["hidden"]}


def test_the_moment_of_reading_is_sent_along(client, world):
    document = trip(world.alice)
    client.force_login(world.bob)

    seen_at = dt.datetime.fromisoformat(_hidden(client, document)["seen_at"])

    assert abs(timezone.now() - seen_at) < dt.timedelta(minutes=1)
