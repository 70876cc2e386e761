"""Beginning, changing and deciding a preliminary assessment (clause 3.1.2)."""

from django.db import transaction
from django.utils.translation import gettext as _

from apps.business.intake import permissions
from apps.business.intake.errors import IntakeError
from apps.business.intake.models import IntakeAssessment
from apps.business.leads.models import Activity
from apps.business.leads.services import touch
from apps.core import clock
from apps.core.checks import check
from apps.core.money import quantize
from apps.core.numbering import next_number
from apps.org.models import User
from apps.org.services import with_reason

#: what a verdict is about; changing any of it opens the verdict again
DECIDED_ON = (
    "service_type_id",
    "needs",
    "scale",
    "expected_revenue",
    "expected_cost",
    "feasibility",
    "feasibility_note",
    "conflict_of_interest",
    "conflict_note",
)


@transaction.atomic
def save_assessment(assessment: IntakeAssessment, *, by: User, reason: str = "") -> IntakeAssessment:
    """Create or change an assessment. A new one gets its number; a changed one is to be decided again.

    Raises `Forbidden` with the reason: the person is not in charge of the opportunity, it is closed, or an application
    has used the assessment.
    """
    stored = locked(assessment) if assessment.pk else None
    if stored is None:
        permissions.require_may_assess(by, assessment.opportunity)
        assessment.assessed_by, assessment.assessed_on = by, clock.today()
        assessment.verdict, assessment.verdict_note = IntakeAssessment.Verdict.OPEN, ""
    else:
        permissions.require(by, "change", stored)
        _keep_what_services_own(assessment, stored)
    _read(assessment)
    if stored is not None and any(getattr(assessment, name) != getattr(stored, name) for name in DECIDED_ON):
        assessment.verdict, assessment.verdict_note = IntakeAssessment.Verdict.OPEN, ""
    if stored is None:
        assessment.number = next_number(IntakeAssessment.PREFIX, clock.today().year)
    check(assessment, exclude=["verdict_note"])
    with_reason(assessment, by=by, reason=reason).save()
    if stored is None:
        _note(assessment, by=by, text=_("Assessment %(number)s begun") % {"number": assessment.number})
    return assessment


@transaction.atomic
def decide(assessment: IntakeAssessment, *, verdict: str, note: str = "", by: User) -> IntakeAssessment:
    """Pass the assessment, or not. The reasons are written down where it fails, and where it passes all the same."""
    assessment = locked(assessment)
    permissions.require(by, "decide", assessment)
    if verdict not in (IntakeAssessment.Verdict.PASSED, IntakeAssessment.Verdict.FAILED):
        text = _("Choose whether it passes.")
        raise IntakeError(text, fields={"verdict": [text]})
    note = note.strip()
    if not note and (verdict == IntakeAssessment.Verdict.FAILED or warnings_of(assessment)):
        text = _("Give the reasons.")
        raise IntakeError(text, fields={"note": [text]})
    assessment.verdict, assessment.verdict_note = verdict, note[:2000]
    assessment.assessed_by, assessment.assessed_on = by, clock.today()
    with_reason(assessment, by=by, reason=f"{verdict}: {note}"[:100] if note else verdict).save()
    values = {"number": assessment.number, "verdict": assessment.get_verdict_display()}
    _note(assessment, by=by, text=_("Assessment %(number)s: %(verdict)s") % values)
    return assessment


def locked(assessment: IntakeAssessment) -> IntakeAssessment:
    """The assessment's row, locked and fresh."""
    return IntakeAssessment.objects.select_for_update(no_key=True).get(pk=assessment.pk)


def warnings_of(assessment: IntakeAssessment) -> list[str]:
    """What speaks against taking the business on; passing it all the same needs reasons."""
    found = []
    if assessment.margin <= 0:
        found.append(_("The expected cost reaches or exceeds the expected revenue."))
    if assessment.feasibility == IntakeAssessment.Feasibility.LOW:
        found.append(_("The feasibility is low."))
    if assessment.conflict_of_interest:
        found.append(_("There is a conflict of interest."))
    return found


def _note(assessment: IntakeAssessment, *, by: User, text: str) -> None:
    """What happens to an assessment is an activity of its opportunity."""
    touch(assessment.opportunity, by=by, text=text, kind=Activity.Kind.CHANGE, trusted=True)


def _keep_what_services_own(assessment: IntakeAssessment, stored: IntakeAssessment) -> None:
    for name in (
        *("number", "opportunity_id", "verdict", "verdict_note"),
        *("assessed_by_id", "assessed_on", "frozen_on", "created_at"),
    ):
        setattr(assessment, name, getattr(stored, name))


def _read(assessment: IntakeAssessment) -> None:
    """Amounts in whole cents; what must be said is said."""
    problems: dict[str, list[str]] = {}
    for name in ("expected_revenue", "expected_cost"):
        value = getattr(assessment, name)
        if value is None or value < 0:
            problems[name] = [_("Enter an amount that is not negative.")]
        else:
            setattr(assessment, name, quantize(value))
    assessment.conflict_note = assessment.conflict_note.strip()
    if assessment.conflict_of_interest and not assessment.conflict_note:
        problems["conflict_note"] = [_("Say with whom, and how it is dealt with.")]
    if problems:
        raise IntakeError(_("Please correct what is marked below."), fields=problems)
