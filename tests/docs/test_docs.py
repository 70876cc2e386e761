"""The documentation says what the program is: names in it exist, and what exists is named."""

import ast
import re
from io import StringIO
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings
from django.core.management import call_command, get_commands, load_command_class
from django.core.management.base import BaseCommand
from django.urls import URLPattern, URLResolver, get_resolver

from apps.approvals.models import RouteStep, RouteVersion
from apps.documents.kinds import all_kinds
from apps.org.models import Department, User
from apps.workspace.demo.data import read

ROOT = Path(settings.BASE_DIR)
DOCS = ROOT / "docs"
PAGES = sorted([*ROOT.glob("*.md"), *DOCS.rglob("*.md")])
REFERENCE = DOCS / "reference"

#: the clauses of the regulation
CLAUSES = """
    1.1 1.2 1.3 2.1 2.2.1 2.2.2 2.2.3 2.2.4 2.2.5
    3.1.1 3.1.2 3.1.3 3.1.4 3.1.5 3.2.1 3.2.2 3.2.3 3.2.4 3.2.5 3.3.1 3.3.2 3.3.3 3.3.4 3.3.5
    4.1.1 4.1.2 4.1.3 4.2.1 4.2.2 4.2.3 4.3.1 4.3.2 4.3.3 4.3.4
    5.1.1 5.1.2 5.1.3 5.1.4 5.2.1 5.2.2 5.2.3 5.2.4 5.3.1 5.3.2 5.3.3 5.3.4 5.4.1 5.4.2 5.4.3
    6.1.1 6.1.2 6.1.3 6.1.4 6.1.5 6.2.1 6.2.2 6.2.3 6.2.4 6.3.1 6.3.2 6.3.3 6.3.4 6.4.1 6.4.2 6.4.3 6.4.4
    7.1.1 7.1.2 7.1.3 7.1.4 7.2.1 7.2.2 7.2.3 7.2.4 7.2.5 7.3.1 7.3.2 7.3.3 7.3.4 7.4.1 7.4.2 7.4.3 7.4.4
    8.1.1 8.1.2 8.2.1 8.2.2 8.2.3 8.2.4 8.2.5
"""


def text_of(page: Path) -> str:
    return page.read_text(encoding="utf-8")


def named(page: Path) -> str:
    return str(page.relative_to(ROOT))


# ---- every page ----


