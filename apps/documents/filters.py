"""Filters of document lists."""

import django_filters
from django import forms
from django.utils.translation import gettext_lazy as _

from apps.core.filters import BaseFilterSet, DateRangeFilter, MoneyRangeFilter, SearchFilter
from apps.documents.models import Document, Export
from apps.org.models import Department


class DocumentFilterSet(BaseFilterSet):
    """What every list of papers can be filtered by; a kind adds its own."""

    first = ("q", "state", "department", "submitted_at")

    q = SearchFilter(["number", "title", "applicant__name"])
    state = django_filters.MultipleChoiceFilter(
        label=_("State"), choices=Document.State, widget=forms.SelectMultiple(attrs={"data-searchable": ""})
    )
    department = django_filters.ModelChoiceFilter(
        label=_("Department"), queryset=Department.objects.filter(active=True), empty_label=_("All")
    )
    submitted_at = DateRangeFilter("submitted_at", label=_("Submitted"))
    amount = MoneyRangeFilter("amount", label=_("Amount"))


class ExportFilterSet(BaseFilterSet):
    """Filters of the export log."""

    q = SearchFilter(["list_name", "user__name", "filters"])
    at = DateRangeFilter("at", label=_("When"))

    class Meta:
        model = Export
        fields = []
