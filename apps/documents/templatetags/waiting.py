"""`{% load waiting %}`: waiting times and shares as people read them."""

from django import template

from apps.approvals.analysis.words import in_words, share

register = template.Library()
register.filter("waited", in_words)
register.filter("share", share)
