"""What a credit assessment asks of the route, demands at submission, and does once it is approved.

The assessment is known here by its interface alone; `models` imports this module.
"""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from apps.core import clock
from apps.core.errors import Refused
from apps.core.money import format_money
from apps.org.services import with_reason
from apps.risk.credit.scoring import band_of, score_of


def facts(assessment) -> dict[str, Any]:
    """What a route's conditions may read."""
    return {
        "amount": str(assessment.amount),
        "term_days": assessment.term_days or 0,
        "score": str(assessment.score or 0),
        "above_band": "yes" if above_band(assessment) else "no",
    }


def above_band(assessment) -> bool:
    """More, or for longer, than the score is worth."""
    if assessment.band_limit is None:
        return assessment.amount > 0
    longer = assessment.term_days is not None and assessment.term_days > assessment.band_term_days
    return assessment.amount > assessment.band_limit or longer


def take_score(assessment, answers: list[tuple[int, int]], *, questions: int) -> None:
    """Score, grade, limit and term by these answers, each (weight, points); nothing while a question is open."""
    complete = questions and len(answers) == questions
    assessment.score = score_of(answers) if complete else None
    band = band_of(assessment.score, assessment.model.bands.all()) if complete else None
    assessment.grade = band.grade if band else ""
    assessment.band_limit = band.limit if band else None
    assessment.band_term_days = band.term_days if band else None


def problems(assessment, by) -> dict[str, list[str]]:
    """What keeps the assessment from being submitted, by field."""
    found = _about_client(assessment) | _about_model(assessment)
    if assessment.amount < 0:
        found["amount"] = [_("A limit can't be negative.")]
    if assessment.term_days is None:
        found["term_days"] = [_("Say in how many days the client has to pay.")]
    if assessment.valid_until is None:
        found["valid_until"] = [_("Say how long the limit is valid.")]
    elif assessment.valid_until <= clock.today():
        found["valid_until"] = [_("The limit has to be valid beyond today.")]
    if assessment.score is not None and above_band(assessment) and not assessment.reason.strip():
        limit, days = format_money(assessment.band_limit), assessment.band_term_days
        text = _("The score is worth %(limit)s and %(days)s days; give the reason for proposing more.")
        found["reason"] = [text % {"limit": limit, "days": days}]
    return found


def _about_client(assessment) -> dict[str, list[str]]:
    if assessment.client_id is None:
        return {"client": [_("Choose the client.")]}
    if assessment.client.is_merged:
        return {"client": [_("This file was merged into another one; assess that one.")]}
    return {}


def _about_model(assessment) -> dict[str, list[str]]:
    if assessment.model_id is None:
        return {"": [_("No scoring model is in force; the finance director publishes one first.")]}
    if not assessment.number and assessment.model.state != assessment.model.State.PUBLISHED:
        return {"": [_("The scoring model was replaced meanwhile. Open the form and answer the new questions.")]}
    answered = {row.factor_id for row in assessment.answers.all() if row.option_id}
    open_ones = [factor for factor in assessment.model.factors.all() if factor.pk not in answered]
    return {f"answer_{factor.pk}": [_("Answer this question.")] for factor in open_ones}


def approved(assessment, by) -> None:
    """The limit comes into force and ends the one before. The client's row is locked: one limit at a time."""
    today, client = clock.today(), assessment.client
    if assessment.valid_until < today:
        text = _("The limit would have been valid until %(day)s, which is over. Return it to be corrected.")
        raise Refused(text % {"day": assessment.valid_until})
    type(client).objects.select_for_update(no_key=True).get(pk=client.pk)
    for row in client.credit_limits.select_for_update(of=("self",)).filter(ended_on__isnull=True):
        row.ended_on = today
        with_reason(row, by=by, reason=f"followed by {assessment.number}").save()
    limit = client.credit_limits.model(
        client=client,
        amount=assessment.amount,
        term_days=assessment.term_days,
        valid_from=today,
        valid_until=assessment.valid_until,
        assessment=assessment,
    )
    with_reason(limit, by=by, reason="approved").save()


def closed(assessment, by) -> None:
    """A cancelled assessment takes its limit with it; the default of the policy holds until the next one."""
    limits = assessment.client.credit_limits.select_for_update(of=("self",)) if assessment.client_id else ()
    for row in limits.filter(assessment=assessment, ended_on__isnull=True) if limits else ():
        row.ended_on = clock.today()
        with_reason(row, by=by, reason="assessment cancelled").save()
