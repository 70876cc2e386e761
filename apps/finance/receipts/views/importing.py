"""Pages of receipts from a workbook."""

import io

from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from apps.core.files import MIME, serve_file
from apps.core.importing import write_template
from apps.finance.payments.models import FundAccount
from apps.finance.receipts.importing import COLUMNS, RECEIPTS
from apps.finance.receipts.permissions import RECORD
from apps.org.import_pages import ConfirmImport, ImportPage


class RecordsReceipts:
    """Being a superuser is not enough to record money."""

    permission_required = RECORD

    def has_permission(self) -> bool:
        return self.request.user.holds(RECORD)


class Import(RecordsReceipts, ImportPage):
    """Receipts from a workbook."""

    sort = RECEIPTS
    template_name = "finance/receipt/import.html"


class ConfirmReceiptImport(RecordsReceipts, ConfirmImport):
    """Record the receipts the preview has shown."""

    page = Import
    import_url = "finance:receipt-import"


@permission_required(RECORD, raise_exception=True)
def template(request: HttpRequest) -> HttpResponse:
    """The empty sheet, with the accounts that cells refer to."""
    stream = io.BytesIO()
    accounts = [(row.code, row.label) for row in FundAccount.objects.filter(active=True)]
    write_template(stream, title=_("Receipts"), columns=COLUMNS, codes=[(_("Fund accounts"), accounts)])
    stream.seek(0)
    return serve_file(stream, _("receipts-template.xlsx"), content_type=MIME["xlsx"])
