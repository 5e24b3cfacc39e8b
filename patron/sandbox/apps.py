from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class SandboxConfig(AppConfig):
    name = "patron.sandbox"
    label = "sandbox"
    verbose_name = _("Sandbox")

    def ready(self) -> None:
        from patron.kernel import clock
        from patron.sandbox import timeshift

        clock.install_offset(timeshift.offset)
