"""The files others made are the files their table says, and the printed font covers what is printed."""

import hashlib
import re

import opencc
import pytest
from django.conf import settings
from fontTools.ttLib import TTFont

VENDOR = settings.BASE_DIR / "static" / "vendor"
FONTS = settings.BASE_DIR / "static" / "fonts"
ROW = re.compile(r"^\| (?P<file>\S+) \| \S+ \| [\d.]+ \| \S+ \| `(?P<sha256>[0-9a-f]{64})` \|$", re.MULTILINE)


def test_vendored_files_match_their_checksums():
    listed = {row["file"]: row["sha256"] for row in ROW.finditer((VENDOR / "README.md").read_text())}
    present = {
        path.relative_to(VENDOR).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in VENDOR.rglob("*")
        if path.is_file() and path.name not in {"LICENSE", "README.md"}
    }
    assert listed == present


def test_every_vendored_library_has_its_licence():
    folders = [folder for folder in [*VENDOR.iterdir(), FONTS] if folder.is_dir()]
    assert [folder.name for folder in folders if not (folder / "LICENSE").is_file()] == []


@pytest.mark.parametrize("weight", ["Regular", "Bold"])
def test_font_covers_simplified_and_traditional(weight):
    simplified = "".join(
        bytes([row, cell]).decode("gb2312", errors="ignore") for row in range(0xB0, 0xF8) for cell in range(0xA1, 0xFF)
    )
    traditional = opencc.OpenCC("s2t").convert(simplified)
    with TTFont(FONTS / f"NotoSansSC-{weight}.ttf") as font:
        covered = set(font.getBestCmap())
    missing = {character for character in simplified + traditional if ord(character) not in covered}

    assert missing == set()
