"""What is printed of a settlement: the form 《業務結算申請表》 and what its evidence pack adds."""

from django.utils.translation import gettext as _

from apps.business.engagements.models import DossierFile
from apps.business.settlements.models import Settlement, SettlementLine
from apps.business.settlements.money import receivable_of
from apps.core.money import format_money
from apps.core.pdf import PrintTable
from apps.documents.evidence import file_table
from apps.documents.printing import PrintParts
from apps.finance.billing.models import SalesInvoice


def settlement_parts(paper: Settlement) -> PrintParts:
    """The application form: engagement, confirmation by the client, lines, tax, amount in capitals, chain."""
    return PrintParts(
        title=_("Business settlement application form"),
        fields=_fields(paper),
        tables=[_lines(paper)],
        amount=paper.total,
        vouchers=paper.attachments.count(),
    )


def evidence_tables(paper: Settlement) -> list[PrintTable]:
    """What the evidence pack adds: the files of the engagement's file and the invoices that followed."""
    kept = DossierFile.objects.filter(entry__engagement=paper.engagement_id)
    tables = [file_table(kept, _("Files of the engagement"))]
    if invoices := _invoices(paper):
        tables.append(invoices)
    return tables


def _fields(paper: Settlement) -> list[tuple[str, str]]:
    confirmed = " · ".join(filter(None, (paper.confirmed_by, str(paper.confirmed_on or ""))))
    deduction = format_money(paper.deduction)
    buyer = " · ".join(filter(None, (paper.buyer_name, paper.buyer_uscc)))
    term = _("%(days)s days from %(base)s") % {"days": paper.payment_term_days, "base": paper.get_due_base_display()}
    return [
        (_("What is settled"), paper.title),
        (_("Client"), paper.client.name if paper.client else "—"),
        (_("Engagement"), str(paper.engagement or "—")),
        (_("Contract"), paper.contract.number if paper.contract else "—"),
        (_("Contract total"), format_money(paper.contract.total) if paper.contract else "—"),
        (_("Confirmed by the client"), confirmed or "—"),
        (_("Payment method"), str(paper.get_payment_method_display())),
        (_("Payment term"), term),
        (_("Sum of the lines"), format_money(paper.gross)),
        (_("Deduction"), f"{deduction} · {paper.deduction_reason}" if paper.deduction else "—"),
        (_("Amount without tax"), format_money(paper.net)),
        (_("Tax"), f"{format_money(paper.tax)} ({percent(paper.tax_rate)})"),
        (_("Invoice kind"), str(paper.get_invoice_kind_display())),
        (_("Title of the invoice"), buyer or "—"),
    ]


def percent(rate) -> str:
    """`6%` of 0.0600."""
    return f"{(rate * 100).normalize():f}%"


def _lines(paper: Settlement) -> PrintTable:
    lines = list(paper.lines.select_related("schedule_line").order_by("order", "pk"))
    return PrintTable(
        [_("No."), _("Scheduled payment"), _("Description"), _("Quantity"), _("Price with tax"), _("Amount")],
        [_row(number, line) for number, line in enumerate(lines, 1)],
        totals=[_("Total"), "", "", "", "", format_money(paper.gross)],
        aligns=("right", "left", "left", "right", "right", "right"),
        widths=(0.7, 2.4, 3.4, 1.1, 1.8, 1.8),
        title=_("Lines"),
    )


def _row(number: int, line: SettlementLine) -> list[str]:
    payment = line.schedule_line.milestone if line.schedule_line_id else ""
    quantity = f"{line.quantity.normalize():f}"
    return [str(number), payment, line.description, quantity, format_money(line.price), format_money(line.amount)]


def _invoices(paper: Settlement) -> PrintTable | None:
    receivable = receivable_of(paper)
    if receivable is None:
        return None
    invoices = SalesInvoice.objects.issued().filter(receivable=receivable).order_by("issued_on", "pk")
    rows = [
        [row.invoice_number, row.issued_on.isoformat(), str(row.get_kind_display()), format_money(row.total)]
        for row in invoices
    ]
    headers = [_("Invoice"), _("Issued on"), _("Invoice kind"), _("Amount")]
    aligns = ("left", "left", "left", "right")
    return PrintTable(headers, rows, aligns=aligns, widths=(3, 1.5, 3, 2), title=_("Invoices")) if rows else None
