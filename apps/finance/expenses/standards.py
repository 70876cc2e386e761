"""Which standard a line is measured by, and by how much it exceeds it (clause 6.2.1, domain.md §3.14).

`best` and `limit_of` are pure; `measure` reads the standards of a claim's categories with one query.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Sequence
from decimal import Decimal

from django.db.models import Q

from apps.core.money import quantize
from apps.finance.expenses.models.catalogue import CityTier, ExpenseStandard, Unit

ZERO = Decimal("0.00")


def best(
    standards: Iterable[ExpenseStandard], *, day: dt.date, grade: int | None, city: int | None, tier: int | None
) -> ExpenseStandard | None:
    """The most specific standard in force on that day: grade and city, grade and tier, grade, city, tier, all.

    Among equals the narrower range of grades wins, then the one that came into force later.
    """
    fitting = [standard for standard in standards if _fits(standard, day, grade, city, tier)]
    return max(fitting, key=_rank, default=None)


def limit_of(standard: ExpenseStandard, *, days: Decimal, people: int) -> Decimal:
    """The limit for so many days or people, in cents."""
    if standard.unit in (Unit.PER_DAY, Unit.PER_NIGHT):
        return quantize(standard.limit * days)
    if standard.unit == Unit.PER_PERSON:
        return quantize(standard.limit * people)
    return quantize(standard.limit)


def measure(lines: Sequence, *, applicant, claim_id: int | None = None) -> list:
    """Set limit, control and excess of every line, for this person's grade, the place and the day of the line.
    Answers the lines whose figures changed by it.

    Monthly limits count what the person has claimed in the same category and month on other papers, and on earlier
    lines of this one.
    """
    standards = _standards_for(lines)
    grade = applicant.grade.level if applicant.grade_id else None
    default_tier = _default_tier() if any(line.city_text and not line.city_id for line in lines) else None
    spent: dict[tuple[int, dt.date], Decimal] = {}
    changed = []
    for line in lines:
        tier = line.city.tier_id if line.city_id else (default_tier if line.city_text else None)
        own = standards.get(line.category_id, ())
        standard = best(own, day=line.date, grade=grade, city=line.city_id, tier=tier) if line.date else None
        limit = limit_of(standard, days=line.days, people=line.people) if standard else None
        if standard and standard.unit == Unit.PER_MONTH:
            month = (line.category_id, line.date.replace(day=1))
            if month not in spent:
                spent[month] = _spent_elsewhere(line, applicant, claim_id)
            limit = max(limit - spent[month], ZERO)
            spent[month] += line.amount
        if _take(line, limit, standard.control if standard else ""):
            changed.append(line)
    return changed


def _take(line, limit: Decimal | None, control: str) -> bool:
    """Write what was found to the line; whether it differs from what stood there."""
    before = line.standard_limit, line.standard_control, line.over_amount
    line.standard_limit, line.standard_control = limit, control
    line.over_amount = max(line.amount - limit, ZERO) if limit is not None else ZERO
    return before != (line.standard_limit, line.standard_control, line.over_amount)


def _fits(standard: ExpenseStandard, day: dt.date, grade: int | None, city: int | None, tier: int | None) -> bool:
    if day < standard.valid_from or (standard.valid_to and day > standard.valid_to):
        return False
    if standard.city_id and standard.city_id != city:
        return False
    if standard.tier_id and standard.tier_id != tier:
        return False
    if standard.grade_from is None and standard.grade_to is None:
        return True
    return grade is not None and (standard.grade_from or 0) <= grade <= (standard.grade_to or grade)


def _rank(standard: ExpenseStandard) -> tuple:
    graded = standard.grade_from is not None or standard.grade_to is not None
    place = 2 if standard.city_id else 1 if standard.tier_id else 0
    ends = (standard.grade_from or 0, standard.grade_to if standard.grade_to is not None else 999)
    return graded, place, ends[0] - ends[1], standard.valid_from, standard.pk or 0


def _standards_for(lines: Iterable) -> dict[int, list[ExpenseStandard]]:
    categories = {line.category_id for line in lines if line.category_id and line.date}
    if not categories:
        return {}
    first = min(line.date for line in lines if line.date)
    found = defaultdict(list)
    still_valid = Q(valid_to__isnull=True) | Q(valid_to__gte=first)
    for standard in ExpenseStandard.objects.filter(still_valid, category__in=categories, active=True).order_by("pk"):
        found[standard.category_id].append(standard)
    return found


def _default_tier() -> int | None:
    return CityTier.objects.filter(is_default=True).values_list("pk", flat=True).first()


def _spent_elsewhere(line, applicant, claim_id: int | None) -> Decimal:
    """What the person claimed of this category in this month on papers in approval or approved."""
    month = line.date
    others = (
        type(line)
        .objects.filter(
            claim__applicant=applicant,
            claim__state__in=("in_review", "approved"),
            category_id=line.category_id,
            date__year=month.year,
            date__month=month.month,
        )
        .exclude(claim_id=claim_id)
    )
    return sum((other.payable for other in others), ZERO)
