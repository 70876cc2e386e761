"""Build static/img/icons.svg from the icons of Bootstrap Icons that the program shows.

    npm pack bootstrap-icons@1.13.2 && tar xzf bootstrap-icons-*.tgz
    python scripts/build_icons.py package/icons

To show a further icon, add its name (https://icons.getbootstrap.com) to NAMES and run the script again.
"""

import re
import sys
from pathlib import Path

SPRITE = Path(__file__).resolve().parent.parent / "static" / "img" / "icons.svg"
NAMES = """
archive arrow-clockwise arrow-counterclockwise arrow-down arrow-left arrow-left-right arrow-repeat arrow-return-left
arrow-right arrow-up award bank bar-chart bell bell-slash book bookmark box box-arrow-in-right box-arrow-right
box-arrow-up-right box-seam briefcase building buildings calculator calendar calendar-check calendar-event camera
card-checklist card-text cart cash cash-coin cash-stack chat-left-text check check-all check-circle check-circle-fill
check-lg chevron-down chevron-left chevron-right chevron-up circle circle-fill circle-half clipboard clipboard-check
clipboard-data clock clock-history clock-fill collection columns-gap copy credit-card currency-yen dash dash-circle
database diagram-2 diagram-3 door-open dot download envelope eraser exclamation-circle exclamation-octagon
exclamation-triangle exclamation-triangle-fill eye eye-slash file-earmark file-earmark-arrow-up file-earmark-check
file-earmark-excel file-earmark-image file-earmark-lock file-earmark-pdf file-earmark-plus file-earmark-ruled
file-earmark-spreadsheet file-earmark-text file-earmark-word file-earmark-zip files filetype-csv filetype-pdf
filetype-xlsx filetype-xml filter flag flag-fill folder folder2-open funnel funnel-fill gear geo-alt globe graph-up
grid grip-vertical hand-thumbs-up hash headset heart-pulse hourglass hourglass-split house image inbox inboxes
info-circle info-circle-fill journal-check journal-text key laptop layout-sidebar lightbulb lightning link-45deg list
list-check list-columns list-ol list-ul lock lock-fill mailbox megaphone moon mortarboard newspaper paperclip passport
patch-check pause-circle pencil pencil-square people people-fill percent person person-badge person-check person-circle
person-dash person-gear person-lines-fill person-plus person-vcard person-x phone pie-chart pin pin-angle play-circle
plus plus-circle plus-lg plus-square printer qr-code question-circle receipt receipt-cutoff reply robot safe save search
send send-check server share shield shield-check shield-exclamation shield-lock shop shuffle sign-turn-right
skip-forward slash-circle sliders sort-down sort-up speedometer2 stack star star-fill stars stop-circle sun table tag
tags telephone three-dots three-dots-vertical toggles tools train-front translate trash tree trophy truck
ui-checks-grid unlock upload upc-scan wallet wallet2 wrench x x-circle x-circle-fill x-lg x-octagon zoom-in
""".split()


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
