"""Writing an assessment: header and answers together; the score is reckoned here, never taken from the browser."""

from collections.abc import Mapping

from django.db import transaction

from apps.documents.services import save_draft
from apps.risk.credit.assessing import take_score
from apps.risk.credit.models import AssessmentAnswer, CreditAssessment, ScoringModel

#: factor id → (option id or None, evidence)
Answers = Mapping[int, tuple[int | None, str]]


def model_for(assessment: CreditAssessment) -> ScoringModel | None:
    """The questions of an assessment: those it was once submitted with, else those in force."""
    if assessment.number and assessment.model_id:
        return assessment.model
    return ScoringModel.objects.filter(state=ScoringModel.State.PUBLISHED).first()


def preview_assessment(assessment: CreditAssessment, answers: Answers) -> None:
    """Score, grade, limit and term by these answers, on the unsaved paper."""
    assessment.model = model_for(assessment)
    if assessment.model is None:
        return
    factors = list(assessment.model.factors.prefetch_related("options"))
    given = []
    for factor in factors:
        points = {option.pk: option.points for option in factor.options.all()}
        chosen, _note = answers.get(factor.pk, (None, ""))
        if chosen in points:
            given.append((factor.weight, points[chosen]))
    take_score(assessment, given, questions=len(factors))


@transaction.atomic
def save_assessment(
    assessment: CreditAssessment, *, by, answers: Answers, revision: int | None = None
) -> CreditAssessment:
    """Store a draft or a returned assessment with its answers as far as there are any.

    Raises `Stale` when somebody saved after ``revision``, `NotAllowed` when it is not the person's to change.
    """
    preview_assessment(assessment, answers)
    return save_draft(assessment, by=by, revision=revision, lines=lambda stored: _write(stored, answers))


def _write(assessment: CreditAssessment, answers: Answers) -> None:
    factors = {
        factor.pk: {option.pk for option in factor.options.all()}
        for factor in (assessment.model.factors.prefetch_related("options") if assessment.model_id else ())
    }
    assessment.answers.exclude(factor__in=factors).delete()
    for pk, options in factors.items():
        chosen, note = answers.get(pk, (None, ""))
        values = {"option_id": chosen if chosen in options else None, "note": (note or "").strip()[:200]}
        AssessmentAnswer.objects.update_or_create(assessment_id=assessment.pk, factor_id=pk, defaults=values)
