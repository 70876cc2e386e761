"""The health page tells a machine whether this installation can work, and tells nobody more."""

import pytest
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.db.utils import OperationalError

from tests.factories.org import CompanyFactory

HEALTHY = {"status": "ok", "database": "ok", "migrations": "ok"}


@pytest.mark.django_db
def test_health_is_open_to_everybody_and_writes_nothing(client, django_assert_max_num_queries):
    CompanyFactory()
    with django_assert_max_num_queries(3) as queries:
        response = client.get("/healthz")
    assert (response.status_code, response.json()) == (200, HEALTHY)
    assert [query["sql"] for query in queries if query["sql"].lstrip().upper().startswith(("INSERT", "UPDATE"))] == []
    assert "no-store" in response["Cache-Control"]


@pytest.mark.django_db
def test_health_reports_missing_migrations(client):
    [newest] = MigrationLoader(None).graph.leaf_nodes("notifications")
    MigrationRecorder(connection).record_unapplied(*newest)
    response = client.get("/healthz")
    assert response.status_code == 503
    assert response.json() == {"status": "error", "database": "ok", "migrations": "pending"}


@pytest.mark.django_db
def test_health_says_when_the_database_is_gone_without_saying_why(client):
    def refuse(execute, sql, params, many, context):
        raise OperationalError("could not connect to 10.0.0.7 as agency")

    with connection.execute_wrapper(refuse):
        response = client.get("/healthz")
    assert response.status_code == 503
    assert response.json() == {"status": "error", "database": "unreachable", "migrations": "unknown"}


@pytest.mark.django_db
def test_health_is_read_only(client):
    assert client.post("/healthz").status_code == 405
