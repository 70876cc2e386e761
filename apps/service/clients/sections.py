"""The parts of a client's page that the client file itself brings; other apps register theirs beside them."""

from typing import Any

from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from apps.core import clock, registry
from apps.core.registry import PageSection
from apps.documents.models import Document
from apps.service.clients import permissions, quality
from apps.service.clients.models import Client, ClientSettings
from apps.service.clients.timeline import timeline_of

#: so many files and papers stand on the page; registers have all papers
MOST_DOCUMENTS = 100
MOST_PAPERS = 12


def _figures(client: Client, viewer) -> list[dict[str, Any]]:
    """The head of the page: how good the file is, and what waits."""
    today, days = clock.today(), ClientSettings.current().review_days
    fresh, due, contact = client.freshness(review_days=days), client.review_due_on(days), client.contact_due_on
    figures = [
        {"label": _now("Completeness"), "value": f"{client.completeness}%", "tone": _tone(client.completeness)},
        {
            "label": _now("Freshness"),
            "value": f"{fresh}%",
            "tone": _tone(fresh),
            "note": _now("reviewed on %(day)s") % {"day": client.reviewed_on}
            if client.reviewed_on
            else _now("never reviewed"),
        },
        {
            "label": _now("Last contact"),
            "value": client.contacted_on.isoformat() if client.contacted_on else _now("none yet"),
            "note": _now("next on %(day)s") % {"day": contact} if contact else "",
            "tone": "bad" if contact and contact < today else "",
        },
        {"label": _now("Next review"), "value": due.isoformat(), "tone": "bad" if due < today else ""},
    ]
    return figures if not client.is_merged else figures[:1]


def _tone(percent: int) -> str:
    return "good" if percent >= 80 else "warn" if percent >= 50 else "bad"


def _file(client: Client, viewer) -> dict[str, Any]:
    """The file itself, each field with when it was confirmed."""
    checks = {row.field: row for row in client.field_checks.all()}
    seen = Client.objects.visible_to(viewer)
    referred = seen.filter(pk=client.referred_by_id).first() if client.referred_by_id else None
    source = client.source.label if client.source_id else ""
    rows = [
        ("name", _now("Name"), client.name),
        ("", _now("English name"), client.name_en),
        ("", _now("Kind of client"), client.get_kind_display()),
        ("uscc", _now("Unified Social Credit Code"), client.uscc),
        ("industry", _now("Industry"), client.industry.label if client.industry_id else ""),
        ("grade", _now("Grade"), client.grade.label if client.grade_id else ""),
        ("source", _now("Source"), _now(": ").join(filter(None, (source, client.source_detail)))),
        ("phone", _now("Phone"), client.phone),
        ("", _now("E-mail"), client.email),
        ("", _now("Website"), client.website),
        ("address", _now("Address"), client.address),
        ("", _now("In the file since"), client.entered_on.isoformat()),
    ]
    fields = [
        {"label": label, "value": value, "check": checks.get(name), "is_link": value and value == client.website}
        for name, label, value in rows
    ]
    return {"fields": fields, "referred_by": referred}


def _needs(client: Client, viewer) -> dict[str, Any]:
    """Needs in the client's words, preferences as rows."""
    return {
        "preferences": list(client.preferences.all()),
        "may_change": permissions.may(viewer, "change", client),
        "may_log": permissions.may(viewer, "log", client),
    }


def _contacts(client: Client, viewer) -> dict[str, Any]:
    """The people at the client."""
    return {
        "contacts": list(client.contacts.all()),
        "may_change": permissions.may(viewer, "change", client),
        "may_log": permissions.may(viewer, "log", client),
    }


def _timeline(client: Client, viewer) -> dict[str, Any]:
    """What was said and what was changed, the latest first."""
    return {"entries": timeline_of(client, viewer=viewer), "may_change": permissions.may(viewer, "change", client)}


def _missing(client: Client, viewer) -> dict[str, Any] | None:
    """What the file lacks, as long as it lacks something."""
    filled = client.filled_fields()
    missing = [quality.FIELDS[name][0] for name in quality.applicable(client.kind) if name not in filled]
    return {"missing": missing} if missing and not client.is_merged else None


def _referrals(client: Client, viewer) -> dict[str, Any] | None:
    """Clients that came through this one."""
    if not getattr(client, "has_referred", True):
        return None
    referred = list(Client.objects.visible_to(viewer).live().filter(referred_by=client).order_by("name", "pk")[:20])
    return {"referrals": referred} if referred else None


def _documents(client: Client, viewer) -> dict[str, Any] | None:
    """Files put to the client, and the papers about it that the viewer may see, the latest first."""
    documents = list(client.documents.select_related("by")[:MOST_DOCUMENTS])
    papers = papers_about(client, viewer=viewer)
    may_log = permissions.may(viewer, "log", client)
    if not documents and not papers and not may_log:
        return None
    return {
        "documents": documents,
        "papers": papers[:MOST_PAPERS],
        "more": len(papers) > MOST_PAPERS,
        "may_change": permissions.may(viewer, "change", client),
        "may_log": may_log,
    }


def papers_about(client: Client, *, viewer) -> list[Document]:
    """One more than are shown, in two queries: the latest of all kinds, and what is shown of them."""
    seen = [
        model.objects.visible_to(viewer).filter(**{path: client}).order_by().values("pk")
        for model, path in registry.client_papers
    ]
    if not seen:
        return []
    latest = [row["pk"] for row in seen[0].union(*seen[1:]).order_by("-pk")[: MOST_PAPERS + 1]]
    return list(Document.objects.filter(pk__in=latest).select_related("applicant").order_by("-pk"))


OWN = [
    PageSection("file", _("Client file"), "service/sections/file.html", _file, order=10, figures=_figures),
    PageSection("needs", _("Needs and preferences"), "service/sections/needs.html", _needs, order=20),
    PageSection("documents", _("Documents"), "service/sections/documents.html", _documents, order=800, later="story"),
    PageSection(
        "timeline", _("What was said and done"), "service/sections/timeline.html", _timeline, order=900, later="story"
    ),
    PageSection("missing", _("Still missing"), "service/sections/missing.html", _missing, order=10, side=True),
    PageSection("contacts", _("Contact persons"), "service/sections/contacts.html", _contacts, order=20, side=True),
    PageSection("referrals", _("Referred clients"), "service/sections/referrals.html", _referrals, order=30, side=True),
]
