"""What the frame (templates/base.html) needs on every page, computed only when a template asks for it."""

from functools import partial
from typing import Any

from django.http import HttpRequest

from apps.core.navigation import count_for, navigation_for


class Counts:
    """Numbers of the frame by name, as in `{{ counts.inbox }}`, each counted when it is first shown."""

    def __init__(self, request: HttpRequest) -> None:
        self._request = request

    def __getitem__(self, name: str) -> int:
        return count_for(self._request, name)


def frame(request: HttpRequest) -> dict[str, Any]:
    """The navigation (called by the template, so that fragments without a frame never compute it) and its counters."""
    return {"navigation": partial(navigation_for, request), "counts": Counts(request)}
