"""Choosing a client in a form, however many there are: searched by typing, by number where no scripts run."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.forms.models import ModelChoiceIterator
from django.urls import reverse_lazy
from django.utils.translation import gettext_lazy as _

from apps.service.clients.models import Client

#: so many clients stand in the select itself; the others are found by typing, or by their number
MOST_LISTED = 30


def words_for(client: Client) -> str:
    """A client as choices show it."""
    return f"{client.label} · {client.number}"


class ClientSelect(forms.Select):
    """A select that searches an address, and beside it a box for the number where no scripts run."""

    template_name = "service/client_select.html"

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Any:
        """A number typed counts more than what the select still says."""
        return data.get(f"{name}-number", "").strip() or super().value_from_datadict(data, files, name)

    def value_omitted_from_data(self, data: Any, files: Any, name: str) -> bool:
        return name not in data and f"{name}-number" not in data

    def optgroups(self, name: str, value: list[str], attrs: dict[str, Any] | None = None) -> list[Any]:
        """With the chosen client, wherever it stands in the alphabet."""
        groups = super().optgroups(name, value, attrs)
        listed = {str(option["value"]) for _name, options, _index in groups for option in options}
        for client in self.choices.field.found(set(value) - listed - {""}):
            option = self.create_option(name, client.pk, words_for(client), True, len(groups), attrs=attrs)
            groups.append((None, [option], len(groups)))
        return groups


class _FirstClients(ModelChoiceIterator):
    """The empty choice and the first clients by name."""

    def __iter__(self) -> Any:
        if self.field.empty_label is not None:
            yield ("", self.field.empty_label)
        for client in self.queryset.order_by("name", "pk")[:MOST_LISTED]:
            yield self.choice(client)


class ClientField(forms.ModelChoiceField):
    """One client of those in `queryset`.

    `source` is the address that is searched while somebody types; it has to answer the same clients (`ClientChoices`).
    """

    widget = ClientSelect
    iterator = _FirstClients
    source = reverse_lazy("service:client-choices")
    default_error_messages = {"invalid_choice": _("Choose one of the clients, or type the number of one.")}

    def __init__(self, queryset: QuerySet | None = None, *, source: Any = None, **kwargs: Any):
        if source is not None:
            self.source = source
        super().__init__(Client.objects.none() if queryset is None else queryset, **kwargs)

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        return {**super().widget_attrs(widget), "data-searchable": "", "data-source": self.source}

    def label_from_instance(self, obj: Client) -> str:
        return words_for(obj)

    def found(self, values: set[str]) -> list[Client]:
        """The clients of the queryset with these keys."""
        keys = {value for value in values if value.isdecimal() and len(value) < 19}
        return list(self.queryset.filter(pk__in=keys)) if keys else []

    def to_python(self, value: Any) -> Client | None:
        """By key, or by the number somebody typed."""
        if isinstance(value, str) and value and not value.isdecimal():
            client = self.queryset.filter(number=value.strip().upper()).first()
            if client is None:
                raise ValidationError(self.error_messages["invalid_choice"], code="invalid_choice")
            return client
        return super().to_python(value)

    def chosen_in(self, data: Any, name: str) -> Client | None:
        """The client a half-filled form names, if any."""
        try:
            return self.to_python(self.widget.value_from_datadict(data, {}, name))
        except ValidationError:
            return None


def search(clients: QuerySet, asked: str) -> list[dict[str, Any]]:
    """The first clients with every one of these words, as choices: [{value, text}]."""
    for word in asked.split()[:5]:
        clients = clients.matching(word)
    rows = clients.order_by("name", "pk")[:MOST_LISTED]
    return [{"value": client.pk, "text": words_for(client)} for client in rows]
