from django.apps import AppConfig


class TestkindConfig(AppConfig):
    name = "tests.testkind"
    label = "testkind"
    verbose_name = "Test kind"
