"""Printed papers through ReportLab: the content of print_form.html without Pango, and for very long papers."""

import io
from collections.abc import Sequence
from typing import Any
from xml.sax.saxutils import escape

from django.utils.translation import gettext, pgettext
from reportlab.lib import colors
from reportlab.lib.enums import TA_CENTER, TA_LEFT, TA_RIGHT
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.lib.utils import ImageReader
from reportlab.pdfbase.pdfmetrics import stringWidth
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import (
    BaseDocTemplate,
    Flowable,
    Frame,
    Image,
    KeepTogether,
    LongTable,
    NextPageTemplate,
    PageBreak,
    PageTemplate,
    Paragraph,
    Spacer,
    Table,
    TableStyle,
)

from apps.core.fonts import register_fonts
from apps.core.pdf import PrintForm, PrintTable, Signature

MARGIN = 15 * mm
WIDTH = A4[0] - 2 * MARGIN
INK = colors.HexColor("#111111")
SHADE = colors.HexColor("#f3f5f8")
_ALIGN = {"left": TA_LEFT, "center": TA_CENTER, "right": TA_RIGHT}


class _FormCanvas(Canvas):
    """Counts the pages of each paper by itself and writes "page / pages" once they are known."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._kept: list[dict] = []
        self.form_index = 0
        self.footer_text = ""

    def showPage(self) -> None:  # noqa: N802 - ReportLab's name
        self._kept.append(dict(self.__dict__))
        self._startPage()

    def save(self) -> None:
        counts: dict[int, int] = {}
        for state in self._kept:
            counts[state["form_index"]] = counts.get(state["form_index"], 0) + 1
        done: dict[int, int] = {}
        for state in self._kept:
            self.__dict__.update(state)
            index = self.form_index
            done[index] = done.get(index, 0) + 1
            self._write_footer(done[index], counts[index])
            super().showPage()
        super().save()

    def _write_footer(self, page: int, pages: int) -> None:
        self.setFont(register_fonts()[0], 8)
        self.setFillColor(colors.HexColor("#555555"))
        self.drawString(MARGIN, 9 * mm, self.footer_text)
        self.drawRightString(A4[0] - MARGIN, 9 * mm, f"{page} / {pages}")


class _Title(Flowable):
    """The title, spaced out in the middle, with the double line under it."""

    SIZE = 18
    SPACE = 4.5

    def __init__(self, text: str) -> None:
        super().__init__()
        self.text = text
        self.size = self.SIZE

    def wrap(self, width: float, _height: float) -> tuple[float, float]:
        self.width = width
        bold = register_fonts()[1]
        room = width - 20
        natural = stringWidth(self.text, bold, self.SIZE) + self.SPACE * len(self.text)
        self.scale = min(1.0, room / natural)
        self.natural = natural * self.scale
        return width, self.SIZE * 1.6

    def draw(self) -> None:
        bold = register_fonts()[1]
        left = (self.width - self.natural) / 2
        line = self.canv.beginText(left + self.SPACE / 2, 8)
        line.setFont(bold, self.SIZE * self.scale)
        line.setCharSpace(self.SPACE * self.scale)
        line.textOut(self.text)
        self.canv.drawText(line)
        self.canv.setLineWidth(0.7)
        for height in (0.5, 2.5):
            self.canv.line(left - 14, height, left + self.natural + 14, height)


class _QrCode(Flowable):
    """The squares of a QR code."""

    def __init__(self, squares: list[list[bool]], side: float) -> None:
        super().__init__()
        self.squares, self.side = squares, side

    def wrap(self, _width: float, _height: float) -> tuple[float, float]:
        return self.side, self.side

    def draw(self) -> None:
        step = self.side / len(self.squares)
        self.canv.setFillColor(INK)
        for y, row in enumerate(self.squares):
            for x, dark in enumerate(row):
                if dark:
                    self.canv.rect(x * step, self.side - (y + 1) * step, step, step, stroke=0, fill=1)


def render(forms: Sequence[PrintForm]) -> bytes:
    """All papers in one PDF; each starts on its own page and counts its own pages."""
    stream = io.BytesIO()
    template = BaseDocTemplate(
        stream, pagesize=A4, title=f"{forms[0].title} {forms[0].number}", author=forms[0].company
    )
    template.addPageTemplates([_page_template(index, form) for index, form in enumerate(forms)])
    story: list[Any] = []
    for index, form in enumerate(forms):
        if index:
            story += [NextPageTemplate(f"form{index}"), PageBreak()]
        story += _story(form)
    template.build(story, canvasmaker=_FormCanvas)
    return stream.getvalue()


def _page_template(index: int, form: PrintForm) -> PageTemplate:
    def start(canvas: _FormCanvas, _template: BaseDocTemplate) -> None:
        canvas.form_index = index
        canvas.footer_text = " · ".join(form.footer)
        if form.watermark:
            _draw_watermark(canvas, form.watermark)

    frame = Frame(MARGIN, 17 * mm, WIDTH, A4[1] - 32 * mm, 0, 0, 0, 0)
    return PageTemplate(id=f"form{index}", frames=[frame], onPage=start)


def _draw_watermark(canvas: Canvas, text: str) -> None:
    canvas.saveState()
    canvas.setFont(register_fonts()[1], 64)
    canvas.setFillColor(colors.HexColor("#eceff3"))
    canvas.translate(A4[0] / 2, A4[1] / 2)
    canvas.rotate(28)
    canvas.drawCentredString(0, 0, text)
    canvas.restoreState()


def _text(value: Any, *, bold: bool = False, align: str = "left", size: float = 9, ink: Any = INK) -> Paragraph:
    style = ParagraphStyle(
        "cell",
        fontName=register_fonts()[bold],
        fontSize=size,
        leading=size * 1.4,
        alignment=_ALIGN[align],
        wordWrap="CJK",
        textColor=ink,
    )
    return Paragraph(escape("" if value is None else str(value)).replace("\n", "<br/>"), style)


def _story(form: PrintForm) -> list[Any]:
    story: list[Any] = [_text(form.company, align="center", size=11), Spacer(0, 1 * mm), _Title(form.title)]
    story.append(Spacer(0, 2 * mm))
    if form.subtitle:
        story.append(_text(form.subtitle, align="center"))
    date = f"{gettext('Date')}{gettext(': ')}{form.date}" if form.date else ""
    number = _text(f"{pgettext('printed form', 'No.')} {form.number or '—'}", align="right")
    story += [_table([[_text(date), number]], [0.5, 0.5], lines=False)]
    if form.fields:
        story += [_fields(form), Spacer(0, 3 * mm)]
    for table in form.tables:
        story += _grid(table)
    story += _amount(form)
    for label, value in form.notes:
        story += [Spacer(0, 2 * mm), _text(f"{label} {value}")]
    if form.chain:
        story += _chain(form)
    for table in form.annex:
        story += _grid(table)
    if form.signatures:
        story += [Spacer(0, 3 * mm), *_signatures(form)]
    if form.check_code or form.qr:
        story += [Spacer(0, 5 * mm), KeepTogether([_check(form)])]
    return story


def _table(rows: list[list[Any]], shares: Sequence[float], *, lines: bool = True, repeat: int = 0) -> LongTable:
    table = LongTable(rows, colWidths=[WIDTH * share for share in shares], repeatRows=repeat, splitInRow=1)
    commands: list[tuple] = [
        ("VALIGN", (0, 0), (-1, -1), "TOP"),
        ("LEFTPADDING", (0, 0), (-1, -1), 4 if lines else 0),
        ("RIGHTPADDING", (0, 0), (-1, -1), 4 if lines else 0),
        ("TOPPADDING", (0, 0), (-1, -1), 2),
        ("BOTTOMPADDING", (0, 0), (-1, -1), 3.5),
    ]
    if lines:
        commands += [("GRID", (0, 0), (-1, -1), 0.5, INK), ("BOX", (0, 0), (-1, -1), 0.8, INK)]
    table.setStyle(TableStyle(commands))
    return table


def _fields(form: PrintForm) -> LongTable:
    def cells(label: str, value: str) -> list[Paragraph]:
        return [_text(label, ink=colors.HexColor("#333333")), _text((value or "—") if label else "")]

    table = _table([cells(*first) + cells(*second) for first, second in form.pairs], [0.133, 0.367, 0.133, 0.367])
    table.setStyle(TableStyle([("BACKGROUND", (column, 0), (column, -1), SHADE) for column in (0, 2)]))
    return table


def _grid(table: PrintTable) -> list[Any]:
    rows = [[_text(header, bold=True, align="center") for header in table.headers]]
    rows += [[_text(cell, align=table.align(index)) for index, cell in enumerate(row)] for row in table.rows]
    if table.totals:
        rows.append([_text(cell, bold=True, align=table.align(index)) for index, cell in enumerate(table.totals)])
    grid = _table(rows, table.shares, repeat=1)
    grid.setStyle(TableStyle([("BACKGROUND", (0, 0), (-1, 0), SHADE)]))
    return [*_heading(table.title), grid]


def _heading(text: str) -> list[Any]:
    return [Spacer(0, 4 * mm), _text(text, bold=True, size=10), Spacer(0, 1 * mm)] if text else []


def _amount(form: PrintForm) -> list[Any]:
    cells, shares = [], []
    if form.digits:
        capitals = f"{gettext('In capitals')} {form.capitals}"
        cells = [
            _text(pgettext("printed form", "Total"), bold=True),
            _text(capitals, bold=True, size=10),
            _text(form.digits, bold=True, size=10, align="right"),
        ]
        shares = [22, 92, 34]
    if form.vouchers is not None:
        text = pgettext("printed form", "Vouchers attached: %(number)s") % {"number": form.vouchers}
        cells.append(_text(text, align="center"))
        shares.append(32)
    if not cells:
        return []
    table = _table([cells], [share / sum(shares) for share in shares])
    table.setStyle(TableStyle([("TOPPADDING", (0, 0), (-1, -1), 4), ("BOTTOMPADDING", (0, 0), (-1, -1), 6)]))
    return [table]


def _chain(form: PrintForm) -> list[Any]:
    headers = (
        gettext("Step"),
        pgettext("approval", "Person"),
        gettext("Decision"),
        gettext("Time"),
        gettext("Opinion"),
    )
    table = PrintTable(headers, form.chain, widths=(17, 15, 13, 19, 36), title=pgettext("printed form", "Approval"))
    return _grid(table)


def _signatures(form: PrintForm) -> list[Any]:
    """Four beside each other, each over the name of who signed."""
    cells = [[_picture(signature), _text(signature.label, size=7.5)] for signature in form.signatures]
    rows = [(cells[start : start + 4] + [""] * 4)[:4] for start in range(0, len(cells), 4)]
    return [_table(rows, [0.25] * 4, lines=False)]


def _picture(signature: Signature) -> Any:
    """The drawing, 14 mm high; a picture that can't be read leaves its place empty."""
    try:
        width, height = ImageReader(io.BytesIO(signature.picture)).getSize()
    except OSError:
        return Spacer(0, 14 * mm)
    scale = min(14 * mm / height, 40 * mm / width)
    return Image(io.BytesIO(signature.picture), width=width * scale, height=height * scale, hAlign="LEFT")


def _check(form: PrintForm) -> Table:
    words: list[Any] = []
    if form.check_code:
        words.append(_text(f"{gettext('Check code')} {form.check_code}", bold=True, size=10))
    if form.verify_url:
        words.append(_text(gettext("Anybody who holds this paper can verify it:"), size=7.5))
        words.append(_text(form.verify_url, size=7.5))
    side = 22 * mm
    code = _QrCode(form.qr, side) if form.qr else ""
    table = Table([[code, words]], colWidths=[side + 4 * mm if form.qr else 1, None], hAlign="LEFT")
    table.setStyle(TableStyle([("LEFTPADDING", (0, 0), (-1, -1), 0), ("VALIGN", (0, 0), (-1, -1), "MIDDLE")]))
    return table
