"""The agency contract, up to its signature, and its supplements."""

import datetime as dt
from collections.abc import Iterator
from decimal import Decimal

from apps.business.contracts import services as contracts
from apps.business.models import AgencyContract, Engagement, PaymentScheduleLine
from apps.core import clock
from apps.documents import services
from apps.service.clients.models import Contact
from apps.workspace.demo.business.sales import Sales

Due = PaymentScheduleLine.Due


class Contracts(Sales):
    """From the approved application to the contract in force."""

    def contract(self) -> Iterator[dt.datetime]:
        """`self.engagement` is None where the contract is not signed."""
        self.engagement: Engagement | None = None
        yield self.soon(0.4, 1.8)
        paper, _lines = contracts.new_from(self.intake, self.owner)
        if self.plot.stop == "contract:management":
            paper.fee = Decimal(round(self.fee * Decimal("1.15"), -2))
        paper.rights_duties = self.texts["rights"]
        paper.party_a_signatory = self._signatory()
        paper.party_b_signatory = "陈志远"
        if self.rng.random() < 0.12:
            paper.fee_basis, paper.fee_terms = "retainer", f"按月计取，每期 {paper.fee / 2:.2f} 元，共两期"
        paper = contracts.save_contract(paper, by=self.owner, lines=self._schedule(paper))
        if self.plot.stop == "contract:draft":
            return
        paper = services.submit(paper, by=self.owner)
        yield from self.decide(paper, "contract")
        if self.paper.state != "approved" or self.plot.stop == "contract:signing":
            return
        yield self.soon(0.4, 2.2)
        signer = self.office.person(paper.applicant_id)
        contracts.sign(self.paper, by=signer, signed_on=clock.today(), seal="合同专用章")
        self.engagement = Engagement.objects.get(contract=paper.pk)

    def _signatory(self) -> str:
        people = Contact.objects.filter(client=self.client).order_by("-is_primary", "pk")
        person = people.filter(decision_role="decides").first() or people.first()
        return person.name if person else ""

    def _schedule(self, paper: AgencyContract) -> list[dict]:
        """Small contracts are paid at the end, others in two parts, the larger one mostly last."""
        first, last = self.kind["milestones"]
        if paper.fee < 15000:
            return [{"milestone": last, "due": Due.COMPLETION, "due_on": None, "amount": paper.fee}]
        share = Decimal(str(self.rng.choice((0.3, 0.4, 0.5)))) if paper.fee_basis == "fixed" else Decimal("0.5")
        part = (paper.fee * share).quantize(Decimal("0.01"))
        return [
            {"milestone": first, "due": Due.MILESTONE, "due_on": None, "amount": part},
            {"milestone": last, "due": Due.COMPLETION, "due_on": paper.effective_to, "amount": paper.fee - part},
        ]

    def supplement(self) -> Iterator[dt.datetime]:
        """The client asks for more: a supplement, approved unless the plot stops at it."""
        contract = AgencyContract.objects.get(pk=self.engagement.contract_id)
        paper = contracts.new_supplement(contract, self.owner)
        paper.change = Decimal(round(float(contract.fee) * self.rng.uniform(0.08, 0.2), -2))
        paper.milestone = "追加服务完成"
        paper.reason = self.say("supplement_reasons")
        paper.title = f"{contract.title}补充协议"
        paper = contracts.save_supplement(paper, by=self.owner)
        paper = services.submit(paper, by=self.owner)
        if "supplement:head" not in self.plot.turns:
            yield from self.decide(paper, "supplement")

    def terminate(self) -> None:
        """The contract ends before it is fulfilled, and the engagement with it."""
        contract = AgencyContract.objects.select_related("department__head").get(pk=self.engagement.contract_id)
        head = self.office.person(contract.department.head_id)
        contracts.terminate(contract, by=head, on=clock.today(), reason=self.say("terminations"))

    def complete(self) -> None:
        """Everything is settled."""
        contract = AgencyContract.objects.get(pk=self.engagement.contract_id)
        contracts.complete(contract, by=self.owner, on=clock.today())