def anchors(page: Path) -> set[str]:
    headings = re.findall(r"^#+ (.+)$", text_of(page), flags=re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("document", PAGES, ids=named)
def test_links_of_a_page_lead_somewhere(document):
    lost = []
    for target in re.findall(r"\]\(([^)\s]+)\)", text_of(document)):
        path, _, anchor = target.partition("#")
        if "://" in target:
            continue
        goal = (document.parent / path).resolve() if path else document
        if not goal.exists() or ROOT not in goal.parents or (anchor and anchor not in anchors(goal)):
            lost.append(target)

    assert lost == []


@pytest.mark.parametrize("document", PAGES, ids=named)
def test_page_belongs_to_no_machine(document):
    """Examples name example.com or the reader's own machine; folders are those any server has."""
    hosts = set(re.findall(r"https?://([^/\s:`)>]+)", text_of(document)))
    folders = set(re.findall(r"(?<![\w.])/(?:home|root|work|tmp|Users|farm)/\S+", text_of(document)))

    assert hosts <= {"127.0.0.1", "localhost", "ops.example.com", "keepachangelog.com"}
    assert folders == set()


@pytest.mark.parametrize("document", PAGES, ids=named)
def test_page_begins_with_its_only_title(document):
    prose = re.sub(r"^```.*?^```", "", text_of(document), flags=re.MULTILINE | re.DOTALL)

    assert prose.startswith("# ")
    assert len(re.findall(r"^# ", prose, flags=re.MULTILINE)) == 1


def test_every_page_can_be_reached_from_the_readme():
    seen, waiting = set(), [ROOT / "README.md"]
    while waiting:
        page = waiting.pop()
        seen.add(page)
        for path in re.findall(r"\]\(([^)#\s]+\.md)", text_of(page)):
            goal = (page.parent / path).resolve()
            if "://" not in path and goal not in seen:
                waiting.append(goal)

    assert {page for page in PAGES if DOCS in page.parents} <= seen


def test_images_are_shown_and_small():
    images = set((DOCS / "images").glob("*"))
    shown = {
        (page.parent / path).resolve() for page in PAGES for path in re.findall(r"!\[[^]]+\]\(([^)]+)\)", text_of(page))
    }

    assert images == shown
    assert [named(image) for image in images if image.stat().st_size > 300_000] == []


# ---- decisions ----


def test_every_decision_is_listed_and_a_page_long():
    decisions = sorted((DOCS / "adr").glob("0*.md"))
    listed = re.findall(r"\| (\d+) \| \[(.+)\]\((.+)\) \|", text_of(DOCS / "adr" / "README.md"))
    found = [
        (str(int(page.name[:4])), text_of(page).splitlines()[0].removeprefix("# "), page.name) for page in decisions
    ]

    assert listed == found
    assert [page.name for page in decisions if len(text_of(page).splitlines()) > 45] == []
    assert [page.name for page in decisions if "**Question.**" not in text_of(page)] == []


# ---- reference ----


def own_commands() -> dict[str, BaseCommand]:
    ours = {config.name for config in apps.get_app_configs() if config.name.startswith("apps.")}
    return {name: load_command_class(app, name) for name, app in get_commands().items() if app in ours}


def test_every_command_has_a_heading_and_every_option_a_line():
    sections = dict(
        re.findall(r"^### (\w+)\n(.*?)(?=^#|\Z)", text_of(REFERENCE / "commands.md"), re.MULTILINE | re.DOTALL)
    )
    commands = own_commands()
    common = {option for action in BaseCommand().create_parser("", "")._actions for option in action.option_strings}
    missing = []
    for name, command in commands.items():
        for action in command.create_parser("manage.py", name)._actions:
            spelling = action.option_strings[-1] if action.option_strings else action.dest
            if spelling not in common and f"- `{spelling}`: " not in sections.get(name, ""):
                missing.append(f"{name} {spelling}")

    assert set(sections) == set(commands)
    assert missing == []


def test_every_target_of_make_has_a_line():
    targets = re.findall(r"^([a-z]+):.*## ", text_of(ROOT / "Makefile"), flags=re.MULTILINE)
    rows = re.findall(r"^\| `make ([a-z]+)`", text_of(REFERENCE / "commands.md"), flags=re.MULTILINE)

    assert sorted(rows) == sorted(target for target in targets if target != "help")


def variables_read() -> set[str]:
    """What the settings and the program read from the environment."""
    found = set(re.findall(r'env(?:\.\w+)?\(\s*"([A-Z_]+)"', text_of(ROOT / "agencyops" / "settings.py")))
    for source in [ROOT / "agencyops" / "settings.py", *(ROOT / "apps").rglob("*.py")]:
        text = text_of(source)
        found |= set(re.findall(r'os\.environ(?:\.get\(|\[)"([A-Z_]+)"', text))
        found |= set(re.findall(r'^ENGINE_VARIABLE = "([A-Z_]+)"', text, flags=re.MULTILINE))
    return found - {"PYTEST_VERSION"}


def test_every_variable_of_the_environment_is_documented():
    documented = re.findall(r"^\| `([A-Z_]+)` \|", text_of(REFERENCE / "settings.md"), flags=re.MULTILINE)
    in_readme = re.findall(r"^\| `([A-Z_]+)` \|", text_of(ROOT / "README.md"), flags=re.MULTILINE)

    assert sorted(documented) == sorted(variables_read())
    assert set(in_readme) <= set(documented)


def test_every_kind_of_document_is_documented():
    page = text_of(REFERENCE / "documents.md")
    sections = re.findall(r"^## .+?\n(.*?)(?=^## |\Z)", page, re.MULTILINE | re.DOTALL)
    described = {re.search(r"\| Kind \| `(\w+)` \|", section)[1]: section for section in sections}
    kinds = {name: model for name, model in all_kinds().items() if model.__module__.startswith("apps.")}

    assert set(described) == set(kinds)
    for name, model in kinds.items():
        facts = re.findall(r"^\| `(\w+)` \|", described[name], flags=re.MULTILINE)
        assert re.search(rf"\| Number \| `{model.PREFIX}-2026-0001` \|", described[name])
        assert f"| Clauses | {', '.join(model.CLAUSES)} |" in described[name]
        assert facts == list(model.FACTS)


@pytest.mark.django_db
def test_permission_matrix_is_fresh_and_leaves_nothing_behind():
    said = StringIO()

    call_command("permission_matrix", check=True, stdout=said)

    assert said.getvalue().strip() == f"{REFERENCE / 'permissions.md'} is fresh."
    assert User.objects.count() == Department.objects.count() == RouteVersion.objects.count() == 0


# ---- the regulation ----


def rows_of_regulation() -> dict[str, list[str]]:
    rows = re.findall(r"^\| (\d\.\d(?:\.\d)?) \| (.+) \|$", text_of(DOCS / "regulation.md"), flags=re.MULTILINE)
    assert len(rows) == len({clause for clause, _cells in rows})
    return {clause: [cell.strip() for cell in cells.split("|")] for clause, cells in rows}


def url_names(resolver, namespace="") -> set[str]:
    found = set()
    for pattern in resolver.url_patterns:
        if isinstance(pattern, URLResolver):
            inner = f"{namespace}{pattern.namespace}:" if pattern.namespace else namespace
            found |= url_names(pattern, inner)
        elif isinstance(pattern, URLPattern) and pattern.name:
            found.add(f"{namespace}{pattern.name}")
    return found


def test_every_clause_of_the_regulation_is_listed():
    assert sorted(rows_of_regulation()) == sorted(CLAUSES.split())


def test_pages_named_for_a_clause_exist():
    pages = {
        page for cells in rows_of_regulation().values() for page in re.findall(r"`(\w+:[\w-]+)`", " ".join(cells[1:2]))
    }

    assert pages - url_names(get_resolver()) == set()


def test_tests_named_for_a_clause_exist():
    lost = []
    for cells in rows_of_regulation().values():
        for file, name in re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", " ".join(cells[2:3])):
            tree = ast.parse(text_of(ROOT / file)) if (ROOT / file).exists() else ast.Module([], [])
            if name not in {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}:
                lost.append(f"{file}::{name}")

    assert lost == []


def test_served_clauses_have_pages_and_tests():
    for clause, cells in rows_of_regulation().items():
        if len(cells) > 1:
            assert "`" in cells[1], clause
            assert "::" in cells[2], clause


# ---- guides ----


def test_guide_to_routes_names_every_rule_and_mode():
    guide = text_of(DOCS / "how-to" / "change-an-approval-route.md")
    rows = set(re.findall(r"^\| ([^|]+) \|", guide, flags=re.MULTILINE))

    assert {str(label) for label in (*RouteStep.Rule.labels, *RouteStep.Mode.labels)} - rows == set()


@pytest.mark.parametrize("readme", ["README.md", "README.zh.md"])
def test_readme_names_the_accounts_of_the_demo(readme):
    rows = re.findall(r"^\| `([a-z0-9]+)` \|", text_of(ROOT / readme), flags=re.MULTILINE)

    assert sorted(rows) == sorted(name for name, _role, _hint in read("company")["accounts"])
