"""The house rules for templates, each broken once, and the templates of the program."""

import pytest
from django.conf import settings

from apps.core.template_lint import problems_in, templates_below

GOOD = """{% extends "base.html" %}
{% block content %}
<button {% if ready %}class="btn"{% endif %} data-on="x">{{ label }}</button>
<script src="{% static 'js/app.js' %}" type="module"></script>
<script type="application/json" id="facts">{"a": 1}</script>
{# <p style="color: red"> #}
{% endblock content %}
"""


def test_a_clean_page_passes():
    assert list(problems_in("page.html", GOOD)) == []


@pytest.mark.parametrize(
    ("name", "source", "expected"),
    [
        ("page.html", '{% load i18n %}\n{% extends "base.html" %}', "page.html:1: {% extends %} comes first"),
        ("page.html", "<p>\n<script>go()</script>", "page.html:2: inline <script>: move it to static/js"),
        ("page.html", "<style>p{}</style>", "page.html:1: inline <style>: move it to static/css"),
        ("page.html", '<p\n style="width: {{ w }}%">', "page.html:1: style attribute: use a class"),
        ("page.html", '<a onclick="go()">', "page.html:1: onclick attribute: listen in static/js"),
        ("page.html", '<a hx-on:click="go()">', "page.html:1: hx-on:click attribute: listen in static/js"),
        ("page.html", '<a href="javascript:go()">', "page.html:1: javascript: address in href"),
        (
            "components/badge.html",
            "<b>x</b>",
            "components/badge.html:1: a component begins with a comment that names its context",
        ),
    ],
)
def test_each_broken_rule_is_named_with_its_line(name, source, expected):
    assert list(problems_in(name, source)) == [expected]


def test_paper_may_carry_its_own_style():
    assert list(problems_in("core/print_form.html", '<style>p{}</style><p style="top: 0">')) == []


def test_the_templates_of_the_program_follow_the_rules():
    found = [
        problem
        for name, path in templates_below(settings.BASE_DIR / "templates")
        for problem in problems_in(name, path.read_text(encoding="utf-8"))
    ]
    assert found == []
