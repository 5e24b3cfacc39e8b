"""JSON is indexed under the number of its channel: who sees one channel passes over nothing of another's.

An index of JSON beside the channel finds the rows of both and then what they share, so that what tens of thousands
elsewhere have shows in the time.
"""

import django.contrib.postgres.indexes
import django.db.models.expressions
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('channels', '0002_channels'),
        ('customers', '0004_order_by_code'),
    ]

    operations = [
        # 0003 made them otherwise before, with an extension that is needed no more
        migrations.RunSQL(
            "DROP INDEX IF EXISTS customers_customer_attributes, customers_customer_extra", migrations.RunSQL.noop
        ),
        migrations.AddIndex(
            model_name='customer',
            index=django.contrib.postgres.indexes.GinIndex(django.contrib.postgres.indexes.OpClass(django.db.models.expressions.RawSQL("jsonb_set('{}', ARRAY[channel_id::text], attributes)", ()), 'jsonb_path_ops'), condition=models.Q(('attributes', {}), _negated=True), fastupdate=False, name='customers_customer_attributes'),
        ),
        migrations.AddIndex(
            model_name='customer',
            index=django.contrib.postgres.indexes.GinIndex(django.contrib.postgres.indexes.OpClass(django.db.models.expressions.RawSQL("jsonb_set('{}', ARRAY[channel_id::text], extra_field)", ()), 'jsonb_path_ops'), condition=models.Q(('extra_field', {}), _negated=True), fastupdate=False, name='customers_customer_extra'),
        ),
    ]
