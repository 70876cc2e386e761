"""Clients and what belongs to them, written through the services."""

import datetime as dt

import factory
from django.core.files.uploadedfile import SimpleUploadedFile

from apps.core import clock
from apps.service.clients.models import (
    Client,
    ClientDocument,
    ClientGrade,
    ClientPreference,
    ClientSource,
    Contact,
    ContactLog,
    Industry,
)
from apps.service.clients.services import add_document, log_contact, save_client, save_contact, save_preference


class IndustryFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Industry
        django_get_or_create = ["code"]

    code = "IT"
    name = "信息技术"
    name_en = "Information technology"


class ClientSourceFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = ClientSource
        django_get_or_create = ["code"]

    code = "WEB"
    name = "官网"
    name_en = "Website enquiry"


class ClientGradeFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = ClientGrade
        django_get_or_create = ["code"]

    code = "A"
    name = "A级"
    name_en = "A grade"
    contact_days = 30


def client_of(owner=None, name="Acme Trading Co., Ltd.", **values) -> Client:
    """A client in somebody's charge; of nobody: in the pool."""
    return save_client(Client(name=name, owner=owner, **values), by=owner, trusted=True)


def contact_of(client, name="Mei Lin", **values) -> Contact:
    return save_contact(Contact(client=client, name=name, **values), by=client.owner, trusted=True)


def preference_of(client, topic="Reports", value="Monthly") -> ClientPreference:
    return save_preference(ClientPreference(client=client, topic=topic, value=value), by=client.owner, trusted=True)


def log_of(client, by, *, days_ago=0, **values) -> ContactLog:
    at = clock.now() - dt.timedelta(days=days_ago)
    return log_contact(ContactLog(client=client, at=at, **{"summary": "Talked", **values}), by=by, trusted=True)


def scan(name="scan.pdf", content=b"%PDF-1.7\n%%EOF\n") -> SimpleUploadedFile:
    """An uploaded file."""
    return SimpleUploadedFile(name, content)


def document_of(client, by, *, file=None, **values) -> ClientDocument:
    """A file in a client's file."""
    return add_document(ClientDocument(client=client, **values), by=by, file=file or scan())
