"""Notifications for tests."""

import factory

from apps.notifications.models import Notification
from tests.factories.org import UserFactory


class NotificationFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Notification

    recipient = factory.SubFactory(UserFactory)
    title = factory.Sequence(lambda n: f"Paper {n} needs you")
    url = "/notifications/"
