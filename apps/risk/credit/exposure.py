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
from functools import lru_cache

from django.db.models import (
    Aggregate,
    Case,
    DecimalField,
    F,
    FilteredRelation,
    Min,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Sum,
    Value,
    When,
)
from django.db.models.functions import Coalesce, NullIf
from django.db.models.lookups import GreaterThan

from apps.core import clock
from apps.core.joins import join_sums
from apps.core.models import in_cents
from apps.core.money import quantize
from apps.finance.billing.models import Receivable, SalesInvoice
from apps.finance.receipts.models import Receipt
from apps.risk.credit.models import CreditHold, CreditLimit, CreditPolicy
from apps.service.clients.models import Client

ZERO = Decimal("0.00")
_MONEY = DecimalField(max_digits=20, decimal_places=2)
_NOTHING = Value(ZERO, output_field=_MONEY)
#: what a picture does not need to know
_BARE = Client.objects.defer(*(field.name for field in Client._meta.concrete_fields if not field.primary_key))
#: owing without any limit is more than any utilisation
_ENDLESS = Value(Decimal("1e15"), output_field=_MONEY)
#: the parts of the exposure that only what is overdue is made of
_ABOUT_WHAT_IS_LATE = {"late", "oldest"}
#: clients asked about in one statement
CHUNK = 5000

#: callable() → contracts in force, each with its `client` and `open_amount`: what of it is not settled yet, whole,
#: before the policy's inclusion rate
unsettled: list[Callable[[], QuerySet]] = []
#: callable(document) → what the sources count because of this very paper
own_shares: list[Callable[..., Decimal]] = []


def register_exposure(source: Callable[[], QuerySet], *, own: Callable[..., Decimal] | None = None) -> None:
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


def every_picture(chosen: Callable[[QuerySet[Client]], QuerySet[Client]], *, today: dt.date | None = None) -> Standings:
    """The clients that `chosen` leaves of all of them, to be put in order and cut into pages by the database."""
    return Standings(chosen, CreditPolicy.current(), today or clock.today())


def picture_of(client, *, today: dt.date | None = None, document=None) -> CreditPicture:
    """The picture of one client; without what `document` itself adds to it, where one is given.

    Two statements: the policy, and all the rest.
    """
    today, policy = today or clock.today(), CreditPolicy.current()
    return _pictures([client.pk], policy=policy, today=today, document=document)[client.pk]


def _pictures(ids: list[int], *, policy: CreditPolicy, today: dt.date, document=None) -> dict[int, CreditPicture]:
    # no paper opens a receivable before it is approved, so of the others nothing has to be left out
    counted = document if document is not None and document.state == document.State.APPROVED else None
    since = _last_grace_day(policy, today)
    rows = _looked_up(since, today, tuple(unsettled)) if counted is None else _with_sums(_BARE, since, today, counted)
    own, clients = _own(document), rows.in_bulk(ids)
    return {pk: _picture(clients[pk], policy=policy, today=today, own=own) for pk in ids}


def _picture(client: Client, *, policy: CreditPolicy, today: dt.date, own: Decimal) -> CreditPicture:
    row = getattr(client, "limit_in_force", None)
    runs = row is not None and row.valid_until >= today
    return CreditPicture(
        client_id=client.pk,
        policy=policy,
        limit_row=row if runs else None,
        expired=None if runs else row,
        hold=getattr(client, "open_hold", None),
        not_invoiced=quantize(client.not_invoiced or 0),
        unpaid=quantize(client.unpaid or 0),
        contracts_whole=quantize(sum(getattr(client, f"unsettled_{n}") or 0 for n in range(len(unsettled)))) - own,
        unapplied=quantize(client.unapplied or 0),
        overdue=quantize(client.late or 0),
        overdue_days=(today - client.oldest).days if client.oldest else 0,
    )


@lru_cache(maxsize=4)
def _looked_up(since: dt.date, today: dt.date, sources: tuple) -> QuerySet[Client]:
    """`_with_sums` of clients by these `unsettled` sources, to be narrowed down.

    Kept, because to put it together takes longer than to run it.
    """
    return _with_sums(_BARE, since, today)


def _with_sums(clients: QuerySet[Client], since: dt.date, today: dt.date, document=None) -> QuerySet[Client]:
    """These clients with limit, hold and every part of the exposure, in one statement.

    The sums are looked up client by client: what is open is little, and stands in partial indexes by client.
    """
    figures: dict[str, Subquery] = {}
    for _name, others, sums in _parts(since, document):
        own = others.filter(client=OuterRef("pk")).order_by().values("client")
        figures |= {name: Subquery(own.annotate(figure=sum_).values("figure")) for name, sum_ in sums.items()}
    return _with_limit(clients, today).annotate(**figures).select_related("limit_in_force", "open_hold")


def _with_limit(clients: QuerySet[Client], today: dt.date) -> QuerySet[Client]:
    limit = Q(credit_limits__ended_on__isnull=True, credit_limits__valid_from__lte=today)
    return clients.annotate(
        limit_in_force=FilteredRelation("credit_limits", condition=limit),
        open_hold=FilteredRelation("credit_holds", condition=Q(credit_holds__lifted_at__isnull=True)),
    )


