"""A printed paper shows every character of the program's words, its first data and its demo company (clause 6.2.2)."""

import unicodedata
from functools import cache

import polib
import pytest
from django.conf import settings
from fontTools.ttLib import TTFont

from apps.core import catalogues

FONTS = settings.BASE_DIR / "static" / "fonts"


@cache
def covered(weight: str) -> frozenset[int]:
    with TTFont(FONTS / f"NotoSansSC-{weight}.ttf") as font:
        return frozenset(font.getBestCmap())


def missing_in(text: str, weight: str) -> list[str]:
    printable = {character for character in text if not unicodedata.category(character).startswith("C")}
    return sorted(character for character in printable if ord(character) not in covered(weight))


@pytest.mark.parametrize("weight", ["Regular", "Bold"])
@pytest.mark.parametrize("language", [catalogues.WRITTEN, catalogues.GENERATED])
def test_font_covers_the_catalogue(language, weight):
    entries = polib.pofile(str(catalogues.catalogue_path(settings.BASE_DIR, language)))
    words = [text for entry in entries for text in (entry.msgid, entry.msgstr, *entry.msgstr_plural.values())]

    assert missing_in("".join(words), weight) == []


@pytest.mark.parametrize("weight", ["Regular", "Bold"])
def test_font_covers_the_first_data_and_the_demo_company(weight):
    demo = settings.BASE_DIR / "apps" / "workspace" / "demo"
    sources = [*(settings.BASE_DIR / "fixtures").glob("*.json"), *demo.rglob("*.json"), *demo.rglob("*.py")]
    text = "".join(source.read_text(encoding="utf-8") for source in sources)

    assert len(sources) > 3
    assert missing_in(text, weight) == []
