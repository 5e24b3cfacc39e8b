from django.apps import AppConfig


class OperationsConfig(AppConfig):
    name = "patron.operations"
    label = "operations"
