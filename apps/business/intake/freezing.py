"""An assessment is frozen by the first application that uses it, for good: what was decided on stays what it was.

Assessments are known here by their interface alone; `models` imports this module through `following`.
"""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from apps.business.intake.errors import IntakeError
from apps.core import clock


@transaction.atomic
def freeze(assessment, *, by):
    """Take an assessment for an application. Locks it, so that of two applications the second waits for the first."""
    assessment = type(assessment).objects.select_for_update(no_key=True).get(pk=assessment.pk)
    if assessment.verdict != assessment.Verdict.PASSED:
        text = _("The assessment %(number)s has not passed.") % {"number": assessment.number}
        raise IntakeError(text, fields={"assessment": [text]})
    if assessment.frozen_on is None:
        assessment.frozen_on = clock.today()
        assessment._history_user = by
        assessment._change_reason = "used by an intake application"
        assessment.save()
    return assessment
