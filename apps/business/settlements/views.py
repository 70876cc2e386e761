"""Pages of settlements: the kind's declaration, choosing an engagement, register, unbilled work."""

from collections.abc import Iterable, Sequence
from functools import cached_property
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.business.engagements.models import DossierEntry, Engagement
from apps.business.plans.models import PlanTask
from apps.business.settlements.collecting import may_be_closed
from apps.business.settlements.filters import RegisterFilterSet, SettlementFilterSet, UnbilledFilterSet
from apps.business.settlements.following import credit_question
from apps.business.settlements.forms import SettlementForm, SettlementLineFormSet
from apps.business.settlements.matching import match_of, read_lines
from apps.business.settlements.models import Settlement, SettlementLine
from apps.business.settlements.money import progress_of, receivable_of
from apps.business.settlements.parties import PHASES, engagements_of
from apps.business.settlements.permissions import sees_registers
from apps.business.settlements.printing import evidence_tables, percent, settlement_parts
from apps.business.settlements.register import settled, unbilled, with_sums
from apps.business.settlements.services import new_for, preview, readiness, save_settlement
from apps.business.settlements.submission import contract_problem
from apps.business.settlements.tables import RegisterTable, SettlementTable, UnbilledTable
from apps.core.errors import Forbidden
from apps.core.lists import Total
from apps.core.money import format_money
from apps.core.pdf import PrintTable
from apps.documents import display
from apps.documents.permissions import Access
from apps.documents.views.detail import Action
from apps.documents.views.edit import Create, Hint
from apps.documents.views.lists import LoggedList
from apps.documents.views.wiring import DocumentViews
from apps.risk.credit import gate

TYPED = ("schedule_line", "description", "quantity", "price")


def typed(line: SettlementLine) -> dict[str, Any]:
    """A line of the form as `save_settlement` takes it."""
    return {"id": line.pk, **{name: getattr(line, name) for name in TYPED}}


class CreateSettlement(Create):
    """A new settlement: first the engagement (`?engagement=`), then the form with what its contract says."""

    @cached_property
    def document(self) -> Settlement:
        chosen = self.request.GET.get("engagement", "")
        if self.request.method != "GET" or not chosen:
            return super().document
        engagements = Engagement.objects.visible_to(self.request.user).select_related("contract", "client")
        engagement = engagements.filter(pk=chosen).first() if chosen.isdecimal() else None
        if engagement is None:
            raise Http404
        return new_for(engagement, self.request.user)

    def get(self, request: HttpRequest, pk: int | None = None) -> HttpResponse:
        if "engagement" in request.GET:
            return super().get(request, pk)
        self.require()
        engagements = engagements_of(request.user).filter(phase__in=PHASES).select_related("client", "contract")
        context = {
            "page_title": self.title(),
            "engagements": list(engagements.order_by("-pk")[:200]),
            "list_url": self.kind.url("list"),
            "list_label": self.model._meta.verbose_name_plural,
        }
        return render(request, "business/settlement/choose.html", context)