def _parts(since: dt.date, document=None) -> list[tuple[str, QuerySet, dict[str, Aggregate]]]:
    """What is added up: a name, the rows of clients, and the figures over them. Late is what was due before `since`."""
    receivables, invoices = Receivable.objects.not_invoiced(), SalesInvoice.objects.open()
    if document is not None:
        receivables = receivables.exclude(document=document.pk)
        invoices = invoices.exclude(receivable__document=document.pk)
    rest, late = F("total") - F("collected") - F("reversed_total"), Q(due_on__lt=since)
    return [
        ("waiting", receivables, {"not_invoiced": Sum(F("total") - F("invoiced"))}),
        (
            "invoices",
            invoices,
            {"unpaid": Sum(rest), "late": Sum(rest, filter=late), "oldest": Min("due_on", filter=late)},
        ),
        ("receipts", Receipt.objects.unapplied(), {"unapplied": Sum(F("amount") - F("allocated"))}),
        *(
            (f"contracts_{number}", source(), {f"unsettled_{number}": Sum("open_amount")})
            for number, source in enumerate(unsettled)
        ),
    ]


def _last_grace_day(policy: CreditPolicy, today: dt.date) -> dt.date:
    """What was due before this day is overdue."""
    return today - dt.timedelta(days=policy.grace_days)


def _own(document) -> Decimal:
    """What the sources count because of this very paper."""
    if document is None or not document.pk:
        return ZERO
    return sum((own(document) for own in own_shares), ZERO)


class Standings:
    """Clients in the order of their pictures, cut into pages by the database.

    `limit`, `exposure`, `available`, `utilisation`, `overdue` and `oldest` are columns: the sums are joined, each
    reckoned in one pass. That is for finding out which clients a page shows; their pictures are looked up one by one.
    The last two, about what is late, are there only if somebody asks for them.
    """

    def __init__(self, chosen: Callable[[QuerySet], QuerySet], policy: CreditPolicy, today: dt.date) -> None:
        self.policy, self.today, self.since = policy, today, _last_grace_day(policy, today)
        self.chosen, self.wanted = chosen, ""

    def standing(self, wanted: str) -> None:
        """Keep those who stand like that: used, over, overdue, hold or expired."""
        self.wanted = wanted

    def _rows(self, column: str) -> QuerySet[Client]:
        """Those who stand as wanted, to be put in order by a column."""
        rates = (self.policy.default_limit, self.policy.inclusion_rate)
        late = "overdue" in (self.wanted, column) or column == "oldest"
        rows = self.chosen(_with_columns(self.since, self.today, rates, tuple(unsettled), late=late))
        conditions = {
            "": Q(),
            "used": ~Q(exposure=0),
            "over": Q(available__lt=0),
            "overdue": Q(overdue__gt=self.policy.overdue_threshold),
            "hold": Q(open_hold__isnull=False),
            "expired": Q(limit_in_force__valid_until__lt=self.today),
        }
        return rows.filter(conditions[self.wanted])

    def pictures(self, start: int, stop: int, *, sort: str) -> list[tuple[Client, CreditPicture]]:
        """Some of them in an order: a column, `-` descends; the same stay in the order they were entered."""
        column, descending = sort.lstrip("-"), sort.startswith("-")
        if column == "overdue_days":
            column, descending = "oldest", not descending
        by = Coalesce(F(column), Value(dt.date.max)) if column == "oldest" else F(column)
        found = self._rows(column).order_by(by.desc() if descending else by.asc(), "pk").values_list("pk", flat=True)
        ids: list[int] = []
        if sort in ("-utilisation", "-exposure"):
            # whoever owes something comes before all others, and these are fewer to put in order
            ids = list(found.filter(exposure__gt=0)[start:stop])
        if len(ids) < stop - start:
            ids = list(found[start:stop])
        named = _looked_up(self.since, self.today, tuple(unsettled)).defer(None).select_related("grade", "owner")
        clients = named.in_bulk(ids)
        return [(clients[pk], _picture(clients[pk], policy=self.policy, today=self.today, own=ZERO)) for pk in ids]


@lru_cache(maxsize=4)
def _with_columns(
    since: dt.date, today: dt.date, rates: tuple[Decimal, Decimal], sources: tuple, *, late: bool
) -> QuerySet[Client]:
    """Every client with the columns of `Standings`, by the policy's default limit and inclusion rate.

    Kept like `_looked_up`.
    """
    default_limit, inclusion_rate = rates
    rows = _with_limit(Client.objects.all(), today)
    for name, others, sums in _parts(since):
        asked = {figure: sum_ for figure, sum_ in sums.items() if late or figure not in _ABOUT_WHAT_IS_LATE}
        rows = join_sums(rows, others, "client", name=name, **asked)
    if late:
        rows = rows.annotate(overdue=in_cents(_or_nothing(F("late"))))
    contracts = sum((_or_nothing(F(f"unsettled_{number}")) for number in range(len(sources))), _NOTHING)
    default = Value(default_limit, output_field=_MONEY)
    runs = Q(limit_in_force__valid_until__gte=today)
    limit = Case(When(runs, then=F("limit_in_force__amount")), default=default, output_field=_MONEY)
    # in whole cents once, where it is compared; the order of clients needs no rounding
    owed = (
        _or_nothing(F("not_invoiced"))
        + _or_nothing(F("unpaid"))
        + contracts * Value(inclusion_rate)
        - _or_nothing(F("unapplied"))
    )
    endless = Case(When(GreaterThan(owed, _NOTHING), then=_ENDLESS), default=_NOTHING)
    return rows.annotate(
        limit=limit,
        exposure=in_cents(owed),
        available=in_cents(limit - owed),
        utilisation=Coalesce(owed / NullIf(limit, _NOTHING), endless, output_field=_MONEY),
    )


def _or_nothing(amount: F) -> Coalesce:
    return Coalesce(amount, _NOTHING, output_field=_MONEY)
