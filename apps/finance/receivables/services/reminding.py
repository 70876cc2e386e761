"""Reminding clients of overdue invoices by e-mail (催款): once per period, kept with text and invoices."""

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.db.models import Max, QuerySet
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import gettext as _

from apps.core import clock
from apps.core.errors import Refused
from apps.core.jobs import enqueue
from apps.core.registry import company_name
from apps.finance.billing.errors import BillingError, at_field
from apps.finance.billing.models import SalesInvoice
from apps.finance.receivables import permissions
from apps.finance.receivables.ageing import owed_on
from apps.finance.receivables.models import PaymentReminder, ReceivablesSettings
from apps.org.models import Company
from apps.service.clients.models import Client, Contact

SEND_JOB = "finance.send-payment-reminder"
TOO_OLD_TO_MAIL = dt.timedelta(days=1)
LONGEST_TEXT = 6000
ZERO = Decimal("0.00")


@dataclass(frozen=True)
class Standing:
    """When a client was reminded last, when it may be reminded again, and who gets the reminder."""

    last_on: dt.date | None
    next_on: dt.date
    contact: Contact | None

    @property
    def is_allowed(self) -> bool:
        """Whether the next reminder may go today."""
        return self.next_on <= clock.today()

    @property
    def next_words(self) -> str:
        """`now`, or the day."""
        return _("now") if self.is_allowed else self.next_on.isoformat()


@dataclass(frozen=True)
class Draft:
    """A reminder as it is proposed; subject and text may be changed before it goes."""

    client: Client
    to: str
    subject: str
    text: str
    overdue: Decimal
    invoices: list[SalesInvoice]


@dataclass(frozen=True)
class Outcome:
    """What became of one of several: the reminder, or why there is none."""

    client: Client
    reminder: PaymentReminder | None = None
    why: str = ""
    fields: Mapping[str, list[str]] | None = None


def overdue_of(client_ids: Iterable[int] | None = None, *, today: dt.date | None = None) -> QuerySet:
    """Overdue invoices in the company's currency, of these clients or of all."""
    day = today or clock.today()
    rows = SalesInvoice.objects.filter(due_on__lt=day, currency=Company.current().currency)
    if client_ids is not None:
        rows = rows.filter(client__in=list(client_ids))
    return owed_on(day, rows)


def standing_of(client_ids: Iterable[int]) -> dict[int, Standing]:
    """How each of these clients stands with reminders; two queries and the settings."""
    ids = list(client_ids)
    every = ReceivablesSettings.current().remind_every_days
    sent = PaymentReminder.objects.filter(client__in=ids).order_by().values("client").annotate(last=Max("sent_at"))
    last = {row["client"]: clock.local_day(row["last"]) for row in sent}
    people: dict[int, Contact] = {}
    for person in Contact.objects.filter(client__in=ids, active=True).exclude(email="").order_by("is_primary", "-pk"):
        people[person.client_id] = person
    return {pk: Standing(last.get(pk), _next(last.get(pk), every), people.get(pk)) for pk in ids}


def _next(last: dt.date | None, every: int) -> dt.date:
    return last + dt.timedelta(days=every) if last else clock.today()


def draft_for(client: Client, *, invoices: Iterable[SalesInvoice], standing: Standing, by) -> Draft:
    """The text proposed for a client, from its overdue invoices."""
    rows = list(invoices)
    overdue = sum((row.owed for row in rows), ZERO)
    day = clock.today()
    context = {
        "client": client,
        "contact": standing.contact,
        "invoices": [(row, (day - row.due_on).days) for row in rows],
        "overdue": overdue,
        "currency": Company.current().currency,
        "company": company_name(),
        "by": by,
        "today": day,
    }
    text = render_to_string("finance/reminder/mail.txt", context).strip()
    subject = _("Reminder: %(number)s overdue invoices, %(company)s") % {
        "number": len(rows),
        "company": company_name(),
    }
    return Draft(client, standing.contact.email if standing.contact else "", subject[:200], text, overdue, rows)


@transaction.atomic
def send_reminder(client: Client, *, by, to: str = "", subject: str = "", text: str = "") -> PaymentReminder:
    """Remind a client: kept at once, sent by e-mail in the background. Empty words are those proposed.

    Raises `BillingError` where nothing is overdue, nobody can be written to, or the last reminder is too fresh.
    """
    permissions.require_remind(by)
    client = Client.objects.select_for_update(of=("self",)).get(pk=client.pk)
    _refuse_unless_allowed(client, by)
    standing = standing_of([client.pk])[client.pk]
    _refuse_too_early(standing)
    rows = list(overdue_of([client.pk]).order_by("due_on", "pk"))
    if not rows:
        raise BillingError(_("Nothing of %(client)s is overdue.") % {"client": client})
    draft = draft_for(client, invoices=rows, standing=standing, by=by)
    reminder = PaymentReminder(client=client, sent_at=clock.now(), by=by, overdue=draft.overdue)
    reminder.to = _address(to.strip() or draft.to, client)
    reminder.subject = " ".join((subject.strip() or draft.subject).split())
    reminder.text = text.strip().replace("\r\n", "\n") or draft.text
    _refuse_too_long(reminder)
    reminder.save()
    reminder.invoices.set(rows)
    if reminder.sent_at > timezone.now() - TOO_OLD_TO_MAIL:
        title = _("Payment reminder to %(client)s") % {"client": client}
        params = {"reminder": reminder.pk}
        enqueue(SEND_JOB, by=by, params=params, key=f"payment-reminder-{reminder.pk}", title=title)
    return reminder


def send_each(letters: Iterable[tuple[Client, Mapping[str, str]]], *, by) -> list[Outcome]:
    """Remind several clients, each by itself: what is refused for one stops no other."""
    permissions.require_remind(by)
    outcomes = []
    for client, words in letters:
        try:
            outcomes.append(Outcome(client, send_reminder(client, by=by, **words)))
        except Refused as refusal:
            outcomes.append(Outcome(client, why=str(refusal), fields=refusal.fields))
    return outcomes


def _refuse_unless_allowed(client: Client, by) -> None:
    answer = permissions.may_remind_of(by, client)
    if not answer:
        raise BillingError(answer.reason)


def _refuse_too_early(standing: Standing) -> None:
    if standing.is_allowed:
        return
    values = {"last": standing.last_on.isoformat(), "next": standing.next_on.isoformat()}
    raise BillingError(_("Reminded on %(last)s already; the next reminder may go on %(next)s.") % values)


def _address(to: str, client: Client) -> str:
    if not to:
        text = _("Nobody at %(client)s has an e-mail address in the client file; enter one.")
        raise at_field("to", text % {"client": client})
    try:
        validate_email(to)
    except ValidationError as error:
        raise at_field("to", _("Enter a valid e-mail address.")) from error
    if len(to) > PaymentReminder._meta.get_field("to").max_length:
        raise at_field("to", _("This address is too long."))
    return to


def _refuse_too_long(reminder: PaymentReminder) -> None:
    if len(reminder.subject) > PaymentReminder._meta.get_field("subject").max_length:
        raise at_field("subject", _("A subject has at most 200 characters."))
    if len(reminder.text) > LONGEST_TEXT:
        raise at_field("text", _("A reminder has at most %(most)s characters.") % {"most": LONGEST_TEXT})
