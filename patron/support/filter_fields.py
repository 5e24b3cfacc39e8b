"""Filters that refuse what they do not understand, where the framework's take it for no wish at all."""

from typing import Any, Final

from django import forms
from django.db.models import QuerySet
from django_filters import Filter, NumberFilter
from rest_framework import serializers

from patron.kernel.fields import BooleanField

LARGEST_ID: Final = 2**63 - 1


class _FlagField(forms.Field):
    """The words for true and false that a body may hold too."""

    _flag: Final = BooleanField()

    def to_python(self, value: Any) -> bool | None:
        if value in self.empty_values:
            return None
        try:
            return bool(self._flag.to_internal_value(value))
        except serializers.ValidationError as error:
            raise forms.ValidationError(str(BooleanField.default_error_messages["invalid"])) from error


class FlagFilter(Filter):  # type: ignore[misc]
    """True or false."""

    field_class = _FlagField


class IdFilter(NumberFilter):  # type: ignore[misc]
    """An id; one that no column can hold is nobody's."""

    field_class = forms.IntegerField

    def filter(self, rows: QuerySet[Any], value: Any) -> QuerySet[Any]:
        return rows.none() if value is not None and not 0 < value <= LARGEST_ID else super().filter(rows, value)
