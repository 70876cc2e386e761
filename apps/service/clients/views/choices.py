"""The search behind every field in which a client is chosen."""

from django.db.models import QuerySet
from django.http import HttpRequest, JsonResponse
from django.views.generic import View

from apps.core.refusals import RefusalMixin
from apps.service.clients.fields import search
from apps.service.clients.models import Client


class ClientChoices(RefusalMixin, View):
    """`?q=` → JSON [{value, text}] of the clients this person may choose."""

    http_method_names = ["get", "head", "options"]

    def clients(self) -> QuerySet:
        """Those the person sees; apps above offer others where their forms do."""
        return Client.objects.visible_to(self.request.user).live()

    def get(self, request: HttpRequest) -> JsonResponse:
        answer = JsonResponse(search(self.clients(), request.GET.get("q", "")[:60]), safe=False)
        answer["Cache-Control"] = "private, no-store"
        return answer
