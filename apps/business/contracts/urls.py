"""Addresses of business: contracts."""

from django.urls import path

from apps.business.contracts.views import acts, lists, texts
from apps.business.contracts.views.contracts import AgencyContractViews
from apps.business.contracts.views.supplements import ContractSupplementViews

KIND = AgencyContractViews()
FOLDER = f"{AgencyContractViews.folder}/<int:pk>"

urlpatterns = [
    *AgencyContractViews.urls(),
    *ContractSupplementViews.urls(),
    path(f"{FOLDER}/sign/", acts.Sign.as_view(kind=KIND), name="agencycontract-sign"),
    path(f"{FOLDER}/original/", acts.Original.as_view(kind=KIND), name="agencycontract-original"),
    path(f"{FOLDER}/complete/", acts.Complete.as_view(kind=KIND), name="agencycontract-complete"),
    path(f"{FOLDER}/terminate/", acts.Terminate.as_view(kind=KIND), name="agencycontract-terminate"),
    path(f"{FOLDER}/wording/", texts.Wording.as_view(kind=KIND), name="agencycontract-wording"),
    path(f"{FOLDER}/text/", texts.Text.as_view(kind=KIND), name="agencycontract-text"),
    path(f"{FOLDER}/versions/", texts.Versions.as_view(kind=KIND), name="agencycontract-versions"),
    path("contract-register/", lists.Register.as_view(), name="contract-register"),
    path("expiring-contracts/", lists.Expiring.as_view(), name="contracts-expiring"),
]
