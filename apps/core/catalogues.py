"""The translation catalogues: sources are English, zh_Hans is written by people, zh_Hant is made from it.

Everything here is Python, so that neither a user nor a translator needs the gettext tools: `extract` reads the sources,
`update` renews the catalogues, `problems` says what is missing, `compile_all` writes the binary files Django loads.
"""

import ast
import os
import re
from collections.abc import Iterator
from pathlib import Path

import polib
from django.utils.translation.template import templatize

WRITTEN = "zh_Hans"
GENERATED = "zh_Hant"
MARKERS = {
    "_": (None, 0, None),
    "gettext": (None, 0, None),
    "gettext_lazy": (None, 0, None),
    "gettext_noop": (None, 0, None),
    "ngettext": (None, 0, 1),
    "ngettext_lazy": (None, 0, 1),
    "pgettext": (0, 1, None),
    "pgettext_lazy": (0, 1, None),
    "npgettext": (0, 1, 2),
    "npgettext_lazy": (0, 1, 2),
}
TEMPLATE_MARKER = re.compile(
    r"\b(?P<name>_|n?p?n?gettext)\((?P<args>(?:u?(?:'(?:\\.|[^'\\])*'|\"(?:\\.|[^\"\\])*\")\s*,?\s*)+)"
)
PLACEHOLDER = re.compile(r"%\((\w+)\)[sd]|%[sd]|\{(\w*)\}")
METADATA = {
    "Project-Id-Version": "AgencyOps",
    "MIME-Version": "1.0",
    "Content-Type": "text/plain; charset=UTF-8",
    "Content-Transfer-Encoding": "8bit",
    "Plural-Forms": "nplurals=1; plural=0;",
}
# What OpenCC's standard writes otherwise than readers of Traditional Chinese do; whole words stand before characters.
TRADITIONAL = {
    "會籤": "會簽",
    "或籤": "或簽",
    "加籤": "加簽",
    "衝賬": "沖賬",
    "衝抵": "沖抵",
    "衝紅": "沖紅",
    "籤合": "簽合",
    "籤補": "簽補",
    "額髮票": "額發票",
    "紅髮票": "紅發票",
    "發布": "發佈",
    "天后": "天後",
    "纔": "才",
    "傢俱": "家具",
    "覈": "核",
    "爲": "為",
    "裏": "裡",
    "臺": "台",
    "啓": "啟",
    "衆": "眾",
    "羣": "群",
    "僞": "偽",
    "喫": "吃",
    "“": "「",
    "”": "」",
}
Key = tuple[str | None, str]


def extract(root: Path) -> dict[Key, tuple[str | None, set[str]]]:
    """Every text marked for translation: (context, text) → (plural, files it is in)."""
    found: dict[Key, tuple[str | None, set[str]]] = {}
    for path in _sources(root):
        text = path.read_text(encoding="utf-8")
        marks = _in_python(text) if path.suffix == ".py" else _in_template(text)
        for context, message, plural in marks:
            known, files = found.setdefault((context, message), (plural, set()))
            found[context, message] = (known or plural, files | {path.relative_to(root).as_posix()})
    return found


def _sources(root: Path) -> Iterator[Path]:
    for folder in ("agencyops", "apps"):
        for path in sorted((root / folder).rglob("*.py")):
            if "migrations" not in path.parts:
                yield path
    for suffix in ("*.html", "*.txt"):
        yield from sorted((root / "templates").rglob(suffix))


def _in_python(text: str) -> Iterator[tuple[str | None, str, str | None]]:
    nodes = list(ast.walk(ast.parse(text)))
    renamed = {
        alias.asname: alias.name
        for node in nodes
        if isinstance(node, ast.ImportFrom) and node.module == "django.utils.translation"
        for alias in node.names
        if alias.asname
    }
    for node in nodes:
        if not isinstance(node, ast.Call):
            continue
        name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
        literals = [argument.value if isinstance(argument, ast.Constant) else None for argument in node.args]
        yield from _mark(renamed.get(name, name), literals)


def _in_template(text: str) -> Iterator[tuple[str | None, str, str | None]]:
    for match in TEMPLATE_MARKER.finditer(templatize(text)):
        yield from _mark(match["name"], list(ast.literal_eval(f"({match['args'].rstrip(', ')},)")))


def _mark(name: str, literals: list[object]) -> Iterator[tuple[str | None, str, str | None]]:
    if name not in MARKERS:
        return
    context, message, plural = (None if place is None else _literal(literals, place) for place in MARKERS[name])
    if message:
        yield context, message, plural


def _literal(literals: list[object], place: int) -> str | None:
    value = literals[place] if place < len(literals) else None
    return value if isinstance(value, str) else None


