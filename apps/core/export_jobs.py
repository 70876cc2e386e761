"""Long exports of lists, written in the background as the person who asked for them sees the list."""

from collections.abc import Iterator
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, QueryDict
from django.urls import resolve
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from apps.core.errors import Forbidden
from apps.core.exports import streamed
from apps.core.jobs import Job, Result, job
from apps.core.lists import EXPORT_JOB, ListPage, written


class _Watched:
    """Rows that report how far they have been read."""

    def __init__(self, rows: QuerySet, progress: Any) -> None:
        self.model = rows.model
        self._rows = rows
        self._progress = progress
        self.number = 0

    def __iter__(self) -> Iterator[Any]:
        total = self._rows.order_by().values("pk").count()
        for row in streamed(self._rows):
            self.number += 1
            if self.number % 200 == 0:
                self._progress(self.number, total)
            yield row


@job(EXPORT_JOB, title=_("Export of a list"))
def export_list(job: Job, progress: Any) -> Result:
    """Write the list behind an address as the person who asked for it sees it when the work is done."""
    params = job.params
    if not job.requested_by.is_active:
        raise Forbidden(gettext("This account is closed."))
    page = _page_at(params["path"], params["query"], job.requested_by)
    page.require_access()
    rows = _Watched(page.ordered_rows(), progress)
    file = written(page, params["format"], rows)
    message = gettext("%(number)s rows") % {"number": f"{rows.number:,}"}
    return Result(file=file, name=page.file_name(params["format"]), message=message)


def _page_at(path: str, query: str, user: Any) -> ListPage:
    """The list page that answers at an address, set up for one person."""
    match = resolve(path)
    request = HttpRequest()
    request.method = "GET"
    request.path = request.path_info = path
    request.GET = QueryDict(query)
    request.user = user
    request.resolver_match = match
    page = match.func.view_class(**match.func.view_initkwargs)
    page.setup(request, *match.args, **match.kwargs)
    return page
