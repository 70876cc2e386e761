"""What a claim says: title, project and expense lines, by kind of occasion. Pure functions of a random generator."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from random import Random
from typing import Any

from apps.finance.expenses.models import ExpenseClaim
from apps.workspace.demo.data import read
from apps.workspace.demo.invoices import CENT, Numbers, invoice_of

Kind = ExpenseClaim.ClaimType
CITIES = {
    "BEIJING": 9,
    "SHENZHEN": 10,
    "GUANGZHOU": 8,
    "HANGZHOU": 9,
    "NANJING": 6,
    "SUZHOU": 6,
    "CHENGDU": 5,
    "WUHAN": 4,
    "NINGBO": 4,
    "QINGDAO": 3,
    "XIAMEN": 3,
    "WUXI": 3,
    "HEFEI": 3,
    "CHANGSHA": 2,
    "XIAN": 2,
    "WENZHOU": 2,
    "ZHUHAI": 1,
}
NIGHT = {"T1": 430, "T2": 340, "T3": 255}
FARE = {"HANGZHOU": 150, "SUZHOU": 90, "WUXI": 110, "NANJING": 290, "NINGBO": 290, "HEFEI": 420, "WENZHOU": 460}


@dataclass
class Paper:
    """A claim as somebody types it. Lines are what `save_claim` takes, with codes in place of categories and cities."""

    title: str
    claim_type: str = Kind.GENERAL
    project: str = ""
    lines: list[dict[str, Any]] = field(default_factory=list)


@dataclass
class Traveller:
    """What the expenses of a person depend on: the department on top of theirs, and a factor for their grade."""

    department: str
    comfort: float = 1.0


class Writer:
    """Writes one claim after the other; `tiers` gives the tier of each city, `names` its name."""

    def __init__(self, tiers: dict[str, str], names: dict[str, str]):
        self.tiers, self.names = tiers, names
        self.texts = read("texts")
        self.numbers = Numbers()

    def write(self, kind: str, rng: Random, day: dt.date, who: Traveller) -> Paper:
        """A claim of this kind for expenses up to this day."""
        return getattr(self, f"_{kind}")(rng, day, who)

    # ---- travel ----

    def _trip(self, rng: Random, day: dt.date, who: Traveller) -> Paper:
        return self._travel(rng, day, who, nights=rng.choice((1, 1, 2, 2, 3)))

    def _bigtrip(self, rng: Random, day: dt.date, who: Traveller) -> Paper:
        """Far, long, for two: above 5,000."""
        far = [city for city in CITIES if city not in FARE]
        paper = self._travel(rng, day, who, nights=rng.choice((3, 4, 5)), people=2, cities=far)
        fare = paper.lines[0]
        rest = sum(line["amount"] for line in paper.lines[1:])
        fare["amount"] = max(fare["amount"] * 2, 5400 - rest + _money(rng, 300, 0.4))
        fare["invoice_total"], fare["people"] = fare["amount"], 2
        fare["tax"] = (fare["amount"] / Decimal("1.09") * Decimal("0.09")).quantize(CENT)
        return paper

    def _travel(
        self, rng: Random, day: dt.date, who: Traveller, *, nights: int, people: int = 1, cities: Sequence[str] = ()
    ) -> Paper:
        cities = cities or list(CITIES)
        city = rng.choices(cities, [CITIES[city] for city in cities])[0]
        client = rng.choice(self.texts["clients"])
        purposes = {"MKT": "trip_purposes_market", "SVC": "trip_purposes_service", "BUS": "trip_purposes"}
        purpose = rng.choice(self.texts[purposes.get(who.department, "trip_purposes_other")])
        with_client = who.department in ("BUS", "SVC") or purpose == "渠道走访"
        title = f"赴{self.names[city]}{purpose}差旅费"
        if with_client and purpose == "拜访客户":
            title = f"赴{self.names[city]}拜访客户{client}差旅费"
        paper = Paper(title, Kind.TRAVEL, client if with_client else "")
        first = day - dt.timedelta(days=nights)
        fare = _money(rng, FARE.get(city, 900) * who.comfort**0.4, 0.2)
        how = rng.choice(self.texts["transport"])
        carrier = self.texts["carriers"]["飞" in how]
        paper.lines.append(self._line(rng, "TRANSPORT", day, fare, f"上海—{self.names[city]} {how}", carrier, city))
        price = _yuan(rng, NIGHT[self.tiers[city]] * who.comfort, 0.22)
        hotel = rng.choice(self.texts["hotels"]) % self.names[city]
        text = f"{first.month}月{first.day}日至{day.month}月{day.day}日住宿{nights}晚"
        stay = self._line(rng, "HOTEL", day, price * nights * people, text, hotel, city)
        paper.lines.append(stay | {"days": Decimal(nights), "people": people})
        self._add_meals_and_taxis(paper, rng, day, nights + 1, city)
        return paper

    def _add_meals_and_taxis(self, paper: Paper, rng: Random, day: dt.date, days: int, city: str) -> None:
        allowance = Decimal(days * rng.choice((80, 100, 100, 100)))
        meals = {"category": "MEALS", "date": day, "city": city, "days": Decimal(days), "amount": allowance}
        paper.lines.append(meals | {"description": f"出差餐补{days}天"})
        if rng.random() < 0.75:
            rides = _money(rng, 42 * days, 0.35)
            line = self._line(rng, "LOCAL", day, rides, "机场、车站及客户处往返", rng.choice(self.texts["taxis"]), city)
            paper.lines.append(line | {"days": Decimal(days)})

    # ---- everyday ----

    def _local(self, rng: Random, day: dt.date, who: Traveller) -> Paper:
        paper = Paper(f"{day.month}月市内交通费")
        for back in sorted(rng.sample(range(12), rng.choice((1, 2, 3, 4))), reverse=True):
            text = rng.choice(self.texts["local_reasons"])
            ride = _money(rng, 48 * who.comfort, 0.4)
            when = day - dt.timedelta(days=back)
            paper.lines.append(self._line(rng, "LOCAL", when, ride, text, rng.choice(self.texts["taxis"]), "SHANGHAI"))
        return paper

    def _entertain(self, rng: Random, day: dt.date, who: Traveller) -> Paper:
        client, people = rng.choice(self.texts["clients"]), rng.choice((3, 4, 4, 5, 6, 8))
        paper = Paper(f"招待{client}来访人员", Kind.ENTERTAINMENT, client)
        spent = _yuan(rng, 150 * people * who.comfort, 0.25)
        text = f"{rng.choice(self.texts['dinner'])}，客户{people - 2}人，我方2人"
        line = self._line(rng, "ENTERTAIN", day, spent, text, rng.choice(self.texts["restaurants"]), "SHANGHAI")
        paper.lines.append(line | {"people": people})
        if rng.random() < 0.35:
            ride = _money(rng, 60, 0.3)
            seller = rng.choice(self.texts["taxis"])
            paper.lines.append(self._line(rng, "LOCAL", day, ride, "接送客户", seller, "SHANGHAI"))
        return paper

    def _office(self, rng: Random, day: dt.date, _who: Traveller) -> Paper:
        items = rng.sample(self.texts["office_items"], rng.choice((1, 2, 3)))
        paper = Paper(f"采购{items[0]}" if len(items) == 1 else f"采购{items[0]}等办公用品")
        for item in items:
            amount = _money(rng, 180, 0.8)
            paper.lines.append(self._line(rng, "OFFICE", day, amount, item, rng.choice(self.texts["shops"])))
        return paper

    def _telecom(self, rng: Random, day: dt.date, _who: Traveller) -> Paper:
        amount = _money(rng, 96, 0.2)
        seller = rng.choice(self.texts["telecoms"])
        text = f"{day.month}月公务手机话费"
        return Paper(f"{day:%Y}年{text}", lines=[self._line(rng, "TELECOM", day, amount, text, seller)])

    def _vehicle(self, rng: Random, day: dt.date, _who: Traveller) -> Paper:
        paper = Paper(f"{day.month}月公务车费用")
        for item in rng.sample(self.texts["vehicle_items"], rng.choice((1, 2))):
            amount = _money(rng, 420, 0.5)
            paper.lines.append(self._line(rng, "VEHICLE", day, amount, item, rng.choice(self.texts["garages"])))
        return paper

    def _other(self, rng: Random, day: dt.date, _who: Traveller) -> Paper:
        item, seller = rng.choice(self.texts["other_items"]), rng.choice(self.texts["shops"])
        return Paper(item, lines=[self._line(rng, "OTHER", day, _money(rng, 260, 0.6), item, seller)])

    # ---- occasions ----

    def _training(self, rng: Random, day: dt.date, _who: Traveller) -> Paper:
        return self._course(rng, day, _yuan(rng, 1600, 0.45))

    def _bigtraining(self, rng: Random, day: dt.date, _who: Traveller) -> Paper:
        return self._course(rng, day, 5600 + _yuan(rng, 1800, 0.5))

    def _course(self, rng: Random, day: dt.date, fee: Decimal) -> Paper:
        course = rng.choice(self.texts["courses"])
        line = self._line(rng, "TRAINING", day, fee, f"{course}课程及教材", rng.choice(self.texts["trainers"]))
        return Paper(f"参加“{course}”培训费", lines=[line])

    def _meeting(self, rng: Random, day: dt.date, _who: Traveller) -> Paper:
        name, people = rng.choice(self.texts["meetings"]), rng.choice((20, 30, 40, 60))
        amount = _yuan(rng, 110 * people, 0.25)
        line = self._line(
            rng, "MEETING", day, amount, f"场地、资料及茶歇，{people}人", rng.choice(self.texts["venues"])
        )
        return Paper(f"{name}会议费", lines=[line | {"people": people}])

    def _promotion(self, rng: Random, day: dt.date, _who: Traveller) -> Paper:
        items = rng.sample(self.texts["promotion_items"], rng.choice((1, 1, 2)))
        paper = Paper(f"{items[0]}费用")
        for item in items:
            amount = _yuan(rng, 2400, 0.7)
            paper.lines.append(self._line(rng, "PROMOTION", day, amount, item, rng.choice(self.texts["promoters"])))
        return paper

    def _exhibition(self, rng: Random, day: dt.date, _who: Traveller) -> Paper:
        """Space and stand of an exhibition: above 50,000."""
        name = rng.choice(self.texts["exhibitions"])
        paper = Paper(f"{day:%Y}年{name}参展费", project=name)
        for text, base in (("展位租赁费", 52000), ("特装展台搭建及物料", 14000), ("展期宣传资料印制", 4000)):
            amount = base + _yuan(rng, base / 6, 0.5)
            paper.lines.append(self._line(rng, "PROMOTION", day, amount, text, rng.choice(self.texts["promoters"])))
        return paper

    def _welfare(self, rng: Random, day: dt.date, _who: Traveller) -> Paper:
        item, people = rng.choice(self.texts["welfare_items"]), rng.choice((6, 8, 10, 12))
        amount = Decimal(people * rng.choice((120, 150, 200, 260)))
        line = self._line(rng, "WELFARE", day, amount, f"{item}，{people}人", rng.choice(self.texts["shops"]))
        return Paper(f"{item}费用", lines=[line | {"people": people}])

    def _line(self, rng: Random, category: str, day, amount: Decimal, text: str, seller: str, city: str = "") -> dict:
        invoice = invoice_of(
            self.numbers, rng, category=category, day=day, amount=amount, seller=seller, place=city or "SHANGHAI"
        )
        return {"category": category, "date": day, "city": city, "amount": amount, "description": text, **invoice}


def _money(rng: Random, middle: float, spread: float) -> Decimal:
    """An amount with cents, log-normal around the middle."""
    return Decimal(str(round(middle * rng.lognormvariate(0, spread), 2))).quantize(CENT)


def _yuan(rng: Random, middle: float, spread: float) -> Decimal:
    """A round amount."""
    return Decimal(round(middle * rng.lognormvariate(0, spread)))
