"""The statement of account of a client: on the page, as a letter to be confirmed, as a workbook."""

import tempfile
from io import BytesIO
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.generic import View

from apps.core import clock
from apps.core.errors import Forbidden
from apps.core.exports import write_workbook
from apps.core.files import MIME, serve_file
from apps.core.money import format_money
from apps.core.refusals import RefusalMixin
from apps.core.registry import company_name
from apps.documents.services import record_export
from apps.finance.receivables import permissions
from apps.finance.receivables.forms import StatementForm
from apps.finance.receivables.printing import statement_pdf
from apps.finance.receivables.statements import Statement, statement_of
from apps.finance.receivables.tables import StatementTable
from apps.service.clients.models import Client


class StatementPage(RefusalMixin, View):
    """Choose the client and the period; what the address names is shown."""

    def page_after_refusal(self) -> str:
        return reverse("finance:ageing")

    def get(self, request: HttpRequest) -> HttpResponse:
        self._require()
        asked = self._filled(request.GET) if request.GET.get("client") else None
        form = StatementForm(asked)
        if asked is None or not form.is_valid():
            return self.page(form, status=200 if asked is None else 422)
        statement = statement_of(**form.cleaned_data)
        if wanted := request.GET.get("export"):
            return self.export(statement, wanted)
        return self.page(form, statement=statement)

    def _filled(self, asked: QueryDict) -> QueryDict:
        """What the address leaves out, so that the form shows the period of the statement."""
        given = asked.copy()
        given.setdefault("end", clock.today().isoformat())
        given.setdefault("start", clock.today().replace(month=1, day=1).isoformat())
        return given

    def _require(self) -> None:
        asked = self.request.GET.get("client", "")
        client = Client.objects.filter(pk=asked).first() if asked.isdecimal() and len(asked) < 19 else None
        if client:
            permissions.require_statement(self.request.user, client)
        elif not (answer := permissions.may_state(self.request.user)):
            raise Forbidden(answer.reason)

    def page(self, form: StatementForm, *, statement: Statement | None = None, status: int = 200) -> HttpResponse:
        """The form, and the statement where there is one."""
        context: dict[str, Any] = {"form": form, "statement": statement, "page_title": _("Statement of account")}
        if statement:
            context |= {"table": StatementTable(statement.lines), "exports": self._exports()}
            context["may_remind"] = permissions.may_remind(self.request.user)
        return render(self.request, "finance/statement.html", context, status=status)

    def _exports(self) -> dict[str, str]:
        addresses = {}
        for kind in ("pdf", "xlsx"):
            query = self.request.GET.copy()
            query["export"] = kind
            addresses[kind] = f"{self.request.path}?{query.urlencode()}"
        return addresses

    def export(self, statement: Statement, kind: str) -> HttpResponse:
        """The letter or the workbook, noted like every export."""
        if kind not in ("pdf", "xlsx"):
            raise Http404
        file = BytesIO(statement_pdf(statement)) if kind == "pdf" else workbook_of(statement, self.request.user)
        query = self.request.GET.copy()
        query.pop("export")
        record_export(
            by=self.request.user,
            list_name=_("Statement of account"),
            filters=f"{statement.client.number} {statement.client.name} · {_period(statement)}",
            query=query.urlencode(),
            file_format=kind,
            rows=len(statement.movements),
        )
        name = f"{_('statement')}-{statement.client.number}-{statement.end:%Y%m%d}.{kind}"
        return serve_file(file, name, inline=kind == "pdf", content_type=MIME[kind])


def _period(statement: Statement) -> str:
    return f"{statement.start.isoformat()} – {statement.end.isoformat()} · {statement.currency}"


def workbook_of(statement: Statement, user: Any) -> Any:
    """The movements between both balances, with the sums on top."""
    client = statement.client
    meta = [
        (_("Company"), company_name()),
        (_("Client"), f"{client.number} {client.name}"),
        (_("Period"), _period(statement)),
        (_("Opening balance"), format_money(statement.opening, symbol="")),
        (_("Closing balance"), format_money(statement.closing, symbol="")),
        (_("Open invoices"), format_money(statement.open_total, symbol="")),
        (_("Unapplied receipts"), format_money(statement.unapplied_total, symbol="")),
        (_("Exported by"), f"{user} ({user.get_username()})"),
        (_("Exported at"), f"{clock.local_now():%Y-%m-%d %H:%M}"),
    ]
    file = tempfile.TemporaryFile()  # noqa: SIM115 - whoever sends it closes it
    write_workbook(file, title=_("Statement of account"), table=StatementTable, rows=statement.lines, meta=meta)
    file.seek(0)
    return file
