"""The rooms of the house; imports point one way, see docs/adr and pyproject.toml."""
