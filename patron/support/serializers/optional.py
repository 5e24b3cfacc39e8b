"""Fields that may be left out, null or, as a page sends what nobody filled in, empty: in JSON as in a form."""

from typing import Any

from rest_framework import serializers


class OrNone:
    """Put before a field's class: "" is null."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, required=False, allow_null=True, **kwargs)

    def run_validation(self, data: Any = serializers.empty) -> Any:
        """Raises ValidationError."""
        return super().run_validation(None if data == "" else data)  # type: ignore[misc]  # of the field behind it
