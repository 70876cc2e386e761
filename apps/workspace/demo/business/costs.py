"""What an engagement costs: an expense claim of its manager that is charged to it."""

import datetime as dt
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from apps.business.models import AgencyContract
from apps.core import clock
from apps.documents import services
from apps.finance.expenses.models import ExpenseClaim
from apps.finance.expenses.services import save_claim
from apps.workspace.demo.business.contracts import Contracts
from apps.workspace.demo.invoices import invoice_of


class Costs(Contracts):
    """Bought for the client while the work goes on."""

    def spend(self) -> Iterator[dt.datetime]:
        """An expense claim charged to the engagement, over what it cost."""
        contract = AgencyContract.objects.get(pk=self.engagement.contract_id)
        whole = self.cents(contract.total / Decimal("1.06") * Decimal(str(round(1 - self.plot.margin, 4))))
        names = self.kind["costs"]
        parts = (0.55, 0.3, 0.15)[: len(names)]
        claim = ExpenseClaim(
            title=f"{self.engagement.title[:60]}项目成本",
            charged_to=contract.document_ptr,
            project=self.client.name[:60],
            voucher_count=len(names),
        )
        lines, day, left = [], clock.today() - dt.timedelta(days=self.rng.randint(1, 5)), whole
        for name, part in zip(names, parts, strict=True):
            amount = left if name == names[-1] else self.cents(float(whole) * part)
            left -= amount
            lines.append(self._cost(name, amount, day))
        claim = save_claim(claim, by=self.owner, lines=lines)
        yield from self.decide(services.submit(claim, by=self.owner), "claim")

    def _cost(self, name: str, amount: Decimal, day: dt.date) -> dict[str, Any]:
        cast = self.office.cast
        seller = f"上海{self.rng.choice('恒嘉瑞通景和')}{self.rng.choice('达元信博悦程')}{name[:2]}服务有限公司"
        invoice = invoice_of(self.office.numbers, self.rng, category="PROMOTION", day=day, amount=amount, seller=seller)
        category = cast.categories["PROMOTION"]
        return {"category": category, "date": day, "city": None, "amount": amount, "description": name, **invoice}
