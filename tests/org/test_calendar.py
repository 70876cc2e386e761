"""The company's calendar: reckoning in working time, its pages, and the years that come with the program."""

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from apps.core import clock
from apps.org.calendar.services import company_calendar, enter_published_years, years_without_entries
from apps.org.calendar.worktime import (
    WorkCalendar,
    after_working_time,
    parse_hours,
    working_time_between,
    write_hours,
)
from apps.org.models import CalendarDay, Company

SHANGHAI = ZoneInfo("Asia/Shanghai")
MONTH = dt.date(2026, 2, 1)
ZERO = dt.timedelta(0)
MINUTE = dt.timedelta(minutes=1)


def at(day: int, hour: int, minute: int = 0, month: int = 2) -> dt.datetime:
    return dt.datetime(2026, month, day, hour, minute, tzinfo=SHANGHAI)


def week(**exceptions: bool) -> WorkCalendar:
    """The usual week with these days of February 2026 otherwise: `d16=False`."""
    days = {MONTH.replace(day=int(name[1:])): works for name, works in exceptions.items()}
    return WorkCalendar(SHANGHAI, parse_hours("09:00-12:00, 13:30-18:00"), frozenset({1, 2, 3, 4, 5}), days)


calendars = st.builds(
    WorkCalendar,
    st.sampled_from([SHANGHAI, ZoneInfo("Europe/Berlin"), ZoneInfo("UTC")]),
    st.sampled_from(["09:00-18:00", "08:15-12:00, 13:30-18:00", "01:30-03:10, 22:00-23:59"]).map(parse_hours),
    st.frozensets(st.integers(1, 7), min_size=1),
    st.dictionaries(st.dates(dt.date(2026, 3, 1), dt.date(2026, 4, 30)), st.booleans(), max_size=20),
)  # fmt: skip
moments = st.datetimes(dt.datetime(2026, 3, 10), dt.datetime(2026, 4, 20), timezones=st.just(dt.UTC))
durations = st.integers(0, 40 * 60 * 60).map(lambda seconds: dt.timedelta(seconds=seconds))


@given(calendars, moments, durations)
def test_the_working_time_until_the_moment_after_a_working_time_is_that_time(calendar, start, duration):
    end = after_working_time(start, duration, calendar)
    assert end >= start
    assert working_time_between(start, end, calendar) == duration


@given(calendars, st.tuples(moments, moments, moments))
def test_working_time_adds_up_and_never_runs_backwards(calendar, three):
    first, second, third = sorted(three)
    parts = [working_time_between(a, b, calendar) for a, b in ((first, second), (second, third), (first, third))]
    assert parts[0] + parts[1] == parts[2]
    assert min(parts) >= ZERO
    assert parts[0] <= second - first
    assert working_time_between(second, first, calendar) == ZERO


@given(calendars, moments, durations, durations)
def test_more_time_ends_later_and_a_later_start_not_earlier(calendar, start, one, more):
    assert after_working_time(start, one, calendar) <= after_working_time(start, one + more, calendar)
    assert after_working_time(start, one, calendar) <= after_working_time(start + more, one, calendar)


@given(calendars, moments, moments)
def test_days_off_count_nothing(calendar, one, other):
    start, end = sorted((one, other))
    days = (start.date() + dt.timedelta(days=n) for n in range(-2, 60))
    idle = WorkCalendar(calendar.zone, calendar.periods, calendar.weekdays, dict.fromkeys(days, False))
    assert working_time_between(start, end, idle) == ZERO


@pytest.mark.parametrize(
    ("calendar", "start", "hours", "end"),
    [
        (week(), at(2, 9), 4, at(2, 14, 30)),
        (week(), at(2, 12, 30), 1, at(2, 14, 30)),
        (week(), at(6, 17), 2, at(9, 10)),
        (week(), at(7, 17), 7.5, at(9, 18)),
        (week(d9=False), at(6, 17), 2, at(10, 10)),
        (week(d7=True), at(6, 17), 2, at(7, 10)),
        (week(), at(2, 18), 0, at(2, 18)),
    ],
    ids=["over lunch", "from lunch", "over a weekend", "a whole day", "over a holiday", "a make-up day", "nothing"],
)
def test_some_days_by_hand(calendar, start, hours, end):
    duration = dt.timedelta(hours=hours)
    assert after_working_time(start, duration, calendar) == end
    assert working_time_between(start, end, calendar) == duration


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("9:00-12:00,13:30-18:00", "09:00-12:00, 13:30-18:00"),
        ("９:00–12:00，13：30~18:00", "09:00-12:00, 13:30-18:00"),
        ("09：00—12：00、13:30-18:00", "09:00-12:00, 13:30-18:00"),
        ("09:00-17:00", "09:00-17:00"),
        ("13:00-12:00", None),
        ("09:00-12:00, 11:00-15:00", None),
        ("09:00-25:00", None),
        ("", None),
        ("nine to five", None),
    ],
)
def test_hours_as_people_type_them(typed, stored):
    if stored is None:
        with pytest.raises(ValidationError):
            parse_hours(typed)
    else:
        assert write_hours(parse_hours(typed)) == stored


