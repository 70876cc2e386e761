"""Tables are declared once and become a page, a workbook and a printed register.

A page renders its rows in plain Python: a template per cell costs four times as much as everything else on the page.
"""

import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from dataclasses import KW_ONLY, dataclass
from decimal import Decimal
from functools import cached_property
from html import escape
from operator import attrgetter
from typing import Any

from django.core.exceptions import FieldDoesNotExist
from django.db.models import F, Model, QuerySet
from django.http import HttpRequest, QueryDict
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from apps.core.money import format_money

Read = Callable[[Any], Any]
LONG_TEXT = 90
#: a link no wider than this is the number of a paper and stays on one line
NUMBER_WIDTH = 18
#: Query parameters that belong to the page somebody is on, not to the list they look at.
PAGE_PARAMETERS = ("after", "before", "totals", "figures", "export", "once", "more")
_RIGHT_ALIGNED = frozenset({"number", "money"})
_CLASS = {"number": "num", "money": "num", "longtext": "long", "date": "date"}


@dataclass
class Column:
    """One column: its heading, where its value comes from, and how it is shown, sorted, added up and exported.

    `kind` is text, longtext, number, money, date, datetime, badge or link. A badge's value, and a text's where there
    are `choices` or the model's field has some, is the code of a choice, shown in words; a badge's may be a pair
    `(code, words)`.
    """

    name: str
    header: str | Promise
    _: KW_ONLY
    kind: str = "text"
    #: dotted path, or callable(row) → value; without it the name is the path
    accessor: str | Read | None = None
    #: ORM field the list can be ordered by; never null
    sort: str | None = None
    #: add the column up in totals; a string names the ORM field where it differs from the path
    total: bool | str = False
    #: width in characters, in the workbook and the register
    width: int | None = None
    export_only: bool = False
    screen_only: bool = False
    #: callable(row) → address, for a link that leads elsewhere than to the row's own page
    url: Callable[[Any], str] | None = None
    #: code → words
    choices: dict[str, Any] | None = None

    @cached_property
    def read(self) -> Read:
        """The raw value of this column in a row."""
        return _reader(self.accessor or self.name)

    @property
    def path(self) -> str:
        """Where the value comes from, as far as words say it."""
        return self.accessor if isinstance(self.accessor, str) else self.name

    @property
    def is_number(self) -> bool:
        """Whether it holds the number of a paper or a record, which is not broken into lines at its hyphens."""
        short = self.kind == "link" and self.width is not None and self.width <= NUMBER_WIDTH
        return short or (self.kind in ("text", "link") and self.path.endswith("number"))

    @property
    def total_field(self) -> str:
        """The ORM field that the totals of the filtered list add up."""
        return self.total if isinstance(self.total, str) else self.path.replace(".", "__")

    def typed(self, model: type[Model] | None = None) -> Read:
        """callable(row) → value as workbook and register want it: choices as words, everything else as it is."""
        if self.kind != "badge" and not (self.kind == "text" and self._words(model)):
            return self.read
        pair = self.coded(model)
        return lambda row: pair(row)[1]

    def coded(self, model: type[Model] | None = None) -> Callable[[Any], tuple[str, str]]:
        """callable(row) → (code, words) of a choice; the words are looked up once, not per row."""
        read, words = self.read, self._words(model)

        def pair(row: Any) -> tuple[str, str]:
            value = read(row)
            if isinstance(value, tuple):
                return str(value[0]), str(value[1])
            code = "" if value is None else str(value)
            return code, words.get(code, code)

        return pair

    def _words(self, model: type[Model] | None) -> dict[str, str]:
        choices: Iterable[tuple[Any, Any]] = ()
        if self.choices is not None:
            choices = dict(self.choices).items()
        elif model is not None and not callable(self.accessor):
            choices = _model_choices(model, self.accessor or self.name)
        return {str(code): str(words) for code, words in choices}


def _reader(path: str | Read) -> Read:
    if callable(path):
        return path
    if "." not in path:
        get = attrgetter(path)

        def read(row: Any) -> Any:
            value = get(row)
            return value() if callable(value) else value

        return read
    steps = path.split(".")

    def read_path(row: Any) -> Any:
        for step in steps:
            row = getattr(row, step)
            if callable(row):
                row = row()
            if row is None:
                return None
        return row

    return read_path


def _model_choices(model: type[Model], path: str) -> Iterable[tuple[Any, Any]]:
    *relations, name = path.split(".")
    try:
        for relation in relations:
            model = model._meta.get_field(relation).related_model
        return model._meta.get_field(name).flatchoices
    except (FieldDoesNotExist, AttributeError):
        return ()


