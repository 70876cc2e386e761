"""The clients of the demo company: their files, the people there, and what was said to them. Written by services."""

import datetime as dt
from collections.abc import Iterator
from random import Random

from apps.core import clock
from apps.core.uscc import check_uscc
from apps.service.clients.models import (
    Client,
    ClientGrade,
    ClientPreference,
    ClientSource,
    Contact,
    ContactLog,
    Industry,
)
from apps.service.clients.services import log_contact, review, save_client, save_contact, save_preference
from apps.workspace.demo.data import read
from apps.workspace.demo.hours import Hours
from apps.workspace.demo.people import Cast

ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
MOST_TALKS = 40
#: days between two contacts, by grade
GAPS = {"A": (20, 55), "B": (35, 90), "C": (60, 130), "D": (90, 200), None: (90, 200)}


class ClientBook:
    """Forty clients, each a script of its own: entered on a day, then contacted and reviewed until now."""

    def __init__(self, seed: int, cast: Cast, hours: Hours, now: dt.datetime):
        self.seed, self.cast, self.hours, self.now = seed, cast, hours, now
        self.data = read("clients")
        self.catalogue = {
            model: {row.code: row for row in model.objects.all()} for model in (Industry, ClientSource, ClientGrade)
        }
        self.referrers: list[Client] = []
        self._gone = self.data["dormant"] + self.data["ended"]

    def scripts(self) -> Iterator[tuple[dt.datetime, Iterator[dt.datetime]]]:
        """(moment, script) of each client, the important ones first."""
        for place, row in enumerate(self.data["clients"]):
            rng = Random(f"{self.seed} client {place}")
            yield self._entered(place, rng), self._life(row, rng)

    def entries(self) -> Iterator[tuple[dt.datetime, str, str | None]]:
        """(moment of entry, name, grade) of each client."""
        for place, row in enumerate(self.data["clients"]):
            yield self._entered(place, Random(f"{self.seed} client {place}")), row[0], row[2]

    def _entered(self, place: int, rng: Random) -> dt.datetime:
        long_ago = place < 20 or self.data["clients"][place][0] in self._gone
        days = rng.randint(40, 300) + 400 * long_ago
        day = self.hours.next_workday(self.hours.day_of(self.now) - dt.timedelta(days=days))
        return self.hours.at(day, rng.randint(30, 450))

    def _life(self, row: list, rng: Random) -> Iterator[dt.datetime]:
        name = row[0]
        pooled = name in self.data["in_pool"]
        owner = None if pooled else self._owner(rng)
        client = self._enter(row, rng, owner)
        people = self._people(client, rng, at_least=0 if pooled else 1)
        if not pooled:
            for topic, value in rng.sample(self.data["preferences"], rng.randint(0, 3)):
                save_preference(
                    ClientPreference(client=client, topic=topic, value=value), by=client.owner, trusted=True
                )
        gap = GAPS[row[2]]
        for talk in range(1 if pooled else MOST_TALKS):
            yield self._later(rng, gap)
            client = Client.objects.select_related("owner", "grade").get(pk=client.pk)
            self._talk(client, people, rng)
            if talk % 3 == 2 and rng.random() < 0.6:
                review(client, by=client.owner, fields=client.filled_fields(), trusted=True)
            if name in self._gone:
                yield self._later(rng, gap)
                self._end(client, name)
                return

    def _later(self, rng: Random, gap: tuple[int, int]) -> dt.datetime:
        """A working day after a while."""
        day = self.hours.next_workday(self.hours.day_of(clock.now()) + dt.timedelta(days=rng.randint(*gap)))
        return self.hours.at(day, rng.randint(30, 450))

    def _owner(self, rng: Random):
        """Somebody of Business who works here on this day; the accounts of the tour have clients of their own."""
        people = [
            user
            for name, user in sorted(self.cast.users.items())
            if user.is_active and user.department and self.cast.top_of(user.department.code) == "BUS"
        ]
        return rng.choice([user for user in people if user.username in ("staff", "staff2")] * 3 + people)

    def _enter(self, row: list, rng: Random, owner) -> Client:
        name, industry, grade, source, address, needs = row
        kind = Client.Kind.COMPANY
        if name in self.data["public"]:
            kind = Client.Kind.PUBLIC
        elif name in self.data["persons"]:
            kind = Client.Kind.PERSON
        doubtful = not address
        client = Client(
            name=name,
            name_en=self.data["english"].get(name, ""),
            kind=kind,
            uscc="" if kind == Client.Kind.PERSON or doubtful else _uscc(rng, public=kind == Client.Kind.PUBLIC),
            industry=self.catalogue[Industry].get(industry),
            grade=self.catalogue[ClientGrade].get(grade),
            source=self.catalogue[ClientSource][source],
            referred_by=rng.choice(self.referrers) if source == "REFERRAL" and self.referrers else None,
            owner=owner,
            phone="" if doubtful else f"021-6{rng.randrange(10**7):07d}",
            address=address,
            needs=needs,
        )
        save_client(client, by=owner or self.cast.users["service"], reason="新建客户档案", trusted=True)
        if grade in ("A", "B"):
            self.referrers.append(client)
        return client

    def _people(self, client: Client, rng: Random, at_least: int) -> list[Contact]:
        found = []
        titles = rng.sample(self.data["titles"], rng.randint(at_least, 3))
        for place, (title, role) in enumerate(titles):
            alone = client.kind == Client.Kind.PERSON
            if alone and place:
                break
            contact = Contact(
                client=client,
                name=client.name if alone else rng.choice(self.data["surnames"]) + rng.choice(self.data["given"]),
                title="" if alone else title,
                decision_role="decides" if alone else role,
                mobile=f"13{rng.randrange(10**9):09d}",
                email=f"{client.number.lower()}.{place}@example.com" if rng.random() < 0.7 else "",
                is_primary=place == 0,
            )
            found.append(save_contact(contact, by=client.owner, trusted=True))
        return found

    def _talk(self, client: Client, people: list[Contact], rng: Random) -> None:
        channel, summary, outcome = rng.choice(self.data["talks"])
        promised = rng.random() < 0.2
        log = ContactLog(
            client=client,
            contact=rng.choice(people) if people else None,
            at=clock.now(),
            channel=channel,
            summary=summary,
            outcome=outcome,
            next_contact_on=self.hours.day_of(clock.now()) + dt.timedelta(days=rng.randint(7, 60))
            if promised
            else None,
        )
        log_contact(log, by=client.owner or self.cast.users["service"], trusted=True)

    def _end(self, client: Client, name: str) -> None:
        client = Client.objects.select_related("owner").get(pk=client.pk)
        client.status = Client.Status.ENDED if name in self.data["ended"] else Client.Status.DORMANT
        save_client(client, by=client.owner, reason="长期没有业务往来", trusted=True)


def _uscc(rng: Random, *, public: bool) -> str:
    """A code of the right shape whose check character agrees."""
    head = "12310101" if public else rng.choice(["91310115MA", "91310106MA", "91320594MA", "91330108MA"])
    body = head + "".join(rng.choice(ALPHABET) for _place in range(17 - len(head)))
    return next(body + last for last in ALPHABET if check_uscc(body + last).check_digit_ok)
