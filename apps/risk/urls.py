"""Addresses of risk."""

from django.urls import path

from apps.risk.credit.views import assessments, clients, settings

app_name = "risk"

_models = "scoring-models/<int:pk>/"
_factors = "scoring-models/questions/<int:factor>/"

urlpatterns = [
    *assessments.AssessmentViews.urls(),
    path("credit/", clients.ExposureList.as_view(), name="exposure"),
    path("credit/clients/", assessments.ClientOptions.as_view(), name="client-options"),
    path("credit/clients/<int:pk>/", clients.ClientCredit.as_view(), name="client-credit"),
    path("credit/clients/<int:pk>/hold/", clients.SetHold.as_view(), name="client-hold"),
    path("credit/clients/<int:pk>/lift/", clients.LiftHold.as_view(), name="client-lift"),
    path("credit/exceptions/", clients.WaiverList.as_view(), name="waiver-list"),
    path("credit/exceptions/<int:pk>/revoke/", clients.RevokeWaiver.as_view(), name="waiver-revoke"),
    path("credit/policy/", settings.PolicyUpdate.as_view(), name="policy"),
    path("credit/policy/history/", settings.PolicyHistory.as_view(), name="policy-history"),
    path("scoring-models/", settings.ModelList.as_view(), name="scoringmodel-list"),
    path("scoring-models/start/", settings.ModelStart.as_view(), name="scoringmodel-start"),
    path(_models, settings.ModelDetail.as_view(), name="scoringmodel-detail"),
    path(f"{_models}change/", settings.ModelUpdate.as_view(), name="scoringmodel-update"),
    path(f"{_models}publish/", settings.ModelPublish.as_view(), name="scoringmodel-publish"),
    path(f"{_models}delete/", settings.ModelDelete.as_view(), name="scoringmodel-delete"),
    path(f"{_models}questions/new/", settings.FactorCreate.as_view(), name="factor-create"),
    path(_factors, settings.FactorUpdate.as_view(), name="factor-update"),
    path(f"{_factors}remove/", settings.FactorRemove.as_view(), name="factor-remove"),
]
