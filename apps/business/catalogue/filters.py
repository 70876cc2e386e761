"""Filters of the lists of the catalogue."""

import django_filters
from django.utils.translation import gettext_lazy as _

from apps.business.catalogue.models import ServiceType
from apps.core.filters import BaseFilterSet, SearchFilter, YesNoFilter


class ListedFilterSet(BaseFilterSet):
    """By words and whether it is in use."""

    q = SearchFilter(["code", "name", "name_en"])
    active = YesNoFilter(label=_("In use"))


class DossierItemFilterSet(BaseFilterSet):
    """Items of the file of a service type."""

    q = SearchFilter(["name", "name_en"])
    service_type = django_filters.ModelChoiceFilter(label=_("Service type"), queryset=ServiceType.objects.all())
    required = YesNoFilter(label=_("Needed for settlement"))
    active = YesNoFilter(label=_("In use"))


class ContractTemplateFilterSet(ListedFilterSet):
    """Templates of a service type."""

    service_type = django_filters.ModelChoiceFilter(label=_("Service type"), queryset=ServiceType.objects.all())
