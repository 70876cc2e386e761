"""Colleagues by name, for fields that search while one types."""

from django.db.models import Q, QuerySet
from django.http import HttpRequest, JsonResponse
from django.utils.translation import gettext as _
from django.views.generic import View

from apps.documents import visibility
from apps.documents.views.base import PaperView
from apps.org.models import User

MOST = 20
#: so many names fit below what is being typed
OFFERED = 8


class People(View):
    """`?q=` → JSON [{value, text}] of people who work here."""

    def get(self, request: HttpRequest) -> JsonResponse:
        rows = _called(request.GET.get("q", ""))[:MOST]
        return JsonResponse([{"value": row.pk, "text": _described(row)} for row in rows], safe=False)


class Mentionable(PaperView):
    """`?q=` → JSON [{value, name, text}] of people to name in a comment.

    First those who see the paper; then others, for somebody who may open it to them.
    """

    def get(self, request: HttpRequest, pk: int) -> JsonResponse:
        self.require("comment")
        people = _called(request.GET.get("q", "")).exclude(pk=request.user.pk)
        readers = visibility.readers_of(self.document).values("pk")
        found = [(row, _described(row)) for row in people.filter(pk__in=readers)[:OFFERED]]
        if len(found) < OFFERED and self.access.may("copy"):
            others = people.exclude(pk__in=readers)[: OFFERED - len(found)]
            found += [(row, _("%(person)s (will see this paper)") % {"person": _described(row)}) for row in others]
        rows = [{"value": row.pk, "name": row.name or row.username, "text": text} for row, text in found]
        return JsonResponse(rows, safe=False)


def _called(asked: str) -> QuerySet[User]:
    asked = asked.strip()[:60]
    people = User.objects.filter(is_active=True).select_related("department").order_by("name", "pk")
    if not asked:
        return people
    return people.filter(Q(name__icontains=asked) | Q(username__icontains=asked) | Q(employee_no=asked))


def _described(person: User) -> str:
    return f"{person} · {person.department}" if person.department_id else str(person)
