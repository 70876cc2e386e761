"""How complete and how fresh a client's file is, as figures from 0 to 100 (clause 4.1.3: correct and complete).

**Completeness** adds up the weights of the fields that are filled; a field with no meaning for this sort of client (the
code of a private person) does not count.

**Freshness** looks at the filled fields that go stale (`CHECKED`): one confirmed today counts 100, one confirmed longer
ago loses evenly and reaches 50 when its review is due and 0 after twice that time; one nobody ever confirmed counts 0.
The file's freshness is their weighted mean, rounded down; an empty file has 0.
"""

import datetime as dt
from collections.abc import Collection, Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

#: field → (words, weight); `contact`, `reach` and `preferences` are about the rows beside the client
FIELDS: dict[str, tuple[str | Promise, int]] = {
    "name": (_("Name"), 10),
    "uscc": (_("Unified Social Credit Code"), 10),
    "industry": (_("Industry"), 10),
    "grade": (_("Grade"), 10),
    "source": (_("Source"), 5),
    "owner": (_("Employee in charge"), 10),
    "phone": (_("Phone"), 5),
    "address": (_("Address"), 10),
    "needs": (_("Needs"), 10),
    "preferences": (_("Preferences"), 5),
    "contact": (_("Primary contact"), 10),
    "reach": (_("Mobile or e-mail"), 5),
}
#: what somebody has to confirm from time to time because it changes outside of this house
CHECKED = ("name", "uscc", "industry", "phone", "address", "needs", "preferences", "contact", "reach")
NOT_FOR_PERSONS = frozenset({"uscc", "industry"})


def applicable(kind: str) -> list[str]:
    """The fields that mean something for this kind of client."""
    return [name for name in FIELDS if kind != "person" or name not in NOT_FOR_PERSONS]


def completeness(kind: str, filled: Collection[str]) -> int:
    """Percent of the weights that are filled."""
    names = applicable(kind)
    total = sum(FIELDS[name][1] for name in names)
    return sum(FIELDS[name][1] for name in names if name in filled) * 100 // total


def freshness(
    kind: str, filled: Collection[str], confirmed: Mapping[str, dt.date], *, today: dt.date, review_days: int
) -> int:
    """The weighted mean over the filled fields that go stale."""
    names = [name for name in applicable(kind) if name in CHECKED and name in filled]
    total = sum(FIELDS[name][1] for name in names)
    if not total:
        return 0
    points = sum(FIELDS[name][1] * field_freshness(confirmed.get(name), today, review_days) for name in names)
    return int(points // total)


def field_freshness(confirmed: dt.date | None, today: dt.date, review_days: int) -> float:
    """100 on the day a field was confirmed, 50 when its review is due, 0 after twice that time and before the first."""
    if confirmed is None:
        return 0
    age = max((today - confirmed).days, 0)
    return max(100 - 50 * age / review_days, 0)
