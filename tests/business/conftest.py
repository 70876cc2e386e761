"""What the tests of business share."""

import pytest
from django.template import Template
from django.test.signals import template_rendered
from django.utils.safestring import mark_safe


@pytest.fixture
def blank(monkeypatch):
    """Who gets an answer, and with which rows, matters in some tests, not what it looks like: every page is empty."""

    def unseen(template, context):
        template_rendered.send(sender=template, template=template, context=context)
        return mark_safe("")

    monkeypatch.setattr(Template, "_render", unseen)
