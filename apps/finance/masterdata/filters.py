"""Filters of the lists of master data."""

import django_filters
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from apps.core import clock
from apps.core.filters import BaseFilterSet, SearchFilter, YesNoFilter
from apps.finance.expenses.models import CityTier, ExpenseCategory, ExpenseStandard


class NamedFilterSet(BaseFilterSet):
    """By words."""

    q = SearchFilter(["code", "name", "name_en"])


class ActiveFilterSet(NamedFilterSet):
    """By words and whether it is in use."""

    active = YesNoFilter(label=_("In use"))


class CityFilterSet(ActiveFilterSet):
    """Cities of a tier."""

    tier = django_filters.ModelChoiceFilter(label=_("Tier"), queryset=CityTier.objects.all())


class ExpenseStandardFilterSet(BaseFilterSet):
    """Standards of a category, and those that hold today."""

    category = django_filters.ModelChoiceFilter(label=_("Category"), queryset=ExpenseCategory.objects.all())
    control = django_filters.ChoiceFilter(label=_("Above the limit"), choices=ExpenseStandard.Control)
    today = YesNoFilter(label=_("Valid today"), method="valid_today")
    is_demo_value = YesNoFilter(label=_("Demo value"))
    active = YesNoFilter(label=_("In use"))

    def valid_today(self, rows: QuerySet, name: str, value: bool) -> QuerySet:
        """In force today, or not."""
        today = clock.today()
        valid = Q(active=True, valid_from__lte=today) & (Q(valid_to__isnull=True) | Q(valid_to__gte=today))
        return rows.filter(valid) if value else rows.exclude(valid)
