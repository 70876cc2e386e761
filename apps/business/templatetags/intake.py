"""`{% load intake %}`: what pages of opportunities show of their preliminary assessments."""

from typing import Any

from django import template

from apps.business.intake import permissions
from apps.business.intake.models import IntakeAssessment

register = template.Library()


@register.simple_tag(takes_context=True)
def assessments_of(context: Any, opportunity: Any) -> dict[str, Any]:
    """The assessments of an opportunity that the person before the page sees, and whether they may begin one."""
    user = context["request"].user
    rows = IntakeAssessment.objects.visible_to(user).filter(opportunity=opportunity)
    rows = rows.select_related("service_type", "assessed_by").order_by("-pk")
    return {"rows": list(rows), "may_assess": permissions.may_assess(user, opportunity)}
