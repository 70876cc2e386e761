"""Receipts from a workbook, such as the statement of a bank (clause 3.3.4).

Each row is one receipt of a client, named by number or by name. A reference that is on the account already, or twice in
the sheet, is an error at its cell, so that a statement imported twice makes no second receipts.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import IO, Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.core import clock
from apps.core.forms import MoneyField
from apps.core.importing import (
    NEW,
    ImportColumn,
    ImportRefused,
    ImportRow,
    Outcome,
    date,
    normalise,
    read_sheet,
    text_for,
    text_of,
    words_of,
)
from apps.core.money import format_money
from apps.finance.billing.errors import BillingError
from apps.finance.billing.models import PaymentMethod
from apps.finance.payments.models import FundAccount
from apps.finance.receipts.models import Receipt
from apps.finance.receipts.services import OLDEST, record_receipt
from apps.org.import_pages import ImportSort
from apps.org.models import User
from apps.service.clients.keys import name_key
from apps.service.clients.models import Client

UNAPPLIED = "unapplied"
USES = {OLDEST: gettext_lazy("oldest invoice first"), UNAPPLIED: gettext_lazy("unapplied")}


@dataclass
class Sheet:
    """What cells refer to, read once per import: clients by number and name, accounts by code and name."""

    clients: dict[str, int] = field(default_factory=dict)
    twice: set[str] = field(default_factory=set)
    accounts: dict[str, int] = field(default_factory=dict)

    @classmethod
    def load(cls) -> "Sheet":
        sheet = cls()
        numbers = {}
        for pk, number, name in Client.objects.live().values_list("pk", "number", "name_key").order_by("pk"):
            if sheet.clients.setdefault(name, pk) != pk:
                sheet.twice.add(name)
            numbers[number.casefold()] = pk
        sheet.clients |= numbers
        for account in FundAccount.objects.filter(active=True):
            words = (account.name, account.name_en, account.code)
            sheet.accounts |= {normalise(text): account.pk for text in words if text}
        return sheet


@dataclass
class ReceiptRow(ImportRow):
    """One line of the sheet: always a new receipt."""

    name: str = ""

    @property
    def who(self) -> str:
        """Client, day and amount."""
        values = self.values
        return f"{self.name} · {values['received_on'].isoformat()} · {format_money(values['amount'])}"

    @property
    def what(self) -> str:
        """What becomes of the money."""
        return str(USES[self.values.get("use") or UNAPPLIED])


def _client(value: Any, sheet: Sheet) -> int:
    written = text_of(value)
    key = name_key(written)
    found = sheet.clients.get(written.casefold())
    if found is None and key in sheet.twice:
        raise ValidationError(_("Several clients are called “%(name)s”; write the number.") % {"name": written[:40]})
    found = found or sheet.clients.get(key)
    if found is None:
        raise ValidationError(_("There is no client “%(number)s”.") % {"number": written[:40]})
    return found


def _account(value: Any, sheet: Sheet) -> int:
    written = text_of(value)
    found = sheet.accounts.get(normalise(written))
    if found is None:
        raise ValidationError(_("There is no “%(code)s”.") % {"code": written[:40]})
    return found


def _amount(value: Any, sheet: Sheet) -> Decimal:
    written = str(value) if isinstance(value, int | float) else text_of(value)
    amount = MoneyField().clean(written)
    if amount <= 0:
        raise ValidationError(_("Enter an amount above zero."))
    return amount


def _day(value: Any, sheet: Sheet) -> Any:
    day = date(value, sheet)
    if day > clock.today():
        raise ValidationError(_("A receipt can't lie in the future."))
    return day


def _choice(choices: dict[str, Any]) -> Callable[[Any, Sheet], str]:
    def read(value: Any, sheet: Sheet) -> str:
        written = normalise(text_of(value))
        for code, words in choices.items():
            if written in {code, *words_of(words)}:
                return code
        values = {"value": text_of(value)[:40], "choices": _(", ").join(map(str, choices.values()))}
        raise ValidationError(_("“%(value)s” is not one of: %(choices)s.") % values)

    return read


def _text(name: str) -> Callable[[Any, Sheet], str]:
    return text_for(Receipt._meta.get_field(name))


def _reference(value: Any, sheet: Sheet) -> str:
    return " ".join(_text("bank_reference")(value, sheet).split())


COLUMNS = [
    ImportColumn("client_id", gettext_lazy("Client"), _client, required=True, hint=gettext_lazy("Number or name.")),
    ImportColumn("received_on", gettext_lazy("Received on"), _day, required=True),
    ImportColumn("amount", gettext_lazy("Amount"), _amount, required=True),
    ImportColumn(
        "account_id",
        gettext_lazy("Fund account"),
        _account,
        hint=gettext_lazy("Name or code; may stay empty where there is only one."),
    ),
    ImportColumn(
        "bank_reference",
        gettext_lazy("Bank reference"),
        _reference,
        hint=gettext_lazy("As text, not as a number; needed for transfers."),
    ),
    ImportColumn(
        "method",
        gettext_lazy("Payment method"),
        _choice(dict(PaymentMethod.choices)),
        hint=gettext_lazy("Bank transfer when empty."),
    ),
    ImportColumn("payer_name", gettext_lazy("Payer"), _text("payer_name")),
    ImportColumn("remark", gettext_lazy("Remark"), _text("remark")),
    ImportColumn(
        "use",
        gettext_lazy("Allocation"),
        _choice(USES),
        hint=gettext_lazy("“oldest invoice first” or “unapplied”; empty leaves it unapplied."),
    ),
]


def import_receipts(
    stream: IO[bytes], *, by: User, write: bool, progress: Callable[..., None] = lambda *args: None
) -> Outcome:
    """Check a workbook and, if `write` and nothing is wrong with it, record the receipts it names."""
    with transaction.atomic():
        outcome = read_sheet(stream, COLUMNS, key="amount", sheet=Sheet.load(), row_class=ReceiptRow)
        _check(outcome)
        outcome.sort_errors()
        if write and not outcome.errors:
            _write(outcome, by, progress)
    return outcome


def _check(outcome: Outcome) -> None:
    """Rules that need more than one cell: what is missing, and references known already or given twice."""
    accounts = list(FundAccount.objects.filter(active=True).values_list("pk", flat=True))
    given = {row.values["bank_reference"] for row in outcome.rows if row.values.get("bank_reference")}
    known = _known(given)
    names = dict(Client.objects.filter(pk__in=_keys(outcome)).values_list("pk", "name"))
    wrong_cells = {error.cell for error in outcome.errors}
    seen: dict[tuple[int, str], int] = {}
    for row in outcome.rows:
        row.changes = [NEW]
        row.name = names.get(row.values.get("client_id"), "")
        for name in ("client_id", "received_on", "amount"):
            if row.values.get(name) is None and row.cells.get(name) not in wrong_cells:
                outcome.wrong(row, name, _("“%(name)s” is missing.") % {"name": _header(name)})
        if "account_id" not in row.values and len(accounts) == 1:
            row.values["account_id"] = accounts[0]
        elif row.values.get("account_id") is None and row.cells.get("account_id") not in wrong_cells:
            outcome.wrong(row, "account_id", _("“%(name)s” is missing.") % {"name": _header("account_id")})
        if row.cells.get("bank_reference") not in wrong_cells:
            _check_reference(outcome, row, known, seen)


def _check_reference(outcome: Outcome, row: ReceiptRow, known: dict, seen: dict[tuple[int, str], int]) -> None:
    reference = row.values.get("bank_reference") or ""
    method = row.values.get("method") or PaymentMethod.TRANSFER
    if not reference:
        if method == PaymentMethod.TRANSFER:
            outcome.wrong(row, "bank_reference", _("Enter the bank's reference of the transfer."))
        return
    key = (row.values.get("account_id"), reference)
    if key in known:
        said = _("Receipt %(number)s has this reference on this account already.")
        outcome.wrong(row, "bank_reference", said % {"number": known[key]})
    elif key in seen:
        said = _("This reference stands already in row %(row)s.")
        outcome.wrong(row, "bank_reference", said % {"row": seen[key]})
    seen.setdefault(key, row.number)


def _known(references: set[str]) -> dict[tuple[int, str], str]:
    """References on the accounts already, asked for in portions that every database takes."""
    wanted, found = sorted(references), {}
    for start in range(0, len(wanted), 500):
        rows = Receipt.objects.filter(bank_reference__in=wanted[start : start + 500], voided_on__isnull=True)
        found |= {(row.account_id, row.bank_reference): row.number for row in rows}
    return found


def _keys(outcome: Outcome) -> set[int]:
    return {row.values["client_id"] for row in outcome.rows if row.values.get("client_id")}


def _header(name: str) -> str:
    return str(next(column.header for column in COLUMNS if column.name == name))


def _write(outcome: Outcome, by: User, progress: Callable[..., None]) -> None:
    clients = Client.objects.in_bulk(_keys(outcome))
    accounts = FundAccount.objects.in_bulk()
    try:
        with transaction.atomic():
            for done, row in enumerate(outcome.rows, 1):
                _record(row, clients, accounts, by)
                progress(done, len(outcome.rows))
    except BillingError as error:
        raise ImportRefused(_("Somebody recorded receipts at the same moment; start the import again.")) from error
    outcome.written = True


def _record(row: ReceiptRow, clients: dict[int, Client], accounts: dict[int, FundAccount], by: User) -> None:
    values = row.values
    record_receipt(
        client=clients[values["client_id"]],
        account=accounts[values["account_id"]],
        payer_name=values.get("payer_name") or "",
        amount=values["amount"],
        received_on=values["received_on"],
        by=by,
        method=values.get("method") or PaymentMethod.TRANSFER,
        bank_reference=values.get("bank_reference") or "",
        remark=values.get("remark") or "",
        amounts=OLDEST if values.get("use") == OLDEST else None,
    )


RECEIPTS = ImportSort(
    name="receipts",
    run=import_receipts,
    job="finance.import-receipts",
    list_url="finance:receipt-list",
    done=gettext_lazy("%(new)d receipts recorded."),
)
