"""`{% load documents %}`: addresses of a paper's pages."""

from django import template

register = template.Library()


@register.filter
def page(document, name: str) -> str:
    """`{{ document|page:"print" }}`: the address of one of the paper's pages."""
    return document.url(name)
