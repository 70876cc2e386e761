"""Who may do what: plans."""

#: what a new company gives to its roles
ROLES: dict[str, set[str]] = {}
