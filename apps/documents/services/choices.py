"""Whom the applicant chooses to decide a paper, kept with the draft until it is submitted (發起人自選)."""

from collections.abc import Iterable, Mapping

from django.db import transaction

from apps.approvals import choosing
from apps.approvals.errors import ChoiceMissing
from apps.documents import permissions
from apps.documents.models import ChosenApprover, Document
from apps.org.models import User


@transaction.atomic
def choose_approvers(document: Document, *, by, chosen: Mapping[str, Iterable[User]]) -> None:
    """Keep who is to decide, by key of the step."""
    permissions.require(by, "update", document)
    ChosenApprover.objects.filter(document=document.pk, step__in=chosen).delete()
    ChosenApprover.objects.bulk_create(
        ChosenApprover(document_id=document.pk, step=step, user=person)
        for step, people in chosen.items()
        for person in people
    )


def chosen_approvers(document: Document) -> dict[str, list[int]]:
    """Whom the applicant has chosen so far, by key of the step."""
    chosen: dict[str, list[int]] = {}
    for step, person in ChosenApprover.objects.filter(document=document.pk).values_list("step", "user"):
        chosen.setdefault(step, []).append(person)
    return chosen


def missing_choices(document: Document, rules: list[choosing.StepRule]) -> dict[str, list[str]]:
    """What still has to be chosen before the paper can be submitted: messages by field."""
    given = chosen_approvers(document)
    try:
        choosing.of_applicant(rules, given, applicant=document.applicant_id, facts=document.facts())
    except ChoiceMissing as missing:
        return missing.fields
    return {}
