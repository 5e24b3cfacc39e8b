"""Fields that may be left out, null or, as a page sends what nobody filled in, empty: in JSON as in a form."""

from typing import TYPE_CHECKING, Any

from rest_framework import serializers

if TYPE_CHECKING:
    _Behind = serializers.Field[Any, Any, Any, Any]
else:
    _Behind = object


class OrNone(_Behind):
    """Put before a field's class: "" is null."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, required=False, allow_null=True, **kwargs)

    def run_validation(self, data: Any = serializers.empty) -> Any:
        """Raises ValidationError."""
        return super().run_validation(None if data == "" else data)
