"""Fields written in plain Python are those of Django's own templates."""

import re

import pytest
from django import forms
from django.forms.renderers import DjangoTemplates
from django.utils.safestring import mark_safe
from django.utils.translation import gettext_lazy as _

from apps.core.form_renderer import FormRenderer
from apps.core.forms import DateInput, MoneyInput

CHOICES = [("", "—"), (1, "A & <b>"), ("x", mark_safe("<i>safe</i>")), (_("Group"), [(2, "Two"), (3, _("Client"))])]


@pytest.mark.parametrize("value", [None, "", 1, "x", 2, 'say "no" & <go>'])
@pytest.mark.parametrize(
    "widget",
    [
        forms.Select(choices=CHOICES),
        forms.Select(attrs={"class": "a&b", "disabled": True, "hidden": False, "data-n": 3}, choices=CHOICES),
        forms.NullBooleanSelect(),
        forms.TextInput(attrs={"type": "search", "maxlength": 100}),
        forms.HiddenInput(),
        forms.NumberInput(attrs={"required": True}),
        forms.EmailInput(),
        DateInput(),
        MoneyInput(),
    ],
    ids=lambda widget: type(widget).__name__,
)
def test_plain_python_writes_what_the_templates_say(widget, value):
    attrs = {"id": "id_field"}
    ours = widget.render("field", value, attrs, renderer=FormRenderer())
    theirs = widget.render("field", value, attrs, renderer=DjangoTemplates())
    assert ours == re.sub(r"\n\s*", "", theirs)


def test_other_widgets_keep_their_templates():
    widget = forms.Textarea()
    assert widget.render("field", "<x>", renderer=FormRenderer()) == widget.render(
        "field", "<x>", renderer=DjangoTemplates()
    )
