from django.apps import AppConfig


class OperationsConfig(AppConfig):
    name = "patron.operations"
    label = "operations"

    def ready(self) -> None:
        from patron.operations import checks

        checks.declare()
