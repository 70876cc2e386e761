"""Colleagues by name, for fields that search while one types."""

from django.db.models import Q
from django.http import HttpRequest, JsonResponse
from django.views.generic import View

from apps.org.models import User

MOST = 20


class People(View):
    """`?q=` → JSON [{value, text}] of people who work here."""

    def get(self, request: HttpRequest) -> JsonResponse:
        asked = request.GET.get("q", "").strip()[:60]
        people = User.objects.filter(is_active=True).select_related("department")
        if asked:
            people = people.filter(Q(name__icontains=asked) | Q(username__icontains=asked) | Q(employee_no=asked))
        rows = people.order_by("name", "pk")[:MOST]
        return JsonResponse([{"value": row.pk, "text": _described(row)} for row in rows], safe=False)


def _described(person: User) -> str:
    return f"{person} · {person.department}" if person.department_id else str(person)
