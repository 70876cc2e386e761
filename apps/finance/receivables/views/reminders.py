"""Clients with overdue invoices, writing to one or several of them, and what was written."""

import datetime as dt
from collections.abc import Iterable
from functools import cached_property
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.generic import View

from apps.core import clock
from apps.core.jobs import Job
from apps.core.lists import Total
from apps.core.money import format_money
from apps.core.refusals import RefusalMixin
from apps.core.tables import Table
from apps.documents.views.lists import LoggedList
from apps.finance.billing.models import SalesInvoice
from apps.finance.receivables import permissions, services, tables
from apps.finance.receivables.filters import OverdueFilterSet, ReminderFilterSet
from apps.finance.receivables.forms import ReminderForm
from apps.finance.receivables.models import PaymentReminder
from apps.finance.receivables.views.ageing import AgeingByClient
from apps.service.clients.models import Client

MOST_AT_ONCE = 50


def tabs(current: str) -> list[dict[str, Any]]:
    """The two halves of reminding side by side."""
    halves = {"reminder-overdue": _("Overdue clients"), "reminder-list": _("Reminders sent")}
    return [
        {"label": label, "url": reverse(f"finance:{name}"), "current": name == current}
        for name, label in halves.items()
    ]


class OverdueClients(AgeingByClient):
    """Who is late with how much, when they were reminded, and when they may be reminded again."""

    title = gettext_lazy("Payment reminders")
    filterset_class = OverdueFilterSet
    template_name = "finance/reminder/overdue.html"
    shows_unapplied = False

    @property
    def as_of(self) -> dt.date:
        return clock.today()

    @cached_property
    def table_class(self) -> type[Table]:
        return tables.RemindingTable if permissions.may_remind(self.request.user) else tables.OverdueTable

    def export_title(self) -> str:
        return str(tables.OverdueTable.caption)

    def queryset(self) -> QuerySet:
        return super().queryset().filter(due_on__lt=self.as_of)

    def named(self, clients: QuerySet) -> QuerySet:
        return clients.select_related("owner")

    def made(self, clients: Iterable[Client]) -> list[Any]:
        groups = super().made(clients)
        standing = services.standing_of([group.pk for group in groups])
        for group in groups:
            group.reminder = standing[group.pk]
        return groups

    def totals(self) -> list[Total]:
        """Clients, and what of theirs is overdue."""
        return [Total(_("Rows"), f"{self.count:,}"), Total(_("Overdue"), format_money(self.sums.overdue))]

    def extra_context(self) -> dict[str, Any]:
        return {"tabs": tabs("reminder-overdue"), "as_of": self.as_of, "currency": self.currency}

    def posted(self) -> HttpResponse:
        """On to the letters to the chosen clients."""
        permissions.require_remind(self.request.user)
        chosen = [pk for pk in self.request.POST.getlist("clients") if pk.isdecimal() and len(pk) < 19]
        if not chosen:
            messages.error(self.request, _("Choose the clients to remind first."))
            return HttpResponseRedirect(self.request.get_full_path())
        if len(chosen) > MOST_AT_ONCE:
            text = _("At most %(most)s clients are reminded together; the first of them are here.")
            messages.warning(self.request, text % {"most": MOST_AT_ONCE})
        query = urlencode({"client": chosen[:MOST_AT_ONCE]}, doseq=True)
        return HttpResponseRedirect(f"{reverse('finance:reminder-write')}?{query}")


