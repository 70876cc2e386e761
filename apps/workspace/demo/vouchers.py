"""Files that look like what people attach: an electronic invoice as PDF, a taxi receipt as picture."""

import datetime as dt
from functools import cache
from io import BytesIO
from typing import Any

from PIL import Image, ImageDraw, ImageFont
from reportlab.pdfgen.canvas import Canvas

from apps.core.fonts import REGULAR, font_path, register_fonts
from apps.core.money import format_money, in_capitals
from apps.finance.invoices.models import InvoiceKind

WIDTH, HEIGHT = 610, 396
TITLES = {
    InvoiceKind.DIGITAL_SPECIAL: "电子发票（增值税专用发票）",
    InvoiceKind.DIGITAL_TICKET: "电子发票（旅客运输服务）",
}
INK, RED = (0.15, 0.15, 0.2), (0.55, 0.2, 0.15)


def invoice_pdf(line: dict[str, Any], *, buyer: str, uscc: str) -> bytes:
    """A one-page electronic invoice for an expense line."""
    register_fonts()
    stream = BytesIO()
    canvas = Canvas(stream, pagesize=(WIDTH, HEIGHT), invariant=1)
    canvas.setTitle(f"电子发票 {line['invoice_number']}")
    _frame(canvas, TITLES.get(line["invoice_kind"], "电子发票（普通发票）"))
    _write(canvas, line, buyer, uscc)
    canvas.save()
    return stream.getvalue()


def _frame(canvas, title: str) -> None:
    canvas.setStrokeColorRGB(*RED)
    canvas.setFillColorRGB(*RED)
    canvas.setFont(REGULAR, 19)
    canvas.drawCentredString(WIDTH / 2, 356, title)
    canvas.line(190, 348, 420, 348)
    canvas.line(190, 345, 420, 345)
    canvas.rect(24, 40, WIDTH - 48, 286)
    for y in (266, 120, 84):
        canvas.line(24, y, WIDTH - 24, y)
    canvas.line(WIDTH / 2, 266, WIDTH / 2, 326)
    canvas.setFont(REGULAR, 9)
    for x, head in ((36, "项目名称"), (300, "数量"), (370, "金额"), (450, "税率/征收率"), (536, "税额")):
        canvas.drawString(x, 250, head)


def _write(canvas, line: dict[str, Any], buyer: str, uscc: str) -> None:
    total, tax = line["amount"], line["tax"]
    net = total - tax
    rate = f"{round(tax / net * 100)}%" if tax else "免税"
    issued: dt.date = line["invoice_date"]
    texts = [
        (450, 366, f"发票号码：{line['invoice_number']}"),
        (450, 352, f"开票日期：{issued.year}年{issued.month:02d}月{issued.day:02d}日"),
        (36, 306, f"购买方名称：{buyer}"),
        (36, 284, f"统一社会信用代码：{uscc}"),
        (316, 306, f"销售方名称：{line['seller_name']}"),
        (36, 228, f"*服务* {line['description']}"),
        (300, 228, "1"),
        (370, 228, f"{net:.2f}"),
        (450, 228, rate),
        (536, 228, f"{tax:.2f}"),
        (36, 98, f"价税合计（大写）：{in_capitals(total)}"),
        (400, 98, f"（小写）{format_money(total)}"),
        (36, 60, "备注：演示数据，不作报销凭证"),
    ]
    canvas.setFillColorRGB(*INK)
    canvas.setFont(REGULAR, 8.5)
    for x, y, text in texts:
        canvas.drawString(x, y, text)


def receipt_png(line: dict[str, Any]) -> bytes:
    """A photographed slip for an expense line."""
    rows = [
        line["seller_name"],
        "—" * 16,
        f"日期 {line['invoice_date'].isoformat()}",
        f"号码 {line['invoice_number']}",
        line["description"],
        "—" * 16,
        f"金额 {format_money(line['amount'])}",
        "演示数据",
    ]
    return slip_png(rows)


def slip_png(rows: list[str]) -> bytes:
    """A picture of a small paper with these lines."""
    picture = Image.new("L", (360, 420), 246)
    draw = ImageDraw.Draw(picture)
    for place, text in enumerate(rows):
        draw.text((24, 28 + 46 * place), text, font=_font(), fill=40)
    stream = BytesIO()
    picture.save(stream, "PNG")
    return stream.getvalue()


@cache
def _font():
    return ImageFont.truetype(str(font_path(REGULAR)), 18)
