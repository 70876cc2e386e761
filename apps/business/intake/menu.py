"""What business adds to the navigation: intake."""

from apps.core.navigation import Item

ITEMS: list[Item] = []
