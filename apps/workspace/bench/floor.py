"""The floor of this machine: what a signed-in page of 50 rows costs in plain Django, with the site's own middleware."""

from django.core.paginator import Paginator
from django.shortcuts import render
from django.urls import include, path

from apps.documents.models import Document


def floor(request):
    """A count, a page of 50 rows with two joins, and a plain template loop; no permission, no filter, no frame."""
    documents = Document.objects.filter(pk__lte=2000).select_related("applicant", "department")
    page = Paginator(documents, 50).get_page(1)
    return render(request, "workspace/floor.html", {"page": page})


urlpatterns = [path("floor/", floor), path("", include("agencyops.urls"))]
