"""Addresses of business: leads."""

from django.urls import path

from apps.business.leads.models import Lead, Opportunity
from apps.business.leads.views import base, board, importing, leads, lists, opportunities

urlpatterns: list = [
    path("leads/", lists.LeadList.as_view(), name="lead-list"),
    path("leads/new/", leads.LeadCreate.as_view(), name="lead-create"),
    path("leads/pool/", lists.Pool.as_view(), name="lead-pool"),
    path("leads/suggestions/", leads.LeadSuggestions.as_view(), name="lead-suggestions"),
    path("leads/import/", importing.Import.as_view(), name="lead-import"),
    path("leads/import/confirm/", importing.Confirm.as_view(), name="lead-import-confirm"),
    path("leads/import/template/", importing.template, name="lead-import-template"),
    path("leads/<int:pk>/", leads.LeadDetail.as_view(), name="lead-detail"),
    path("leads/<int:pk>/change/", leads.LeadUpdate.as_view(), name="lead-update"),
    path("leads/<int:pk>/history/", leads.LeadHistory.as_view(), name="lead-history"),
    path("leads/<int:pk>/take/", base.Take.as_view(model=Lead), name="lead-take"),
    path("leads/<int:pk>/release/", base.Release.as_view(model=Lead), name="lead-release"),
    path("leads/<int:pk>/assign/", base.Assign.as_view(model=Lead), name="lead-assign"),
    path("leads/<int:pk>/reopen/", base.Reopen.as_view(model=Lead), name="lead-reopen"),
    path("leads/<int:pk>/qualify/", leads.Qualify.as_view(), name="lead-qualify"),
    path("leads/<int:pk>/discard/", leads.Discard.as_view(), name="lead-discard"),
    path("next-steps/", lists.NextSteps.as_view(), name="next-steps"),
    path("board/", board.Board.as_view(), name="board"),
    path("opportunities/", lists.OpportunityList.as_view(), name="opportunity-list"),
    path("opportunities/new/", opportunities.OpportunityCreate.as_view(), name="opportunity-create"),
    path("opportunities/<int:pk>/", opportunities.OpportunityDetail.as_view(), name="opportunity-detail"),
    path("opportunities/<int:pk>/change/", opportunities.OpportunityUpdate.as_view(), name="opportunity-update"),
    path("opportunities/<int:pk>/history/", opportunities.OpportunityHistory.as_view(), name="opportunity-history"),
    path("opportunities/<int:pk>/take/", base.Take.as_view(model=Opportunity), name="opportunity-take"),
    path("opportunities/<int:pk>/release/", base.Release.as_view(model=Opportunity), name="opportunity-release"),
    path("opportunities/<int:pk>/assign/", base.Assign.as_view(model=Opportunity), name="opportunity-assign"),
    path("opportunities/<int:pk>/reopen/", base.Reopen.as_view(model=Opportunity), name="opportunity-reopen"),
    path("opportunities/<int:pk>/move/", opportunities.Move.as_view(), name="opportunity-move"),
    path("opportunities/<int:pk>/lose/", opportunities.Lose.as_view(), name="opportunity-lose"),
]
