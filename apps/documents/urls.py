"""Addresses that belong to no kind: the verification of printed papers, the log of exports, the look-up of people."""

from django.urls import path

from apps.documents.views import analysis, lists, people, printing
from apps.documents.views.revocations import RevocationViews

app_name = "documents"

urlpatterns = [
    path("verify/", printing.Verify.as_view(), name="verify"),
    path("verify/<str:code>/", printing.Verify.as_view(), name="verify-code"),
    path("approvals/analysis/", analysis.Analysis.as_view(), name="analysis"),
    path("approvals/analysis/event-log/", analysis.EventLog.as_view(), name="event-log"),
    path("exports/", lists.ExportLog.as_view(), name="export-log"),
    path("documents/people/", people.People.as_view(), name="people"),
    *RevocationViews.urls(),
]
