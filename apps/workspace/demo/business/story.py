"""One piece of business from the first talk to the booked money: a script of the stage."""

import datetime as dt
from collections.abc import Iterator
from decimal import Decimal

from apps.business.engagements import services as engagements
from apps.workspace.demo.business.money import Money

HALF = Decimal("0.5")


class Story(Money):
    """Plays its plot and stops where the plot says."""

    def run(self) -> Iterator[dt.datetime]:
        """Part by part; each ends the story where it leads nowhere."""
        yield from self.sell()
        if self.intake is None:
            return
        yield from self.contract()
        if self.engagement is None:
            return
        yield from self.plan()
        if self.engagement_is_planned():
            yield from self._carry_out()

    def engagement_is_planned(self) -> bool:
        """Whether work has begun."""
        return self._fresh().phase == "executing"

    def _carry_out(self) -> Iterator[dt.datetime]:
        stop = self.plot.stop
        if stop in ("suspended", "terminated"):
            yield self.soon(6, 15)
            if stop == "terminated":
                self.terminate()
            else:
                engagements.suspend(self._fresh(), by=self.owner, reason=self.say("suspensions"))
            return
        yield from self.execute()
        if self.plot.delivered is None:
            return
        yield self.on(self.plot.delivered)
        self.deliver()
        if stop == "delivered":
            return
        if "two settlements" in self.plot.turns:
            yield from self._settle(HALF)
        yield from self._settle(Decimal(1))
        if stop == "closed":
            yield from self.close()

    def _settle(self, share: Decimal) -> Iterator[dt.datetime]:
        """One settlement as far as the plot goes."""
        stop = self.plot.stop
        yield from self.settle(share)
        if self.paper.state != "approved" or stop == "settlement:approved":
            return
        yield from self.invoice()
        if stop in ("settlement:requested", "settlement:invoiced", "settlement:overdue"):
            return
        yield from self.collect()
        if stop in ("settlement:partly", "settlement:collected"):
            return
        yield self.soon(0.5, 3)
        self.post()
