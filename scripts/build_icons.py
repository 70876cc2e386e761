"""Build static/img/icons.svg from the icons of Bootstrap Icons that the program shows.

    npm pack bootstrap-icons@1.13.2 && tar xzf bootstrap-icons-*.tgz
    python scripts/build_icons.py package/icons

To show a further icon, add its name (https://icons.getbootstrap.com) to icons.txt and run the script again.
"""

import re
import sys
from pathlib import Path

SPRITE = Path(__file__).resolve().parent.parent / "static" / "img" / "icons.svg"
NAMES = Path(__file__).with_name("icons.txt").read_text().split()


def symbol(name: str, source: str) -> str:
    """The drawing of one icon as a symbol of the sprite."""
    found = re.search(r'viewBox="([^"]+)"[^>]*>(.*)</svg>', source, re.DOTALL)
    if found is None:
        raise SystemExit(f"{name}: not an icon")
    drawing = re.sub(r">\s+<", "><", found[2].strip())
    return f'<symbol id="{name}" viewBox="{found[1]}">{drawing}</symbol>'


def main(folder: Path) -> None:
    """Write the sprite."""
    symbols = [symbol(name, (folder / f"{name}.svg").read_text()) for name in sorted(set(NAMES))]
    notice = "<!-- Bootstrap Icons 1.13.2, MIT licence, https://icons.getbootstrap.com -->"
    SPRITE.write_text(f'<svg xmlns="http://www.w3.org/2000/svg">{notice}\n' + "\n".join(symbols) + "\n</svg>\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
