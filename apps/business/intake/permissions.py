"""Who may do what: intake."""

#: what a new company gives to its roles
ROLES: dict[str, set[str]] = {}
