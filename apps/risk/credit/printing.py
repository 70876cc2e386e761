"""The printed credit assessment (客戶信用評估表)."""

from django.utils.translation import gettext as _

from apps.core.money import format_money
from apps.core.pdf import PrintTable
from apps.documents.printing import PrintParts
from apps.risk.credit.models import CreditAssessment

WIDTHS = (1.0, 4.0, 1.2, 4.0, 1.2, 4.6)
ALIGNS = ("right", "left", "right", "left", "right", "left")


def assessment_parts(assessment: CreditAssessment) -> PrintParts:
    """What is printed of an assessment besides its chain: client, proposal, score, the answers."""
    client = assessment.client
    fields = [
        (_("Client"), f"{client.name} {client.number}" if client else ""),
        (_("Score"), "" if assessment.score is None else f"{assessment.score} · {assessment.grade}"),
        (_("Limit by the score"), format_money(assessment.band_limit)),
        (_("Term by the score"), _days(assessment.band_term_days)),
        (_("Proposed term"), _days(assessment.term_days)),
        (_("Valid until"), assessment.valid_until.isoformat() if assessment.valid_until else ""),
        (_("Scoring model"), str(assessment.model or "")),
    ]
    if assessment.reason:
        fields.append((_("Reason"), assessment.reason))
    return PrintParts(
        title=_("Client credit assessment form"), fields=fields, tables=[_answers(assessment)], amount=assessment.amount
    )


def _answers(assessment: CreditAssessment) -> PrintTable:
    headers = (_("No."), _("Question"), _("Weight"), _("Answer"), _("Points"), _("Evidence"))
    rows = []
    for number, row in enumerate(assessment.answers.select_related("factor", "option"), 1):
        answer = (row.option.label, str(row.option.points)) if row.option_id else ("", "")
        rows.append([str(number), row.factor.label, str(row.factor.weight), *answer, row.note])
    return PrintTable(headers, rows, aligns=ALIGNS, widths=WIDTHS)


def _days(number: int | None) -> str:
    return "" if number is None else _("%(days)s days") % {"days": number}
