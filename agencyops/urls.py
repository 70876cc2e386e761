"""Every address of the site. Each app owns its own; apps that define full paths are included at the root."""

from django.conf import settings
from django.contrib import admin
from django.contrib.auth.decorators import login_not_required
from django.urls import include, path
from django.views.i18n import set_language

urlpatterns = [
    path("admin/", admin.site.urls),
    path("i18n/set-language/", login_not_required(set_language), name="set_language"),
    path("", include("apps.core.urls")),
    path("", include("apps.org.urls")),
    path("notifications/", include("apps.notifications.urls")),
    path("approvals/", include("apps.approvals.urls")),
    path("service/", include("apps.service.urls")),
    path("finance/", include("apps.finance.urls")),
    path("risk/", include("apps.risk.urls")),
    path("business/", include("apps.business.urls")),
    path("", include("apps.documents.urls")),
    path("", include("apps.workspace.urls")),
]
if settings.TESTING:
    urlpatterns += [
        path("testkind/", include("tests.testkind.urls")),
        path("vehicles/", include("tests.vehicles.urls")),
    ]