class Write(RefusalMixin, View):
    """The letters to the clients of the address, to be changed and sent; each by itself."""

    def page_after_refusal(self) -> str:
        return reverse("finance:reminder-overdue")

    @cached_property
    def clients(self) -> list[Client]:
        """Those asked for that have something overdue, in the order of their names."""
        asked = [pk for pk in self.request.GET.getlist("client") if pk.isdecimal() and len(pk) < 19]
        return list(Client.objects.live().filter(pk__in=asked[:MOST_AT_ONCE]).order_by("name", "pk"))

    def get(self, request: HttpRequest) -> HttpResponse:
        permissions.require_remind(request.user)
        return self.page(self.letters())

    def post(self, request: HttpRequest) -> HttpResponse:
        permissions.require_remind(request.user)
        letters = self.letters(request.POST)
        ready = [letter for letter in letters if letter["standing"].is_allowed and letter["draft"].invoices]
        sent = [letter for letter in ready if not request.POST.get(f"{letter['form'].prefix}-skip")]
        wrong = [letter for letter in sent if not letter["form"].is_valid()]
        if wrong or not sent:
            return self.page(letters, status=422, nothing=not sent)
        words = [(letter["client"], _words(letter["form"])) for letter in sent]
        outcomes = services.send_each(words, by=request.user)
        failed = self._tell(outcomes)
        if not failed:
            return HttpResponseRedirect(reverse("finance:reminder-list"))
        left = [letter for letter in letters if letter["client"].pk in failed]
        for letter in left:
            _show(letter["form"], failed[letter["client"].pk])
        return self.page(left, status=422)

    def letters(self, data: Any = None) -> list[dict[str, Any]]:
        """Per client its draft, its standing and its form; queries do not grow with the clients."""
        invoices: dict[int, list[SalesInvoice]] = {}
        ids = [client.pk for client in self.clients]
        for row in services.overdue_of(ids).order_by("due_on", "pk"):
            invoices.setdefault(row.client_id, []).append(row)
        standing = services.standing_of(ids)
        letters = []
        for client in self.clients:
            rows, stands = invoices.get(client.pk, []), standing[client.pk]
            draft = services.draft_for(client, invoices=rows, standing=stands, by=self.request.user)
            form = ReminderForm(
                data,
                prefix=f"c{client.pk}",
                several=len(ids) > 1,
                initial={"to": draft.to, "subject": draft.subject, "text": draft.text},
            )
            letters.append({"client": client, "draft": draft, "standing": stands, "form": form})
        return letters

    def _tell(self, outcomes: list[services.Outcome]) -> dict[int, services.Outcome]:
        """A message per client; answers what failed, by client."""
        done = [outcome for outcome in outcomes if outcome.reminder]
        if done:
            text = ngettext("%(number)s reminder is on its way.", "%(number)s reminders are on their way.", len(done))
            messages.success(self.request, text % {"number": len(done)})
        failed = {outcome.client.pk: outcome for outcome in outcomes if not outcome.reminder}
        for outcome in failed.values():
            values = {"client": outcome.client, "why": outcome.why}
            messages.warning(self.request, _("Not sent to %(client)s. %(why)s") % values)
        return failed

    def page(self, letters: list[dict[str, Any]], *, status: int = 200, nothing: bool = False) -> HttpResponse:
        """All letters, one below the other."""
        context = {
            "page_title": _("Remind clients") if len(letters) != 1 else _("Remind a client"),
            "letters": letters,
            "nothing": nothing,
            "sendable": any(letter["standing"].is_allowed and letter["draft"].invoices for letter in letters),
            "cancel_url": self.page_after_refusal(),
        }
        return render(self.request, "finance/reminder/write.html", context, status=status)


def _words(form: ReminderForm) -> dict[str, str]:
    return {name: form.cleaned_data[name] for name in ("to", "subject", "text")}


def _show(form: ReminderForm, outcome: services.Outcome) -> None:
    for name, texts in (outcome.fields or {None: [outcome.why]}).items():
        form.add_error(name if name in form.fields else None, texts)


class ReminderList(LoggedList):
    """Every reminder that went out."""

    title = gettext_lazy("Payment reminders")
    table_class = tables.ReminderTable
    filterset_class = ReminderFilterSet
    template_name = "finance/reminder/list.html"

    def export_title(self) -> str:
        return str(self.table_class.caption)

    def queryset(self) -> QuerySet:
        return PaymentReminder.objects.visible_to(self.request.user).select_related("client", "by")

    def extra_context(self) -> dict[str, Any]:
        return {"tabs": tabs("reminder-list")}


class ReminderDetail(View):
    """One reminder as it went out, with its invoices and what became of the e-mail."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        rows = PaymentReminder.objects.visible_to(request.user).select_related("client", "by")
        reminder = get_object_or_404(rows, pk=pk)
        context = {
            "page_title": _("Payment reminder"),
            "reminder": reminder,
            "invoices": list(reminder.invoices.order_by("due_on", "pk")),
            "mail": Job.objects.filter(key=f"payment-reminder-{reminder.pk}").first(),
        }
        return render(request, "finance/reminder/detail.html", context)
