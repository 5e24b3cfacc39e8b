"""Customers, and the constraints and indexes that keep them unambiguous and found fast.

Texts that are searched are ordered by code point (collation C): one index then serves an exact value, a beginning and
an order, and comparing is cheaper than by any language's rules. Each index here serves a documented filter or order;
each costs every import, so none is there for comfort. One of a filter's value holds the channel too, and an order has
one index with it and one without: who sees one channel is answered without a row of another's being read.
"""

from django.conf import settings
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import Q
from django.db.models.expressions import RawSQL
from django.utils.translation import gettext_lazy as _

from patron.channels.models import Channel

CODE_TAKEN = "customers_customer_channel_code"
MAPPING_TAKEN = "customers_mapping_code"
# JSON under the number of its channel, by which an index finds what one channel has and passes over nobody else's.
OF_CHANNEL = "jsonb_set('{{}}', ARRAY[{channel}::text], {json})"
# The six columns of few values in one number, by which any mixture of them is found: 1 is_active, 2 email_allowed,
# 4 sms_allowed, 8 call_allowed, 16 male, 32 female, 64 guest, 128 registered.
_TRAITS_SQL = """
is_active::int + 2 * email_allowed::int + 4 * sms_allowed::int + 8 * call_allowed::int
+ CASE gender WHEN 'male' THEN 16 WHEN 'female' THEN 32 ELSE 0 END
+ CASE user_type WHEN 'guest' THEN 64 WHEN 'registered' THEN 128 ELSE 0 END
"""


def _of_channel(column: str) -> RawSQL:
    return RawSQL(OF_CHANNEL.format(channel="channel_id", json=column), ())  # noqa: S611 -- constant words of our own


class Customer(models.Model):
    """Who buys in one channel, as that channel knows them by `channel_code`.

    `modified_date` moves forward with every change, by at least a microsecond: the ETag is made of it. `shopper_id` is
    the shopper of the own storefront in channels of type web, else null; no foreign key, since shoppers live in a room
    beside this one.
    """

    class Gender(models.TextChoices):
        MALE = "male", _("male")
        FEMALE = "female", _("female")

    class UserType(models.TextChoices):
        GUEST = "guest", _("guest")
        REGISTERED = "registered", _("registered")

    channel = models.ForeignKey(
        Channel, models.PROTECT, related_name="customers", db_index=False, verbose_name=_("channel")
    )
    channel_code = models.CharField(_("channel code"), max_length=64, db_collation="C")
    email = models.CharField(_("e-mail"), max_length=254, db_collation="C")
    first_name = models.CharField(_("first name"), max_length=255, blank=True, default="", db_collation="C")
    last_name = models.CharField(_("last name"), max_length=255, blank=True, default="", db_collation="C")
    phone_number = models.CharField(_("phone"), max_length=128, null=True, blank=True, db_collation="C")
    erp_code = models.CharField(_("ERP code"), max_length=64, null=True, blank=True, db_collation="C")
    is_active = models.BooleanField(_("active"), default=False, db_default=False)
    email_allowed = models.BooleanField(_("e-mail allowed"), default=False, db_default=False)
    sms_allowed = models.BooleanField(_("SMS allowed"), default=False, db_default=False)
    call_allowed = models.BooleanField(_("calls allowed"), default=False, db_default=False)
    gender = models.CharField(_("gender"), max_length=8, null=True, blank=True, choices=Gender)
    user_type = models.CharField(_("user type"), max_length=12, null=True, blank=True, choices=UserType)
    date_of_birth = models.DateField(_("date of birth"), null=True, blank=True)
    date_joined = models.DateTimeField(_("date joined"), null=True, blank=True)
    extra_field = models.JSONField(_("extra field"), default=dict, blank=True)
    attributes = models.JSONField(_("attributes"), default=dict, blank=True)
    attributes_kwargs = models.JSONField(_("attributes, details"), default=dict, blank=True)
    localized_attributes = models.JSONField(_("localized attributes"), default=dict, blank=True)
    localized_attributes_kwargs = models.JSONField(_("localized attributes, details"), default=dict, blank=True)
    shopper_id = models.BigIntegerField(_("shopper"), null=True, editable=False)
    created_date = models.DateTimeField(_("created"), editable=False)
    modified_date = models.DateTimeField(_("modified"), editable=False)
    traits = models.GeneratedField(
        expression=RawSQL(_TRAITS_SQL, ()),  # noqa: S611 -- constant words of our own
        output_field=models.SmallIntegerField(),
        db_persist=True,
        editable=False,
    )

    class Meta:
        verbose_name = _("customer")
        verbose_name_plural = _("customers")
        constraints = [
            # the code first: the index then also serves a code without a channel
            models.UniqueConstraint(fields=["channel_code", "channel"], name=CODE_TAKEN),
            models.CheckConstraint(condition=Q(gender__in=["male", "female"]), name="customers_customer_gender"),
            models.CheckConstraint(condition=Q(user_type__in=["guest", "registered"]), name="customers_customer_type"),
        ]
        indexes = [
            models.Index(fields=["email", "channel"], name="customers_customer_email"),
            models.Index(fields=["phone_number", "channel"], name="customers_customer_phone"),
            models.Index(fields=["erp_code", "channel"], name="customers_customer_erp"),
            models.Index(fields=["first_name", "channel"], name="customers_customer_first_name"),
            models.Index(fields=["last_name", "channel"], name="customers_customer_last_name"),
            models.Index(fields=["created_date", "id"], name="customers_customer_created"),
            models.Index(fields=["modified_date", "id"], name="customers_customer_modified"),
            models.Index(fields=["channel", "id"], name="customers_customer_channel"),
            models.Index(fields=["channel", "channel_code", "id"], name="customers_customer_ch_code"),
            models.Index(fields=["channel", "email", "id"], name="customers_customer_ch_email"),
            models.Index(fields=["channel", "created_date", "id"], name="customers_customer_ch_created"),
            models.Index(fields=["channel", "modified_date", "id"], name="customers_customer_ch_modified"),
            models.Index(fields=["traits", "channel"], name="customers_customer_traits"),
            models.Index(
                fields=["date_joined", "channel"],
                name="customers_customer_joined",
                condition=Q(date_joined__isnull=False),
            ),
            models.Index(
                fields=["date_of_birth", "channel"],
                name="customers_customer_born",
                condition=Q(date_of_birth__isnull=False),
            ),
            models.Index(
                fields=["shopper_id"], name="customers_customer_shopper", condition=Q(shopper_id__isnull=False)
            ),
            # `fastupdate` would put what is new into a list that every search reads from end to end, for up to 10 ms
            GinIndex(
                OpClass(_of_channel("attributes"), "jsonb_path_ops"),
                name="customers_customer_attributes",
                condition=~Q(attributes={}),
                fastupdate=False,
            ),
            GinIndex(
                OpClass(_of_channel("extra_field"), "jsonb_path_ops"),
                name="customers_customer_extra",
                condition=~Q(extra_field={}),
                fastupdate=False,
            ),
        ]

    def __str__(self) -> str:
        return f"#{self.pk}"