def _text(read: Read) -> Read:
    def show(row: Any) -> str:
        value = read(row)
        return "" if value is None else escape(value if type(value) is str else str(value))

    return show


def _long_text(read: Read) -> Read:
    def show(row: Any) -> str:
        text = str(read(row) or "")
        if len(text) <= LONG_TEXT:
            return escape(text)
        return f'<span title="{escape(text)}">{escape(text[:LONG_TEXT].rstrip())}…</span>'

    return show


def _number(read: Read) -> Read:
    def show(row: Any) -> str:
        value = read(row)
        return "" if value is None else f"{value.normalize():,f}" if isinstance(value, Decimal) else f"{value:,}"

    return show


def _money(read: Read) -> Read:
    def show(row: Any) -> str:
        return format_money(read(row))

    return show


def _date(read: Read) -> Read:
    def show(row: Any) -> str:
        value = read(row)
        if value is None:
            return ""
        return timezone.localtime(value).date().isoformat() if isinstance(value, dt.datetime) else value.isoformat()

    return show


def _moment(read: Read) -> Read:
    zone = timezone.get_current_timezone()

    def show(row: Any) -> str:
        value = read(row)
        if value is None:
            return ""
        stamp = value.astimezone(zone).isoformat(" ", "minutes")
        return f'<time datetime="{stamp.replace(" ", "T")}">{stamp[:16]}</time>'

    return show


_SHOW: dict[str, Callable[[Read], Read]] = {
    "text": _text,
    "longtext": _long_text,
    "number": _number,
    "money": _money,
    "date": _date,
    "datetime": _moment,
    "link": _text,
}


