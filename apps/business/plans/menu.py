"""What business adds to the navigation: plans, beside the papers themselves."""

from django.utils.translation import gettext_lazy as _

from apps.core.navigation import Item

ITEMS = [Item(_("My tasks"), "business:my-tasks", "check2-square", 48, "business")]
