from django.apps import AppConfig


class SandboxConfig(AppConfig):
    name = "patron.sandbox"
    label = "sandbox"