class Table:
    """A list of rows: the declaration in the class, one page of rows in the instance.

    `sort` is a column's name, with `-` for descending; `base` are the query parameters that sorting keeps.
    """

    columns: Sequence[Column] = ()
    #: name of a column with `sort`, or an ORM field; `-` descends
    default_sort = "-pk"
    #: ORM fields that columns and addresses read; where given, rows of this table load nothing else (see `light`)
    loads: Sequence[str] = ()
    caption: str | Promise = ""
    empty_title: str | Promise = _("Nothing here yet")
    empty_hint: str | Promise = ""
    #: name of a check box in front of each row; the table then stands in a `<form data-inbox>`
    select_name = ""

    def __init__(self, rows: Iterable[Any] = (), request: HttpRequest | None = None, *, sort: str = "") -> None:
        self.rows = rows
        self.sort = sort or self.default_sort
        self.base = list_parameters(request.GET) if request is not None else QueryDict(mutable=True)
        self.base.pop("sort", None)
        self._addressed: Any = None
        self._known_address = ""

    def row_url(self, row: Any) -> str:
        """The page a row opens."""
        get_absolute_url = getattr(row, "get_absolute_url", None)
        return get_absolute_url() if get_absolute_url else ""

    def _address(self, row: Any) -> str:
        """The same, looked up once for the row and the link in it."""
        if self._addressed is not row:
            self._addressed, self._known_address = row, self.row_url(row)
        return self._known_address

    def row_class(self, row: Any) -> str:
        """CSS class of a row that should stand out, such as `row-overdue`."""
        return ""

    def row_label(self, row: Any) -> str:
        """What the check box of a row is called for those who do not see it."""
        return str(row)

    @classmethod
    def screen_columns(cls) -> list[Column]:
        return [column for column in cls.columns if not column.export_only]

    @classmethod
    def export_columns(cls) -> list[Column]:
        return [column for column in cls.columns if not column.screen_only]

    @classmethod
    def order_for(cls, sort: str) -> tuple[str, str]:
        """`sort` as asked for in the address → (the sort that is valid, its ORM field)."""
        for wanted in (sort, cls.default_sort):
            name, sign = wanted.lstrip("-"), "-" if wanted.startswith("-") else ""
            for column in cls.columns:
                if column.sort and column.name == name and wanted == sign + name:
                    return wanted, sign + column.sort
        return cls.default_sort, cls.default_sort

    @classmethod
    def light(cls, rows: QuerySet) -> QuerySet:
        """Rows that carry only what `loads` names. A joined column comes as a value (`applicant__name` as
        `applicant_name`): objects of three tables per row would cost a long export a third of its time."""
        if not cls.loads:
            return rows
        joined = {path.replace("__", "_"): F(path) for path in cls.loads if "__" in path}
        return rows.select_related(None).only(*(path for path in cls.loads if "__" not in path)).annotate(**joined)

    def __str__(self) -> SafeString:
        return self.as_html()

    def as_html(self) -> SafeString:
        """The whole table: caption for screen readers, sortable headings, one linked row per paper."""
        columns = self.screen_columns()
        body = "".join(self._body(columns))
        return mark_safe(
            f'<table class="table table-hover list"><caption class="visually-hidden">{escape(str(self.caption))}'
            f"</caption><thead><tr>{self._head(columns)}</tr></thead><tbody>{body}</tbody></table>"
        )

    def _head(self, columns: list[Column]) -> str:
        cells = []
        if self.select_name:
            label = escape(gettext("Select all rows of this page"))
            cells.append(
                f'<th scope="col" class="select"><input type="checkbox" class="form-check-input" data-select-all '
                f'aria-label="{label}"></th>'
            )
        cells.extend(self._heading(column) for column in columns)
        return "".join(cells)

    def _heading(self, column: Column) -> str:
        css = ' class="num"' if column.kind in _RIGHT_ALIGNED else ""
        header = escape(str(column.header))
        if not column.sort:
            return f'<th scope="col"{css}>{header}</th>'
        ascending, descending = self.sort == column.name, self.sort == f"-{column.name}"
        state = "ascending" if ascending else "descending" if descending else "none"
        parameters = self.base.copy()
        parameters["sort"] = f"-{column.name}" if ascending else column.name
        href = escape(parameters.urlencode())
        return f'<th scope="col"{css} aria-sort="{state}"><a class="sort" href="?{href}">{header}</a></th>'

    def _body(self, columns: list[Column]) -> Iterable[str]:
        cells = self._cells(columns)
        check = self._check_box if self.select_name else None
        for row in self.rows:
            head = self._row_head(row)
            if check:
                head += check(row)
            yield head + "".join([f"{before}{show(row)}{after}" for before, show, after in cells]) + "</tr>"

    def _row_head(self, row: Any) -> str:
        """With check boxes inbox.js opens the row, elsewhere app.js does; without scripts the link in it does."""
        css = self.row_class(row)
        opening = f'<tr class="{escape(css)}"' if css else "<tr"
        if self.select_name:
            return f"{opening} data-row>"
        address = self._address(row)
        return f'{opening} data-href="{escape(address)}">' if address else f"{opening}>"

    def _check_box(self, row: Any) -> str:
        label = escape(gettext("Select %(row)s") % {"row": self.row_label(row)})
        return (
            f'<td class="select"><input type="checkbox" class="form-check-input" data-select '
            f'name="{escape(self.select_name)}" value="{escape(str(row.pk))}" aria-label="{label}"></td>'
        )

    def _cells(self, columns: list[Column]) -> list[tuple[str, Read, str]]:
        """Per column what stands before the value, the function that shows it, and what stands behind."""
        model = getattr(self.rows, "model", None)
        if model is None and isinstance(self.rows, Sequence) and self.rows:
            model = type(self.rows[0]) if isinstance(self.rows[0], Model) else None
        main = next((column for column in columns if column.kind == "link" and not column.url), None)
        main = main or (columns[0] if columns else None)
        return [self._cell(column, model, is_main=column is main) for column in columns]

    def _cell(self, column: Column, model: type[Model] | None, *, is_main: bool) -> tuple[str, Read, str]:
        label = escape(str(column.header))
        if column.kind == "badge":
            pair = column.coded(model)
            show = _badge(pair)
        else:
            show = _SHOW[column.kind](column.typed(model))
        if column.url:
            show = _linked(show, column.url, "")
        elif is_main:
            show = _linked(show, self._address, " data-open")
        if is_main:
            return f'<th scope="row" data-label="{label}">', show, "</th>"
        css = f' class="{_CLASS[column.kind]}"' if column.kind in _CLASS else ""
        if column.is_number:
            css = ' class="number"'
        return f'<td{css} data-label="{label}">', show, "</td>"


def _badge(pair: Callable[[Any], tuple[str, str]]) -> Read:
    def show(row: Any) -> str:
        code, words = pair(row)
        return f'<span class="badge-state state-{escape(code)}">{escape(words)}</span>' if words else ""

    return show


def _linked(show: Read, url: Callable[[Any], str], mark: str) -> Read:
    def link(row: Any) -> str:
        text, address = show(row), url(row)
        if not address:
            return text
        return f'<a href="{escape(address)}"{mark}>{text or "—"}</a>'

    return link


def list_parameters(parameters: QueryDict) -> QueryDict:
    """The query parameters that say which list somebody looks at: its filters and order, nothing empty."""
    kept = QueryDict(mutable=True)
    for name, values in parameters.lists():
        if name not in PAGE_PARAMETERS:
            filled = [value for value in values if value]
            if filled:
                kept.setlist(name, filled)
    return kept
