"""Clients from a workbook; an export of the list can be imported again (clause 4.1.2).

The client number says who is meant: a known number changes that client, an empty one is a new client. A new client that
looks like one in the file (same name, code or telephone) is an error at its cell, so that imports make no duplicates.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import IO, Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from apps.core.importing import (
    NEW,
    ImportColumn,
    ImportRefused,
    ImportRow,
    Outcome,
    normalise,
    read_sheet,
    text_for,
    text_of,
    words_of,
)
from apps.core.uscc import check_uscc, normalise_uscc
from apps.org.import_pages import ImportSort
from apps.org.models import User
from apps.service.clients.keys import name_key, phone_key, web_address
from apps.service.clients.models import Client, ClientGrade, ClientSource, Contact, Industry
from apps.service.clients.services import save_client, save_contact
from apps.service.clients.services.files import ClientError

CATALOGUE = {"industry": Industry, "grade": ClientGrade, "source": ClientSource}
OF_CONTACT = ("contact_name", "contact_title", "contact_mobile", "contact_email")


@dataclass
class Sheet:
    """What cells refer to, read once per import: codes and names as people write them → ids."""

    catalogue: dict[str, dict[str, int]] = field(default_factory=dict)
    people: dict[str, int] = field(default_factory=dict)

    @classmethod
    def load(cls) -> "Sheet":
        sheet = cls()
        for name, model in CATALOGUE.items():
            rows = model.objects.filter(active=True).order_by("-order")
            sheet.catalogue[name] = {
                normalise(words): row.pk for row in rows for words in (row.name, row.name_en, row.code) if words
            }
        names = [normalise(person.name) for person in User.objects.active()]
        for person in User.objects.active().order_by("-pk"):
            if names.count(normalise(person.name)) == 1:
                sheet.people[normalise(person.name)] = person.pk
            sheet.people[normalise(person.username)] = person.pk
            if person.employee_no:
                sheet.people[normalise(person.employee_no)] = person.pk
        return sheet


@dataclass
class ClientRow(ImportRow):
    """One line of the sheet, and the client it is about."""

    client: Client | None = None

    @property
    def who(self) -> str:
        """Number and name, as they will be."""
        name = self.values.get("name") or (self.client.name if self.client else "")
        return f"{self.client.number if self.client else ''} {name}".strip()

    @property
    def what(self) -> str:
        """What the import does with this row, in words."""
        return self.described(COLUMNS)


def _text(name: str) -> Callable[[Any, Sheet], str]:
    return text_for(Client._meta.get_field(name))


def _number(value: Any, sheet: Sheet) -> str:
    return text_of(value).upper()


def _needs(value: Any, sheet: Sheet) -> str:
    """The one field with several lines."""
    return Client._meta.get_field("needs").clean(text_of(value), None)


def _website(value: Any, sheet: Sheet) -> str:
    return _text("website")(web_address(text_of(value)), sheet)


def _code(value: Any, sheet: Sheet) -> str:
    code = normalise_uscc(text_of(value))
    checked = check_uscc(code)
    if not checked.valid_shape:
        raise ValidationError(checked.message)
    return code


def _choice(choices: Any) -> Callable[[Any, Sheet], str]:
    def read(value: Any, sheet: Sheet) -> str:
        written = normalise(text_of(value))
        for choice in choices:
            if written in {choice.value, *words_of(choice.label)}:
                return choice.value
        values = {"value": text_of(value)[:40], "choices": _(", ").join(str(choice.label) for choice in choices)}
        raise ValidationError(_("“%(value)s” is not one of: %(choices)s.") % values)

    return read


def _listed(table: str) -> Callable[[Any, Sheet], int]:
    def read(value: Any, sheet: Sheet) -> int:
        written = text_of(value)
        found = sheet.catalogue[table].get(normalise(written))
        if found is None:
            raise ValidationError(_("There is no “%(code)s”.") % {"code": written[:40]})
        return found

    return read


def _person(value: Any, sheet: Sheet) -> int:
    written = text_of(value)
    found = sheet.people.get(normalise(written))
    if found is None:
        raise ValidationError(_("No employee here is “%(name)s”; write the user name.") % {"name": written[:40]})
    return found


def _contact(name: str) -> Callable[[Any, Sheet], str]:
    return text_for(Contact._meta.get_field(name))


COLUMNS = [
    ImportColumn("number", gettext_lazy("Client number"), _number, hint=gettext_lazy("Empty for a new client.")),
    ImportColumn("name", gettext_lazy("Client"), _text("name"), required=True),
    ImportColumn("name_en", gettext_lazy("English name"), _text("name_en")),
    ImportColumn(
        "kind", gettext_lazy("Kind of client"), _choice(Client.Kind), hint=gettext_lazy("Company when empty.")
    ),
    ImportColumn(
        "uscc", gettext_lazy("Unified Social Credit Code"), _code, hint=gettext_lazy("As text, not as a number.")
    ),
    ImportColumn("industry_id", gettext_lazy("Industry"), _listed("industry"), hint=gettext_lazy("Name or code.")),
    ImportColumn("grade_id", gettext_lazy("Grade"), _listed("grade"), hint=gettext_lazy("Name or code.")),
    ImportColumn("source_id", gettext_lazy("Source"), _listed("source"), hint=gettext_lazy("Name or code.")),
    ImportColumn("source_detail", gettext_lazy("Source in detail"), _text("source_detail")),
    ImportColumn(
        "owner_id",
        gettext_lazy("Employee in charge"),
        _person,
        hint=gettext_lazy("User name, employee number or name; a new client without one goes to the shared pool."),
    ),
    ImportColumn("phone", gettext_lazy("Phone"), _text("phone")),
    ImportColumn("email", gettext_lazy("E-mail"), _text("email")),
    ImportColumn("website", gettext_lazy("Website"), _website),
    ImportColumn("address", gettext_lazy("Address"), _text("address")),
    ImportColumn("needs", gettext_lazy("Needs"), _needs),
    ImportColumn("status", gettext_lazy("Status"), _choice(Client.Status), hint=gettext_lazy("Active when empty.")),
    ImportColumn("contact_name", gettext_lazy("Primary contact"), _contact("name")),
    ImportColumn("contact_title", pgettext_lazy("contact", "Position"), _contact("title")),
    ImportColumn("contact_mobile", gettext_lazy("Mobile"), _contact("mobile")),
    ImportColumn("contact_email", gettext_lazy("E-mail of the contact"), _contact("email")),
]


def import_clients(
    stream: IO[bytes], *, by: User, write: bool, progress: Callable[..., None] = lambda *args: None
) -> Outcome:
    """Check a workbook and, if `write` and nothing is wrong with it, create and change the clients it names."""
    with transaction.atomic():
        outcome = read_sheet(stream, COLUMNS, key="name", sheet=Sheet.load(), row_class=ClientRow)
        checks = _Checks(outcome, by)
        for row in outcome.rows:
            checks.row(row)
        outcome.sort_errors()
        if write and not outcome.errors:
            _write(outcome, by, progress)
    return outcome


class _Checks:
    """Rules that need more than one cell: who is meant, what is missing, what is in the file already."""

    def __init__(self, outcome: Outcome, by: User):
        self.outcome = outcome
        live = Client.objects.live().prefetch_related("contacts")
        self.clients = {client.number: client for client in live}
        self.visible = set(Client.objects.visible_to(by).values_list("pk", flat=True))
        self.names: dict[str, str] = {}
        self.codes: dict[str, str] = {}
        self.phones: dict[str, str] = {}
        for client in self.clients.values():
            self._remember(client.name_key, client.uscc, client.phone_key, client.number)
        self.seen: dict[str, int] = {}

    def _remember(self, name: str, code: str, phone: str, where: str) -> None:
        for table, key in ((self.names, name), (self.codes, code), (self.phones, phone)):
            if key:
                table.setdefault(key, where)

    def row(self, row: ClientRow) -> None:
        """Check one row and note what it would change."""
        number = row.values.get("number")
        if number is not None:
            self._known(row, number)
        elif "number" not in row.values:
            self._new(row)
        if row.client is not None or number is None:
            row.changes = _changes(row)
            self._code(row)
        nobody_yet = row.client is None or row.client.primary_contact is None
        if nobody_yet and any(name in row.values for name in OF_CONTACT[1:]) and "contact_name" not in row.values:
            said = _("“%(name)s” is missing.")
            self.outcome.wrong(row, "contact_name", said % {"name": _header("contact_name")})

    def _known(self, row: ClientRow, number: str) -> None:
        client = self.clients.get(number)
        if client is None or client.pk not in self.visible:
            self.outcome.wrong(row, "number", _("There is no client “%(number)s”.") % {"number": number[:40]})
        elif number in self.seen:
            said = _("This number stands already in row %(row)s.")
            self.outcome.wrong(row, "number", said % {"row": self.seen[number]})
        else:
            self.seen[number] = row.number
            row.client = client

    def _new(self, row: ClientRow) -> None:
        if "name" not in row.values:
            self.outcome.wrong(row, "name", _("“%(name)s” is missing.") % {"name": _header("name")})
        where = _("row %(row)s") % {"row": row.number}
        name = name_key(row.values.get("name") or "")
        phone = phone_key(row.values.get("phone") or "")
        for column, table, key in (("name", self.names, name), ("phone", self.phones, phone)):
            if key and key in table:
                said = _("This looks like %(other)s; give its number to change it, or merge the two first.")
                self.outcome.wrong(row, column, said % {"other": table[key]})
                break
        self._remember(name, "", phone, where)

    def _code(self, row: ClientRow) -> None:
        """One code, one client."""
        code = row.values.get("uscc")
        where = row.client.number if row.client else _("row %(row)s") % {"row": row.number}
        if code and self.codes.setdefault(code, where) != where:
            said = _("%(other)s has this Unified Social Credit Code.")
            self.outcome.wrong(row, "uscc", said % {"other": self.codes[code]})


def _header(name: str) -> str:
    return str(next(column.header for column in COLUMNS if column.name == name))


def _changes(row: ClientRow) -> list[str]:
    if row.client is None:
        return [NEW]
    contact = row.client.primary_contact
    found = []
    for name, value in row.values.items():
        if name in OF_CONTACT:
            before = getattr(contact, name.removeprefix("contact_")) if contact else ""
        else:
            before = getattr(row.client, name)
        if value != before:
            found.append(name)
    return found


def _write(outcome: Outcome, by: User, progress: Callable[..., None]) -> None:
    reason = _("import from a workbook")
    try:
        for done, row in enumerate(outcome.rows, 1):
            if row.changes:
                _save(row, by, reason)
            progress(done, len(outcome.rows))
    except (IntegrityError, ClientError, ValidationError) as error:
        raise ImportRefused(_("Somebody changed clients at the same moment; start the import again.")) from error
    outcome.written = True


def _save(row: ClientRow, by: User, reason: str) -> None:
    client = row.client or Client()
    for name, value in row.values.items():
        if name not in (*OF_CONTACT, "number"):
            setattr(client, name, value)
    save_client(client, by=by, reason=reason, trusted=True)
    values = {name.removeprefix("contact_"): row.values[name] for name in OF_CONTACT if name in row.values}
    if values and (row.is_new or set(row.changes) & set(OF_CONTACT)):
        contact = (row.client and row.client.primary_contact) or Contact(client=client, is_primary=True)
        for name, value in values.items():
            setattr(contact, name, value)
        save_contact(contact, by=by, reason=reason, trusted=True)


CLIENTS = ImportSort(
    name="clients",
    run=import_clients,
    job="service.import-clients",
    list_url="service:client-list",
    done=gettext_lazy("%(new)d clients created, %(changed)d changed."),
)
