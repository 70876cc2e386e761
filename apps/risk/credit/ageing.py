"""What credit adds to the ageing of receivables: limit, exposure and utilisation of each client, as of today."""

from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext_lazy as _

from apps.finance.receivables.columns import ClientColumns
from apps.risk.credit import permissions
from apps.risk.credit.exposure import pictures_of


def _values(client_ids: Iterable[int]) -> dict[int, dict[str, Any]]:
    """Three figures for each client, in as many queries for thousands as for one."""
    return {
        pk: {
            "credit_limit": picture.limit,
            "exposure": picture.exposure,
            "utilisation": "" if picture.utilisation is None else f"{picture.utilisation} %",
        }
        for pk, picture in pictures_of(client_ids).items()
    }


COLUMNS = ClientColumns(
    columns=(
        ("credit_limit", _("Credit limit"), "money"),
        ("exposure", _("Exposure"), "money"),
        ("utilisation", _("Utilisation"), "text"),
    ),
    values=_values,
    shown_to=permissions.sees_every,
)
