"""The one place where a refusal of a service becomes something a person can read."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render

from apps.core.errors import Refused


class RefusalMixin:
    """For class-based views, in front of `View`.

    404 for what a person may not see; 403 with the reason for what they may not do; every other refusal is a sentence
    on the page they came from. Requests from scripts (htmx, autosave) get the sentence and the status.
    """

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            return super().dispatch(request, *args, **kwargs)
        except Refused as refusal:
            return self.refused(refusal)

    def refused(self, refusal: Refused) -> HttpResponse:
        """The answer to a refusal."""
        if refusal.status == 404:
            raise Http404(str(refusal))
        if self.request.htmx or (self.request.accepts("application/json") and not self.request.accepts("text/html")):
            return JsonResponse({"message": str(refusal), "fields": refusal.fields}, status=refusal.status)
        if refusal.status == 403:
            context = {"reason": str(refusal), "back_url": self.page_after_refusal()}
            return render(self.request, "core/refused.html", context, status=403)
        messages.error(self.request, str(refusal))
        return HttpResponseRedirect(self.page_after_refusal())

    def page_after_refusal(self) -> str:
        """Where the person goes on from."""
        return "/"
