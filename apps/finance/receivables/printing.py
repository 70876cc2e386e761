"""The printed statement of account, to be confirmed by the client."""

from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from apps.core import clock
from apps.core.money import format_money
from apps.core.pdf import PrintForm, PrintTable, render_print_form
from apps.core.registry import company_name
from apps.finance.receivables.statements import Statement
from apps.org.models import Company

BLANK = "＿" * 8
GAP = "\u00a0" * 10


def statement_pdf(statement: Statement) -> bytes:
    """The statement in the company's layout."""
    return render_print_form(statement_form(statement))


def statement_form(statement: Statement) -> PrintForm:
    """What is printed: both balances, the movements, what is open, and where the client signs."""
    client = statement.client
    own = statement.currency == "CNY"
    return PrintForm(
        company=company_name(),
        title=pgettext("printed form", "Statement of account"),
        number=f"{client.number}-{statement.end:%Y%m%d}",
        date=clock.today().isoformat(),
        fields=_fields(statement),
        tables=[_movements(statement), *_open_items(statement), *_unapplied(statement)],
        amount=statement.closing if own else None,
        notes=_notes(statement),
        footer=[company_name(), str(client.name), f"{statement.start.isoformat()} – {statement.end.isoformat()}"],
    )


def _fields(statement: Statement) -> list[tuple[str, str]]:
    client, company = statement.client, Company.current()
    return [
        (_("Client"), client.name),
        (_("Client number"), client.number),
        (_("Unified Social Credit Code"), client.uscc),
        (_("Period"), f"{statement.start.isoformat()} – {statement.end.isoformat()}"),
        (_("Opening balance"), _money(statement.opening, statement)),
        (_("Closing balance"), _money(statement.closing, statement)),
        (_("Our address"), company.address),
        (_("Our telephone"), company.phone),
    ]


def _money(amount: Decimal | None, statement: Statement) -> str:
    return format_money(amount, symbol="¥" if statement.currency == "CNY" else f"{statement.currency} ")


def _movements(statement: Statement) -> PrintTable:
    rows = [
        [
            line.on.isoformat(),
            line.kind,
            line.number,
            line.reference,
            format_money(line.debit, symbol=""),
            format_money(line.credit, symbol=""),
            format_money(line.balance, symbol=""),
        ]
        for line in statement.lines
    ]
    sums = [format_money(amount, symbol="") for amount in (statement.debits, statement.credits, statement.closing)]
    headers = [
        _("Date"),
        _("Kind"),
        _("Number"),
        _("Reference"),
        _("Debit"),
        pgettext("statement", "Credit"),
        _("Balance"),
    ]
    return PrintTable(
        headers,
        rows,
        totals=[_("Total"), "", "", "", *sums],
        aligns=["left", "left", "left", "left", "right", "right", "right"],
        widths=[11, 11, 16, 22, 14, 14, 14],
        title=_("Movements"),
    )


def _open_items(statement: Statement) -> list[PrintTable]:
    if not statement.open_items:
        return []
    rows = [
        [
            row.number,
            f"{row.code} {row.invoice_number}".strip(),
            row.issued_on.isoformat(),
            row.due_on.isoformat(),
            format_money(row.total, symbol=""),
            format_money(row.owed, symbol=""),
            str(max((statement.end - row.due_on).days, 0)),
        ]
        for row in statement.open_items
    ]
    headers = [
        _("Invoice"),
        _("Invoice number"),
        _("Issued on"),
        _("Due on"),
        _("Amount"),
        _("Open"),
        _("Days overdue"),
    ]
    return [
        PrintTable(
            headers,
            rows,
            totals=[_("Total"), "", "", "", "", format_money(statement.open_total, symbol=""), ""],
            aligns=["left", "left", "left", "left", "right", "right", "right"],
            widths=[15, 22, 11, 11, 14, 14, 11],
            title=_("Open invoices on %(day)s") % {"day": statement.end.isoformat()},
        )
    ]


def _unapplied(statement: Statement) -> list[PrintTable]:
    if not statement.unapplied:
        return []
    rows = [
        [
            row.number,
            row.received_on.isoformat(),
            row.bank_reference,
            format_money(row.amount, symbol=""),
            format_money(row.left_then, symbol=""),
        ]
        for row in statement.unapplied
    ]
    return [
        PrintTable(
            [_("Receipt"), _("Received on"), _("Bank reference"), _("Amount"), _("Unapplied")],
            rows,
            totals=[_("Total"), "", "", "", format_money(statement.unapplied_total, symbol="")],
            aligns=["left", "left", "left", "right", "right"],
            widths=[18, 13, 36, 16, 16],
            title=_("Received and not put to an invoice"),
        )
    ]


def _notes(statement: Statement) -> list[tuple[str, str]]:
    values = {"day": statement.end.isoformat(), "amount": _money(statement.closing, statement)}
    asked = _("By our books the balance on %(day)s is %(amount)s. Please compare it with yours and return this page.")
    agrees = _("□ The balance agrees.")
    differs = _("□ It does not agree. By our books it is %(blank)s; the difference comes from: %(line)s")
    signed = [_("Signature and seal of the client") + f"{_(': ')}{BLANK}", f"{_('Date')}{_(': ')}{BLANK}"]
    text = "\n".join([agrees, differs % {"blank": BLANK, "line": BLANK}, "", GAP.join(signed)])
    return [("", asked % values), (_("Confirmation of the client"), f"\n{text}")]