def catalogue_path(root: Path, language: str) -> Path:
    return root / "locale" / language / "LC_MESSAGES" / "django.po"


def problems(root: Path) -> list[str]:
    """What a reader of Chinese would stumble over: one sentence per missing, empty, fuzzy or damaged translation."""
    wanted = extract(root)
    found: list[str] = []
    for language in (WRITTEN, GENERATED):
        path = catalogue_path(root, language)
        entries = {(entry.msgctxt, entry.msgid): entry for entry in polib.pofile(str(path))} if path.exists() else {}
        for key, (_plural, files) in wanted.items():
            if trouble := _trouble(entries.get(key)):
                found.append(f"{language}: {trouble}: {key[1]!r} ({min(files)})")
        found += [
            f"{language}: no longer in the sources: {key[1]!r}"
            for key, entry in entries.items()
            if key not in wanted and not entry.obsolete
        ]
    return found


def _trouble(entry: polib.POEntry | None) -> str | None:
    if entry is None or entry.obsolete:
        return "missing"
    texts = list(entry.msgstr_plural.values()) if entry.msgid_plural else [entry.msgstr]
    if entry.fuzzy:
        return "fuzzy"
    if not texts or not all(texts):
        return "empty"
    wanted = set(PLACEHOLDER.findall(entry.msgid_plural or entry.msgid))
    if any(set(PLACEHOLDER.findall(text)) != wanted for text in texts):
        return "placeholders differ"
    return None


def update(root: Path) -> dict[str, int]:
    """Bring zh_Hans up to the sources, keep what was written, make zh_Hant anew; returns how many texts lack it."""
    wanted = extract(root)
    path = catalogue_path(root, WRITTEN)
    old = {(entry.msgctxt, entry.msgid): entry for entry in polib.pofile(str(path))} if path.exists() else {}
    written = _catalogue()
    for key in sorted(wanted, key=lambda key: (min(wanted[key][1]), key[1], key[0] or "")):
        written.append(_entry(key, wanted[key], old.get(key)))
    generated = _in_traditional(written)
    for language, catalogue in ((WRITTEN, written), (GENERATED, generated)):
        target = catalogue_path(root, language)
        target.parent.mkdir(parents=True, exist_ok=True)
        catalogue.save(str(target))
    return {"messages": len(written), "untranslated": sum(1 for entry in written if _trouble(entry))}


def _catalogue() -> polib.POFile:
    catalogue = polib.POFile(wrapwidth=0)
    catalogue.metadata = dict(METADATA)
    return catalogue


def _entry(key: Key, found: tuple[str | None, set[str]], old: polib.POEntry | None) -> polib.POEntry:
    context, message = key
    plural, files = found
    entry = polib.POEntry(
        msgid=message,
        msgctxt=context,
        occurrences=[(file, "") for file in sorted(files)],
        flags=["python-format"] if "%(" in message or "%s" in message else [],
        comment=old.comment if old else "",
        tcomment=old.tcomment if old else "",
    )
    if plural:
        entry.msgid_plural = plural
        entry.msgstr_plural = (old.msgstr_plural if old else None) or {0: old.msgstr if old else ""}
    else:
        entry.msgstr = old.msgstr if old else ""
    return entry


def _in_traditional(written: polib.POFile) -> polib.POFile:
    import opencc  # noqa: PLC0415 - optional dependency: only translators need it

    to_traditional = opencc.OpenCC("s2t").convert

    def convert(text: str) -> str:
        text = to_traditional(text)
        for usual, wanted in TRADITIONAL.items():
            text = text.replace(usual, wanted)
        return text

    generated = _catalogue()
    for entry in written:
        twin = polib.POEntry(
            msgid=entry.msgid,
            msgctxt=entry.msgctxt,
            msgid_plural=entry.msgid_plural,
            occurrences=entry.occurrences,
            flags=entry.flags,
        )
        if entry.msgid_plural:
            twin.msgstr_plural = {place: convert(text) for place, text in entry.msgstr_plural.items()}
        else:
            twin.msgstr = convert(entry.msgstr)
        generated.append(twin)
    return generated


def compile_all(root: Path) -> int:
    """Write the .mo file beside each .po file that is newer; returns how many were written."""
    count = 0
    for source in sorted((root / "locale").glob("*/LC_MESSAGES/*.po")):
        target = source.with_suffix(".mo")
        if not target.exists() or target.stat().st_mtime < source.stat().st_mtime:
            partial = target.with_suffix(f".{os.getpid()}.partial")
            polib.pofile(str(source)).save_as_mofile(str(partial))
            partial.replace(target)
            count += 1
    return count
