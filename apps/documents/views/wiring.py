"""`DocumentViews`: a kind's declarations wired into ordinary class-based views with named addresses."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any, ClassVar

from django.db.models import QuerySet
from django.urls import URLPattern, get_resolver, path, reverse
from django.utils.functional import lazy
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from django.views.generic import View

from apps.core import navigation
from apps.core.pdf import PrintTable
from apps.core.tables import Table
from apps.documents import display, services
from apps.documents.filters import DocumentFilterSet
from apps.documents.forms import BaseLineFormSet, DocumentForm
from apps.documents.models import Document
from apps.documents.permissions import Access, Answer
from apps.documents.printing import PrintParts, parts_of
from apps.documents.tables import DocumentTable
from apps.documents.views import attachments, detail, edit, lists, people, verbs
from apps.documents.views import printing as printing_views
from apps.documents.views.detail import Action
from apps.documents.views.edit import Hint

_capitalised = lazy(capfirst, str)
_declared: dict[str, type["DocumentViews"]] = {}

#: verb in the address → view; each is a POST on one paper
VERBS: dict[str, type[View]] = {
    "submit": verbs.Submit,
    "approve": verbs.Approve,
    "return": verbs.Return,
    "reject": verbs.Reject,
    "withdraw": verbs.Withdraw,
    "cancel": verbs.Cancel,
    "advise": verbs.Advise,
    "comment": verbs.Comment,
    "copy": verbs.CopyTo,
    "transfer": verbs.Transfer,
    "consult": verbs.Consult,
    "add-approvers": verbs.AddApprovers,
    "take-back": verbs.TakeBack,
    "urge": verbs.Urge,
    "revoke": verbs.Revoke,
    "delete": verbs.Delete,
    "attach": attachments.Attach,
}
PAGES: dict[str, tuple[str, type[View]]] = {
    "list": ("", lists.PaperList),
    "create": ("new/", edit.Create),
    "export": ("export/", lists.ExportList),
    "detail": ("<int:pk>/", detail.Detail),
    "update": ("<int:pk>/edit/", edit.Update),
    "print": ("<int:pk>/print/", printing_views.Print),
    "evidence": ("<int:pk>/evidence/", printing_views.Evidence),
    "history": ("<int:pk>/history/", detail.History),
    "file": ("<int:pk>/files/<int:file>/", attachments.Show),
    "detach": ("<int:pk>/files/<int:file>/remove/", attachments.Detach),
    "enclosure": ("<int:pk>/enclosures/<int:file>/", attachments.ShowEnclosure),
    "mentionable": ("<int:pk>/mentionable/", people.Mentionable),
    "remove-approver": ("<int:pk>/approvers/<int:task>/remove/", verbs.RemoveApprover),
}


class DocumentViews:
    """The pages of one kind of document. Declare `model` and `form_class`; everything else has a sensible default.

        class SealRequestViews(DocumentViews):
            model = SealRequest
            form_class = SealRequestForm

        urlpatterns = SealRequestViews.urls()

    Pages: list, create, update, detail, history, print, evidence, export, preview, autosave, file, detach, and a POST
    per verb (submit, approve, return, reject, withdraw, cancel, comment, copy, delete, attach), named
    ``<app>:<model>-<page>``. A kind overrides a template by its own ``<app>/<model>/detail.html`` (or list, form).
    """

    model: ClassVar[type[Document]]
    form_class: ClassVar[type[DocumentForm]]
    line_formset_class: ClassVar[type[BaseLineFormSet] | None] = None
    table_class: ClassVar[type[Table]] = DocumentTable
    filterset_class: ClassVar[type[DocumentFilterSet]] = DocumentFilterSet
    #: table of the line items on the paper's page and in print; made from the line form where it is not given
    line_table_class: ClassVar[type[Table] | None] = None
    #: function(document) → PrintParts
    printing: ClassVar[Callable[[Document], PrintParts] | None] = None
    icon: ClassVar[str] = "file-earmark-text"
    #: folder of the kind in its app's addresses
    folder: ClassVar[str] = ""
    #: navigation: group (None: no entry) and place in it
    group: ClassVar[str | None] = None
    order: ClassVar[int] = 100
    #: foreign keys of the kind that its pages read
    select_related: ClassVar[tuple[str, ...]] = ()
    #: reasons to pick in the dialogs
    return_reasons: ClassVar[Sequence[Any]] = (
        _("A voucher is missing or cannot be read."),
        _("The amount does not agree with the vouchers."),
        _("Please explain what it was for."),
    )
    reject_reasons: ClassVar[Sequence[Any]] = (_("Not a matter of the company."), _("Not within the rules."))
    cancel_reasons: ClassVar[Sequence[Any]] = (_("Entered by mistake."), _("No longer needed."))
    #: one line under the title of a form that is being filled in
    help_text: ClassVar[Any] = ""

    def __init_subclass__(cls, **kwargs: Any):
        super().__init_subclass__(**kwargs)
        if "model" in cls.__dict__:
            _declared[cls.model.KIND] = cls

    # ---- what a kind may override ----

    def save(self, form: DocumentForm, formset: BaseLineFormSet | None, *, by: Any, revision: int | None) -> Document:
        """Store what was typed. Draft forms hold only what fits; lines go through `formset.save` or `formset.rows`."""
        document = form.save(commit=False)
        self.add_up(document, formset)

        def write_lines(_document: Document) -> None:
            form.save_m2m()
            if formset is not None:
                formset.save()

        return services.save_draft(document, by=by, lines=write_lines, revision=revision)

    def add_up(self, document: Document, formset: BaseLineFormSet | None) -> None:
        """The amount of the paper, where it is the sum of its lines."""
        lines = formset.lines() if formset is not None else []
        if any(hasattr(line, "amount") for line in lines):
            document.amount = sum((line.amount or Decimal(0) for line in lines), Decimal("0.00"))

    @property
    def has_amount(self) -> bool:
        """Whether papers of this kind are about money."""
        lines = self.line_formset_class
        return "amount" in self.form_class.base_fields or (lines is not None and "amount" in lines.form.base_fields)

    def preview_facts(self, document: Document, lines: Sequence[Any]) -> Mapping[str, Any]:
        """What the route's conditions would read of the unsaved paper."""
        return document.facts()

    def hints(self, document: Document, lines: Sequence[Any]) -> Iterable[Any]:
        """Remarks beside the form while it is filled in: `Hint(text, level)` or plain sentences."""
        return ()

    def shown(self, document: Document) -> list[display.Fact]:
        """Labels and values on the paper's page and in print, in the order of the form."""
        return display.of_form(document, self.form_class)

    def papers(self, rows: QuerySet, viewer: Any) -> QuerySet:
        """The papers the page of one is looked for in, where the kind annotates what its page asks of other tables."""
        return rows

    def lines(self, document: Document) -> Table | None:
        """The line items as a table."""
        if self.line_formset_class is None:
            return None
        rows = display.lines_of(document, self.line_formset_class)
        return (self.line_table_class or display.line_table(self.line_formset_class))(rows)

    def evidence_tables(self, document: Document) -> list[PrintTable]:
        """What the evidence pack of this kind shows besides form, log and attachments."""
        return []

    def actions(self, access: Access) -> list[Action]:
        """Buttons of this kind beside the common ones, as `Action(label, url, answer, icon)`."""
        return []

    def context(self, document: Document, access: Access) -> dict[str, Any]:
        """What the kind's own templates need."""
        return {}

    def form_context(self, document: Document) -> dict[str, Any]:
        """What the kind's own form template needs."""
        return {}

    # ---- what the generic pages ask ----

    def new_document(self, by: Any) -> Document:
        """An empty paper of a person, not yet stored."""
        return self.model(kind=self.model.KIND, applicant=by, department_id=by.department_id)

    def print_parts(self, document: Document) -> PrintParts:
        """What the print form shows of this paper."""
        function = type(self).printing
        return function(document) if function else parts_of(document, self.shown(document), self.lines(document))

    @classmethod
    def may_create(cls, user: Any) -> Answer:
        """Whether a person may raise a paper of this kind."""
        blank = cls.model(kind=cls.model.KIND, applicant=user, department_id=user.department_id)
        return Access(user, blank).may("create")

    @classmethod
    def url(cls, page: str, *args: Any) -> str:
        """The address of one of the kind's pages."""
        return reverse(f"{cls.model._meta.app_label}:{cls.model._meta.model_name}-{page}", args=args)

    @classmethod
    def templates(cls, page: str) -> list[str]:
        """The kind's own template, then the generic one."""
        meta = cls.model._meta
        return [f"{meta.app_label}/{meta.model_name}/{page}.html", f"documents/{page}.html"]

    @classmethod
    def urls(cls) -> list[URLPattern]:
        """The addresses of the kind, to be listed in its app's `urlpatterns`; enters it in the navigation."""
        if cls.group is not None:
            meta = cls.model._meta
            navigation.register(
                navigation.Item(
                    _capitalised(meta.verbose_name_plural),
                    f"{meta.app_label}:{meta.model_name}-list",
                    icon=cls.icon,
                    order=cls.order,
                    group=cls.group,
                )
            )
        routes = [cls._path(name, route, view) for name, (route, view) in PAGES.items()]
        routes += [cls._path(verb, f"<int:pk>/{verb}/", view) for verb, view in VERBS.items()]
        for name, view in (("preview", edit.Preview), ("autosave", edit.Autosave)):
            routes += [cls._path(name, f"new/{name}/", view), cls._path(name, f"<int:pk>/{name}/", view)]
        return routes

    @classmethod
    def _path(cls, name: str, route: str, view: type[View]) -> URLPattern:
        meta = cls.model._meta
        folder = cls.folder or f"{meta.model_name}s"
        own = getattr(cls, f"{name.replace('-', '_')}_view", view)
        return path(f"{folder}/{route}", own.as_view(kind=cls()), name=f"{meta.model_name}-{name}")


def views_of(kind: str) -> DocumentViews:
    """The declaration of a kind, by the kind's name."""
    return all_views()[kind]


def all_views() -> dict[str, DocumentViews]:
    """Every declared kind, by name. Reads the addresses of the site first: they bring the declarations in."""
    get_resolver().url_patterns  # noqa: B018
    return {name: declared() for name, declared in sorted(_declared.items())}


__all__ = ["Action", "DocumentViews", "Hint", "PrintParts", "all_views", "views_of"]
