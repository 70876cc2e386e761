"""The example of docs/how-to/add-a-document-kind.md is the app that the tests run, line by line."""

import re
from pathlib import Path

from django.conf import settings

from apps.documents.views.wiring import all_views

PAGE = Path(settings.BASE_DIR) / "docs" / "how-to" / "add-a-document-kind.md"
FOLDER = Path(settings.BASE_DIR) / "tests" / "vehicles"
MOST_LINES = 150


def test_the_page_shows_the_files_as_they_are():
    shown = re.findall(
        r"^`tests/vehicles/(\w+\.py)`\n\n```python\n(.*?)```", PAGE.read_text(), re.MULTILINE | re.DOTALL
    )

    assert dict(shown) == {
        path.name: path.read_text() for path in sorted(FOLDER.glob("*.py")) if path.name != "__init__.py"
    }


def test_the_page_counts_the_lines_right_and_they_are_few():
    lines = sum(len(path.read_text().splitlines()) for path in FOLDER.glob("*.py"))

    assert f"has {lines} lines in all" in PAGE.read_text()
    assert lines < MOST_LINES


def test_the_page_names_what_a_declaration_can_say():
    named = re.findall(r"^\| (.+?) \|", PAGE.read_text(), re.MULTILINE)[2:]
    names = [re.match(r"\w+", name).group() for cell in named for name in re.findall(r"`([^`]+)`", cell)]

    assert [name for name in names if not hasattr(all_views()["vehiclerequest"], name)] == []
