from django.apps import AppConfig


class SandboxConfig(AppConfig):
    name = "patron.sandbox"
    label = "sandbox"

    def ready(self) -> None:
        from patron.kernel import clock
        from patron.sandbox import timeshift

        clock.install_offset(timeshift.offset)
