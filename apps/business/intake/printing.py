"""The printed intake application (業務承接申請表): the order and the words of the Chinese form."""

from django.utils.translation import gettext as _

from apps.business.intake.models import EngagementIntake
from apps.core.money import format_money
from apps.core.pdf import PrintTable
from apps.documents.printing import PrintParts
from apps.risk.credit import gate


def intake_parts(intake: EngagementIntake) -> PrintParts:
    """What is printed of an application besides its chain: business, term, fee and margin, credit, assessment."""
    assessment = intake.assessment
    fields = [
        (_("Client"), str(intake.client or "—")),
        (_("Service type"), str(intake.service_type or "—")),
        (_("Business"), intake.title),
        (_("Preliminary assessment"), assessment.number if assessment else "—"),
        (_("Term"), term_in_words(intake)),
        (_("Fee basis"), str(intake.get_fee_basis_display())),
        (_("Payment term"), _("%(days)s days") % {"days": intake.payment_term_days}),
        (_("Credit gate"), _credit(intake)),
    ]
    notes = [(_("Scope of the business"), intake.scope), (_("Risks and how they are dealt with"), intake.risk_note)]
    if assessment and assessment.conflict_of_interest:
        notes.append((_("Conflict of interest"), assessment.conflict_note))
    notes += [(_("Credit"), reason) for reason in _reasons(intake)]
    return PrintParts(
        title=_("Business intake application form"),
        fields=fields,
        tables=[_money(intake)],
        amount=intake.amount,
        notes=[(label, text) for label, text in notes if text],
    )


def term_in_words(intake: EngagementIntake) -> str:
    """First and last day."""
    days = [day.isoformat() for day in (intake.term_from, intake.term_to) if day]
    return " – ".join(days) or "—"


def _money(intake: EngagementIntake) -> PrintTable:
    rate = intake.margin_percent
    row = [
        format_money(intake.amount),
        format_money(intake.estimated_cost),
        format_money(intake.margin),
        f"{rate} %" if rate is not None else "—",
    ]
    headers = (_("Estimated fee"), _("Estimated cost"), _("Margin"), _("Margin %"))
    return PrintTable(headers, [row], aligns=("right",) * 4)


def _credit(intake: EngagementIntake) -> str:
    check = gate.last_check(intake)
    if check is None:
        return "—"
    if waiver := check.waiver or check.exception:
        return _("by exception of %(person)s") % {"person": waiver.granted_by}
    return _("passed") if check.passed else _("closed: an exception of management is needed")


def _reasons(intake: EngagementIntake) -> list[str]:
    check = gate.last_check(intake)
    return gate.reasons_of(check) if check and not check.passed else []
