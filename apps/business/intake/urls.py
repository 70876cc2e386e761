"""Addresses of business: intake."""

from django.urls import path

from apps.business.intake.views import assessments
from apps.business.intake.views.intakes import IntakeRegister, IntakeViews

urlpatterns: list = [
    path("assessments/", assessments.AssessmentList.as_view(), name="assessment-list"),
    path("assessments/new/", assessments.AssessmentCreate.as_view(), name="assessment-create"),
    path("assessments/preview/", assessments.AssessmentPreview.as_view(), name="assessment-preview"),
    path("assessments/<int:pk>/", assessments.AssessmentDetail.as_view(), name="assessment-detail"),
    path("assessments/<int:pk>/edit/", assessments.AssessmentUpdate.as_view(), name="assessment-update"),
    path("assessments/<int:pk>/decide/", assessments.Decide.as_view(), name="assessment-decide"),
    path("assessments/<int:pk>/history/", assessments.AssessmentHistory.as_view(), name="assessment-history"),
    *IntakeViews.urls(),
    path("intake-register/", IntakeRegister.as_view(), name="intake-register"),
]
