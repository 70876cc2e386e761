from django.db import migrations

from apps.approvals import triggers


def install(apps, schema_editor):
    triggers.install(schema_editor.connection)


def remove(apps, schema_editor):
    triggers.remove(schema_editor.connection)


class Migration(migrations.Migration):
    """Events are append-only: the database refuses UPDATE and DELETE."""

    dependencies = [("approvals", "0001_initial")]
    operations = [migrations.RunPython(install, remove)]
