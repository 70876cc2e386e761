"""The pages of core: background jobs of the signed-in person, and the health of the installation."""

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.db.models import QuerySet
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import get_object_or_404
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST, require_safe
from django.views.generic import DetailView, ListView

from apps.core import health
from apps.core.errors import Refused
from apps.core.files import mime_of_name, serve_file
from apps.core.jobs import services as jobs
from apps.core.jobs.models import Job

JOBS_SHOWN = 50


def jobs_of(request: HttpRequest) -> QuerySet[Job]:
    """A job and its result are its requester's alone; for everybody else it does not exist."""
    return Job.objects.filter(requested_by=request.user)


class JobList(ListView):
    """What I have had done in the background, the latest first."""

    template_name = "core/job_list.html"
    context_object_name = "jobs"

    def get_queryset(self) -> QuerySet[Job]:
        return jobs_of(self.request)[:JOBS_SHOWN]


@method_decorator(never_cache, name="dispatch")
class JobDetail(DetailView):
    """One job: a bar while it runs, its result when it is done. The bar asks for itself again (htmx) until then."""

    template_name = "core/job.html"
    context_object_name = "job"

    def get_queryset(self) -> QuerySet[Job]:
        return jobs_of(self.request)

    def get_template_names(self) -> list[str]:
        return ["core/job_status.html"] if self.request.htmx else [self.template_name]


@require_GET
def download_job(request: HttpRequest, pk: int) -> FileResponse:
    """The file a job has made."""
    job = get_object_or_404(jobs_of(request), pk=pk)
    if not job.result_file:
        raise Http404
    try:
        file = job.result_file.open("rb")
    except FileNotFoundError:
        raise Http404 from None
    return serve_file(file, job.result_name, content_type=mime_of_name(job.result_name))


@require_POST
def retry_job(request: HttpRequest, pk: int) -> HttpResponse:
    """Try a failed job again."""
    job = get_object_or_404(jobs_of(request), pk=pk)
    try:
        jobs.retry(job=job)
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("“%(title)s” is tried again.") % {"title": job.title})
    return HttpResponseRedirect(job.get_absolute_url())


@login_not_required
@require_safe
@never_cache
def healthz(request: HttpRequest) -> JsonResponse:
    """For load balancers and people on duty: 200 when everything is in order, 503 otherwise."""
    report = health.report()
    return JsonResponse(report, status=200 if report["status"] == "ok" else 503)
