"""Questions that are asked of clients everywhere; above all, who may see which."""

import datetime as dt

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Coalesce

from apps.core import clock
from apps.org.models import Department

SEES_ALL = "service.view_all_clients"
SEES_POOL = "service.view_client_pool"


def visible(user, prefix: str = "") -> Q | None:
    """The condition for clients this person may see: everything, own, of headed departments, the pool. None: all."""
    if user.has_perm(SEES_ALL):
        return None
    condition = Q(**{f"{prefix}owner": user})
    if headed := headed_by(user):
        condition |= Q(**{f"{prefix}owner__department__in": headed})
    if user.has_perm(SEES_POOL):
        pool = Q(**{f"{prefix}owner__isnull": True, f"{prefix}merged_into__isnull": True})
        condition |= pool & ~Q(**{f"{prefix}status": "ended"})
    return condition


def headed_by(user) -> list[int]:
    """The departments a person heads, read once per loaded person, like their permissions."""
    if "_headed_departments" not in user.__dict__:
        user.__dict__["_headed_departments"] = Department.objects.headed_by(user)
    return user.__dict__["_headed_departments"]


class ClientQuerySet(models.QuerySet):
    """Clients."""

    def visible_to(self, user):
        """The clients this person may see; every page, export, count and suggestion goes through here."""
        if not user.is_active:
            return self.none()
        condition = visible(user)
        return self if condition is None else self.filter(condition)

    def live(self):
        """Without those that were merged into another one."""
        return self.filter(merged_into__isnull=True)

    def matching(self, word: str):
        """Whose name, number, code or telephone has this word in it."""
        fields = ("name", "name_en", "number", "uscc", "phone")
        condition = Q()
        for field in fields:
            condition |= Q(**{f"{field}__icontains": word})
        return self.filter(condition)

    def kept(self):
        """Clients one still deals with."""
        return self.live().exclude(status="ended")

    def in_pool(self):
        """Nobody is in charge of them."""
        return self.kept().filter(owner__isnull=True)

    def with_review(self):
        """With `review_from`: the last review, or the day the file was begun."""
        return self.annotate(review_from=Coalesce("reviewed_on", "entered_on"))

    def due_for_review(self, review_days: int, today: dt.date | None = None):
        """Whose last review is so many days old."""
        last = (today or clock.today()) - dt.timedelta(days=review_days)
        return self.kept().with_review().filter(review_from__lte=last)

    def to_contact(self, grades, today: dt.date | None = None):
        """To be contacted today or earlier: as promised, else by the interval of the grade."""
        today = today or clock.today()
        due = Q(next_contact_on__lte=today)
        for grade in grades:
            last = today - dt.timedelta(days=grade.contact_days)
            due |= Q(next_contact_on__isnull=True, grade=grade, contact_from__lte=last)
        return self.kept().annotate(contact_from=Coalesce(F("contacted_on"), F("entered_on"))).filter(due)


class OfClientQuerySet(models.QuerySet):
    """Rows that belong to a client and are seen by whoever sees the client."""

    def visible_to(self, user):
        """The rows of clients this person may see."""
        if not user.is_active:
            return self.none()
        condition = visible(user, "client__")
        return self if condition is None else self.filter(condition)
