"""Desk, inbox and search: pages that read every app and are read by none."""

import secrets

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from apps.core import reports as listed_reports
from apps.core.jobs import enqueue
from apps.core.pagination import keyset_page
from apps.documents.decision_forms import LONGEST
from apps.documents.kinds import all_kinds
from apps.notifications import services as notifications
from apps.notifications.models import Notification
from apps.workspace import desk as desks
from apps.workspace import inbox as inboxes
from apps.workspace import status as states
from apps.workspace.search import SHORTEST
from apps.workspace.search import search as find
from apps.workspace.work import figures_for

#: digits of a key that every database can look for
LONGEST_PK = 18
#: tab → (rows, column to sort by)
LISTS = {
    "waiting": (inboxes.waiting, "opened_at"),
    "decided": (inboxes.decided, "-decided_at"),
    "copied": (inboxes.copied, "-copied_at"),
    "mine": (inboxes.mine, "-pk"),
}


@require_GET
def desk(request):
    """`/`: what waits for me, my papers under way, drafts, what I can start."""
    context = {
        "waiting": inboxes.waiting(request.user)[: desks.ROWS],
        "under_way": desks.under_way(request.user),
        "drafts": desks.drafts(request.user),
        "starts": desks.starts(request.user),
        "notices": Notification.objects.of(request.user)[: desks.ROWS],
        "has_figures": desks.has_figures(request.user),
        "work": figures_for(request.user),
    }
    return render(request, "workspace/desk.html", context)


@require_GET
def figures(request):
    """The month's figures of the desk, fetched after the page so that it opens at once."""
    if not desks.has_figures(request.user):
        return render(request, "workspace/_figures.html", {})
    return render(request, "workspace/_figures.html", {"month": desks.month(request.user)})


@require_GET
def inbox(request):
    """`/inbox/`: the tabs to decide, decided by me, copied to me, raised by me; filtered by kind."""
    tab = request.GET.get("tab", "")
    tab = tab if tab in LISTS else "waiting"
    kind = request.GET.get("kind", "")
    kind = kind if kind in all_kinds() else ""
    rows, sort = LISTS[tab]
    if tab == "waiting" and request.GET.get("sort") in inboxes.ORDERS:
        sort = request.GET["sort"]
    page = keyset_page(
        rows(request.user, kind), sort=sort, after=request.GET.get("after", ""), before=request.GET.get("before", "")
    )
    tabs = [
        {"label": label, "url": f"{reverse('workspace:inbox')}?tab={name}", "current": name == tab}
        for name, label in inboxes.TABS.items()
    ]
    context = {"tab": tab, "tabs": tabs, "page": page, "kinds": inboxes.kinds(), "kind": kind, "sort": sort}
    return render(request, "workspace/inbox.html", context)


@require_POST
def approve_selected(request):
    """Approve the papers chosen in the inbox; each is a decision of its own, and each gets its own line of result."""
    chosen = [pk for pk in request.POST.getlist("task") if pk.isdecimal() and len(pk) <= LONGEST_PK][:100]
    tasks = list(inboxes.waiting(request.user).filter(pk__in=chosen))
    if not tasks:
        messages.warning(request, _("Choose papers that still wait for your decision."))
        return redirect("workspace:inbox")
    opinion = request.POST.get("opinion", "").strip()[:LONGEST]
    shown = {task.pk: request.POST.get(f"revision-{task.pk}", "") for task in tasks}
    seen = {pk: int(number) for pk, number in shown.items() if number.isdecimal() and len(number) <= LONGEST_PK}
    results = inboxes.approve_together(tasks, by=request.user, opinion=opinion, seen=seen)
    refused = [result for result in results if not result.done]
    return render(request, "workspace/inbox_results.html", {"results": results, "refused": refused, "opinion": opinion})


@require_GET
def reports(request):
    """`/reports/`: every register and report this person may open, with what it is for."""
    context = {"page_title": _("Reports"), "sections": listed_reports.reports_for(request)}
    return render(request, "workspace/reports.html", context)


@require_GET
def search(request):
    """`/search/?q=`: papers, records and people this person may see."""
    text = request.GET.get("q", "").replace("\0", "").strip()[:100]
    found = find(request.user, text) if len(text) >= SHORTEST else None
    if found and found.only_paper:
        return redirect(found.only_paper)
    return render(request, "workspace/search.html", {"text": text, "found": found, "shortest": SHORTEST})


@require_GET
@permission_required(states.SEES, raise_exception=True)
def status(request):
    """`/status/`: whether the records hold and the program works, for administrators and auditors."""
    context = {
        "page_title": _("Status"),
        "may_run": request.user.has_perm(states.RUNS),
        "may_resend": request.user.has_perm(states.RESENDS),
        "key": secrets.token_urlsafe(12),
        **states.overview(),
    }
    return render(request, "workspace/status.html", context)


@require_POST
@permission_required(states.RUNS, raise_exception=True)
def run_checks(request):
    """Have the checks of the records run now."""
    key = f"checks-{request.user.pk}-{request.POST.get('key', '')[:40]}"
    job = enqueue(states.RUN_JOB, by=request.user, key=key)
    return HttpResponseRedirect(job.get_absolute_url())


@require_POST
@permission_required(states.RESENDS, raise_exception=True)
def resend_mails(request):
    """Try the e-mails and chat messages again that could not be sent."""
    number = notifications.send_again()
    text = ngettext("%(number)s message is tried again.", "%(number)s messages are tried again.", number)
    messages.success(request, text % {"number": number})
    return redirect("workspace:status")
