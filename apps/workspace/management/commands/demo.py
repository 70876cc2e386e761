"""Build a believable agency company to try the program with."""

import time

from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError, connection

from apps.approvals.analysis.gathering import gather
from apps.business.models import Engagement
from apps.documents.models import Document
from apps.org.models import User
from apps.workspace.demo import builder
from apps.workspace.demo.data import read
from apps.workspace.demo.people import PASSWORD


class Command(BaseCommand):
    help = (
        "Builds a believable agency company: 60 employees, 40 clients, two years of engagements and expense claims. "
        "Does nothing the second time."
    )

    def add_arguments(self, parser):
        parser.add_argument("--seed", type=int, default=builder.SEED, help="another number gives other claims")
        parser.add_argument(
            "--claims",
            type=int,
            default=builder.CLAIMS,
            help="how many claims beside those of engagements, at least 30",
        )

    def handle(self, *, seed, claims, **options):
        self._check(claims)
        if builder.is_demo():
            self.stdout.write("The demo company is here already; nothing was changed.")
        else:
            self._build(seed, claims)
        self._show_accounts()

    def _check(self, claims: int) -> None:
        if claims < 30:
            raise CommandError("It takes at least 30 claims to show every state.")
        if "org_user" not in connection.introspection.table_names():
            raise CommandError("The database has no tables yet: run `python manage.py prepare` first.")
        try:
            real = builder.holds_company() and not builder.is_demo()
        except DatabaseError as error:
            raise CommandError("The database is not up to date: run `python manage.py prepare` first.") from error
        if real:
            raise CommandError(
                f"This database holds a real company ({User.objects.count()} people, {Document.objects.count()} "
                "documents) and was left alone. Name an empty database with DATABASE_URL, or another folder with "
                "VAR_DIR, for the demo company."
            )

    def _build(self, seed: int, claims: int) -> None:
        self.stdout.write(f"Building the demo company with two years of business (seed {seed}) …")
        self.stdout.flush()
        started = time.perf_counter()
        builder.build(seed=seed, claims=claims)
        if faults := builder.faults():
            raise CommandError("\n".join(["The demo company was built, but does not hold together:", *faults]))
        gather()
        people, engagements = User.objects.active().count(), Engagement.objects.count()
        papers, seconds = Document.objects.count(), time.perf_counter() - started
        self.stdout.write(f"{people} employees, {engagements} engagements, {papers} papers, {seconds:.0f} seconds.")

    def _show_accounts(self) -> None:
        rows = [("role", "user name", "what to try first"), *((role, name, hint) for name, role, hint in _accounts())]
        widths = [max(len(row[column]) for row in rows) for column in range(3)]
        rule = "  ".join("-" * width for width in widths)
        lines = ["  ".join(text.ljust(width) for text, width in zip(row, widths, strict=True)).rstrip() for row in rows]
        self.stdout.write("\n".join(["", lines[0], rule, *lines[1:], "", f"The password of all is {PASSWORD}", ""]))


def _accounts() -> list[list[str]]:
    return read("company")["accounts"]
