"""Lets things happen in order: each script is a generator that acts and then says when it goes on."""

import datetime as dt
import heapq
from collections.abc import Iterator

from apps.core import clock

Script = Iterator[dt.datetime]


class Stage:
    """Plays scripts side by side, every act at its own moment, until now. What would come later does not happen."""

    def __init__(self, now: dt.datetime):
        self.now = now
        self._waiting: list[tuple[dt.datetime, int, Script]] = []
        self._entered = 0

    def enter(self, moment: dt.datetime, script: Script) -> None:
        """Let a script begin at a moment."""
        self._entered += 1
        heapq.heappush(self._waiting, (moment, self._entered, script))

    def play(self) -> None:
        """Run until every script has ended or waits for the future."""
        while self._waiting and self._waiting[0][0] < self.now:
            moment, entered, script = heapq.heappop(self._waiting)
            with clock.at(moment):
                following = next(script, None)
            if following is not None:
                later = max(following, moment + dt.timedelta(seconds=1))
                heapq.heappush(self._waiting, (later, entered, script))
