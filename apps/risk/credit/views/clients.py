"""Credit by client: the report over all of them, the page of one, holds; exceptions."""

from collections.abc import Iterator
from decimal import Decimal
from functools import cached_property
from typing import Any

from django.contrib import messages
from django.db.models import OuterRef, Prefetch, QuerySet, prefetch_related_objects
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext
from django.views.generic import View

from apps.core import clock
from apps.core.joins import ExistsByRow
from apps.core.lists import Total
from apps.core.money import format_money
from apps.core.pagination import CappedCount, Page
from apps.core.refusals import RefusalMixin
from apps.documents.models import Document
from apps.documents.views.lists import LoggedList
from apps.risk.credit import permissions, services
from apps.risk.credit.behaviour import behaviour_of
from apps.risk.credit.exposure import CreditPicture, every_picture, picture_of, pictures_of
from apps.risk.credit.filters import ExposureFilterSet, WaiverFilterSet
from apps.risk.credit.gate import standing_reasons
from apps.risk.credit.models import CreditAssessment, CreditCheck, CreditHold, CreditWaiver
from apps.risk.credit.tables import ExposureRow, ExposureTable, WaiverTable, sort_key, standing_of, waiver_standing
from apps.service.clients.models import Client

#: rows of each history on the page of one client
LATEST = 20


class Rows:
    """The rows of the report in their order: clients are read as they are needed, pictures are there already."""

    model = Client

    def __init__(self, pictures: list[CreditPicture]):
        self.pictures = pictures

    def count(self) -> int:
        return len(self.pictures)

    def iterator(self, chunk_size: int = 500) -> Iterator[ExposureRow]:
        for start in range(0, len(self.pictures), chunk_size):
            yield from self.part(start, start + chunk_size)

    __iter__ = iterator

    def part(self, start: int, stop: int) -> list[ExposureRow]:
        """Some of the rows, with what a row shows of other tables."""
        chosen = self.pictures[start:stop]
        clients = Client.objects.select_related("grade", "owner").in_bulk([row.client_id for row in chosen])
        return [ExposureRow(clients[row.client_id], row) for row in chosen]


class ExposureList(LoggedList):
    """Credit exposure and utilisation by client.

    A picture is reckoned from the tables of several apps. A page is cut by the database; totals and exports reckon
    every client, to the cent.
    """

    title = gettext_lazy("Credit exposure by client")
    table_class = ExposureTable
    filterset_class = ExposureFilterSet
    #: the table is wide
    page_size = 25

    def require_access(self) -> None:
        permissions.require_every(self.request.user)

    def queryset(self) -> QuerySet:
        return Client.objects.live()

    @cached_property
    def pictures(self) -> list[CreditPicture]:
        """What the filters leave, in the order of the page."""
        name = self._order[1]
        column, rows = name.lstrip("-"), self.rows.order_by("pk")
        words: dict[str, dict[int, str]] = {"name": {}, "number": {}}
        for pk, client, number in rows.values_list("pk", "name", "number"):
            words["name"][pk], words["number"][pk] = client, number
        found = [row for row in pictures_of(words["name"]).values() if self._stands(row)]
        own = words.get(column)

        def key(row: CreditPicture) -> Any:
            return own[row.client_id] if own is not None else sort_key(column, row, {})

        return sorted(found, key=key, reverse=name.startswith("-"))

    def _stands(self, row: CreditPicture) -> bool:
        return {
            "": True,
            "used": row.exposure != 0,
            "over": row.available < 0,
            "overdue": row.is_overdue,
            "hold": row.hold is not None,
            "expired": row.expired is not None,
        }[self._wanted]

    @property
    def _wanted(self) -> str:
        form = self.filterset.form
        return (form.cleaned_data.get("standing") or "") if form.is_bound and form.is_valid() else ""

    @cached_property
    def page(self) -> Page:
        """The database puts them in order and cuts the page; only its rows are reckoned."""
        get = self.request.GET
        asked = get.get("after") or get.get("before") or "0"
        start = int(asked) if asked.isdecimal() and len(asked) < 9 else 0
        return self._page_from(start) or self._page_from(0) or Page()

    def _page_from(self, start: int) -> Page | None:
        everyone = every_picture(lambda clients: self.filterset.narrowed(clients.live()))
        if self._wanted:
            everyone.standing(self._wanted)
        stop = start + self.page_size
        found = everyone.pictures(start, stop + 1, sort=self._order[1])
        if not found:
            return None
        return Page(
            [ExposureRow(client, picture) for client, picture in found[: self.page_size]],
            before=str(max(start - self.page_size, 0)) if start else "",
            after=str(stop) if len(found) > self.page_size else "",
        )

    def ordered_rows(self) -> Rows:
        return Rows(self.pictures)

    def totals(self) -> list[Total]:
        totals = [Total(_("Rows"), str(CappedCount(len(self.pictures))))]
        for column in self.table_class.columns:
            if column.total:
                amount = sum((getattr(row, column.total) for row in self.pictures), Decimal("0.00"))
                totals.append(Total(str(column.header), format_money(amount)))
        return totals


