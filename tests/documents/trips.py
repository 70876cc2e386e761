"""Vehicle requests for the tests of the generic pages."""

import datetime as dt

from django.core.files.uploadedfile import SimpleUploadedFile

from apps.documents import services
from tests.factories.approvals import route, step, when
from tests.vehicles.models import Leg, VehicleRequest

PDF = b"%PDF-1.4\n%%EOF\n"


def publish():
    """Head of department, then finance; company management too above 500 km."""
    return route(
        VehicleRequest.KIND,
        [
            step("head", rule="department_head"),
            step("finance", role="finance_reviewer"),
            step("far", role="executive", conditions=[when("kilometres", "gt", 500)]),
        ],
    )


def typed(legs=(("Suzhou", "120"),), **values):
    """What a browser posts for a new request."""
    data = {"title": "Client visit", "car": "sedan", "day": "2026-11-30", "purpose": "Samples"}
    data |= {"lines-TOTAL_FORMS": str(len(legs)), "lines-INITIAL_FORMS": "0"}
    for number, (place, kilometres) in enumerate(legs):
        data |= {f"lines-{number}-place": place, f"lines-{number}-kilometres": kilometres}
    return {**data, **values}


def trip(by, *, legs=(("Suzhou", 120),), submitted=True, **values):
    """A stored request, submitted unless told otherwise."""
    values = {"title": "Client visit", "day": dt.date(2026, 11, 30), **values}
    document = services.save_draft(VehicleRequest(**values), by=by)
    for place, kilometres in legs:
        Leg.objects.create(request=document, place=place, kilometres=kilometres)
    return services.submit(document, by=by) if submitted else document


def upload(name="scan.pdf", content=PDF):
    return SimpleUploadedFile(name, content)


def messages_of(response):
    return [str(message) for message in response.context["messages"]]
