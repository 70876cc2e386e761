"""The register of document kinds. A kind is entered by being defined."""

_kinds: dict[str, type] = {}


def register_kind(model: type) -> None:
    """Enter a kind; a second kind of the same name is a mistake in the program."""
    other = _kinds.setdefault(model.KIND, model)
    if other.__qualname__ != model.__qualname__:
        raise ValueError(f"{model} and {other} are both called {model.KIND}")
    _kinds[model.KIND] = model


def kind_of(name: str) -> type:
    """The model of a kind."""
    return _kinds[name]


def all_kinds() -> dict[str, type]:
    """Every kind, by name."""
    return dict(sorted(_kinds.items()))
