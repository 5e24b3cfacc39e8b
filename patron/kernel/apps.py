from django.apps import AppConfig


class KernelConfig(AppConfig):
    name = "patron.kernel"
    label = "kernel"
