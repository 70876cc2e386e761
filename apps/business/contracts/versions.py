"""What a contract says, version by version, and the difference between two of them (clause 3.1.5)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import zip_longest
from typing import Any

from django.utils.text import capfirst
from django.utils.translation import gettext as _

from apps.business.contracts.wording import percent
from apps.core import clock
from apps.core.money import format_money

TEXTS = (
    "title",
    "party_a",
    "party_a_uscc",
    "party_a_signatory",
    "party_b",
    "party_b_signatory",
    "scope",
    "rights_duties",
    "fee_basis",
    "fee_terms",
    "fee",
    "supplemented",
    "tax_rate",
    "payment_term_days",
    "due_base",
    "effective_from",
    "effective_to",
)


@dataclass(frozen=True)
class Difference:
    """One thing that two versions say differently."""

    label: str
    before: str
    after: str


def terms_of(contract, supplements=()) -> dict[str, Any]:
    """Everything the contract says with these supplements: field name → value as text, the schedule as a list."""
    terms: dict[str, Any] = {name: str(getattr(contract, name)) for name in TEXTS}
    terms |= {name: "" for name in TEXTS if getattr(contract, name) is None}
    changes = [f"{paper.number}: {paper.scope_change}" for paper in supplements if paper.scope_change]
    terms["scope_changes"] = "\n".join(changes)
    terms["schedule"] = [
        {
            "milestone": line.milestone,
            "due": str(line.due),
            "due_on": line.due_on.isoformat() if line.due_on else "",
            "amount": str(line.amount),
        }
        for line in contract.schedule.order_by("order", "pk")
    ]
    return terms


def write_version(contract, *, by, supplement=None, void: bool = False):
    """Keep what the contract says from now on as the next version; the contract's row is locked by the caller.

    ``supplement`` is the one that is just approved, or with ``void`` the one that is just cancelled.
    """
    last = contract.versions.order_by("-number").values_list("number", flat=True).first() or 0
    papers = contract.supplements.filter(state="approved").order_by("pk")
    if supplement is not None:
        papers = [*papers.exclude(pk=supplement.pk), *([] if void else [supplement])]
    terms = terms_of(contract, papers)
    return contract.versions.create(number=last + 1, made_at=clock.now(), by=by, supplement=supplement, terms=terms)


def differences(contract, before: dict[str, Any], after: dict[str, Any]) -> list[Difference]:
    """What the later of two versions says differently, in words."""
    return [*_texts(contract, before, after), *_schedule(contract, before, after)]


def _texts(contract, before: dict[str, Any], after: dict[str, Any]) -> Iterator[Difference]:
    for name in TEXTS:
        old, new = before.get(name, ""), after.get(name, "")
        if old != new:
            label = str(contract._meta.get_field(name).verbose_name)
            yield Difference(capfirst(label), _shown(contract, name, old), _shown(contract, name, new))
    old, new = before.get("scope_changes", ""), after.get("scope_changes", "")
    if old != new:
        yield Difference(_("Change of the scope"), old, new)


def _schedule(contract, before: dict[str, Any], after: dict[str, Any]) -> Iterator[Difference]:
    pairs = zip_longest(before.get("schedule", ()), after.get("schedule", ()))
    for number, (old, new) in enumerate(pairs, 1):
        if old != new:
            label = _("Scheduled payment %(number)s") % {"number": number}
            yield Difference(label, _payment(contract, old), _payment(contract, new))


def _shown(contract, name: str, value: str) -> str:
    if not value:
        return ""
    if name in ("fee", "supplemented"):
        return format_money(value)
    field = contract._meta.get_field(name)
    if name == "tax_rate":
        return percent(field.to_python(value))
    return str(dict(field.flatchoices).get(value, value))


def _payment(contract, line: dict[str, Any] | None) -> str:
    if line is None:
        return ""
    due = contract.schedule.model._meta.get_field("due")
    words = [line["milestone"], str(dict(due.flatchoices).get(line["due"], line["due"])), line["due_on"]]
    return " · ".join([word for word in words if word] + [format_money(line["amount"])])
