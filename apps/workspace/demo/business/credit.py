"""The credit of clients: assessments and limits, a hold."""

import datetime as dt
from collections.abc import Iterator

from apps.core import clock
from apps.documents import services
from apps.risk.credit.models import CreditAssessment, ScoringModel
from apps.risk.credit.services import preview_assessment, save_assessment, set_hold
from apps.service.clients.models import Client
from apps.workspace.demo.business.office import HELD, Actor, Office
from apps.workspace.demo.business.plots import Plot

#: which answer each question gets, in the order of the scoring model, for a grade
ANSWERS = {"A": (0, 0, 0, 0, 0), "B": (1, 1, 1, 1, 1), "C": (1, 2, 2, 1, 1), "D": (3, 2, 2, 2, 2)}
NOTES = ("付款流水与往来对账", "营业执照与年报", "合同台账", "行业公开数据", "公开信用信息查询")
#: of these the limit is left to expire, or does so within the month
LEFT_TO_EXPIRE = ("上海禾沐食品集团有限公司", "常州百合新材料有限公司")
SOON = ("上海拾光里商业管理有限公司", "上海知渔教育科技有限公司", "上海云栈供应链管理有限公司")
#: assessed for the first time now, in approval
NOW = ("扬州维夏日化有限公司", "南通江海渔具有限公司")
HELD_DAYS, YEAR = 24, 365


class Credit:
    """Finance assesses the important clients when they come and every year; one is put on hold."""

    def __init__(self, office: Office):
        self.office = office

    def scripts(self, clients: Iterator[tuple[dt.datetime, str, str]]) -> Iterator:
        """(moment, script) of each; `clients` are (moment of entry, name, grade) of all."""
        for place, (moment, name, grade) in enumerate(clients):
            actor = Assessor(self.office, Plot(1000 + place, "", 0))
            if grade in ("A", "B"):
                yield moment + dt.timedelta(days=2), actor.year_by_year(name, grade)
            elif grade == "C" and place % 4 == 1:
                yield moment + dt.timedelta(days=4), actor.year_by_year(name, "C")
        actor = Assessor(self.office, Plot(1100, "", 0))
        yield self.office.now - dt.timedelta(days=HELD_DAYS), actor.hold(HELD)
        for place, name in enumerate(NOW):
            actor = Assessor(self.office, Plot(1200 + place, "credit:director", 0))
            yield self.office.now - dt.timedelta(days=4 + place), actor.once(name, "C")


class Assessor(Actor):
    """Somebody of Finance and one client."""

    def once(self, name: str, grade: str, *, months: int = 12) -> Iterator[dt.datetime]:
        """An assessment, decided; above what the score is worth for the largest clients."""
        yield self.soon(0.2, 1.5)
        client, by = Client.objects.get(name=name), self.office.cast.users["accountant"]
        model = ScoringModel.objects.get(state=ScoringModel.State.PUBLISHED)
        answers = {
            factor.pk: (list(factor.options.order_by("order"))[choice].pk, note)
            for factor, choice, note in zip(model.factors.order_by("order"), ANSWERS[grade], NOTES, strict=True)
        }
        paper = CreditAssessment(kind=CreditAssessment.KIND, applicant=by, client=client, title=f"{name}信用评估")
        preview_assessment(paper, answers)
        paper.amount, paper.term_days = paper.band_limit, paper.band_term_days
        if grade == "A":
            paper.amount = 900000
            paper.reason = "年度合作规模较大，历史回款及时，按上年结算额的三成核定额度。"
        paper.valid_until = clock.today() + dt.timedelta(days=30 * months + 5)
        paper = services.submit(save_assessment(paper, by=by, answers=answers), by=by)
        yield from self.decide(paper, "credit")

    def year_by_year(self, name: str, grade: str) -> Iterator[dt.datetime]:
        """Again before it expires, but for some."""
        left = (self.office.now - clock.now()).days
        if name in SOON:
            yield from self.once(name, grade, months=max(round((left + 14) / 30), 1))
            return
        while True:
            yield from self.once(name, grade)
            if name in LEFT_TO_EXPIRE or name == HELD:
                return
            yield clock.now() + dt.timedelta(days=YEAR - 25)

    def hold(self, name: str) -> Iterator[dt.datetime]:
        """What is owed for half a year: no new business, and the limit goes."""
        yield self.soon(0.2, 1)
        set_hold(Client.objects.get(name=name), by=self.office.cast.users["director"], reason=self.texts["holds"])
        yield self.soon(1, 3)
        yield from self.once(name, "D")
