"""Addresses of the route editor."""

from django.urls import path

from apps.approvals import views

app_name = "approvals"

urlpatterns = [
    path("routes/", views.RouteList.as_view(), name="route-list"),
    path("routes/new/<slug:kind>/", views.RouteCreate.as_view(), name="route-create"),
    path("routes/<int:pk>/", views.RouteDetail.as_view(), name="route"),
    path("routes/<int:pk>/edit/", views.RouteUpdate.as_view(), name="route-update"),
    path("routes/<int:pk>/draft/", views.DraftStart.as_view(), name="draft-start"),
    path("versions/<int:pk>/", views.VersionDetail.as_view(), name="version"),
    path("versions/<int:pk>/publish/", views.Publish.as_view(), name="publish"),
    path("versions/<int:pk>/discard/", views.Discard.as_view(), name="discard"),
    path("versions/<int:pk>/steps/new/", views.StepCreate.as_view(), name="step-create"),
    path("steps/<int:pk>/", views.StepUpdate.as_view(), name="step-update"),
    path("steps/<int:pk>/move/", views.StepMove.as_view(), name="step-move"),
]
