from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class SandboxConfig(AppConfig):
    name = "patron.sandbox"
    label = "sandbox"
    verbose_name = _("Sandbox")

    def ready(self) -> None:
        from patron.gateways import loyalty_provider
        from patron.kernel import clock, idempotency
        from patron.sandbox import timeshift
        from patron.sandbox.simulator.transport import Transport

        clock.install_offset(timeshift.offset)
        loyalty_provider.install_simulator(Transport)
        idempotency.leave_alone("/sandbox/loyalty/accounts")
