"""What lists of channels, staff, groups and kinds of records can be searched by."""

from typing import Any, ClassVar

import django_filters
from django.contrib.auth.models import Group
from django.contrib.contenttypes.models import ContentType
from django_filters import FilterSet

from patron.channels.models import Channel, Staff


class ChannelFilters(FilterSet):  # type: ignore[misc]
    """Exact values, and the beginning of a name."""

    class Meta:
        model = Channel
        fields: ClassVar[dict[str, Any]] = {
            "name": ["exact", "startswith"],
            "channel_type": ["exact"],
            "catalog": ["exact"],
            "is_active": ["exact"],
        }


class ContentTypeFilters(FilterSet):  # type: ignore[misc]
    """By name; one name is one kind."""

    model = django_filters.CharFilter(lookup_expr="iexact")

    class Meta:
        model = ContentType
        fields: ClassVar[dict[str, Any]] = {"id": ["exact"], "app_label": ["exact"]}


class MemberFilters(FilterSet):  # type: ignore[misc]
    """Exact values, and the beginning of a username."""

    class Meta:
        model = Staff
        fields: ClassVar[dict[str, Any]] = {
            "username": ["exact", "startswith"],
            "email": ["exact"],
            "is_active": ["exact"],
            "is_superuser": ["exact"],
            "is_restricted": ["exact"],
            "groups": ["exact"],
            "channels": ["exact"],
        }


class GroupFilters(FilterSet):  # type: ignore[misc]
    """Exact values, and the beginning of a name."""

    class Meta:
        model = Group
        fields: ClassVar[dict[str, Any]] = {"name": ["exact", "startswith"]}
