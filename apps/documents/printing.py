"""The printed paper: what every kind shares (chain, check code, who printed it) around what the kind itself prints."""

import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext as _

from apps.approvals.models import Step
from apps.core import clock, pdf
from apps.core.money import format_money
from apps.core.pdf import PrintForm, PrintTable, Signature
from apps.core.registry import company_name
from apps.core.tables import Table
from apps.documents import display, verification
from apps.documents.chain import Chain, Decision, chain_of
from apps.documents.enclosures import enclosures_of
from apps.documents.models import Document
from apps.documents.veiling import hidden_from

PRINT_JOB = "print-papers"
RELATED = ("applicant", "department", "approval")
_WIDTHS = {
    "longtext": 3.0,
    "text": 2.0,
    "link": 2.0,
    "money": 1.6,
    "date": 1.5,
    "datetime": 2.0,
    "number": 1.0,
    "badge": 1.5,
}


@dataclass(frozen=True)
class PrintParts:
    """What a kind prints of one paper; chain, number, check code and footer are added for every kind alike.

    ``title`` is the name of the form on top (the kind's own name where it is empty).
    """

    title: str = ""
    subtitle: str = ""
    fields: Sequence[tuple[str, str]] = ()
    tables: Sequence[PrintTable] = ()
    amount: Decimal | None = None
    amount_words: str = ""
    vouchers: int | None = None
    footer: Sequence[str] = ()
    notes: Sequence[tuple[str, str]] = ()
    annex: Sequence[PrintTable] = ()


def parts_of(document: Document, shown: Sequence[display.Fact], lines: Table | None) -> PrintParts:
    """The parts of a kind that declares no printing of its own: its fields in order and its lines."""
    return PrintParts(
        fields=[(_("Title"), document.title), *((str(fact.label), str(fact.value)) for fact in shown)],
        tables=[print_table(lines)] if lines is not None else [],
        amount=document.amount or None,
    )


def print_table(table: Table) -> PrintTable:
    """A declared table as a table of the print form."""
    columns = table.export_columns()
    model = getattr(table.rows, "model", None)
    rows = [[_printed(column.typed(model)(row), column.kind) for column in columns] for row in table.rows]
    totals = []
    if any(column.total for column in columns) and rows:
        sums = [sum((c.read(row) or 0 for row in table.rows), Decimal(0)) if c.total else None for c in columns]
        totals = ["" if amount is None else format_money(amount) for amount in sums]
        totals[0] = totals[0] or _("Total")
    return PrintTable(
        headers=[str(column.header) for column in columns],
        rows=rows,
        totals=totals,
        aligns=["right" if column.kind in ("money", "number") else "left" for column in columns],
        widths=[_WIDTHS[column.kind] for column in columns],
    )


def print_form(document: Document, parts: PrintParts, *, by: Any, base_url: str) -> PrintForm:
    """The whole printed paper, as far as its parts are shown to whoever prints it."""
    hidden = display.labels_of(type(document), hidden_from(by, document))
    chain = chain_of(document, enclosures=enclosures_of(document))
    code = verification.code_of(document)
    printed = timezone.localtime(clock.now()).isoformat(" ", "minutes")[:16]
    day = timezone.localtime(document.submitted_at).date().isoformat() if document.submitted_at else ""
    heading = [
        (_("Applicant"), str(document.applicant)),
        (_("Department"), str(document.department)),
        (_("State"), document.standing[1]),
    ]
    return PrintForm(
        company=company_name(),
        title=parts.title or str(document.kind_label),
        number=document.number,
        subtitle=parts.subtitle,
        date=day,
        fields=[*heading, *(field for field in parts.fields if field[0] not in hidden)],
        tables=parts.tables,
        amount=parts.amount,
        amount_words=parts.amount_words,
        vouchers=parts.vouchers,
        chain=printed_chain(chain),
        footer=[*parts.footer, _("Printed by %(person)s on %(time)s") % {"person": by, "time": printed}],
        check_code=code,
        verify_url=f"{base_url}{reverse('documents:verify-code', args=[code])}" if code else "",
        watermark=_watermark(document),
        annex=parts.annex,
        notes=[note for note in parts.notes if note[0] not in hidden],
        signatures=_signatures(chain),
    )


def printed_chain(chain: Chain) -> list[tuple[str, str, str, str, str]]:
    """(step, person, decision, time, comment) of the last round, coming steps as empty lines to be signed."""
    rows = []
    for stop in chain.current.stops if chain.current else []:
        if stop.state == Step.State.SKIPPED:
            continue
        for decision in stop.decisions:
            at = timezone.localtime(decision.at).isoformat(" ", "minutes")[:16] if decision.at else ""
            said = decision.label or (stop.label if stop.state in (Step.State.AUTO, Step.State.CARRIED) else "")
            if decision.at or stop.state in (Step.State.AUTO, Step.State.CARRIED):
                rows.append((stop.name, decision.person, said, at, _with_files(decision)))
        if stop.state in (Step.State.OPEN, Step.State.PENDING):
            left = [decision.person for decision in stop.decisions if not decision.at]
            rows.append((stop.name, " / ".join(left), "", "", ""))
    return rows


def _signatures(chain: Chain) -> list[Signature]:
    """The signatures drawn with the decisions of the last round, in order."""
    return [
        Signature(f"{stop.name}{_(': ')}{decision.person}", file.read())
        for stop in (chain.current.stops if chain.current else [])
        for decision in stop.decisions
        for file in decision.files
        if file.is_signature
    ]


def _with_files(decision: Decision) -> str:
    """What was said, and the names of the files that go with it."""
    names = [file.name for file in decision.files if not file.is_signature]
    if not names:
        return decision.comment
    files = _("With: %(files)s") % {"files": _(", ").join(names)}
    return f"{decision.comment}\n{files}" if decision.comment else files


def print_papers(
    views: Any, pks: Sequence[int], *, by: Any, base_url: str, progress: Callable[[int, int], None] | None = None
) -> io.BytesIO:
    """Several papers of one kind (``views``: its declaration) in one PDF, as far as this person may see them."""
    papers = views.model.objects.visible_to(by).filter(pk__in=pks)
    forms = []
    for number, document in enumerate(papers.select_related(*RELATED, *views.select_related).order_by("pk"), 1):
        forms.append(print_form(document, views.print_parts(document), by=by, base_url=base_url))
        if progress:
            progress(number, len(pks) + 1)
    return io.BytesIO(pdf.render_print_forms(forms))


def batch_name(model: type[Document]) -> str:
    """`expense-claims-20261123-1504.pdf`"""
    stem = slugify(model._meta.verbose_name_plural, allow_unicode=True) or "papers"
    return f"{stem}-{timezone.localtime():%Y%m%d-%H%M}.pdf"


def _printed(value: Any, kind: str) -> str:
    if value is None or value == "":
        return ""
    if kind == "money":
        return format_money(value)
    if hasattr(value, "astimezone"):
        return timezone.localtime(value).isoformat(" ", "minutes")[:16]
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    return str(value)


def _watermark(document: Document) -> str:
    """Across the page: a draft is nothing yet, a cancelled or refused paper is void."""
    state = document.State
    if document.state == state.DRAFT:
        return _("DRAFT")
    if document.state in (state.CANCELLED, state.REJECTED):
        return str(document.get_state_display())
    return ""
