"""Finance reminds clients of what is overdue, every second week."""

import datetime as dt
from collections.abc import Iterator

from apps.core import clock
from apps.finance.receivables.services import overdue_of, send_reminder, standing_of
from apps.service.clients.models import Client
from apps.workspace.demo.business.office import Office

FIRST, LAST = 190, 4
ROUND, GRACE = 14, 10


class Dunning:
    """One script: rounds until a few days ago."""

    def __init__(self, office: Office):
        self.office = office

    def begins(self) -> dt.datetime:
        """The first round."""
        day = self.office.hours.next_workday(self.office.today - dt.timedelta(days=FIRST))
        return self.office.hours.at(day, 400)

    def rounds(self) -> Iterator[dt.datetime]:
        """Each client that has been late for longer than a few days, where there is somebody to write to."""
        last = self.office.today - dt.timedelta(days=LAST)
        while clock.today() <= last:
            self._remind()
            day = self.office.hours.next_workday(clock.today() + dt.timedelta(days=ROUND))
            yield self.office.hours.at(day, 400)

    def _remind(self) -> None:
        long_ago = clock.today() - dt.timedelta(days=GRACE)
        late = overdue_of().filter(due_on__lt=long_ago).values_list("client", flat=True)
        clients = list(Client.objects.filter(pk__in=set(late)).order_by("pk"))
        standings = standing_of([client.pk for client in clients])
        for client in clients:
            if standings[client.pk].contact and standings[client.pk].is_allowed:
                send_reminder(client, by=self.office.cast.users["accountant"])
