"""How staff make, change and delete a row of reference data: its fields, its dates, and what the database refuses."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Generic, TypeVar

from django.db import IntegrityError, connection
from django.db.models import PROTECT, Model, ProtectedError
from django.utils.translation import gettext_lazy as _

from patron.kernel import clock, transactions
from patron.kernel.errors import Invalid, NotFound, Refusal, Text

IN_USE: Final = "reference_100_1"
IN_USE_TEXT: Final = _("Other records refer to it, so it cannot be deleted.")
Row = TypeVar("Row", bound=Model)


def _nothing(row: Any, data: Mapping[str, Any]) -> None:
    """No further rows belong to this one."""


def _is_needed(row: Model) -> bool:
    """Whether any row says that this one must stay; to find that out by deleting it would read all of them."""
    return any(
        relation.related_model._base_manager.filter(**{relation.field.name: row}).exists()
        for relation in row._meta.related_objects
        if relation.on_delete is PROTECT
    )


@dataclass(frozen=True, slots=True)
class Records(Generic[Row]):
    """The rows of one table that has `created_at` and `modified_at`.

    `fields`: what may be set. `refused`: the beginning of a constraint's name → the field and the text it is answered
    with. `also`: writes what belongs to the row, in the same transaction.
    """

    model: type[Row]
    fields: tuple[str, ...]
    refused: Mapping[str, tuple[str, Text]]
    also: Callable[[Row, Mapping[str, Any]], None] = field(default=_nothing)

    def create(self, data: Mapping[str, Any]) -> Row:
        """A new row of `data`; what is absent has its default. Raises Invalid for what a constraint refuses."""
        now = clock.now()
        row = self.model(created_at=now, modified_at=now)
        return self._write(lambda: row, data)

    def change(self, row_id: int, data: Mapping[str, Any]) -> Row:
        """Set the fields in `data`. Raises NotFound, and Invalid as `create`."""
        return self._write(lambda: self._locked(row_id), data)

    def delete(self, row_id: int) -> None:
        """Delete it. Raises NotFound, and Refusal IN_USE while something else needs it."""

        def work() -> None:
            row = self._locked(row_id)
            if _is_needed(row):
                raise Refusal(IN_USE, IN_USE_TEXT)
            row.delete()

        try:
            transactions.run(work)
        except (ProtectedError, IntegrityError) as error:  # the second: referred to in this moment
            raise Refusal(IN_USE, IN_USE_TEXT) from error

    def _locked(self, row_id: int) -> Row:
        row = self.model._default_manager.select_for_update().filter(pk=row_id).first()
        if row is None:
            raise NotFound
        return row

    def _write(self, find: Callable[[], Row], data: Mapping[str, Any]) -> Row:
        def work() -> Row:
            row = find()
            for name in self.fields:
                if name in data:
                    setattr(row, name, data[name])
            row.modified_at = clock.now()  # type: ignore[attr-defined]
            row.save()
            self.also(row, data)
            connection.check_constraints()  # foreign keys are looked at here and not at the commit
            return row

        try:
            return transactions.run(work)
        except IntegrityError as error:
            broken = transactions.constraint_of(error) or ""
            for constraint, (name, text) in self.refused.items():
                if broken.startswith(constraint):
                    raise Invalid({name: [text]}) from error
            raise
