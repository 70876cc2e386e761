"""Addresses of the route editor and of substitutes."""

from django.urls import path

from apps.approvals.views import comparing, delegations, exchange, impact, routes, trying

app_name = "approvals"

urlpatterns = [
    path("substitutes/", delegations.DelegationList.as_view(), name="delegation-list"),
    path("substitutes/new/", delegations.DelegationCreate.as_view(), name="delegation-create"),
    path("substitutes/<int:pk>/end/", delegations.DelegationEnd.as_view(), name="delegation-end"),
    path("routes/", routes.RouteList.as_view(), name="route-list"),
    path("routes/new/<slug:kind>/", routes.RouteCreate.as_view(), name="route-create"),
    path("routes/<int:pk>/", routes.RouteDetail.as_view(), name="route"),
    path("routes/<int:pk>/edit/", routes.RouteUpdate.as_view(), name="route-update"),
    path("routes/<int:pk>/compare/", comparing.VersionCompare.as_view(), name="version-compare"),
    path("routes/<int:pk>/import/", exchange.RouteImport.as_view(), name="route-import"),
    path("routes/<int:pk>/draft/", routes.DraftStart.as_view(), name="draft-start"),
    path("versions/<int:pk>/", routes.VersionDetail.as_view(), name="version"),
    path("versions/<int:pk>/try/", trying.TryOut.as_view(), name="try-out"),
    path("versions/<int:pk>/file/", exchange.VersionFile.as_view(), name="version-file"),
    path("versions/<int:pk>/impact/", impact.PublishingImpact.as_view(), name="impact"),
    path("versions/<int:pk>/publish/", routes.Publish.as_view(), name="publish"),
    path("versions/<int:pk>/discard/", routes.Discard.as_view(), name="discard"),
    path("versions/<int:pk>/steps/new/", routes.StepCreate.as_view(), name="step-create"),
    path("steps/<int:pk>/", routes.StepUpdate.as_view(), name="step-update"),
    path("steps/<int:pk>/move/", routes.StepMove.as_view(), name="step-move"),
]
