"""The pages of contract supplements."""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.business.contracts import printing, supplementing
from apps.business.contracts.filters import SupplementFilterSet
from apps.business.contracts.forms import SupplementForm
from apps.business.contracts.models import AgencyContract, ContractSupplement
from apps.business.contracts.services import new_supplement, open_contracts, save_supplement
from apps.business.contracts.tables import SupplementTable
from apps.core.money import format_money
from apps.documents import display
from apps.documents.permissions import Access
from apps.documents.views.edit import Create, Hint
from apps.documents.views.wiring import DocumentViews
from apps.risk.credit import gate

ZERO = Decimal("0.00")
NO_CREDIT = {"picture": None, "check": None, "verdict": None}


class NewSupplement(Create):
    """A new supplement, mostly from the page of its contract."""

    @cached_property
    def document(self) -> ContractSupplement:
        """A supplement to the contract named in the address."""
        document = super().document
        given = self.request.GET.get("contract", "")
        if document.pk is None and self.request.method == "GET" and given.isdecimal():
            contract = open_contracts(self.request.user).filter(pk=given).first()
            return new_supplement(contract, self.request.user) if contract else document
        return document


class ContractSupplementViews(DocumentViews):
    """The pages of contract supplements."""

    model = ContractSupplement
    form_class = SupplementForm
    table_class = SupplementTable
    filterset_class = SupplementFilterSet
    create_view = NewSupplement
    printing = printing.supplement_parts
    folder = "contract-supplements"
    icon = "file-earmark-plus"
    group = "business"
    order = 44
    select_related = ("contract__client", "contract__intake")
    return_reasons = (gettext_lazy("The reason says too little."), gettext_lazy("The client has not agreed yet."))
    reject_reasons = (gettext_lazy("The contract stays as it is."),)

    @property
    def has_amount(self) -> bool:
        return True

    def save(self, form: Any, formset: Any, *, by: Any, revision: int | None) -> ContractSupplement:
        return save_supplement(form.save(commit=False), by=by, revision=revision)

    def add_up(self, document: ContractSupplement, formset: Any) -> None:
        """The amount is the change without its sign."""
        document.change = document.change or ZERO
        document.amount = abs(document.change)

    def hints(self, document: ContractSupplement, lines: Sequence[Any]) -> Iterable[Hint]:
        """What the contract comes to, what goes beyond the intake, and the credit gate."""
        contract = document.contract
        if contract is None:
            yield Hint(_("Choose the contract that is supplemented."))
            return
        values = {"before": format_money(contract.total), "after": format_money(contract.total + document.change)}
        yield Hint(_("The total of the contract goes from %(before)s to %(after)s.") % values, "info")
        if text := supplementing.total_refusal(contract, document.change):
            yield Hint(text, "danger")
        for text in supplementing.reasons_beyond(document):
            yield Hint(f"{text} {_('Company management decides again.')}")
        if document.change > 0:
            verdict = gate.preview(contract.client, document=document, **supplementing.gate_question(document))
            for text in verdict.reasons:
                yield Hint(text, "warning" if verdict.passed else "danger")

    def shown(self, document: ContractSupplement) -> list[display.Fact]:
        """The change, and what the contract comes to with it."""
        facts = display.of_fields(document, ["change", "milestone", "due_on", "effective_to", "scope_change", "reason"])
        if document.contract is None:
            return facts
        before = printing.total_before(document)
        return [
            display.Fact(_("Client"), document.contract.party_a),
            display.Fact(_("Total before"), format_money(before), number=True),
            display.Fact(_("Total after"), format_money(before + document.change), number=True),
            *facts,
        ]

    def context(self, document: ContractSupplement, access: Access) -> dict[str, Any]:
        """The contract as far as the person may see it, what goes beyond the intake, and the client's credit."""
        contract = AgencyContract.objects.visible_to(access.user).filter(pk=document.contract_id).first()
        asked = document.contract is not None and document.change > 0
        question = supplementing.gate_question(document) if asked else {}
        return {
            "contract": contract,
            "beyond": supplementing.reasons_beyond(document) if document.state != document.State.APPROVED else [],
            **(gate.panel(document, client=document.contract.client, **question) if asked else NO_CREDIT),
        }
