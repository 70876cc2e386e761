"""House rules for templates that a machine can check; the content security policy makes most of them matter."""

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

TAG = re.compile(r"\{%.*?%\}|\{#.*?#\}", re.DOTALL)
COMMENT = re.compile(r"\{%\s*comment.*?%\}.*?\{%\s*endcomment\s*%\}", re.DOTALL)
VALUE = re.compile(r"\{\{.*?\}\}", re.DOTALL)
# A template for paper is read by the PDF engine alone, no browser and no policy come near it.
FOR_PAPER = re.compile(r"(^|/)print_\w+\.html$")


class _Page(HTMLParser):
    def __init__(self, *, for_paper: bool):
        super().__init__(convert_charrefs=True)
        self.for_paper = for_paper
        self.found: list[tuple[int, str]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        line = self.getpos()[0]
        names = dict(attrs)
        if tag == "script" and "src" not in names and names.get("type") != "application/json":
            self.found.append((line, "inline <script>: move it to static/js"))
        if tag == "style" and not self.for_paper:
            self.found.append((line, "inline <style>: move it to static/css"))
        for name, value in attrs:
            if name == "style" and not self.for_paper:
                self.found.append((line, "style attribute: use a class"))
            if re.fullmatch(r"on[a-z]+", name) or name.startswith("hx-on"):
                self.found.append((line, f"{name} attribute: listen in static/js"))
            if value and value.strip().lower().startswith("javascript:"):
                self.found.append((line, f"javascript: address in {name}"))


def problems_in(name: str, source: str) -> Iterator[str]:
    """One sentence per broken rule; `name` is the path below the template folder."""
    if "{% extends" in source and not source.startswith("{% extends"):
        yield f"{name}:1: {{% extends %}} comes first"
    if name.startswith("components/") and not source.lstrip().startswith(("{#", "{% comment")):
        yield f"{name}:1: a component begins with a comment that names its context"
    page = _Page(for_paper=bool(FOR_PAPER.search(name)))
    page.feed(_without_template_tags(source))
    page.close()
    for line, text in page.found:
        yield f"{name}:{line}: {text}"


def _without_template_tags(source: str) -> str:
    for pattern, filler in ((COMMENT, ""), (TAG, " "), (VALUE, "x")):
        source = pattern.sub(lambda match, filler=filler: filler + "\n" * match[0].count("\n"), source)
    return source


def templates_below(*folders: Path) -> Iterator[tuple[str, Path]]:
    for folder in folders:
        for path in sorted(folder.rglob("*.html")):
            yield path.relative_to(folder).as_posix(), path
