"""Pages about files that look like one client: suggested while one is typed, listed to be merged or told apart."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.generic import View

from apps.core.errors import Forbidden, Refused
from apps.core.refusals import RefusalMixin
from apps.service.clients import permissions, services
from apps.service.clients.duplicates import groups, suspects
from apps.service.clients.forms import DistinctForm, SuggestionForm
from apps.service.clients.models import Client, DistinctClients
from apps.service.clients.views.lists import require_merger

#: so many marks stand under the duplicates, the latest first
MOST_MARKS = 100


class Suggestions(RefusalMixin, View):
    """What a half-typed client looks like; a fragment for the form."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest) -> HttpResponse:
        if not permissions.works_with_clients(request.user):
            raise Forbidden(_("Your role does not add clients."))
        form = SuggestionForm(request.POST)
        form.is_valid()
        typed = form.cleaned_data
        own = request.GET.get("but", "")
        found = suspects(
            viewer=request.user,
            name=typed.get("name", ""),
            phones=[typed.get("phone", "")],
            uscc=typed.get("uscc", ""),
            but=int(own) if own.isdecimal() else None,
        )
        return render(request, "service/_suspects.html", {"suspects": found})


class Duplicates(RefusalMixin, View):
    """Files that look like one client, to be merged or told apart, and those told apart before."""

    def get(self, request: HttpRequest) -> HttpResponse:
        require_merger(request.user)
        seen = Client.objects.visible_to(request.user)
        marks = DistinctClients.objects.filter(undone_at=None, first__in=seen.live(), second__in=seen.live())
        rows = list(marks.select_related("first", "second", "by")[:MOST_MARKS])
        context = {
            "page_title": _("Duplicate clients"),
            "groups": groups(seen),
            "marks": [{"mark": mark, "holds": mark.holds(mark.first, mark.second)} for mark in rows],
        }
        return render(request, "service/duplicates.html", context)


class DuplicatePage(RefusalMixin, View):
    """What is done from the list of duplicates; back to it afterwards."""

    http_method_names = ["post", "options"]

    def page_after_refusal(self) -> str:
        return reverse("service:duplicates")


class MarkDistinct(DuplicatePage):
    """These two are different clients."""

    def post(self, request: HttpRequest) -> HttpResponse:
        require_merger(request.user)
        form = DistinctForm(request.POST)
        if not form.is_valid():
            raise Refused(_("Choose two clients."))
        seen = Client.objects.visible_to(request.user).live()
        one, other = (get_object_or_404(seen, pk=form.cleaned_data[name]) for name in ("one", "other"))
        mark = services.mark_distinct(one, other, by=request.user, reason=form.cleaned_data["reason"])
        values = {"first": mark.first.number, "second": mark.second.number}
        messages.success(request, _("%(first)s and %(second)s are not suggested again.") % values)
        return redirect("service:duplicates")


class UndoDistinct(DuplicatePage):
    """They may be one client after all."""

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        require_merger(request.user)
        seen = Client.objects.visible_to(request.user)
        mark = get_object_or_404(DistinctClients.objects.filter(first__in=seen, second__in=seen), pk=pk)
        services.undo_distinct(mark, by=request.user)
        messages.success(request, _("The mark is taken back; the files are compared again."))
        return redirect("service:duplicates")
