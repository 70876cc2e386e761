"""Credit on the page of a client: whole for who sees that of every client, in short for who is in charge.

The short form is what a salesperson needs before writing an application: what is left, and what would close the gate.
"""

from typing import Any

from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from apps.core.registry import PageSection
from apps.risk.credit import permissions
from apps.risk.credit.exposure import picture_of
from apps.risk.credit.gate import standing_reasons


def _credit(client, viewer) -> dict[str, Any] | None:
    """Limit and what is left of it; None for those it is not shown to."""
    if client.is_merged or not permissions.sees_short(viewer, client):
        return None
    picture = picture_of(client)
    return {
        "picture": picture,
        "whole": permissions.sees_every(viewer),
        "reasons": standing_reasons(picture),
        "hint": _now("A new application may ask for as much as is left, payable within the term."),
    }


SECTION = PageSection("credit", _("Credit"), "risk/sections/credit.html", _credit, order=40, side=True)
