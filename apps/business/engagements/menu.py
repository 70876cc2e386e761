"""What business adds to the navigation: engagements."""

from apps.core.navigation import Item

ITEMS: list[Item] = []
