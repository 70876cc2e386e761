"""What a client owes and may come to owe, against limit and term (domain.md §1.25).

Exposure = approved settlements not yet invoiced + issued unpaid invoices + contracts in force and not settled × the
policy's inclusion rate − receipts not put to an invoice.

Other apps add what counts as contracts with `register_exposure`, because risk knows no contracts.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from django.db.models import F, Min, Q, Sum

from apps.core import clock
from apps.core.money import quantize
from apps.finance.billing.models import Receivable, SalesInvoice
from apps.finance.receipts.models import Receipt
from apps.risk.credit.models import CreditHold, CreditLimit, CreditPolicy

ZERO = Decimal("0.00")
#: clients asked about in one statement
CHUNK = 5000

#: callable(client ids) → {client id: amount of contracts in force that is not settled yet}, whole, before the
#: policy's inclusion rate
unsettled: list[Callable[[list[int]], dict[int, Decimal]]] = []
#: callable(document) → what the sources count because of this very paper
own_shares: list[Callable[..., Decimal]] = []


def register_exposure(
    source: Callable[[list[int]], dict[int, Decimal]], *, own: Callable[..., Decimal] | None = None
) -> None:
    """Add what an app knows of contracts in force and not settled.

    `own(document)` says how much of it `source` counts because of that one paper; it is left out when the gate is asked
    about the paper itself.
    """
    if source not in unsettled:
        unsettled.append(source)
    if own is not None and own not in own_shares:
        own_shares.append(own)


@dataclass(frozen=True)
class CreditPicture:
    """How a client stands today. `contracts` is after the inclusion rate, `contracts_whole` before it.

    `limit_row` is the limit in force, None where the policy's default holds; `expired` the one that has run out.
    `overdue` counts invoices late by more than the days of grace, `overdue_days` is how late the oldest of them is.
    """

    client_id: int
    policy: CreditPolicy
    limit_row: CreditLimit | None
    expired: CreditLimit | None
    hold: CreditHold | None
    not_invoiced: Decimal = ZERO
    unpaid: Decimal = ZERO
    contracts_whole: Decimal = ZERO
    unapplied: Decimal = ZERO
    overdue: Decimal = ZERO
    overdue_days: int = 0

    @property
    def limit(self) -> Decimal:
        """What the client may owe."""
        return self.limit_row.amount if self.limit_row else self.policy.default_limit

    @property
    def term_days(self) -> int:
        """In how many days the client has to pay at the latest."""
        return self.limit_row.term_days if self.limit_row else self.policy.default_term_days

    @property
    def valid_until(self) -> dt.date | None:
        """The last day of the limit in force."""
        return self.limit_row.valid_until if self.limit_row else None

    @property
    def contracts(self) -> Decimal:
        """The part of contracts in force and not settled that counts."""
        return quantize(self.contracts_whole * self.policy.inclusion_rate)

    @property
    def exposure(self) -> Decimal:
        """Everything that counts, together."""
        return self.not_invoiced + self.unpaid + self.contracts - self.unapplied

    @property
    def available(self) -> Decimal:
        """What is left of the limit; below zero where it is exceeded."""
        return self.limit - self.exposure

    @property
    def utilisation(self) -> Decimal | None:
        """Exposure ÷ limit in per cent, one place; None where something is owed without any limit."""
        if self.limit:
            return (self.exposure * 100 / self.limit).quantize(Decimal("0.1"), rounding=ROUND_HALF_UP)
        return None if self.exposure > 0 else Decimal("0.0")

    @property
    def bar(self) -> int:
        """The utilisation as the length of a bar, 0 to 100."""
        return int(min(max(self.utilisation or 0, 0), 100))

    @property
    def is_overdue(self) -> bool:
        """Whether so much is overdue that it is no longer overlooked."""
        return self.overdue > self.policy.overdue_threshold


def pictures_of(client_ids: Iterable[int], *, today: dt.date | None = None) -> dict[int, CreditPicture]:
    """The picture of each of these clients, with as many queries for thousands as for one."""
    ids, today, policy = list(dict.fromkeys(client_ids)), today or clock.today(), CreditPolicy.current()
    found: dict[int, CreditPicture] = {}
    for start in range(0, len(ids), CHUNK):
        found |= _pictures(ids[start : start + CHUNK], policy=policy, today=today)
    return found


def picture_of(client, *, today: dt.date | None = None, document=None) -> CreditPicture:
    """The picture of one client; without what `document` itself adds to it, where one is given."""
    today, policy = today or clock.today(), CreditPolicy.current()
    return _pictures([client.pk], policy=policy, today=today, document=document)[client.pk]


def _pictures(ids: list[int], *, policy: CreditPolicy, today: dt.date, document=None) -> dict[int, CreditPicture]:
    open_limits = CreditLimit.objects.filter(client__in=ids, ended_on__isnull=True, valid_from__lte=today)
    limits = {row.client_id: row for row in open_limits}
    open_holds = CreditHold.objects.filter(client__in=ids, lifted_at__isnull=True)
    holds = {row.client_id: row for row in open_holds.select_related("set_by")}
    not_invoiced, invoices, unapplied = (
        _not_invoiced(ids, document),
        _invoices(ids, policy, today, document),
        _left(ids),
    )
    contracts = _contracts(ids, document)
    pictures = {}
    for pk in ids:
        row = limits.get(pk)
        runs = row is not None and row.valid_until >= today
        unpaid, overdue, oldest = invoices.get(pk, (ZERO, ZERO, None))
        pictures[pk] = CreditPicture(
            client_id=pk,
            policy=policy,
            limit_row=row if runs else None,
            expired=None if runs else row,
            hold=holds.get(pk),
            not_invoiced=not_invoiced.get(pk, ZERO),
            unpaid=unpaid,
            contracts_whole=contracts.get(pk, ZERO),
            unapplied=unapplied.get(pk, ZERO),
            overdue=overdue,
            overdue_days=(today - oldest).days if oldest else 0,
        )
    return pictures


def _not_invoiced(ids: list[int], document) -> dict[int, Decimal]:
    rows = Receivable.objects.live().filter(client__in=ids, total__gt=F("invoiced"))
    if document is not None and document.pk:
        rows = rows.exclude(document=document.pk)
    sums = rows.order_by().values("client").annotate(sum=Sum(F("total") - F("invoiced")))
    return {pk: quantize(amount) for pk, amount in sums.values_list("client", "sum")}


def _invoices(ids: list[int], policy: CreditPolicy, today: dt.date, document) -> dict[int, tuple]:
    """{client: (unpaid, overdue, due day of the oldest overdue one)}"""
    rows = SalesInvoice.objects.open().filter(client__in=ids)
    if document is not None and document.pk:
        rows = rows.exclude(receivable__document=document.pk)
    rest = F("total") - F("collected") - F("reversed_total")
    late = Q(due_on__lt=today - dt.timedelta(days=policy.grace_days))
    sums = rows.order_by().values("client")
    sums = sums.annotate(sum=Sum(rest), late=Sum(rest, filter=late), oldest=Min("due_on", filter=late))
    return {row["client"]: (quantize(row["sum"]), quantize(row["late"] or 0), row["oldest"]) for row in sums}


def _left(ids: list[int]) -> dict[int, Decimal]:
    rows = Receipt.objects.filter(client__in=ids, voided_on__isnull=True, amount__gt=F("allocated"))
    sums = rows.order_by().values("client").annotate(sum=Sum(F("amount") - F("allocated")))
    return {pk: quantize(amount) for pk, amount in sums.values_list("client", "sum")}


def _contracts(ids: list[int], document) -> dict[int, Decimal]:
    sums: dict[int, Decimal] = {}
    for source in unsettled:
        for pk, amount in source(ids).items():
            sums[pk] = sums.get(pk, ZERO) + amount
    if document is not None and document.pk:
        for own in own_shares:
            for pk in ids:
                sums[pk] = sums.get(pk, ZERO) - own(document)
    return sums
