"""The codes of a channel in order, so that who sees one channel walks past nobody else's."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('customers', '0003_channel_in_indexes'),
    ]

    operations = [
        migrations.AddIndex(
            model_name='customer',
            index=models.Index(fields=['channel', 'channel_code', 'id'], name='customers_customer_ch_code'),
        ),
    ]
