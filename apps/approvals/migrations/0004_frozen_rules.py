"""Published versions carry their rules, so that a submission reads one row."""

from django.db import migrations, models

PLAIN = (
    "key", "name", "name_en", "order", "rule", "levels_up", "fact", "mode", "needed", "conditions", "when_duplicate",
    "resubmission", "opinion_required", "editable",
)


def freeze(apps, schema_editor):
    for version in apps.get_model("approvals", "RouteVersion").objects.exclude(state="draft"):
        version.rules = [_rule(step) for step in version.steps.order_by("order")]
        version.save(update_fields=["rules"])


def _rule(step):
    return {
        **{name: getattr(step, name) for name in PLAIN},
        "department": step.department_id,
        "role": step.role_id,
        "people": list(step.people.values_list("pk", flat=True)),
        "copy_roles": list(step.copy_roles.values_list("pk", flat=True)),
        "copy_people": list(step.copy_people.values_list("pk", flat=True)),
    }


class Migration(migrations.Migration):
    dependencies = [("approvals", "0003_opinion_required")]

    operations = [
        migrations.AddField(
            model_name="routeversion",
            name="rules",
            field=models.JSONField(default=list, editable=False),
        ),
        migrations.RunPython(freeze, migrations.RunPython.noop),
    ]
