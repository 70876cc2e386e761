"""Addresses of business: engagements."""

from django.urls import path

from apps.business.engagements.views import dossier, lists, pages, reports, team

urlpatterns: list = [
    path("engagements/", lists.EngagementList.as_view(), name="engagement-list"),
    path("engagements/<int:pk>/", pages.EngagementDetail.as_view(), name="engagement-detail"),
    path("engagements/<int:pk>/change/", pages.EngagementUpdate.as_view(), name="engagement-update"),
    path("engagements/<int:pk>/manager/", pages.ChangeManager.as_view(), name="engagement-manager"),
    path("engagements/<int:pk>/history/", pages.EngagementHistory.as_view(), name="engagement-history"),
    path("engagements/<int:pk>/to/<slug:to>/", pages.Move.as_view(), name="engagement-move"),
    path("engagements/<int:pk>/team/", team.Team.as_view(), name="engagement-team"),
    path("engagements/<int:pk>/team/new/", team.MemberCreate.as_view(), name="engagementmember-create"),
    path("team-members/<int:pk>/", team.MemberUpdate.as_view(), name="engagementmember-update"),
    path("team-members/<int:pk>/end/", team.MemberEnd.as_view(), name="engagementmember-end"),
    path("engagements/<int:pk>/reports/", reports.Reports.as_view(), name="engagement-reports"),
    path("engagements/<int:pk>/reports/new/", reports.ReportCreate.as_view(), name="progressreport-create"),
    path("progress-reports/", lists.ReportList.as_view(), name="progressreport-list"),
    path("progress-reports-due/", lists.ReportsDue.as_view(), name="progressreports-due"),
    path("progress-reports/<int:pk>/", reports.ReportDetail.as_view(), name="progressreport-detail"),
    path("progress-reports/<int:pk>/change/", reports.ReportUpdate.as_view(), name="progressreport-update"),
    path("progress-reports/<int:pk>/print/", reports.ReportPrint.as_view(), name="progressreport-print"),
    path("progress-reports/<int:pk>/send/", reports.ReportSend.as_view(), name="progressreport-send"),
    path("progress-reports/<int:pk>/answer/", reports.ReportAnswer.as_view(), name="progressreport-answer"),
    path("progress-reports/<int:pk>/delete/", reports.ReportDelete.as_view(), name="progressreport-delete"),
    path("engagements/<int:pk>/file/", dossier.File.as_view(), name="engagement-file"),
    path("engagements/<int:pk>/file/add/", dossier.AddEntry.as_view(), name="dossierentry-create"),
    path("dossier/<int:pk>/receive/", dossier.Receive.as_view(), name="dossierentry-receive"),
    path("dossier/<int:pk>/waive/", dossier.Waive.as_view(), name="dossierentry-waive"),
    path("dossier/<int:pk>/unwaive/", dossier.Unwaive.as_view(), name="dossierentry-unwaive"),
    path("dossier/<int:pk>/remove/", dossier.RemoveEntry.as_view(), name="dossierentry-remove"),
    path("dossier-files/<int:pk>/", dossier.ShowFile.as_view(), name="dossierfile-show"),
    path("dossier-files/<int:pk>/remove/", dossier.RemoveFile.as_view(), name="dossierfile-remove"),
]
