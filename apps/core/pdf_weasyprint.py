"""Printed papers through WeasyPrint: templates/core/print_form.html with static/css/print.css."""

import base64
import re
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string
from django.utils.safestring import SafeString, mark_safe
from weasyprint import CSS, HTML
from weasyprint.text.fonts import FontConfiguration
from weasyprint.urls import URLFetcher, URLFetcherResponse

from apps.core.fonts import BOLD, FAMILY, REGULAR, font_path
from apps.core.pdf import PrintForm, PrintTable

STATIC = Path(settings.BASE_DIR) / "static"


class StaticFetcher(URLFetcher):
    """Opens files below static/ and nothing else: no network, no other file, whatever a paper's text may contain.

    A picture that is its own address (a signature) needs nothing opened.
    """

    def fetch(self, url: str, headers: dict | None = None) -> URLFetcherResponse:
        if found := re.fullmatch(r"data:image/png;base64,([A-Za-z0-9+/=]*)", url):
            return URLFetcherResponse(url, base64.b64decode(found[1]), {"Content-Type": "image/png"})
        path = Path(url.removeprefix("file://")).resolve()
        if not url.startswith("file:///") or not path.is_relative_to(STATIC.resolve()) or not path.is_file():
            raise ValueError(f"A printed paper may not open {url}")
        return URLFetcherResponse(url, path.read_bytes(), {"Content-Type": "application/octet-stream"})


@cache
def _sheet() -> tuple[CSS, FontConfiguration]:
    fonts = FontConfiguration()
    faces = "".join(
        f'@font-face {{ font-family: "{FAMILY}"; font-weight: {weight}; src: url("file://{font_path(name)}"); }}\n'
        for name, weight in ((REGULAR, 400), (BOLD, 700))
    )
    text = faces + (STATIC / "css" / "print.css").read_text(encoding="utf-8")
    return CSS(string=text, font_config=fonts, url_fetcher=StaticFetcher()), fonts


def render(forms: Sequence[PrintForm]) -> bytes:
    """All papers in one PDF; each is laid out by itself, so that each counts its own pages."""
    sheet, fonts = _sheet()
    documents = []
    for form in forms:
        context = {
            "form": form,
            "pairs": form.pairs,
            "tables": _tables(form.tables),
            "annex": _tables(form.annex),
            "qr": qr_svg(form.qr),
        }
        html = render_to_string("core/print_form.html", context)
        page = HTML(string=html, base_url=None, url_fetcher=StaticFetcher())
        documents.append(page.render(stylesheets=[sheet], font_config=fonts, presentational_hints=True))
    pages = [page for document in documents for page in document.pages]
    return documents[0].copy(pages).write_pdf()


def _tables(described: Sequence[PrintTable]) -> list[dict[str, Any]]:
    """The tables with alignment at each cell, since a template cannot look it up."""
    tables = []
    for table in described:
        aligns = [table.align(index) for index in range(len(table.headers))]
        tables.append(
            {
                "title": table.title,
                "columns": [f"{share * 100:.2f}%" for share in table.shares],
                "headers": list(zip(table.headers, aligns, strict=True)),
                "rows": [list(zip(row, aligns, strict=True)) for row in table.rows],
                "totals": list(zip(table.totals, aligns, strict=True)) if table.totals else [],
            }
        )
    return tables


def qr_svg(squares: list[list[bool]]) -> SafeString:
    """The code as one path."""
    if not squares:
        return mark_safe("")
    path = "".join(f"M{x} {y}h1v1h-1z" for y, row in enumerate(squares) for x, dark in enumerate(row) if dark)
    size = len(squares)
    return mark_safe(f'<svg class="qr" viewBox="0 0 {size} {size}"><path d="{path}"/></svg>')