class SettlementViews(DocumentViews):
    """The pages of settlements."""

    model = Settlement
    form_class = SettlementForm
    line_formset_class = SettlementLineFormSet
    table_class = SettlementTable
    filterset_class = SettlementFilterSet
    printing = settlement_parts
    create_view = CreateSettlement
    icon = "calculator"
    folder = "settlements"
    group = "business"
    order = 60
    select_related = ("client", "engagement", "contract", "receivable")
    help_text = gettext_lazy("What the client owes for work done, with their confirmation.")
    return_reasons = (
        gettext_lazy("The client's confirmation is missing or says another amount."),
        gettext_lazy("The lines do not agree with the contract."),
        gettext_lazy("The data for the invoice are not right."),
    )
    reject_reasons = (gettext_lazy("This work is not billed."), gettext_lazy("It was settled already."))

    def save(self, form: Any, formset: Any, *, by: Any, revision: int | None) -> Settlement:
        settlement = form.save(commit=False)
        lines = formset.lines()
        settlement = save_settlement(settlement, by=by, lines=[typed(line) for line in lines], revision=revision)
        for line, stored in zip(lines, settlement.lines.order_by("order", "pk"), strict=True):
            line.pk = stored.pk
        return settlement

    def add_up(self, document: Settlement, formset: Any) -> None:
        """The settlement answers with the lines as typed; amounts are the service's."""
        preview(document, [typed(line) for line in formset.lines()])

    @property
    def has_amount(self) -> bool:
        return True

    def hints(self, document: Settlement, lines: Sequence[Any]) -> Iterable[Hint]:
        """Net and tax, what is left of the contract, the credit gate, what is missing in the file."""
        if document.engagement_id is None:
            return
        values = {"net": format_money(document.net), "tax": format_money(document.tax)}
        values["rate"] = percent(document.tax_rate)
        yield Hint(_("%(net)s without tax and %(tax)s tax (%(rate)s).") % values, "info")
        left = document.contract.unsettled - document.total
        if problem := contract_problem(document, document.applicant):
            yield Hint(problem, "danger")
        else:
            yield Hint(_("%(left)s of the contract stay unsettled.") % {"left": format_money(left)}, "info")
        for text in readiness(document.engagement).sentences():
            yield Hint(text, "danger")
        verdict = gate.preview(document=document if document.pk else None, **credit_question(document))
        for text in verdict.reasons if not verdict.passed else ():
            yield Hint(text)

    def shown(self, document: Settlement) -> list[display.Fact]:
        """The header: whom it is for, what was confirmed, tax, invoice."""
        facts = [
            display.Fact(_("Client"), document.client.name if document.client else ""),
            display.Fact(_("Contract"), document.contract.number if document.contract else ""),
        ]
        facts += display.of_fields(document, ["confirmed_by", "confirmed_on", "payment_method", "payment_term_days"])
        facts += display.of_fields(document, ["due_base", "gross", "deduction", "deduction_reason", "net"])
        tax = f"{format_money(document.tax)} ({percent(document.tax_rate)})"
        facts.append(display.Fact(_("Tax"), tax, number=True))
        facts += display.of_fields(document, ["invoice_kind", "buyer_name", "buyer_uscc"])
        return facts

    def papers(self, rows: QuerySet, viewer: Any) -> QuerySet:
        """With whether the match finds anything at the engagement."""
        return rows.annotate(
            has_tasks=Exists(PlanTask.objects.filter(plan__engagement=OuterRef("engagement")).order_by()),
            has_entries=Exists(DossierEntry.objects.filter(engagement=OuterRef("engagement")).order_by()),
        )

    def lines(self, document: Settlement) -> None:
        """The lines stand in the three-way match; read here, before the content is put together."""
        read_lines(document)

    def actions(self, access: Access) -> list[Action]:
        document = access.document
        receivable = receivable_of(document)
        if receivable is None:
            return []
        url = f"{reverse('finance:salesinvoice-request')}?receivable={receivable.pk}"
        answer = access.may("request_invoice")
        return [Action(_("Request invoice"), url, answer, icon="receipt", link=True, style="primary")]

    def evidence_tables(self, document: Settlement) -> list[PrintTable]:
        return evidence_tables(document)

    def context(self, document: Settlement, access: Access) -> dict[str, Any]:
        """The three-way match, the money, the credit panel; whether the engagement can be closed."""
        seen = document.contract is not None and Access(access.user, document.contract).sees
        engagement = document.engagement if seen else None
        return {
            "match": match_of(document, has_tasks=document.has_tasks, has_entries=document.has_entries),
            "money": progress_of(document),
            "engagement": engagement,
            "may_close": engagement is not None
            and document.state == Settlement.State.APPROVED
            and bool(receivable_of(document) and receivable_of(document).posted_on)
            and may_be_closed(document),
            **gate.panel(document, **credit_question(document)),
        }

    def form_context(self, document: Settlement) -> dict[str, Any]:
        """The contract beside the lines."""
        return {"contract": document.contract if document.engagement_id else None}


class _Report(LoggedList):
    """A list for Business, Finance and management."""

    def require_access(self) -> None:
        if not sees_registers(self.request.user):
            raise Forbidden(_("Only Business, Finance and management see settlements."))


class Register(_Report):
    """The settlement register (domain.md §4.5)."""

    title = gettext_lazy("Settlement register")
    table_class = RegisterTable
    filterset_class = RegisterFilterSet

    def queryset(self) -> QuerySet:
        return settled(Settlement.objects.visible_to(self.request.user))

    def totals(self) -> list[Total]:
        self.rows = with_sums(self.rows)
        return super().totals()


class Unbilled(_Report):
    """Delivered work that waits to be settled."""

    title = gettext_lazy("Delivered and not billed")
    table_class = UnbilledTable
    filterset_class = UnbilledFilterSet

    def queryset(self) -> QuerySet:
        return unbilled(Engagement.objects.visible_to(self.request.user))
