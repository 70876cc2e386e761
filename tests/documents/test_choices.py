"""Choosing who decides, in the browser: on the form of a paper, and when approving."""

import pytest

from apps.documents import services
from apps.documents.models import ChosenApprover
from tests.documents.trips import messages_of, trip, typed
from tests.factories.approvals import route, step, when
from tests.vehicles.models import VehicleRequest

NEW = "/vehicles/requests/new/"
MISSING = "Choose who decides the step “Expert”."


@pytest.fixture
def alice(client, people):
    client.force_login(people.alice)
    return client


def publish(**values):
    route(VehicleRequest.KIND, [step("head", rule="department_head"), step("expert", rule="chosen", **values)])


def names(form, field):
    return [str(person) for person in form.fields[field].queryset]


def test_the_form_offers_everybody_but_the_applicant(alice, people):
    publish()
    form = alice.get(NEW).context["choices"]
    assert {"Alice", "Gone"} & set(names(form, "expert")) == set()
    assert {"Tom", "Sam", "Bob"} <= set(names(form, "expert"))
    assert form.fields["expert"].label == "Who decides the step “Expert”"


def test_a_route_without_a_choice_shows_no_field(alice, people):
    route(VehicleRequest.KIND, [step("head", rule="department_head")])
    response = alice.get(NEW)
    assert response.context["choices"].fields == {}
    assert b"choice-" not in response.content


def test_a_choice_is_kept_with_the_draft_and_submitted(alice, people):
    publish()
    alice.post(NEW, typed(**{"choice-expert": people.tom.pk}))
    document = VehicleRequest.objects.get()
    assert services.chosen_approvers(document) == {"expert": [people.tom.pk]}
    page = alice.get(document.url("update"))
    assert page.context["choices"]["expert"].value() == people.tom.pk
    alice.post(document.url("submit"))
    services.approve(document, by=people.bob)
    assert document.approval is None or document.approval.choices == {"expert": [people.tom.pk]}
    task = VehicleRequest.objects.get().approval.tasks.get(state="open")
    assert task.user == people.tom


def test_submitting_without_a_choice_opens_the_form_with_the_message_at_the_field(alice, people):
    publish()
    response = alice.post(NEW, typed(action="submit"), follow=True)
    document = VehicleRequest.objects.get()
    assert response.redirect_chain == [(f"{document.url('update')}?check=1", 302)]
    assert response.context["choices"].errors == {"expert": [MISSING]}
    assert MISSING in response.content.decode()
    assert document.state == "draft"


def test_a_choice_that_is_not_needed_is_not_asked_for(alice, people):
    publish(conditions=[when("kilometres", "gt", 500)])
    form = alice.get(NEW).context["choices"]
    assert form.fields["expert"].help_text == "Needed only if kilometres ＞ 500."
    alice.post(NEW, typed(action="submit"))
    assert VehicleRequest.objects.get().state == "in_review"


def test_what_was_chosen_is_shown_again_when_the_form_is_refused(alice, people):
    publish()
    response = alice.post(NEW, typed(day="soon", **{"choice-expert": people.tom.pk}))
    assert response.status_code == 422
    assert f'<option value="{people.tom.pk}" selected>' in response.content.decode()


def test_nobody_else_can_be_smuggled_in(alice, people):
    publish(role="finance_reviewer")
    alice.post(NEW, typed(**{"choice-expert": people.tom.pk}))
    assert not ChosenApprover.objects.exists()


def test_the_preview_shows_who_is_chosen(alice, people):
    publish()
    page = alice.post(f"{NEW}preview/", typed(**{"choice-expert": people.tom.pk})).content.decode()
    assert "Tom" in page
    assert "chosen by the applicant" in page
    page = alice.post(f"{NEW}preview/", typed()).content.decode()
    assert "to be chosen by the applicant" in page


def test_the_form_of_a_paper_on_its_way_asks_for_the_steps_of_its_own_route(alice, people):
    publish()
    document = trip(people.alice, submitted=False)
    services.choose_approvers(document, by=people.alice, chosen={"expert": [people.tom]})
    services.submit(document, by=people.alice)
    services.return_(document, by=people.bob, reason="Which car?")
    route(VehicleRequest.KIND, [step("head", rule="department_head")])
    form = alice.get(document.url("update")).context["choices"]
    assert list(form.fields) == ["expert"]
    preview = alice.post(document.url("preview"), typed(**{"choice-expert": people.sam.pk}))
    stops = [(stop.key, stop.people) for stop in preview.context["stops"]]
    assert stops == [("head", ["Bob"]), ("expert", ["Sam"])]


# ---- an approver chooses ----


@pytest.fixture
def waiting(people):
    route(VehicleRequest.KIND, [step("head", rule="department_head"), step("next", rule="chosen_before")])
    return trip(people.alice)


def test_the_approver_is_asked_who_decides_next(client, people, waiting):
    client.force_login(people.bob)
    page = client.get(waiting.get_absolute_url())
    assert list(page.context["decision"]["choices"].fields) == ["next"]
    assert 'name="choice-next"' in page.content.decode()

    response = client.post(waiting.url("approve"), {"choice-next": people.tom.pk}, follow=True)

    assert messages_of(response) == [f"Your approval of {waiting} is recorded; now with Tom."]


def test_approving_without_naming_anybody_is_shown_at_the_field_with_what_was_said(client, people, waiting):
    client.force_login(people.bob)
    response = client.post(waiting.url("approve"), {"choice-next": "", "comment": "A long drive"})
    assert response.status_code == 422
    assert response.context["form"].errors == {"choice-next": ["Choose who decides the step “Next”."]}
    assert "A long drive" in response.content.decode()
    assert list(waiting.approval.tasks.values_list("state", flat=True)) == ["open"]


def test_the_chain_says_who_will_choose(client, people, waiting):
    client.force_login(people.alice)
    assert "to be chosen by whoever approves the step before" in client.get(waiting.get_absolute_url()).content.decode()
