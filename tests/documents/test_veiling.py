"""What a step hides from its approver, asked of every kind that offers it; and whom it stays open to."""

import pytest

from apps.documents import printing, services
from apps.documents.kinds import all_kinds, kind_of
from apps.documents.permissions import Access
from apps.documents.views.wiring import views_of
from tests.documents.test_talk import upload
from tests.factories.approvals import route, step
from tests.factories.documents import draft, submitted
from tests.factories.kinds import draft_of

pytestmark = pytest.mark.django_db
SECRET = "Zyx7secret"
COLUMNS = [(kind, name) for kind, model in all_kinds().items() for name in model.HIDEABLE if name != "attachments"]


def veiled(kind, people, *hidden, **second):
    """A step of olga's that hides these parts, then finance."""
    return route(
        kind,
        [step("look", people=[people.olga], hidden=list(hidden)), step("finance", role="finance_reviewer", **second)],
    )


def seen_by(client, person, document) -> dict[str, bool]:
    """On which pages of a paper the secret stands."""
    client.force_login(person)
    views = views_of(document.kind)
    pages = {name: client.get(document.url(name)).content.decode() for name in ("detail", "history")}
    paper = type(document).objects.select_related(*printing.RELATED, *views.select_related).get(pk=document.pk)
    pages["print"] = repr(printing.print_form(paper, views.print_parts(paper), by=person, base_url=""))
    columns = {column.name for column in views.table_class.columns}
    found = {name: SECRET in text for name, text in pages.items()}
    for name, address in (("list", views.url("list")), ("search", "/search/")):
        found[name] = document.url("detail") in client.get(address, {"q": SECRET}).content.decode()
    return {**found, "columns": bool(columns & (set(document.HIDEABLE) - {"attachments"}))}


@pytest.mark.parametrize(("kind", "name"), COLUMNS)
def test_hidden_part_is_nowhere_for_the_approver_and_on_the_page_for_the_others(people, client, kind, name):
    document = draft_of(kind, people.alice)
    model = kind_of(kind)
    assert model._meta.get_field(name).get_internal_type() in ("CharField", "TextField")
    model.objects.filter(pk=document.pk).update(**{name: f"{SECRET} before"})
    document = model.objects.get(pk=document.pk)
    setattr(document, name, SECRET)
    services.save_draft(document, by=people.alice)
    veiled(kind, people, name)
    document = services.submit(model.objects.get(pk=document.pk), by=people.alice)
    assert SECRET in getattr(model.objects.get(pk=document.pk), name)

    nowhere = dict.fromkeys(("detail", "history", "list", "search", "print", "columns"), False)
    assert seen_by(client, people.olga, document) == nowhere
    mine = seen_by(client, people.alice, document)
    assert (mine["detail"], mine["history"], mine["columns"]) == (True, True, False)
    services.approve(document, by=people.olga)
    assert seen_by(client, people.olga, document) == nowhere
    assert seen_by(client, people.fay, document)["detail"]


def test_only_the_tasks_of_veiled_steps_hide(people):
    veiled("memo", people, "purpose", "attachments")
    memo = submitted(people.alice)

    def hidden(person):
        return Access(person, type(memo).objects.get(pk=memo.pk)).hidden

    assert {name for name, person in people.people.items() if hidden(person)} == {"olga"}
    services.transfer(memo, by=people.olga, to=people.tom, reason="You know it")
    assert hidden(people.tom) == hidden(people.olga) == {"purpose", "attachments"}
    services.copy_to(memo, by=people.alice, people=[people.olga])
    assert hidden(people.olga) == set()
    assert hidden(people.tom) == {"purpose", "attachments"}


def test_who_decides_a_step_without_a_veil_sees_all(people):
    route("memo", [step("look", people=[people.olga], hidden=["purpose"]), step("again", people=[people.olga])])
    memo = services.approve(submitted(people.alice), by=people.olga)
    assert Access(people.olga, memo).hidden == set()


def test_hidden_attachments_are_neither_listed_nor_handed_out(people, client):
    veiled("memo", people, "attachments")
    memo = draft(people.alice)
    file = services.attach(memo, by=people.alice, file=upload("salaries.pdf"))
    services.submit(memo, by=people.alice)
    client.force_login(people.olga)
    page = client.get(memo.url("detail")).content.decode()
    assert "salaries.pdf" not in page
    assert "Not shown at your step: attachments." in page
    assert client.get(memo.url("file", file.pk)).status_code == 404
    assert client.get(memo.url("evidence")).status_code == 403
    client.force_login(people.bob)
    assert "salaries.pdf" in client.get(memo.url("detail")).content.decode()
    assert b"".join(client.get(memo.url("file", file.pk)).streaming_content)


def test_what_another_step_changes_in_a_hidden_part_stays_hidden(people, client):
    route(
        "memo",
        [
            step("fill", people=[people.sam], editable=["purpose"]),
            step("look", people=[people.olga], hidden=["purpose"]),
        ],
    )
    memo = submitted(people.alice)

    def change(document):
        document.purpose = SECRET
        return {"purpose": ["It is empty", SECRET]}

    services.edit_in_review(memo, by=people.sam, field="purpose", change=change)
    services.approve(memo, by=people.sam)
    client.force_login(people.olga)
    assert SECRET not in client.get(memo.url("history")).content.decode()
    changed = client.post(memo.url("approve"), {"seen": "x", "seen_at": "2020-01-01T00:00:00+00:00"})
    assert (changed.status_code, SECRET in changed.content.decode()) == (409, False)
    client.force_login(people.alice)
    assert SECRET in client.get(memo.url("history")).content.decode()