def test_the_published_years_come_once_and_are_not_entered_again_where_somebody_has_removed_a_day(house):
    counts = {year: CalendarDay.objects.filter(day__year=year).count() for year in (2024, 2025, 2026, 2027)}
    assert counts == {2024: 28 + 8, 2025: 28 + 5, 2026: 33 + 6, 2027: 0}
    CalendarDay.objects.get(day="2026-10-01").delete()
    enter_published_years()
    assert not CalendarDay.objects.filter(day="2026-10-01").exists()


def test_the_spring_festival_of_2026(house):
    calendar = company_calendar()
    assert after_working_time(at(13, 17), dt.timedelta(hours=2), calendar) == at(14, 10)
    assert after_working_time(at(14, 17), dt.timedelta(hours=2), calendar) == at(24, 10)
    assert working_time_between(at(13, 18), at(28, 18), calendar) == 6 * dt.timedelta(hours=7.5)


def test_a_year_that_is_missing_is_told(house):
    assert years_without_entries(dt.date(2026, 11, 30)) == []
    assert years_without_entries(dt.date(2026, 12, 1)) == [2027]
    assert years_without_entries(dt.date(2027, 1, 2)) == [2027]


def test_a_holiday_of_several_days_is_entered_at_once(admin_client):
    url = reverse("org:calendar-create")
    typed = {
        "day": "2027-02-06",
        "until": "2027-02-08",
        "name": "春节",
        "name_en": "Spring Festival",
        "kind": "holiday",
    }
    assert admin_client.post(url, typed).url == reverse("org:calendar")
    assert [str(day.day) for day in CalendarDay.objects.filter(day__year=2027).order_by("day")] == [
        "2027-02-06",
        "2027-02-07",
        "2027-02-08",
    ]
    again = admin_client.post(url, typed | {"day": "2027-02-05", "until": "2027-02-09"})
    assert "2027-02-06 Spring Festival is in the calendar already" in again.content.decode()
    assert "This day is in the calendar already" in admin_client.post(url, typed).content.decode()
    backwards = admin_client.post(url, typed | {"day": "2027-03-08", "until": "2027-03-01"})
    assert "at most 30 days after the first" in backwards.content.decode()
    assert CalendarDay.objects.filter(day__year=2027).count() == 3


def test_a_day_is_changed_and_removed(admin_client, hr_client, auditor_client, outsider_client):
    day = CalendarDay.objects.get(day="2026-10-10")
    url = reverse("org:calendar-update", args=[day.pk])
    page = admin_client.get(url)
    typed = {name: page.context["form"].initial.get(name, "") or "" for name in ("name", "name_en", "kind", "source")}
    typed |= {"day": "2026-10-11", "version": day.updated_at.isoformat(), "change_reason": "moved"}
    assert admin_client.post(url, typed).status_code == 302
    day.refresh_from_db()
    assert day.day == dt.date(2026, 10, 11)
    assert "moved" in hr_client.get(reverse("org:calendar-history", args=[day.pk])).content.decode()
    remove = reverse("org:calendar-remove", args=[day.pk])
    assert [client.post(remove).status_code for client in (outsider_client, auditor_client)] == [403, 403]
    assert hr_client.post(remove).url == reverse("org:calendar")
    assert not CalendarDay.objects.filter(pk=day.pk).exists()


def test_the_list_shows_the_week_and_warns_of_a_missing_year(admin_client, auditor_client):
    with clock.at(at(5, 9, month=12)):
        page = auditor_client.get(reverse("org:calendar")).content.decode()
    assert "Mon, Tue, Wed, Thu, Fri, 09:00-12:00, 13:30-18:00" in page
    assert "Nothing is entered for 2027" in page
    assert "calendar/new" not in page
    filtered = admin_client.get(reverse("org:calendar"), {"year": "2026", "kind": "working"}).content.decode()
    assert filtered.count("Make-up day,") >= 6
    assert "2025-" not in filtered


def test_the_working_week_is_a_setting_of_the_company(admin_client):
    url = reverse("org:company")
    form = admin_client.get(url).context["form"]
    typed = {name: form.initial.get(name, "") for name in form.fields if form.initial.get(name) is not None}
    typed |= {
        "version": form.fields["version"].initial,
        "change_reason": "six days",
        "working_weekdays": list("654321"),
    }
    refused = admin_client.post(url, typed | {"working_hours": "18:00-09:00"})
    assert "ends before it begins" in refused.content.decode()
    assert admin_client.post(url, typed | {"working_hours": "8：30-17：00"}).status_code == 302
    company = Company.objects.get()
    assert (company.working_hours, company.working_weekdays) == ("08:30-17:00", "123456")
    history = admin_client.get(reverse("org:company-history")).content.decode()
    assert "Mon, Tue, Wed, Thu, Fri, Sat" in history
