"""A mapping has the channel of its customer, by which it is looked for: among a channel's own, and nobody else's."""

from django.db import migrations, models

_NAME = "customers_customermapping_channel"


class Migration(migrations.Migration):

    dependencies = [
        ('customers', '0005_json_of_a_channel'),
    ]

    operations = [
        migrations.AddField(
            model_name='customermapping',
            name='channel_id',
            field=models.BigIntegerField(editable=False, null=True),
        ),
        migrations.RunSQL(
            "UPDATE customers_customermapping m SET channel_id = c.channel_id "
            "FROM customers_customer c WHERE c.id = m.customer_id",
            migrations.RunSQL.noop,
        ),
        migrations.AlterField(
            model_name='customermapping',
            name='channel_id',
            field=models.BigIntegerField(editable=False),
        ),
        migrations.RunSQL(
            f"CREATE FUNCTION {_NAME}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
            "NEW.channel_id := (SELECT channel_id FROM customers_customer WHERE id = NEW.customer_id); "
            "RETURN NEW; END $$",
            f"DROP FUNCTION {_NAME}()",
        ),
        migrations.RunSQL(
            f"CREATE TRIGGER {_NAME} BEFORE INSERT OR UPDATE OF customer_id, channel_id ON customers_customermapping "
            f"FOR EACH ROW EXECUTE FUNCTION {_NAME}()",
            f"DROP TRIGGER {_NAME} ON customers_customermapping",
        ),
        migrations.RemoveConstraint(
            model_name='customermapping',
            name='customers_mapping_code',
        ),
        migrations.RemoveIndex(
            model_name='customermapping',
            name='customers_mapping_type',
        ),
        migrations.AddConstraint(
            model_name='customermapping',
            constraint=models.UniqueConstraint(fields=('channel_id', 'code', 'integration_type', 'customer'), name='customers_mapping_code'),
        ),
        migrations.AddIndex(
            model_name='customermapping',
            index=models.Index(fields=['channel_id', 'integration_type', 'customer'], name='customers_mapping_type'),
        ),
    ]