class ClientCreditPage(RefusalMixin):
    """A page about the credit of the client whose key is in the address."""

    @cached_property
    def client(self) -> Client:
        permissions.require_every(self.request.user)
        sees = ExistsByRow(Client.objects.visible_to(self.request.user).order_by().filter(pk=OuterRef("pk")))
        rows = Client.objects.select_related("owner", "grade").annotate(sees=sees)
        return get_object_or_404(rows, pk=self.kwargs["pk"])

    def page_after_refusal(self) -> str:
        return reverse("risk:client-credit", args=[self.kwargs["pk"]])


class ClientCredit(ClientCreditPage, View):
    """Everything about the credit of one client on one page."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        client, picture = self.client, picture_of(self.client)
        holds = CreditHold.objects.select_related("set_by", "lifted_by")
        prefetch_related_objects([client], Prefetch("credit_holds", holds))
        sees = ExistsByRow(Document.objects.visible_to(request.user).order_by().filter(pk=OuterRef("document")))
        waivers = CreditWaiver.objects.filter(client=client).select_related("document", "granted_by")
        waivers = [(waiver, *waiver_standing(waiver)) for waiver in waivers.annotate(sees=sees)[:LATEST]]
        checks = CreditCheck.objects.filter(client=client).select_related("document", "by", "waiver")
        checks = list(checks.annotate(sees=sees)[:LATEST])
        for check in checks:
            check.client = client
        shown = [*checks, *(row[0] for row in waivers)]
        context = {
            "page_title": client.label,
            "client": client,
            "picture": picture,
            "standing": standing_of(picture),
            "figures": _figures(picture),
            "reasons": standing_reasons(picture),
            "behaviour": behaviour_of(client),
            "limits": list(client.credit_limits.select_related("assessment")[:LATEST]),
            "holds": list(client.credit_holds.all())[:LATEST],
            "assessments": self._assessments(),
            "checks": checks,
            "waivers": waivers,
            "seen": {row.document_id for row in shown if row.sees},
            "sees_client": client.sees,
            "may_hold": permissions.may(request.user, "hold", client),
            "may_revoke": permissions.may(request.user, "revoke"),
            "may_assess": request.user.has_perm(permissions.ASSESS) and not client.is_merged,
            "today": clock.today(),
        }
        return render(request, "risk/client_credit.html", context)

    def _assessments(self) -> list[CreditAssessment]:
        seen = CreditAssessment.objects.visible_to(self.request.user).filter(client=self.client)
        return list(seen.select_related("applicant")[:LATEST])


def _figures(picture: CreditPicture) -> list[dict[str, Any]]:
    from_limit = picture.limit_row.valid_until.isoformat() if picture.limit_row else ""
    use = "—" if picture.utilisation is None else f"{picture.utilisation} %"
    tone = "bad" if picture.available < 0 else "warn" if (picture.utilisation or 0) >= 80 else "good"
    note = _("valid until %(day)s") % {"day": from_limit} if from_limit else _("default of the policy")
    late = _("oldest by %(days)s days") % {"days": picture.overdue_days} if picture.overdue_days else ""
    return [
        {"label": pgettext("credit", "Limit"), "money": picture.limit, "note": note},
        {"label": _("Exposure"), "money": picture.exposure, "note": use, "tone": tone},
        {"label": _("Available"), "money": picture.available, "tone": "bad" if picture.available < 0 else ""},
        {
            "label": _("Overdue"),
            "money": picture.overdue,
            "note": late,
            "tone": "bad" if picture.is_overdue else "",
        },
    ]


class SetHold(ClientCreditPage, View):
    """Put a client on hold."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        services.set_hold(self.client, by=request.user, reason=request.POST.get("reason", ""))
        messages.success(request, _("%(client)s is on hold; no new business goes through.") % {"client": self.client})
        return redirect("risk:client-credit", pk)


class LiftHold(ClientCreditPage, View):
    """Let a client go."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        services.lift_hold(self.client, by=request.user, reason=request.POST.get("reason", ""))
        messages.success(request, _("%(client)s is no longer on hold.") % {"client": self.client})
        return redirect("risk:client-credit", pk)


class WaiverList(LoggedList):
    """Exceptions from a closed gate."""

    title = gettext_lazy("Credit exceptions")
    table_class = WaiverTable
    filterset_class = WaiverFilterSet

    def require_access(self) -> None:
        permissions.require_every(self.request.user)

    def queryset(self) -> QuerySet:
        return CreditWaiver.objects.select_related("document", "client", "granted_by")


class RevokeWaiver(RefusalMixin, View):
    """Take an exception back."""

    http_method_names = ["post"]

    @cached_property
    def waiver(self) -> CreditWaiver:
        permissions.require_every(self.request.user)
        return get_object_or_404(CreditWaiver, pk=self.kwargs["pk"])

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        services.revoke_waiver(self.waiver, by=request.user, reason=request.POST.get("reason", ""))
        messages.success(request, _("The exception is revoked."))
        return redirect(self.page_after_refusal())

    def page_after_refusal(self) -> str:
        if not permissions.sees_every(self.request.user):
            return "/"
        return reverse("risk:client-credit", args=[self.waiver.client_id]) + "#exceptions"
