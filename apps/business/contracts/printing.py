"""The printed contract: its approval form, its text, and the form of a supplement."""

import re

from django.urls import reverse
from django.utils.translation import gettext as _

from apps.business.contracts import wording
from apps.business.contracts.models import AgencyContract, ContractSupplement
from apps.business.contracts.tables import PaymentTable
from apps.core.money import format_money
from apps.core.pdf import PrintForm
from apps.core.registry import company_name
from apps.documents import verification
from apps.documents.printing import PrintParts, print_table

_GAP = re.compile(r" {2,}")


def contract_parts(contract: AgencyContract) -> PrintParts:
    """What the approval form shows of a contract besides its chain."""
    fields = [
        (_("Title"), contract.title),
        (_("Intake"), str(contract.intake or "")),
        (_("Party A"), _named(contract.party_a, contract.party_a_uscc)),
        (_("Party B"), contract.party_b),
        (_("Service type"), contract.service_type.label if contract.service_type_id else ""),
        (_("Period"), period(contract)),
        (_("Fee basis"), _named(str(contract.get_fee_basis_display()), contract.fee_terms)),
        (_("Tax rate"), wording.percent(contract.tax_rate)),
        (_("Payment term"), wording.payment_term(contract)),
    ]
    if contract.signed_on:
        fields.append((_("Signed on"), _named(contract.signed_on.isoformat(), contract.seal)))
    if contract.supplemented:
        fields.append((_("Fee"), format_money(contract.fee)))
        fields.append((_("Supplements"), format_money(contract.supplemented)))
    return PrintParts(
        title=_("Agency contract approval form"),
        fields=fields,
        tables=[print_table(PaymentTable(list(contract.schedule.all())))],
        amount=contract.total,
        notes=[(_("Scope"), contract.scope), (_("Rights and duties of both sides"), contract.rights_duties)],
    )


def supplement_parts(supplement: ContractSupplement) -> PrintParts:
    """What the approval form shows of a supplement besides its chain."""
    contract = supplement.contract
    fields = [(_("Title"), supplement.title), (_("Contract"), f"{contract} {contract.title}" if contract else "")]
    if contract:
        fields += [
            (_("Client"), contract.party_a),
            (_("Total before"), format_money(total_before(supplement))),
            (_("Change of the total"), format_money(supplement.change)),
            (_("Total after"), format_money(total_before(supplement) + supplement.change)),
        ]
    if supplement.milestone:
        fields.append((_("Milestone"), supplement.milestone))
    if supplement.effective_to:
        fields.append((_("Runs until"), supplement.effective_to.isoformat()))
    notes = [(_("Change of the scope"), supplement.scope_change), (_("Reason"), supplement.reason)]
    return PrintParts(
        title=_("Contract supplement approval form"),
        fields=fields,
        amount=supplement.amount or None,
        notes=[(label, text) for label, text in notes if text],
    )


def total_before(supplement: ContractSupplement):
    """The total of the contract without this supplement."""
    contract = supplement.contract
    return contract.total - (supplement.change if supplement.state == supplement.State.APPROVED else 0)


def text_of(contract: AgencyContract, template=None) -> str:
    """The text of a contract: as it was frozen, or as the template would say it now."""
    if not contract.is_open_for_correction:
        return contract.body
    template = template or contract.template
    return wording.fill(template.body, contract) if template else ""


def text_form(contract: AgencyContract, *, base_url: str) -> PrintForm:
    """The text under the head of the company, ready to be signed; before the approval it says so across the page."""
    title, _break, body = text_of(contract).strip().partition("\n")
    body = _GAP.sub(lambda gap: "\u00a0" * len(gap[0]), body)  # signatures stand beside each other
    code = verification.code_of(contract)
    return PrintForm(
        company=company_name(),
        title=title.strip() or str(contract.kind_label),
        number=contract.number,
        notes=[("", body.strip("\n"))],
        check_code=code,
        verify_url=f"{base_url}{reverse('documents:verify-code', args=[code])}" if code else "",
        watermark="" if contract.state == contract.State.APPROVED else str(contract.get_state_display()),
    )


def period(contract: AgencyContract) -> str:
    """`2026-01-01 – 2026-12-31`"""
    if not (contract.effective_from and contract.effective_to):
        return ""
    return f"{contract.effective_from.isoformat()} – {contract.effective_to.isoformat()}"


def _named(text: str, more: str) -> str:
    return f"{text} ({more})" if more else text
