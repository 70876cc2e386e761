"""Pages of what Client Service decides beforehand, of the import, and of the settings."""

import io
from functools import partial
from typing import Any

from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.core.files import MIME, serve_file
from apps.core.importing import write_template
from apps.org.import_pages import ConfirmImport, ImportPage
from apps.org.pages import RecordHistory, RecordUpdate
from apps.org.records import Record
from apps.service.clients import forms, tables
from apps.service.clients.filters import NamedFilterSet
from apps.service.clients.importing import CATALOGUE, CLIENTS, COLUMNS
from apps.service.clients.models import ClientGrade, ClientSettings, ClientSource, Industry
from apps.service.clients.permissions import IMPORT

_record = partial(Record, filterset_class=NamedFilterSet, closed=gettext_lazy("This list is kept by Client Service."))
RECORDS = [
    _record(Industry, forms.IndustryForm, tables.ClassificationTable, folder="industries"),
    _record(ClientSource, forms.ClientSourceForm, tables.ClassificationTable, folder="client-sources"),
    _record(ClientGrade, forms.ClientGradeForm, tables.GradeTable, folder="client-grades"),
]


class Import(ImportPage):
    """Clients from a workbook."""

    sort = CLIENTS
    permission_required = IMPORT
    template_name = "service/client_import.html"


class ConfirmClientImport(ConfirmImport):
    """Write the clients the preview has shown."""

    permission_required = IMPORT
    page = Import
    import_url = "service:client-import"


@permission_required(IMPORT, raise_exception=True)
def template(request: HttpRequest) -> HttpResponse:
    """The empty sheet, with the lists that cells refer to."""
    stream = io.BytesIO()
    titles = {"industry": _("Industries"), "grade": _("Client grades"), "source": _("Client sources")}
    codes = [
        (titles[name], [(row.code, row.label) for row in model.objects.filter(active=True)])
        for name, model in CATALOGUE.items()
    ]
    write_template(stream, title=_("Clients"), columns=COLUMNS, codes=codes)
    stream.seek(0)
    return serve_file(stream, _("clients-template.xlsx"), content_type=MIME["xlsx"])


def the_settings() -> ClientSettings:
    """The one row of settings, stored from now on."""
    return ClientSettings.objects.get_or_create(pk=1)[0]


class SettingsPage:
    """The one row of settings of the client file."""

    model = ClientSettings
    list_url = "service:clientsettings"

    def get_queryset(self):
        """The one row, created when the database is new."""
        the_settings()
        self.kwargs["pk"] = 1
        return ClientSettings.objects.all()


class ClientSettingsUpdate(SettingsPage, RecordUpdate):
    """How often files are reviewed."""

    form_class = forms.ClientSettingsForm
    permission_required = "service.change_clientsettings"
    history_url = "service:clientsettings-history"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return {**super().get_context_data(**kwargs), "page_title": _("Client file settings")}


class ClientSettingsHistory(SettingsPage, RecordHistory):
    """The history of these settings."""

    permission_required = "service.view_clientsettings"
