"""The text of a contract: a template's places, such as ``{{ party_a }}``, filled with what the contract says.

Plain substitution: a template can't run anything, and what stands in a value is never read as a place again.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.core.money import format_money, in_capitals

#: place → what stands there
PLACES = {
    "number": gettext_lazy("number of the contract"),
    "party_a": gettext_lazy("party A (client)"),
    "party_a_uscc": gettext_lazy("party A's USCC"),
    "party_a_signatory": gettext_lazy("signs for party A"),
    "party_b": gettext_lazy("party B (agency)"),
    "party_b_signatory": gettext_lazy("signs for party B"),
    "scope": gettext_lazy("scope"),
    "effective_from": gettext_lazy("in force from"),
    "effective_to": gettext_lazy("in force to"),
    "fee": gettext_lazy("contract total with tax"),
    "fee_in_capitals": gettext_lazy("contract total in capitals"),
    "tax_rate": gettext_lazy("tax rate"),
    "fee_basis": gettext_lazy("fee basis"),
    "fee_terms": gettext_lazy("how the fee is reckoned"),
    "schedule": gettext_lazy("payment schedule, a line for each payment"),
    "payment_term": gettext_lazy("payment term"),
    "rights_duties": gettext_lazy("rights and duties of both sides"),
}
#: places that are filled with the column of the same name
PLAIN = (
    *("number", "party_a", "party_a_uscc", "party_a_signatory", "party_b", "party_b_signatory"),
    *("scope", "rights_duties"),
)
EMPTY = "________"
_PLACE = re.compile(r"\{\{\s*(\w+)\s*\}\}")
_HALF_OPEN = re.compile(r"\{\{|\}\}|\{%|%\}")
_CHINESE = re.compile(r"[\u4e00-\u9fff]")


def check(body: str) -> list[str]:
    """What is wrong with the places of a template, as sentences; empty when every place is known."""
    unknown = [name for name in dict.fromkeys(_PLACE.findall(body)) if name not in PLACES]
    found = [_("There is no place {{ %(name)s }}.") % {"name": name} for name in unknown]
    if _HALF_OPEN.search(_PLACE.sub("", body)):
        found.append(_("A place is written {{ name }}; braces stand nowhere else."))
    return found


def fill(body: str, contract, schedule=None) -> str:
    """The text with every place filled, in the language of the text; unknown places stay as they stand.

    ``schedule``: the scheduled payments of a contract that is not stored yet.
    """
    with translation.override("zh-hans" if _CHINESE.search(body) else "en"):
        values = values_of(contract, schedule)
    return _PLACE.sub(lambda place: values.get(place[1], place[0]), body)


def values_of(contract, schedule=None) -> Mapping[str, str]:
    """What stands in each place, in the language that is active; a line to be filled in by hand where it is empty."""
    if schedule is None:
        schedule = contract.schedule.all() if contract.pk else ()
    values = {name: getattr(contract, name).strip() or EMPTY for name in PLAIN}
    return values | {
        "effective_from": contract.effective_from.isoformat() if contract.effective_from else EMPTY,
        "effective_to": contract.effective_to.isoformat() if contract.effective_to else EMPTY,
        "fee": format_money(contract.fee),
        "fee_in_capitals": in_capitals(contract.fee),
        "tax_rate": percent(contract.tax_rate),
        "fee_basis": str(contract.get_fee_basis_display()),
        "fee_terms": contract.fee_terms.strip(),
        "schedule": "\n".join(_payment(number, line) for number, line in enumerate(schedule, 1)) or EMPTY,
        "payment_term": payment_term(contract),
    }


def payment_term(contract) -> str:
    """`30 days from the invoice date`."""
    values = {"days": contract.payment_term_days, "base": contract.get_due_base_display()}
    return _("%(days)s days from: %(base)s") % values


def percent(rate) -> str:
    """`6%`"""
    return f"{(rate * 100).normalize():f}%"


def _payment(number: int, line) -> str:
    day = f" {line.due_on.isoformat()}" if line.due_on else ""
    return f"{number}. {line.milestone}{_(': ')}{format_money(line.amount)} ({line.get_due_display()}{day})"
