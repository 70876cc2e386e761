"""Leads that have not become an opportunity: new, in the pool, stale, discarded; and what the program does at night."""

import datetime as dt
from collections.abc import Iterator
from random import Random

from apps.business.intake.services import lapse_unsigned
from apps.business.leads import services as leads
from apps.business.models import Activity, Lead
from apps.core import clock
from apps.service.clients.models import ClientSource
from apps.workspace.demo.business.office import Office

#: (what becomes of it, days ago on which it was entered), in the order of the texts
FATES = [
    *(("new", days) for days in (1, 2, 3, 5, 6, 9)),
    *(("late step", days) for days in (12, 16, 20)),
    *(("idle", days) for days in (25, 27)),
    *(("pool", days) for days in (2, 7, 15, 40)),
    *(("recycled", days) for days in (38, 52)),
    *(("discarded", days) for days in (30, 75, 130)),
]


class Leads:
    """A script for each lead, and one of the nights."""

    def __init__(self, office: Office):
        self.office, self.texts = office, office.texts
        self.sellers = [office.cast.users[name] for name in ("staff", "staff2", "huang.zihan", "he.shihan")]

    def scripts(self) -> Iterator[tuple[dt.datetime, Iterator[dt.datetime]]]:
        """(moment, script) of each."""
        for place, ((fate, days), row) in enumerate(zip(FATES, self.texts["leads"], strict=False)):
            rng = Random(f"{self.office.seed} lead {place}")
            day = self.office.hours.workdays_before(self.office.today - dt.timedelta(days=days), 1)
            yield self.office.hours.at(day, rng.uniform(20, 400)), self._life(rng, fate, row)
        yield self.office.now - dt.timedelta(days=100), self._nights()

    def _life(self, rng: Random, fate: str, row: list) -> Iterator[dt.datetime]:
        company, person, code, need = row
        sources = list(ClientSource.objects.order_by("code"))
        pooled = fate == "pool"
        owner = None if pooled else rng.choice(self.sellers[:2] * 2 + self.sellers)
        lead = Lead(
            company_name=company,
            contact_name=person,
            phone=f"138{rng.randrange(10**8):08d}",
            source=rng.choice(sources),
            source_detail=rng.choice(self.texts["lead_details"]),
            service_type=self.office.types[code],
            need=need,
            owner=owner,
        )
        if not pooled:
            lead.next_step = rng.choice(self.texts["lead_steps"])
            lead.next_step_on = clock.today() + dt.timedelta(days=rng.randint(2, 4) if fate == "late step" else 13)
        lead = leads.save_lead(lead, by=owner or self.office.cast.users["market"])
        if fate in ("late step", "discarded"):
            yield self.office.hours.after(clock.now(), 9)
            leads.touch(lead, by=owner, text="电话联系，对方正在比较，约下周再谈。", kind=Activity.Kind.CALL)
        if fate == "discarded":
            yield self.office.hours.after(clock.now(), 60)
            leads.discard(lead, by=owner, reason=rng.choice(self.office.lost), note="联系三次未能推进")

    def _nights(self) -> Iterator[dt.datetime]:
        """Idle leads return to the pool, approved applications without a contract lapse."""
        while True:
            leads.recycle()
            lapse_unsigned()
            yield clock.now() + dt.timedelta(days=4)
