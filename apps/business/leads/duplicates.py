"""Leads that look like the one being typed, so that two people don't call the same company."""

from dataclasses import dataclass

from django.db.models import Q
from django.utils.translation import gettext as _

from apps.business.leads.models import Lead

MOST = 5
_SIMILAR_FROM = 4


@dataclass(frozen=True)
class LeadSuspect:
    """A lead like it. `lead` is None where the person may not see it."""

    lead: Lead | None
    words: list[str]


def leads_alike(
    *, viewer, name: str = "", phone: str = "", email: str = "", but: int | None = None
) -> list[LeadSuspect]:
    """Up to five open leads of the same company, telephone number or e-mail; those of others are not named."""
    name, phone, email = " ".join(name.split()), phone.strip(), email.strip()
    alike = Q(pk=None)
    if len(name) >= 2:
        alike |= Q(company_name__icontains=name) if len(name) >= _SIMILAR_FROM else Q(company_name__iexact=name)
    if phone:
        alike |= Q(phone=phone)
    if email:
        alike |= Q(email__iexact=email)
    found = list(Lead.objects.filter(alike, state=Lead.State.NEW).exclude(pk=but).order_by("pk")[:MOST])
    seen = set(Lead.objects.visible_to(viewer).filter(pk__in=[lead.pk for lead in found]).values_list("pk", flat=True))
    return [LeadSuspect(lead if lead.pk in seen else None, _why(lead, name, phone, email)) for lead in found]


def _why(lead: Lead, name: str, phone: str, email: str) -> list[str]:
    """What they have in common, in words."""
    found = []
    if len(name) >= 2 and name.casefold() in lead.company_name.casefold():
        found.append(_("same name"))
    if phone and lead.phone == phone:
        found.append(_("same telephone number"))
    if email and lead.email.casefold() == email.casefold():
        found.append(_("same e-mail"))
    return found
