"""What business adds to the navigation: catalogue."""

from apps.core.navigation import Item

ITEMS: list[Item] = []
