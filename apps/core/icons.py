"""Icons as references into one SVG sprite (static/img/icons.svg).

The sprite holds only the icons of Bootstrap Icons that the program shows: `scripts/icons.txt` lists them,
`scripts/build_icons.py` rebuilds it.
"""

from functools import lru_cache

from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString

SPRITE = "img/icons.svg"


@lru_cache(maxsize=512)
def icon(name: str, classes: str = "") -> SafeString:
    """The icon `name` as decoration: it says nothing to a screen reader, the control around it carries the words."""
    css = f"i {classes}".strip()
    return format_html('<svg class="{}" aria-hidden="true"><use href="{}#{}"/></svg>', css, static(SPRITE), name)
