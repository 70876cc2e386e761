"""Which business there is and how far each piece of it goes. Pure functions of a seed.

The stages up to an approved plan take 37 days at most (`Plot.age` leaves that much room), so that what a plot says of
today is so on every day the company is built.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from random import Random

#: engagements, by the state in which they are today; what is not named here is closed
ENGAGEMENTS = 120
UNTIL_PLAN = 37
#: days ago on which the work of a closed one was done
NEWEST, OLDEST = 106, 580
#: where the client's money takes longer, it was done so much earlier
LONGER, AT_LEAST = 110, 225

#: how far a paper that comes before the engagement has got, and how many of them
BEFORE = {
    "stage:EVAL": 4,
    "stage:CONTACT": 5,
    "stage:NEEDS": 4,
    "stage:SOLUTION": 4,
    "stage:NEGOTIATE": 3,
    "lost": 12,
    "assessment:open": 3,
    "assessment:failed": 4,
    "assessment:passed": 3,
    "intake:draft": 2,
    "intake:head": 3,
    "intake:credit": 2,
    "intake:management": 2,
    "intake:returned": 2,
    "intake:rejected": 2,
    "intake:lapsed": 2,
    "intake:approved": 3,
    "contract:draft": 2,
    "contract:head": 2,
    "contract:management": 1,
    "contract:signing": 3,
}

#: how far an engagement has got that is not closed, and how many of them
RUNNING = {
    "preparing": 5,
    "plan:draft": 1,
    "plan:head": 3,
    "plan:returned": 1,
    "executing": 22,
    "delivered": 5,
    "suspended": 3,
    "terminated": 4,
    "settlement:draft": 2,
    "settlement:head": 3,
    "settlement:credit": 1,
    "settlement:finance": 3,
    "settlement:returned": 2,
    "settlement:approved": 3,
    "settlement:requested": 2,
    "settlement:invoiced": 8,
    "settlement:partly": 2,
    "settlement:collected": 2,
    "settlement:posted": 2,
}
#: invoices that are overdue by about so many days
OVERDUE = (16, 20, 48, 78, 140, 222)

#: what else happens to closed engagements, in turn
TURNS = (
    {"red full"},
    {"two receipts"},
    {"change"},
    {"supplement"},
    {"over"},
    {"waived"},
    {"deduction"},
    set(),
    {"red part"},
    {"change"},
    {"undone"},
    {"two settlements"},
    {"failed check"},
    set(),
)
#: what happens to engagements that are carried out now, in turn
TURNS_NOW = (
    {"change"},
    {"change:head"},
    set(),
    {"supplement"},
    {"late report"},
    {"health"},
    {"change:rejected"},
    {"supplement:head"},
    set(),
    {"late report", "health"},
)


@dataclass
class Plot:
    """One piece of business: begun `age` days ago, it stops at `stop`."""

    number: int
    stop: str
    age: int
    #: days ago on which the work was done; None where it goes on or never began
    delivered: int | None = None
    #: days after the due day on which the client pays
    late: int = 0
    margin: float = 0.3
    turns: set[str] = field(default_factory=set)

    @property
    def is_current(self) -> bool:
        """It stands on somebody's desk today."""
        return self.stop not in ("closed", "lost", "terminated", "assessment:failed")


class Planner:
    """Draws up the business of two years."""

    def __init__(self, seed: int):
        self.rng = Random(f"{seed} business")

    def plots(self) -> list[Plot]:
        """Everything, the engagements first."""
        made = [self._running(stop) for stop, count in RUNNING.items() for _one in range(count)]
        made += [self._overdue(days) for days in OVERDUE]
        made += [self._closed() for _one in range(ENGAGEMENTS - len(made))]
        made += [self._before(stop) for stop, count in BEFORE.items() for _one in range(count)]
        for number, plot in enumerate(made):
            plot.number = number
            plot.margin = self.rng.uniform(0.17, 0.43)
        self._add_turns(made)
        return made

    def _before(self, stop: str) -> Plot:
        head, _colon, _step = stop.partition(":")
        if stop == "lost":
            return Plot(0, stop, self.rng.randint(30, 500))
        if stop == "assessment:failed":
            return Plot(0, stop, self.rng.randint(20, 300))
        if stop == "intake:lapsed":
            return Plot(0, stop, self.rng.randint(105, 160))
        room = {"stage": (9, 26), "assessment": (9, 20), "intake": (23, 30), "contract": (35, 42)}[head]
        return Plot(0, stop, self.rng.randint(*room))

    def _running(self, stop: str) -> Plot:
        if stop == "preparing":
            return Plot(0, stop, UNTIL_PLAN + self.rng.randint(0, 6))
        if stop.startswith("plan"):
            return Plot(0, stop, UNTIL_PLAN + self.rng.randint(2, 8))
        if stop == "executing":
            return Plot(0, stop, UNTIL_PLAN + self.rng.randint(5, 50))
        if stop in ("suspended", "terminated"):
            return Plot(0, stop, UNTIL_PLAN + self.rng.randint(40, 150))
        settled = {"draft": 9, "head": 11, "credit": 11, "finance": 13, "returned": 13, "approved": 15}
        days = settled.get(stop.partition(":")[2], 18) + self.rng.randint(0, 3)
        if stop == "delivered":
            days = self.rng.randint(2, 12)
        elif stop == "settlement:invoiced":
            days = self.rng.randint(15, 30)
        elif stop == "settlement:partly":
            days = 66
        elif stop in ("settlement:collected", "settlement:posted"):
            days = 80
        return self._delivered(stop, days)

    def _overdue(self, days: int) -> Plot:
        plot = self._delivered("settlement:overdue", days + 30 + 8)
        plot.turns = {"held"} if days > 100 else set()
        return plot

    def _closed(self) -> Plot:
        late = round(self.rng.triangular(-9, 24, 2))
        share = self.rng.random() ** 1.9
        plot = self._delivered("closed", NEWEST + round((OLDEST - NEWEST) * share))
        plot.late = late
        return plot

    def _delivered(self, stop: str, days: int) -> Plot:
        return Plot(0, stop, days + UNTIL_PLAN + self.rng.randint(18, 75), delivered=days)

    def _add_turns(self, made: list[Plot]) -> None:
        for plot, turns in zip(_of(made, "closed"), _again(TURNS), strict=False):
            plot.turns |= turns
            if turns & {"two settlements", "two receipts"} and plot.delivered < AT_LEAST:
                plot.delivered, plot.age = plot.delivered + LONGER, plot.age + LONGER
        for plot, turns in zip(_of(made, "executing"), _again(TURNS_NOW), strict=False):
            plot.turns |= turns
        for plot in _of(made, "settlement:credit"):
            plot.turns.add("held")
            plot.age += 50
        for stop in ("settlement:invoiced", "settlement:head"):
            _of(made, stop)[0].turns.add("waived")
        for plot in made[3::9]:
            plot.turns.add("lead")


def _of(plots: list[Plot], stop: str) -> list[Plot]:
    return [plot for plot in plots if plot.stop == stop]


def _again(turns: tuple[set[str], ...]) -> Iterator[set[str]]:
    while True:
        yield from turns
