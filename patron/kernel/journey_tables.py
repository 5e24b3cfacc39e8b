"""Tables of the console whose rows are saved by journeys, not by the form itself."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse

from patron.kernel.errors import Invalid, NotFound
from patron.kernel.tables import Table


class JourneyTable(Table):
    """What a journey refuses comes back as errors of the form, with all that was entered still in it."""

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Answer the form a second time when the journey, which alone knows, has refused it. Raises Http404."""
        try:
            response: HttpResponse = super().changeform_view(request, *args, **kwargs)
        except NotFound as gone:  # deleted by somebody else while the page was open
            raise Http404 from gone
        except Invalid as refused:
            request.refused = refused.fields  # type: ignore[attr-defined]
            response = super().changeform_view(request, *args, **kwargs)
        return response

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        """The form; after a refusal one that knows it."""
        form = super().get_form(request, obj, change, **kwargs)
        refused = getattr(request, "refused", None)
        return _refusing(form, refused) if refused else form


def _refusing(form: Any, refused: Any) -> Any:
    class Refused(form):  # type: ignore[misc]
        """The same form, with the journey's texts at their fields."""

        def clean(self) -> Any:
            cleaned = super().clean()
            for field, texts in refused.items():
                self.add_error(field if field in self.fields else None, [str(text) for text in texts])
            return cleaned

    return Refused
