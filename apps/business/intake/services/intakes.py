"""Writing an intake application on a preliminary assessment that has passed (clause 3.1.3)."""

from collections.abc import Callable

from django.db import transaction
from django.utils.translation import gettext as _

from apps.business.intake import permissions
from apps.business.intake.errors import IntakeError
from apps.business.intake.models import EngagementIntake, IntakeAssessment
from apps.core.errors import Forbidden
from apps.core.money import quantize
from apps.documents.errors import NotFound
from apps.documents.services import save_draft
from apps.org.models import User


def new_from(assessment: IntakeAssessment, by: User) -> EngagementIntake:
    """An application filled from the assessment, not yet stored."""
    opportunity = assessment.opportunity
    intake = EngagementIntake(
        kind=EngagementIntake.KIND,
        applicant=by,
        department_id=by.department_id,
        assessment=assessment,
        title=opportunity.title,
        scope=assessment.needs,
        amount=assessment.expected_revenue,
        estimated_cost=assessment.expected_cost,
    )
    adopt(intake)
    return intake


def adopt(intake: EngagementIntake) -> None:
    """Client and service type are those of the assessment; nobody types them."""
    assessment = intake.assessment
    if assessment is not None:
        intake.client = assessment.opportunity.client
        intake.service_type = assessment.service_type


@transaction.atomic
def save_intake(
    intake: EngagementIntake,
    *,
    by: User,
    revision: int | None = None,
    lines: Callable[[EngagementIntake], None] | None = None,
) -> EngagementIntake:
    """Store a draft or a returned application as typed. It may be unfinished, but stands on a passed assessment.

    Raises `Stale` when somebody saved after ``revision``, `NotAllowed` when the paper is not the person's to change,
    `Forbidden` or `IntakeError` when the assessment is not theirs to use.
    """
    stored = EngagementIntake.objects.filter(pk=intake.pk).values_list("assessment_id", flat=True).first()
    if stored is None or stored != intake.assessment_id:
        _require_usable(intake, by)
    adopt(intake)
    intake.amount, intake.estimated_cost = quantize(intake.amount), quantize(intake.estimated_cost)
    return save_draft(intake, by=by, revision=revision, lines=lines)


def _require_usable(intake: EngagementIntake, by: User) -> None:
    if intake.assessment_id is None:
        text = _("Choose a preliminary assessment that has passed.")
        raise IntakeError(text, fields={"assessment": [text]})
    seen = IntakeAssessment.objects.visible_to(by).select_related("opportunity__owner")
    assessment = seen.filter(pk=intake.assessment_id).first()
    if assessment is None:
        raise NotFound
    answer = permissions.may(by, "use", assessment)
    if not answer:
        if answer.hidden:
            raise Forbidden(answer.reason)
        raise IntakeError(answer.reason, fields={"assessment": [answer.reason]})
