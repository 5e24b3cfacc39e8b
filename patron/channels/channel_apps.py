"""What the program of a sales channel may do, unless somebody gives it other rights: the group that it is put in.

Each room says what of its own such a program works with; the group is made of that once and belongs to the operator
from then on.
"""

from typing import Final

from django.contrib.auth.models import Group, Permission
from django.db.models import F, QuerySet, Value
from django.db.models.functions import Concat

GROUP: Final = "Channel apps"
_offered: set[str] = set()


def offer(*permissions: str) -> None:
    """Let programs of channels hold these (`customers.view_customer`). Called by each room when it is ready."""
    _offered.update(permissions)


def group() -> Group:
    """The group, made with everything that was offered where there is none yet."""
    found, is_new = Group.objects.get_or_create(name=GROUP)
    if is_new:
        found.permissions.set(named(_offered))
    return found


def named(permissions: set[str]) -> QuerySet[Permission]:
    """The rows of `app.codename`; a name that is none finds nothing."""
    full_name = Concat(F("content_type__app_label"), Value("."), F("codename"))
    return Permission.objects.annotate(full_name=full_name).filter(full_name__in=permissions)
