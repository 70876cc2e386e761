"""A list page of a table that belongs to no department, for the tests of lists and exports."""

import django_filters
from django.db.models import DecimalField, ExpressionWrapper, F, Value
from django.urls import include, path

from apps.core.errors import Forbidden
from apps.core.filters import BaseFilterSet, DateRangeFilter, MoneyRangeFilter, SearchFilter
from apps.core.lists import ListPage
from apps.core.models import NumberSequence, SavedView
from apps.core.tables import Column, Table

PRICE = Value(1.25, output_field=DecimalField(max_digits=14, decimal_places=2))


class SequenceTable(Table):
    columns = [
        Column("prefix", "Prefix", kind="link", sort="prefix"),
        Column("year", "Year", kind="number", sort="year"),
        Column("amount", "Amount", kind="money", sort="amount", total=True),
        Column(
            "state", "State", kind="badge", accessor=lambda row: ("paid", "Paid") if row.last else ("draft", "Draft")
        ),
        Column("secret", "Export only", accessor="last", export_only=True),
    ]
    caption = "Sequences"
    empty_title = "No sequence yet"
    empty_hint = "The first paper starts one."

    def row_url(self, row):
        return f"/sequences/{row.pk}/"


class SequenceFilters(BaseFilterSet):
    q = SearchFilter(["prefix"])
    year = django_filters.ChoiceFilter(choices=[(2025, "Last year"), (2026, "This year")], label="Year")
    amount = MoneyRangeFilter("amount", label="Amount")

    class Meta:
        model = NumberSequence
        fields = []


class SequenceList(ListPage):
    table_class = SequenceTable
    filterset_class = SequenceFilters
    title = "Sequences"
    create_label = "New sequence"

    def require_access(self):
        if self.request.user.username == "barred":
            raise Forbidden("Not for you.")

    def queryset(self):
        amount = ExpressionWrapper(F("last") * PRICE, output_field=DecimalField(max_digits=14, decimal_places=2))
        return NumberSequence.objects.annotate(amount=amount).exclude(prefix="HIDDEN")

    def create_url(self):
        return "/sequences/new/"


class ViewTable(Table):
    columns = [
        Column("name", "Name", kind="link", sort="name"),
        Column("created_at", "Made", kind="datetime", sort="created_at"),
        Column("query", "Query", kind="longtext"),
    ]
    default_sort = "-created_at"
    select_name = "chosen"


class ViewFilters(BaseFilterSet):
    made = DateRangeFilter("created_at", label="Made")

    class Meta:
        model = SavedView
        fields = []


class ViewList(ListPage):
    table_class = ViewTable
    filterset_class = ViewFilters
    title = "Views"
    export_formats = ("xlsx",)

    def queryset(self):
        return SavedView.objects.select_related("user")


urlpatterns = [
    path("sequences/", SequenceList.as_view(), name="sequence-list"),
    path("views/", ViewList.as_view(), name="view-list"),
    path("", include("agencyops.urls")),
]
