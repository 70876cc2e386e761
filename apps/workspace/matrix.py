"""Who may do what: every kind of document in every state, asked by every sort of person.

Nothing is written down by hand. Papers are really written, submitted, decided and paid through the services, and
`documents.permissions` answers; the caller rolls the transaction back. `permission_matrix` makes
`docs/reference/permissions.md` of it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial

from django.contrib.auth.models import Permission
from django.db import transaction

from apps.approvals.models import Route, RouteStep, RouteVersion
from apps.approvals.rules import freeze
from apps.core import registry
from apps.documents import services
from apps.documents.kinds import all_kinds
from apps.documents.models import Document
from apps.documents.permissions import Access, Answer, actions_of
from apps.org.models import Department, User
from apps.workspace.matrix_papers import LATER, write

#: who is asked, in the order of the tables; roles follow
PEOPLE = {
    "applicant": "Applicant",
    "first": "Approver of the first step",
    "second": "Approver of the second step",
    "reader": "Somebody it was copied to",
    "head": "Head of the applicant's department",
    "upper": "Head of a department above",
    "colleague": "Colleague in the same department",
    "outsider": "Somebody in another department",
    "leaver": "Somebody it was copied to, who has left",
    "root": "Superuser without a role",
}


@dataclass
class Answers:
    """What one state of one kind allows: answers by person and action; no answers for whom the paper does not exist."""

    state: str
    rows: dict[str, dict[str, Answer] | None] = field(default_factory=dict)


@dataclass
class KindMatrix:
    """The tables of one kind."""

    model: type[Document]
    actions: list[str]
    states: list[Answers]


class Cast:
    """The people of the tables and where they stand. They hold what a role group gives without being in it."""

    def __init__(self):
        upper = Department.objects.create(code="MATRIX-UP", name="Above")
        own = Department.objects.create(code="MATRIX", name="Department", parent=upper)
        elsewhere = Department.objects.create(code="MATRIX-ELSE", name="Elsewhere")
        inside = ("applicant", "head", "colleague")
        for name in (*PEOPLE, *registry.role_permissions):
            place = own if name in inside else elsewhere
            person = User.objects.create(username=f"matrix-{name}", name=name, department=place)
            person.user_permissions.set(_permissions(registry.role_permissions.get(name, set())))
        self["applicant"].user_permissions.set(_permissions(_raising()))
        User.objects.filter(username="matrix-root").update(is_superuser=True)
        for department, head in ((own, "head"), (upper, "upper")):
            department.head = self[head]
            department.save()

    def __getitem__(self, name: str) -> User:
        return User.objects.get(username=f"matrix-{name}")

    def asked_about(self, model: type[Document]) -> Iterator[tuple[str, User]]:
        """The rows of a kind's tables: heading and person. Only now the leaver has left."""
        for name, label in PEOPLE.items():
            person = self[name]
            person.is_active = name != "leaver"
            yield label, person
        for code in roles_concerned(model):
            yield f"Role `{code}`", self[code]


def roles_concerned(model: type[Document]) -> list[str]:
    """The roles a new company starts with that hold a permission on this kind, or on documents of every kind."""
    own = {f"{model._meta.app_label}.{codename}" for codename, _name in model._meta.permissions}
    base = {f"documents.{codename}" for codename, _name in Document._meta.permissions}
    return sorted(code for code, given in registry.role_permissions.items() if given & (own | base))


