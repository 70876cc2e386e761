"""Write the permission matrix from the code."""

import datetime as dt
from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils import translation

from apps.core import clock
from apps.documents.permissions import Answer
from apps.workspace.matrix import Answers, KindMatrix, matrix

#: reasons may name a day, and the page must read the same tomorrow
DAY = dt.datetime(2026, 3, 2, 2, tzinfo=dt.UTC)
FILE = Path(settings.BASE_DIR) / "docs" / "reference" / "permissions.md"
INTRODUCTION = """\
# Permission matrix

Made by `manage.py permission_matrix`; do not edit. For each kind of document and each state, sample papers are written
through the services and `documents.permissions.may` is asked for every sort of person. A test keeps this page fresh.
The sample route has two steps of one named person each. The roles hold what a new company gives them.
[Who may see and do what](../explanation/permissions.md) explains the rules.

- ● allowed
- ○ not allowed, but the button is shown disabled, with the reason below the table
- empty: not allowed, and no button
- *not found*: the paper does not exist for this person; its pages answer 404
"""


class Command(BaseCommand):
    help = "Writes docs/reference/permissions.md: who may do what with which kind of document in which state."

    def add_arguments(self, parser):
        parser.add_argument("--output", type=Path, default=FILE, help="the file to write")
        parser.add_argument("--check", action="store_true", help="write nothing; fail when the file is not fresh")

    def handle(self, *, output: Path, check: bool, **options):
        text = _page()
        if not check:
            output.write_text(text, encoding="utf-8")
            self.stdout.write(f"{output} is written.")
        elif not output.exists() or output.read_text(encoding="utf-8") != text:
            raise CommandError(f"{output} is not fresh: run `manage.py permission_matrix`.")
        else:
            self.stdout.write(f"{output} is fresh.")


def _page() -> str:
    with translation.override("en"), clock.at(DAY), transaction.atomic():
        kinds = list(matrix())
        text = "\n".join([INTRODUCTION, *(_kind(kind) for kind in kinds)])
        transaction.set_rollback(True)
    return text


def _kind(kind: KindMatrix) -> str:
    name = str(kind.model._meta.verbose_name)
    heading = f"## {name[0].upper()}{name[1:]} (`{kind.model.KIND}`)\n"
    return "\n".join([heading, *(_table(state, kind.actions) for state in kind.states)])


def _table(state: Answers, actions: list[str]) -> str:
    lines = [f"### {state.state}\n", f"| | {' | '.join(actions)} |", f"|---|{':-:|' * len(actions)}"]
    reasons: dict[str, None] = {}
    for person, given in state.rows.items():
        cells = ["*not found*"] + [""] * (len(actions) - 1)
        if given is not None:
            cells = [_cell(given[action]) for action in actions]
            reasons.update({f"○ {action}: {given[action].reason}": None for action in actions if _shown(given[action])})
        lines.append(f"| {person} | {' | '.join(cells)} |")
    return "\n".join([*lines, "", *(f"- {reason}" for reason in reasons), *([""] if reasons else [])])


def _cell(answer: Answer) -> str:
    return "●" if answer else "○" if _shown(answer) else ""


def _shown(answer: Answer) -> bool:
    return not answer and not answer.hidden
