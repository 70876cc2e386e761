"""Fields of forms written in plain Python where Django asks three templates for each option of a list.

Selects and single inputs make up most of every filter bar; the other widgets keep their templates. The markup is that
of Django's templates without the white space.
"""

from collections.abc import Callable, Iterator
from html import escape
from typing import Any

from django.forms.renderers import TemplatesSetting
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString, mark_safe


class FormRenderer(TemplatesSetting):
    """Renders the widgets of `_WRITERS` itself, everything else as the site's templates say."""

    def render(self, template_name: str, context: dict[str, Any], request: Any = None) -> str:
        write = _WRITERS.get(template_name)
        if write is None:
            return super().render(template_name, context, request)
        return mark_safe("".join(write(context["widget"])))


def _attributes(attrs: dict[str, Any]) -> str:
    written = (
        f" {escape(name)}" if value is True else f' {escape(name)}="{_value(value)}"'
        for name, value in attrs.items()
        if value is not False
    )
    return "".join(written)


def _value(value: Any) -> str:
    return value if isinstance(value, SafeString) else escape(str(value))


def _select(widget: dict[str, Any]) -> Iterator[str]:
    yield f'<select name="{conditional_escape(widget["name"])}"{_attributes(widget["attrs"])}>'
    for group, options, _index in widget["optgroups"]:
        if group:
            yield f'<optgroup label="{conditional_escape(group)}">'
        for option in options:
            label = conditional_escape(option["label"])
            yield f'<option value="{_value(option["value"])}"{_attributes(option["attrs"])}>{label}</option>'
        if group:
            yield "</optgroup>"
    yield "</select>"


def _input(widget: dict[str, Any]) -> Iterator[str]:
    yield f'<input type="{conditional_escape(widget["type"])}" name="{conditional_escape(widget["name"])}"'
    if widget["value"] is not None:
        yield f' value="{_value(widget["value"])}"'
    yield f"{_attributes(widget['attrs'])}>"


_WRITERS: dict[str, Callable[[dict[str, Any]], Iterator[str]]] = {
    "django/forms/widgets/select.html": _select,
    **{f"django/forms/widgets/{name}.html": _input for name in ("text", "input", "number", "date", "hidden", "email")},
}
