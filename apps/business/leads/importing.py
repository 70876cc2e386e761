"""New leads from a workbook, such as the visitors of a fair. Without an employee they go to the shared pool.

A company with an open lead already, or twice in the sheet, is an error at its cell, so that imports make no duplicates.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import IO, Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.business.catalogue.models import ServiceType
from apps.business.leads.models import Lead
from apps.business.leads.permissions import may_begin_for
from apps.business.leads.services import LeadError, save_lead
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
)
from apps.org.import_pages import ImportSort
from apps.org.models import User
from apps.service.clients.keys import name_key
from apps.service.clients.models import ClientSource

CATALOGUE = {"source": ClientSource, "service_type": ServiceType}


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
        people = User.objects.active()
        sheet.people = {normalise(person.username): person.pk for person in people}
        return sheet


@dataclass
class LeadRow(ImportRow):
    """One line of the sheet."""

    @property
    def who(self) -> str:
        """The company."""
        return self.values.get("company_name") or ""

    @property
    def what(self) -> str:
        """What the import does with this row, in words."""
        return self.described(COLUMNS)


def _text(name: str) -> Callable[[Any, Sheet], str]:
    return text_for(Lead._meta.get_field(name))


def _need(value: Any, sheet: Sheet) -> str:
    return Lead._meta.get_field("need").clean(text_of(value), None)


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


COLUMNS = [
    ImportColumn("company_name", gettext_lazy("Company"), _text("company_name"), required=True),
    ImportColumn("contact_name", gettext_lazy("Contact person"), _text("contact_name")),
    ImportColumn("phone", gettext_lazy("Phone"), _text("phone"), hint=gettext_lazy("As text, not as a number.")),
    ImportColumn("email", gettext_lazy("E-mail"), _text("email")),
    ImportColumn(
        "source_id", gettext_lazy("Source"), _listed("source"), required=True, hint=gettext_lazy("Name or code.")
    ),
    ImportColumn("source_detail", gettext_lazy("Source in detail"), _text("source_detail")),
    ImportColumn(
        "service_type_id", gettext_lazy("Service type"), _listed("service_type"), hint=gettext_lazy("Name or code.")
    ),
    ImportColumn("need", gettext_lazy("What they need"), _need),
    ImportColumn(
        "owner_id",
        gettext_lazy("Employee in charge"),
        _person,
        hint=gettext_lazy("User name; without one the lead goes to the shared pool."),
    ),
    ImportColumn("next_step", gettext_lazy("Next step"), _text("next_step")),
    ImportColumn("next_step_on", gettext_lazy("Next step on"), date),
]


def import_leads(
    stream: IO[bytes], *, by: User, write: bool, progress: Callable[..., None] = lambda *args: None
) -> Outcome:
    """Check a workbook and, if `write` and nothing is wrong with it, enter its leads."""
    with transaction.atomic():
        outcome = read_sheet(stream, COLUMNS, key="company_name", sheet=Sheet.load(), row_class=LeadRow)
        _check(outcome, by)
        outcome.sort_errors()
        if write and not outcome.errors:
            for done, row in enumerate(outcome.rows, 1):
                _save(row, by)
                progress(done, len(outcome.rows))
            outcome.written = True
    return outcome


def _check(outcome: Outcome, by: User) -> None:
    """What is missing, which companies are there already, and who may be put in charge."""
    open_ones = Lead.objects.filter(state=Lead.State.NEW).values_list("company_name", "number")
    known = {name_key(name): number for name, number in open_ones}
    for row in outcome.rows:
        row.changes = [NEW]
        for column in COLUMNS:
            if column.required and column.name not in row.values:
                outcome.wrong(row, column.name, _("“%(name)s” is missing.") % {"name": column.header})
        key = name_key(row.values.get("company_name") or "")
        if key and key in known:
            said = _("There is a lead of this company already: %(other)s.")
            outcome.wrong(row, "company_name", said % {"other": known[key]})
        known.setdefault(key, _("row %(row)s") % {"row": row.number})
        answer = may_begin_for(by, row.values.get("owner_id"))
        if not answer:
            outcome.wrong(row, "owner_id", answer.reason)
        if row.values.get("next_step_on") and not row.values.get("next_step"):
            outcome.wrong(row, "next_step_on", _("Write what is to be done on this day."))


def _save(row: LeadRow, by: User) -> None:
    try:
        save_lead(Lead(**row.values), by=by, reason=_("import from a workbook"))
    except (LeadError, ValidationError) as error:
        said = _("Row %(row)s: %(problem)s") % {"row": row.number, "problem": error}
        raise ImportRefused(said) from error


LEADS = ImportSort(
    name="leads",
    run=import_leads,
    job="business.import-leads",
    list_url="business:lead-list",
    done=gettext_lazy("%(new)d leads entered, %(changed)d changed."),
)
