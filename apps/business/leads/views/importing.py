"""Leads from a workbook."""

import io

from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from apps.business.leads.importing import CATALOGUE, COLUMNS, LEADS
from apps.business.leads.permissions import ADD_LEAD
from apps.core.files import MIME, serve_file
from apps.core.importing import write_template
from apps.org.import_pages import ConfirmImport, ImportPage


class Import(ImportPage):
    """Check a workbook and show what it would do."""

    sort = LEADS
    permission_required = ADD_LEAD
    template_name = "business/lead_import.html"


class Confirm(ConfirmImport):
    """Enter the leads the preview has shown."""

    permission_required = ADD_LEAD
    page = Import
    import_url = "business:lead-import"


@permission_required(ADD_LEAD, raise_exception=True)
def template(request: HttpRequest) -> HttpResponse:
    """The empty sheet, with the lists that cells refer to."""
    stream = io.BytesIO()
    titles = {"source": _("Client sources"), "service_type": _("Service types")}
    codes = [
        (titles[name], [(row.code, row.label) for row in model.objects.filter(active=True)])
        for name, model in CATALOGUE.items()
    ]
    write_template(stream, title=_("Leads"), columns=COLUMNS, codes=codes)
    stream.seek(0)
    return serve_file(stream, _("leads-template.xlsx"), content_type=MIME["xlsx"])
