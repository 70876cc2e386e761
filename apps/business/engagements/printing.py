"""The progress report as the client gets it."""

from django.utils.translation import gettext as _

from apps.business.engagements.models import ProgressReport
from apps.core import clock, pdf
from apps.core.pdf import PrintForm
from apps.core.registry import company_name


def report_form(report: ProgressReport) -> PrintForm:
    """The report as a printed form, in the current language; nothing in it that only the house should know."""
    engagement = report.engagement
    day = clock.local_day(report.sent_at) if report.sent_at else clock.today()
    fields = [
        (_("Client"), engagement.client.label),
        (_("Engagement"), f"{engagement.number} {engagement.title}"),
        (_("Contract"), engagement.contract.number),
        (_("Period"), f"{report.period_from.isoformat()} – {report.period_to.isoformat()}"),
        (_("Manager"), str(engagement.manager)),
        (_("Report"), str(report.number)),
    ]
    notes = [
        (_("What was done"), report.done),
        (_("What comes next"), report.coming),
        (_("Problems, and what we ask of you"), report.problems),
    ]
    return PrintForm(
        company=company_name(),
        title=_("Progress report"),
        number=f"{engagement.number}-{report.number:02d}",
        date=day.isoformat(),
        fields=fields,
        notes=[(heading, text) for heading, text in notes if text.strip()],
        watermark=_("DRAFT") if report.state == ProgressReport.State.DRAFT else "",
    )


def report_pdf(report: ProgressReport) -> bytes:
    """A4 upright."""
    return pdf.render_print_form(report_form(report))


def file_name(report: ProgressReport) -> str:
    """`XM-2026-0012-03.pdf`"""
    return f"{report.engagement.number}-{report.number:02d}.pdf"
