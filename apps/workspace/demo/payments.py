"""The cashiers' rounds: twice a week whatever is approved is paid."""

import datetime as dt
from collections.abc import Iterator
from random import Random

from apps.core import clock
from apps.finance.expenses.models import ExpenseClaim
from apps.finance.expenses.services import pay, pay_batch
from apps.workspace.demo.lives import House

PAY_DAYS = (1, 3)
IN_CASH = 300


class Cashiers:
    """Pays on Tuesdays and Thursdays; what was approved after the last round waits in the queue."""

    def __init__(self, house: House, until: dt.date):
        self.house, self.until = house, until
        self.rng = Random(f"{house.seed} payments")

    def rounds(self) -> Iterator[dt.datetime]:
        """One round after the other: a script of the stage."""
        day = self.house.hours.day_of(clock.now())
        while day < self.until:
            day += dt.timedelta(days=1)
            if day.weekday() in PAY_DAYS and self.house.hours.is_workday(day):
                yield self.house.hours.at(day, 360 + self.rng.randrange(100))
                self._pay_all(day)

    def _pay_all(self, day: dt.date) -> None:
        approved = ExpenseClaim.objects.filter(state="approved", paid_on=None, approved_total__gt=0)
        claims = approved.exclude(pk__in=self.house.unpaid).select_related("applicant").order_by("pk")
        by_transfer: dict[str, list[ExpenseClaim]] = {}
        for claim in claims:
            cashier = "cashier" if claim.applicant.username != "cashier" else "jia.wen"
            if claim.approved_total <= IN_CASH:
                self._pay_one(claim, cashier, "PETTY", f"现金{day:%y%m%d}-{claim.pk}", day)
            else:
                by_transfer.setdefault(cashier, []).append(claim)
        for cashier, batch in by_transfer.items():
            self._transfer(batch, cashier, day)

    def _transfer(self, batch: list[ExpenseClaim], cashier: str, day: dt.date) -> None:
        reference = f"CMB{day:%Y%m%d}{self.rng.randrange(10**6):06d}"
        if len(batch) == 1:
            self._pay_one(batch[0], cashier, "BASIC", reference, day)
            return
        cast = self.house.cast
        account = cast.accounts["BASIC"]
        pay_batch(batch, by=cast.users[cashier], account=account, paid_on=day, bank_reference=reference)

    def _pay_one(self, claim: ExpenseClaim, cashier: str, account: str, reference: str, day: dt.date) -> None:
        cast = self.house.cast
        pay(
            claim,
            by=cast.users[cashier],
            account=cast.accounts[account],
            paid_on=day,
            bank_reference=reference,
        )
