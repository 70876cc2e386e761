"""The page of words and the catalogues say the same, so that a concept keeps one word."""

import re

import polib
import pytest
from django.conf import settings

from apps.core import catalogues

GLOSSARY = settings.BASE_DIR / "docs" / "reference" / "glossary.md"
ROW = re.compile(r"^\| (?P<en>[^|]+) \| (?P<zh_Hans>[^|]+) \| (?P<zh_Hant>[^|]+) \| [^|]+ \|$", re.MULTILINE)


def rows() -> list[dict[str, str]]:
    return [row for row in map(re.Match.groupdict, ROW.finditer(GLOSSARY.read_text())) if row["en"] != "English"]


@pytest.mark.parametrize("language", [catalogues.WRITTEN, catalogues.GENERATED])
def test_glossary_agrees_with_the_catalogue(language):
    entries = {
        entry.msgid: entry.msgstr
        for entry in polib.pofile(str(catalogues.catalogue_path(settings.BASE_DIR, language)))
        if not entry.msgctxt
    }

    assert len(rows()) > 50
    assert {row["en"]: entries.get(row["en"]) for row in rows()} == {row["en"]: row[language] for row in rows()}
