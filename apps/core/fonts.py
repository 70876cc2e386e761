"""The embedded typeface of everything printed. Nothing ever depends on the fonts of the machine."""

from functools import cache
from pathlib import Path

from django.conf import settings
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont

FAMILY = "Noto Sans SC"
REGULAR = "NotoSansSC-Regular"
BOLD = "NotoSansSC-Bold"


def font_path(name: str) -> Path:
    """Where the file of a weight lies; the bold one falls back to the regular."""
    folder = Path(settings.BASE_DIR) / "static" / "fonts"
    path = folder / f"{name}.ttf"
    return path if path.exists() else folder / f"{REGULAR}.ttf"


@cache
def register_fonts() -> tuple[str, str]:
    """Make the typeface known to ReportLab and name its two weights."""
    for name in (REGULAR, BOLD):
        pdfmetrics.registerFont(TTFont(name, str(font_path(name))))
    pdfmetrics.registerFontFamily(REGULAR, normal=REGULAR, bold=BOLD, italic=REGULAR, boldItalic=BOLD)
    return REGULAR, BOLD
