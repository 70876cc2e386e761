"""Who may do what: engagements."""

#: what a new company gives to its roles
ROLES: dict[str, set[str]] = {}