class Scene:
    """Plays one paper all the way. The route has two steps of one named person each."""

    def __init__(self, model: type[Document], cast: Cast):
        self.model = model
        self.cast = cast
        self.applicant = cast["applicant"]
        self.actions = [action for action in actions_of(model.KIND) if action != "create"]
        route, _created = Route.objects.get_or_create(
            kind=model.KIND, purpose=Route.Purpose.APPROVE, defaults={"name": model.KIND}
        )
        Route.objects.filter(pk=route.pk).update(revocable_days=30)
        route.versions.filter(state=RouteVersion.State.PUBLISHED).update(state=RouteVersion.State.RETIRED)
        number = max(route.versions.values_list("number", flat=True), default=0) + 1
        version = RouteVersion.objects.create(route=route, number=number, state=RouteVersion.State.PUBLISHED)
        for order, name in enumerate(("first", "second"), start=1):
            step = RouteStep.objects.create(
                version=version, order=order, key=name, name=name, rule=RouteStep.Rule.PEOPLE
            )
            step.people.add(cast[name])
        freeze(version)
        version.save()

    def before(self, model: type[Document]) -> Document:
        """An approved paper of another kind, of the same applicant."""
        scene = Scene(model, self.cast)
        return scene.approve(scene.approve(scene.submit(write(scene)), "first"), "second")

    def submit(self, paper: Document) -> Document:
        paper = services.submit(paper, by=self.applicant)
        services.copy_to(paper, by=self.applicant, people=[self.cast["reader"], self.cast["leaver"]])
        return paper

    def approve(self, paper: Document, name: str) -> Document:
        return services.approve(paper, by=self.cast[name])

    def answers(self) -> list[Answers]:
        """Every state worth asking about; a kind's own states come after `approved`."""
        second, executive = self.cast["second"], self.cast["executive"]
        withdraw = partial(services.withdraw, by=self.applicant)
        return_ = partial(services.return_, by=second, reason="Please correct it.")
        reject = partial(services.reject, by=second, reason="Not for the company.")
        cancel = partial(services.cancel, by=executive, reason="Entered twice.")
        paper = write(self)
        on_the_way = [self._asked("Draft, never submitted", paper)]
        paper = self.submit(paper)
        on_the_way.append(self._asked("In approval, at the first step", paper))
        withdrawn = self._aside("Withdrawn (a draft that has a number)", withdraw, paper)
        paper = self.approve(paper, "first")
        on_the_way.append(self._asked("In approval, at the second step", paper))
        returned = self._aside("Returned for correction", return_, paper)
        rejected = self._aside("Rejected", reject, paper)
        paper = self.approve(paper, "second")
        approved = self._asked("Approved", paper)
        later = [self._aside(heading, play, paper) for heading, play in LATER.get(self.model.KIND, {}).items()]
        cancelled = [] if paper.cancel_refusal() else [self._aside("Cancelled", cancel, paper)]
        return [*on_the_way, withdrawn, returned, approved, *later, rejected, *cancelled]

    def _aside(self, heading: str, play: Callable[[Document], Document], paper: Document) -> Answers:
        """What would be answered if the paper went this way from here; afterwards it has not."""
        with transaction.atomic():
            answers = self._asked(heading, play(self.model.objects.get(pk=paper.pk)))
            transaction.set_rollback(True)
        return answers

    def _asked(self, heading: str, paper: Document) -> Answers:
        answers = Answers(heading)
        for label, person in self.cast.asked_about(self.model):
            access = Access(person, paper)
            answers.rows[label] = (
                {action: access.may(action) for action in self.actions} if access.may("view") else None
            )
        return answers


def matrix() -> Iterator[KindMatrix]:
    """The tables of every kind of the site. Call it in a transaction that is rolled back afterwards."""
    cast = Cast()
    for model in all_kinds().values():
        if model.__module__.startswith("apps."):
            scene = Scene(model, cast)
            yield KindMatrix(model, scene.actions, scene.answers())


def _raising() -> set[str]:
    """What it takes to raise a paper of any kind, and what comes before it."""
    kinds = {f"{model._meta.app_label}.add_{model._meta.model_name}" for model in all_kinds().values()}
    return kinds | {"business.add_opportunity"}


def _permissions(labels: set[str]) -> list[Permission]:
    found = Permission.objects.select_related("content_type")
    return [row for row in found if f"{row.content_type.app_label}.{row.codename}" in labels]
