"""`{% load icons %}` and then `{% icon "inbox" %}` or `{% icon "inbox" "i-lg" %}`."""

from django import template

from apps.core.icons import icon

register = template.Library()
register.simple_tag(icon, name="icon")
