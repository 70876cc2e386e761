"""Pages that import records from a workbook: upload it, see what it would do or what is wrong with it, confirm.

class ThingImport(ImportPage):
    sort = ImportSort(...)
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import IO, Any

from django.contrib import messages
from django.contrib.auth.mixins import PermissionRequiredMixin
from django.core.files.storage import Storage
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.generic import FormView, View

from apps.core.errors import Refused
from apps.core.files import sniff
from apps.core.importing import KeptWorkbooks, Outcome
from apps.core.jobs import Job, enqueue
from apps.core.storage import private_storage
from apps.org.forms import ImportForm
from apps.org.models import Company, User

BACKGROUND_FROM = 500


@dataclass(frozen=True)
class ImportSort:
    """One sort of records: the function that imports them, the job that does it for large sheets, the texts.

    `run(stream, by=…, write=…, progress=…)` answers an `Outcome`; `done` is a sentence with %(new)d and %(changed)d.
    """

    name: str
    run: Callable[..., Outcome]
    job: str
    list_url: str
    done: Any

    @property
    def kept(self) -> KeptWorkbooks:
        return KeptWorkbooks(self.name)

    def confirm(self, token: str, *, by: User) -> Outcome | Job:
        """Import the kept file: at once when it is small, in the background when it is large, once in either case."""
        name = self.kept.name_of(token, by=by)
        storage: Storage = private_storage()
        with storage.open(name) as stream:
            outcome = self.run(stream, by=by, write=False)
        if outcome.errors:
            return outcome
        if len(outcome.rows) > BACKGROUND_FROM:
            return enqueue(self.job, by=by, params={"file": name}, key=f"{self.job}:{name}")
        with storage.open(name) as stream:
            outcome = self.run(stream, by=by, write=True)
        if outcome.written:
            storage.delete(name)
        return outcome


class ImportPage(PermissionRequiredMixin, FormView):
    """Upload a workbook; check everything and write nothing yet."""

    sort: ImportSort
    template_name = "org/import.html"
    form_class = ImportForm

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """The limit of the company."""
        return super().get_context_data(max_mb=Company.current().max_attachment_mb, **kwargs)

    def form_valid(self, form: ImportForm) -> HttpResponse:
        """Show what the workbook would do, or what is wrong with it."""
        upload: IO[bytes] = form.cleaned_data["file"]
        try:
            _check_file(upload)
            outcome = self.sort.run(upload, by=self.request.user, write=False)
        except Refused as refusal:
            form.add_error("file", str(refusal))
            return self.form_invalid(form)
        token = "" if outcome.errors else self.sort.kept.keep(upload, by=self.request.user)
        return self.render_to_response(self.get_context_data(form=form, outcome=outcome, token=token))


def _check_file(upload: Any) -> None:
    limit = Company.current().max_attachment_mb
    if upload.size > limit * 1024 * 1024:
        raise Refused(_("The file is larger than %(limit)s MB.") % {"limit": limit})
    if sniff(upload) != "xlsx":
        raise Refused(_("This is not an Excel workbook (.xlsx) that can be read."))
    upload.seek(0)


class ConfirmImport(PermissionRequiredMixin, View):
    """Write what the preview has shown. `page` is the page it was shown on, `import_url` its address."""

    http_method_names = ["post"]
    page: type[ImportPage]
    import_url = ""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """A wrong method is told before a missing permission, as everywhere."""
        if request.method != "POST":
            return self.http_method_not_allowed(request)
        return super().dispatch(request, *args, **kwargs)

    def post(self, request: HttpRequest) -> HttpResponse:
        sort = self.page.sort
        try:
            result = sort.confirm(request.POST.get("token", ""), by=request.user)
        except Refused as refusal:
            messages.error(request, str(refusal))
            return redirect(self.import_url)
        if isinstance(result, Job):
            return redirect(result.get_absolute_url())
        if not result.written:
            return self._changed_meanwhile(result)
        values = {"new": len(result.created), "changed": len(result.updated)}
        messages.success(request, str(sort.done) % values)
        return redirect(sort.list_url)

    def _changed_meanwhile(self, outcome: Outcome) -> HttpResponse:
        """Between preview and confirmation something changed that the sheet no longer fits."""
        page = self.page()
        page.setup(self.request)
        return page.render_to_response(page.get_context_data(form=ImportForm(), outcome=outcome, token=""))
