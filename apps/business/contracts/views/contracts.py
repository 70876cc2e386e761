"""The pages of agency contracts: the kind's declaration, and what its page and its form show beside the common."""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.business.catalogue.models import BusinessSettings
from apps.business.contracts import following, printing, tolerance, wording
from apps.business.contracts.filters import ContractFilterSet
from apps.business.contracts.forms import ContractForm, Payments
from apps.business.contracts.models import AgencyContract, ContractSupplement
from apps.business.contracts.services import follow_intake, new_from, open_intakes, save_contract
from apps.business.contracts.tables import ContractTable, PaymentTable
from apps.business.intake.models import EngagementIntake
from apps.core.money import format_money
from apps.core.uscc import check_uscc
from apps.documents import display
from apps.documents.permissions import Access
from apps.documents.views.detail import Action
from apps.documents.views.edit import Create, Hint
from apps.documents.views.wiring import DocumentViews
from apps.risk.credit import gate

ZERO = Decimal("0.00")
#: what a contract comes to, in order
PHASES = (
    ("draft", gettext_lazy("Draft")),
    ("in_review", gettext_lazy("In approval")),
    ("unsigned", gettext_lazy("To be signed")),
    ("in_force", gettext_lazy("In force")),
    ("completed", gettext_lazy("Completed")),
)


class NewContract(Create):
    """A new contract. It begins with the choice of an approved intake and is filled from it."""

    def get(self, request: HttpRequest, pk: int | None = None) -> HttpResponse:
        self.require()
        if self.intake is None:
            return self.choose()
        return super().get(request, pk)

    @cached_property
    def intake(self) -> EngagementIntake | None:
        """The intake named in the address, if a contract can follow from it."""
        given = self.request.GET.get("intake", "")
        return open_intakes(self.request.user).filter(pk=given).first() if given.isdecimal() else None

    @cached_property
    def document(self) -> AgencyContract:
        """A contract filled from the intake; once something was typed, what was typed."""
        document = super().document
        if document.pk is None and self.request.method == "GET" and self.intake is not None:
            document, planned = new_from(self.intake, self.request.user)
            document.planned = planned
        return document

    def choose(self) -> HttpResponse:
        """The intakes a contract can follow from."""
        context = {
            "page_title": self.title(),
            "intakes": open_intakes(self.request.user)[:100],
            "create_url": self.kind.url("create"),
            "list_url": self.kind.url("list"),
            "list_label": self.model._meta.verbose_name_plural,
        }
        return render(self.request, "business/agencycontract/choose.html", context)