class CustomerMapping(models.Model):
    """What another system calls a customer: its `code` there, and which system (`integration_type`).

    `channel_id` is the customer's, which a trigger writes: by it a code is looked for among a channel's own alone.
    """

    customer = models.ForeignKey(
        Customer, models.CASCADE, related_name="mappings", db_index=False, verbose_name=_("customer")
    )
    integration_type = models.CharField(_("integration type"), max_length=64, db_collation="C")
    code = models.CharField(_("code"), max_length=255, db_collation="C")
    channel_id = models.BigIntegerField(editable=False)
    created_date = models.DateTimeField(_("created"), editable=False)
    modified_date = models.DateTimeField(_("modified"), editable=False)

    class Meta:
        verbose_name = _("integration mapping")
        verbose_name_plural = _("integration mappings")
        constraints = [
            # of a customer: the channel, which is the customer's, makes none unique that would not be without
            models.UniqueConstraint(fields=["channel_id", "code", "integration_type", "customer"], name=MAPPING_TAKEN),
        ]
        indexes = [
            models.Index(fields=["customer"], name="customers_mapping_customer"),
            models.Index(fields=["channel_id", "integration_type", "customer"], name="customers_mapping_type"),
        ]

    def __str__(self) -> str:
        return f"{self.integration_type} {self.code}"


class Change(models.Model):
    """What one change did to one customer: `values` holds field → [old, new]. Append only: a trigger sees to it.

    Only `values` may be emptied (to ""), which is how a person is taken out of the history. No foreign key to the
    customer: the history of one that was merged into another stays. `file_import`: the number of the import, if any.
    """

    class Source(models.TextChoices):
        API = "api", _("API")
        BULK = "bulk", _("bulk upsert")
        IMPORT = "import", _("import of a file")
        EVENT = "event", _("storefront")
        CONSOLE = "console", _("console")
        MERGE = "merge", _("merge")
        UNDO = "undo", _("undone merge")

    customer = models.ForeignKey(
        Customer,
        models.DO_NOTHING,
        db_constraint=False,
        db_index=False,
        related_name="changes",
        verbose_name=_("customer"),
    )
    changed_at = models.DateTimeField(_("changed at"))
    source = models.CharField(_("source"), max_length=8, choices=Source)
    staff = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", db_index=False, verbose_name=_("staff")
    )
    file_import = models.BigIntegerField(_("import of a file"), null=True)
    request_id = models.CharField(_("request id"), max_length=40, blank=True)
    values = models.JSONField(_("values"))

    class Meta:
        verbose_name = _("change of a customer")
        verbose_name_plural = _("history of customers")
        indexes = [models.Index(fields=["customer", "-id"], name="customers_change_customer")]

    def __str__(self) -> str:
        return f"#{self.pk}"


class Merge(models.Model):
    """Two customers of one channel that became one: `gone_id` left the table, and stands here whole to come back.

    `gone_before` and `kept_before`: the rows as they were; `kept_after`: as the merge left it; `moved`: table → ids of
    the rows that went from one to the other.
    """

    kept = models.ForeignKey(
        Customer, models.DO_NOTHING, db_constraint=False, related_name="merges", verbose_name=_("customer")
    )
    gone_id = models.BigIntegerField(_("merged customer"), db_index=True)
    channel = models.ForeignKey(Channel, models.PROTECT, related_name="+", db_index=False, verbose_name=_("channel"))
    gone_code = models.CharField(_("merged channel code"), max_length=64, db_collation="C")
    kept_before = models.JSONField(_("before"))
    gone_before = models.JSONField(_("merged customer before"))
    kept_after = models.JSONField(_("after"))
    moved = models.JSONField(_("moved rows"))
    merged_at = models.DateTimeField(_("merged at"), db_index=True)
    staff = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("staff")
    )
    undone_at = models.DateTimeField(_("undone at"), null=True)
    undone_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("undone by")
    )

    class Meta:
        verbose_name = _("merge of customers")
        verbose_name_plural = _("merges of customers")
        indexes = [
            models.Index(fields=["gone_code", "channel"], name="customers_merge_gone", condition=Q(undone_at=None))
        ]

    def __str__(self) -> str:
        return f"#{self.pk}"
