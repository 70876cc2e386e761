"""What business adds to the navigation: contracts."""

from apps.core.navigation import Item

ITEMS: list[Item] = []
