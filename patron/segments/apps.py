from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class SegmentsConfig(AppConfig):
    name = "patron.segments"
    label = "segments"
    verbose_name = _("Segments")

    def ready(self) -> None:
        from patron.segments import facts, holdings

        holdings.declare()
        facts.listen()
