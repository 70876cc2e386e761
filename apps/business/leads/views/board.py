"""The stage board: a column per stage with number and sum, a card per opportunity."""

from collections import defaultdict
from decimal import Decimal
from typing import Any

from django.db.models import Count, F, QuerySet, Sum, Window
from django.db.models.functions import RowNumber
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.views.generic import View

from apps.business.catalogue.models import OpportunityStage
from apps.business.leads import permissions
from apps.business.leads.models import ZERO, Opportunity
from apps.business.leads.views.lists import require_opportunities, with_weight
from apps.core.money import format_money
from apps.core.refusals import RefusalMixin

#: what a card shows, and what it asks itself
LOADS = (
    *("number", "title", "state", "stage", "active_on", "next_step", "next_step_on", "expected_amount"),
    *("client__name", "client__name_en", "owner__name", "owner__username", "owner__department", "stage__stale_days"),
)
#: cards of one column; the list has the others
MOST_CARDS = 10


class Board(RefusalMixin, View):
    """The open opportunities a person may see, or their own."""

    def get(self, request: HttpRequest) -> HttpResponse:
        require_opportunities(request.user)
        mine = bool(request.GET.get("mine"))
        rows = Opportunity.objects.visible_to(request.user).filter(state=Opportunity.State.OPEN)
        if mine:
            rows = rows.filter(owner=request.user)
        columns = self.columns(rows)
        return render(
            request,
            "business/opportunity_board.html",
            {
                "page_title": _("Stage board"),
                "columns": columns,
                "stages": [column["stage"] for column in columns if column["stage"].active],
                "mine": mine,
                "total": format_money(sum((column["amount"] for column in columns), ZERO)),
                "weighted": format_money(sum((column["weighted"] for column in columns), ZERO)),
                "tabs": self.tabs(mine),
                "may_add": request.user.has_perm(permissions.ADD_OPPORTUNITY),
            },
        )

    def tabs(self, mine: bool) -> list[dict[str, Any]]:
        """Everything one sees, or one's own."""
        address = reverse("business:board")
        return [
            {"label": _("All I see"), "url": address, "current": not mine},
            {"label": _("I am in charge"), "url": f"{address}?mine=1", "current": mine},
        ]

    def columns(self, rows: QuerySet) -> list[dict[str, Any]]:
        """The stages in use, and those in which something still stands."""
        sums = with_weight(rows).order_by().values("stage").annotate(
            number=Count("pk"), amount=Sum("expected_amount"), weight=Sum("weighted")
        )  # fmt: skip
        figures = {row["stage"]: row for row in sums}
        cards = self.cards(rows)
        found = []
        for stage in OpportunityStage.objects.all():
            known = figures.get(stage.pk, {})
            if not stage.active and not known:
                continue
            number, amount = known.get("number", 0), known.get("amount") or ZERO
            found.append(
                {
                    "stage": stage,
                    "number": number,
                    "amount": amount,
                    "sum": format_money(amount),
                    "weighted": Decimal(known.get("weight") or 0),
                    "cards": cards[stage.pk],
                    "more": number - len(cards[stage.pk]),
                }
            )
        stages = [column["stage"] for column in found if column["stage"].active]
        for column in found:
            column["options"] = _options(stages, column["stage"])
        return found

    def cards(self, rows: QuerySet) -> dict[int, list[dict[str, Any]]]:
        """Per stage the cards, those whose next step comes first on top; a fixed number of queries."""
        order = [F("next_step_on").asc(nulls_last=True), F("active_on").asc(), F("pk").asc()]
        place = Window(RowNumber(), partition_by=F("stage"), order_by=order)
        shown = rows.annotate(place=place).filter(place__lte=MOST_CARDS)
        cards = defaultdict(list)
        for row in shown.select_related("client", "owner", "stage").only(*LOADS).order_by("place"):
            may_move = permissions.may(self.request.user, "move", row)
            cards[row.stage_id].append({"row": row, "amount": format_money(row.expected_amount), "may_move": may_move})
        return cards


def _options(stages: list[OpportunityStage], current: OpportunityStage) -> SafeString:
    """The stages a card of this one can go to, written once for all cards of the column; the end tags are optional."""
    choices = [(stage.pk, " selected" if stage == current else "", stage) for stage in stages]
    return format_html_join("", '<option value="{}"{}>{}', choices)