class AgencyContractViews(DocumentViews):
    """The pages of agency contracts."""

    model = AgencyContract
    form_class = ContractForm
    line_formset_class = Payments
    table_class = ContractTable
    filterset_class = ContractFilterSet
    line_table_class = PaymentTable
    create_view = NewContract
    printing = printing.contract_parts
    folder = "agency-contracts"
    icon = "file-earmark-ruled"
    group = "business"
    order = 40
    select_related = ("client", "service_type", "intake", "template", "signed_by", "original")
    return_reasons = (
        gettext_lazy("The payment schedule does not fit what was agreed."),
        gettext_lazy("Rights and duties of one side are missing."),
        gettext_lazy("The total is not that of the intake."),
    )
    reject_reasons = (gettext_lazy("The business is not taken on."), gettext_lazy("The client does not agree."))

    def save(self, form: Any, formset: Any, *, by: Any, revision: int | None) -> AgencyContract:
        return save_contract(form.save(commit=False), by=by, lines=formset.rows(), revision=revision)

    def add_up(self, document: AgencyContract, formset: Any) -> None:
        """The amount is the total that was typed; client and service follow the intake."""
        document.fee = document.fee or ZERO
        document.amount = document.fee
        follow_intake(document)

    def hints(self, document: AgencyContract, lines: Sequence[Any]) -> Iterable[Hint]:
        """The total against the schedule and the intake, the credit gate, a USCC that can't be right."""
        if document.intake is None:
            yield Hint(_("Choose the approved intake that the contract follows from."))
            return
        yield Hint(_tolerated(document), "info")
        for text in following.reasons_beyond(document):
            yield Hint(f"{text} {_('Company management decides again.')}")
        scheduled = sum((line.amount or ZERO for line in lines), ZERO)
        if text := following.schedule_refusal(document.fee_basis, document.fee, scheduled):
            yield Hint(text, "danger")
        elif scheduled < document.fee:
            text = _("%(amount)s of the total are not scheduled; they are settled by what was done.")
            yield Hint(text % {"amount": format_money(document.fee - scheduled)}, "info")
        if document.party_a_uscc and not (checked := check_uscc(document.party_a_uscc)).check_digit_ok:
            yield Hint(checked.message)
        verdict = gate.preview(document.client, document=document, **following.gate_question(document))
        for text in verdict.reasons:
            yield Hint(text, "warning" if verdict.passed else "danger")

    def shown(self, document: AgencyContract) -> list[display.Fact]:
        """The terms, in the order of the form."""
        names = [name for name in self.form_class.base_fields if name not in ("title", "fee", "tax_rate", "template")]
        facts = display.of_fields(document, names)
        facts.append(display.Fact(_("Tax rate"), wording.percent(document.tax_rate), number=True))
        if document.signed_on:
            facts.append(display.Fact(_("Signed on"), document.signed_on.isoformat()))
            facts.append(display.Fact(_("Signature recorded by"), str(document.signed_by or "")))
            facts.append(display.Fact(_("Seal used"), document.seal))
        if document.ended_on:
            facts.append(display.Fact(_("Ended on"), document.ended_on.isoformat()))
            facts.append(display.Fact(_("Why it ended"), document.end_reason, wide=True))
        return facts

    def papers(self, rows: QuerySet, viewer: Any) -> QuerySet:
        """With the engagement that began with it."""
        return rows.select_related("engagement")

    def lines(self, document: AgencyContract) -> None:
        """The schedule stands in its own table."""

    def actions(self, access: Access) -> list[Action]:
        document, may = access.document, access.may
        supplement = f"{reverse('business:contractsupplement-create')}?contract={document.pk}"
        url = document.url
        return [
            Action(_("Sign"), url("sign"), may("sign"), icon="pen", link=True, style="primary"),
            Action(_("Scanned original"), url("original"), may("keep_original"), icon="upload", link=True),
            Action(_("Supplement"), supplement, may("supplement"), icon="file-earmark-plus", link=True),
            Action(_("Complete"), url("complete"), may("complete"), icon="check2-circle", link=True),
            Action(_("Terminate"), url("terminate"), may("terminate"), icon="stop-circle", link=True, style="danger"),
            Action(_("Text of the contract"), url("wording"), may("view"), icon="file-earmark-text", link=True),
        ]

    def context(self, document: AgencyContract, access: Access) -> dict[str, Any]:
        """Phases, money, versions, supplements, the engagement and the client's credit."""
        supplements = ContractSupplement.objects.visible_to(access.user).filter(contract=document)
        return {
            "phases": phases_of(document),
            "schedule": list(document.schedule.select_related("supplement").order_by("order", "pk")),
            "versions": list(document.versions.select_related("by", "supplement").order_by("-number")),
            "supplements": list(supplements.order_by("-pk")),
            "engagement": getattr(document, "engagement", None),
            "beyond": following.reasons_beyond(document) if document.phase == document.Phase.UNSIGNED else [],
            "settled_percent": _percent(document.settled, document.total),
            "intake": document.intake if document.intake and Access(access.user, document.intake).sees else None,
            **gate.panel(document, client=document.client, **following.gate_question(document)),
        }


def phases_of(contract: AgencyContract) -> list[dict[str, Any]]:
    """The way of a contract as a bar: what is behind it, where it stands, what comes."""
    here = contract.phase if contract.state == contract.State.APPROVED else contract.state
    if contract.state == contract.State.RETURNED:
        here = "draft"
    if here in ("rejected", "cancelled"):
        return []
    phases = list(PHASES)
    if here == "terminated":
        phases[-1] = ("terminated", _("Terminated"))
    codes = [code for code, _label in phases]
    place = codes.index(here)
    states = ["done"] * place + ["open"] + ["waiting"] * (len(codes) - place - 1)
    if here in ("completed", "terminated"):
        states[-1] = "done"
    return [{"state": state, "label": label} for state, (_code, label) in zip(states, phases, strict=True)]


def _percent(part: Decimal, whole: Decimal) -> int:
    return int(part * 100 / whole) if whole else 0


def _tolerated(contract: AgencyContract) -> str:
    intake = contract.intake
    values = {
        "intake": intake,
        "amount": format_money(intake.amount),
        "most": format_money(tolerance.most_fee(intake)),
        "from": intake.term_from or "…",
        "to": intake.term_to or "…",
        "days": BusinessSettings.current().term_tolerance_days,
    }
    text = _(
        "%(intake)s: %(amount)s, %(from)s – %(to)s. Up to %(most)s and %(days)s days more need no new decision of "
        "company management."
    )
    return text % values
