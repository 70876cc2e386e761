"""Builds the whole company in one transaction, or nothing of it."""

import datetime as dt
from random import Random

from django.db import transaction
from django.db.models import F
from django.utils import timezone, translation

from apps.approvals.events import verify
from apps.approvals.models import Task
from apps.core import clock
from apps.documents.models import Document, Participant
from apps.documents.services.projection import orphans
from apps.notifications.models import Notification
from apps.org.models import Company, User
from apps.workspace.demo.business.credit import Credit
from apps.workspace.demo.business.dunning import Dunning
from apps.workspace.demo.business.leads import Leads
from apps.workspace.demo.business.office import Office
from apps.workspace.demo.business.plots import Planner as BusinessPlanner
from apps.workspace.demo.business.plots import Plot
from apps.workspace.demo.business.story import Story
from apps.workspace.demo.clients import ClientBook
from apps.workspace.demo.content import Writer
from apps.workspace.demo.hours import Hours
from apps.workspace.demo.lives import House, Life
from apps.workspace.demo.payments import Cashiers
from apps.workspace.demo.people import MARK, Cast, Founder
from apps.workspace.demo.plans import YEARS, Planner, employees
from apps.workspace.demo.stage import Stage

SEED, CLAIMS = 2026, 80
ZONE = "Asia/Shanghai"
READ_AFTER = dt.timedelta(days=14)


def is_demo() -> bool:
    """Whether this database holds a company that this package built."""
    return Company.history.filter(history_change_reason=MARK).exists()


def holds_company() -> bool:
    """Whether somebody works with this database: it has people or papers."""
    return User.objects.exists() or Document.objects.exists()


@transaction.atomic
def build(*, seed: int = SEED, claims: int = CLAIMS, plots: list[Plot] | None = None) -> Cast:
    """Found the company two years ago and let everything happen until now.

    `plots` says which business there is; without them, everything that the seed has in store.
    """
    plots = BusinessPlanner(seed).plots() if plots is None else plots
    now, hours = clock.now(), Hours(ZONE)
    start = now - dt.timedelta(days=365 * YEARS + 30)
    with timezone.override(ZONE), translation.override("zh-hans"):
        founder = Founder(Random(f"{seed} people"), now, hours)
        with clock.at(start):
            cast = founder.found()
        with Company.remembered(cast.company):
            _play(seed, claims, plots, now, start, founder, cast)
        _put_notices_away(now)
    return cast


def _play(
    seed: int, claims: int, plots: list[Plot], now: dt.datetime, start: dt.datetime, founder: Founder, cast: Cast
) -> None:
    hours = founder.hours
    tiers = {code: city.tier.code for code, city in cast.cities.items()}
    writer = Writer(tiers, {code: city.name for code, city in cast.cities.items()})
    house = House(seed, cast, hours, writer.numbers)
    stage = Stage(now)
    for moment, script in founder.careers(cast):
        stage.enter(moment, script)
    stage.enter(start, Cashiers(house, hours.workdays_before(hours.day_of(now), 2)).rounds())
    book = ClientBook(seed, cast, hours, now)
    for moment, script in book.scripts():
        stage.enter(moment, script)
    _do_business(stage, Office(seed, cast, hours, now, writer.numbers), book, plots)
    departments = {code: cast.top_of(code) for code in cast.departments}
    people = employees(now, hours, departments, founder.grades)
    for plan in Planner(seed, now, hours, people, writer).plans(claims):
        stage.enter(plan.drafted, Life(plan, house).run())
    stage.play()


def _do_business(stage: Stage, office: Office, book: ClientBook, plots: list[Plot]) -> None:
    """Leads, credit, and every piece of business from its first day on."""
    for plot in plots:
        day = office.hours.next_workday(office.today - dt.timedelta(days=plot.age))
        stage.enter(office.hours.at(day, 30 + plot.number), Story(office, plot).run())
    dunning = Dunning(office)
    stage.enter(dunning.begins(), dunning.rounds())
    for moment, script in [*Leads(office).scripts(), *Credit(office).scripts(book.entries())]:
        stage.enter(moment, script)


def _put_notices_away(now: dt.datetime) -> None:
    """People have read what is older than two weeks, and what they have decided on; nobody gets any mail."""
    old = Notification.objects.filter(created_at__lt=now - READ_AFTER, read_at=None)
    old.update(read_at=F("created_at") + dt.timedelta(hours=5))
    for task in Task.objects.filter(opened_at__gte=now - READ_AFTER).exclude(state=Task.State.OPEN):
        asked = Notification.objects.filter(recipient=task.user_id, created_at=task.opened_at, read_at=None)
        asked.update(read_at=task.decided_at or now)
    Participant.objects.filter(copied_at__lt=now - READ_AFTER, read_at=None).update(
        read_at=F("copied_at") + dt.timedelta(hours=5)
    )
    Notification.objects.filter(mail=Notification.Mail.DUE).update(mail=Notification.Mail.NONE, mail_after=None)


def faults() -> list[str]:
    """What does not hold in the finished company; empty when all is well."""
    broken = [f"run {fault.approval}, event {fault.seq}: {fault.problem}" for fault in verify()]
    return orphans() + broken
