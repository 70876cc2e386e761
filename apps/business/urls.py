"""Addresses of business; each subject keeps its own."""

from apps.business.catalogue.urls import urlpatterns as catalogue
from apps.business.contracts.urls import urlpatterns as contracts
from apps.business.engagements.urls import urlpatterns as engagements
from apps.business.intake.urls import urlpatterns as intake
from apps.business.leads.urls import urlpatterns as leads
from apps.business.plans.urls import urlpatterns as plans
from apps.business.reports.urls import urlpatterns as reports
from apps.business.settlements.urls import urlpatterns as settlements

app_name = "business"

urlpatterns = [*leads, *intake, *contracts, *engagements, *plans, *settlements, *reports, *catalogue]
