"""An index of a value holds the channel too, so that who sees one channel reads no row of another's.

And what changed in a channel, and its e-mails, have an index of their own, by which its program asks for them.
"""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('channels', '0002_channels'),
        ('customers', '0002_history_and_merges'),
    ]

    operations = [
        migrations.RemoveIndex(
            model_name='customer',
            name='customers_customer_email',
        ),
        migrations.RemoveIndex(
            model_name='customer',
            name='customers_customer_phone',
        ),
        migrations.RemoveIndex(
            model_name='customer',
            name='customers_customer_erp',
        ),
        migrations.RemoveIndex(
            model_name='customer',
            name='customers_customer_first_name',
        ),
        migrations.RemoveIndex(
            model_name='customer',
            name='customers_customer_last_name',
        ),
        migrations.RemoveIndex(
            model_name='customer',
            name='customers_customer_traits',
        ),
        migrations.RemoveIndex(
            model_name='customer',
            name='customers_customer_joined',
        ),
        migrations.RemoveIndex(
            model_name='customer',
            name='customers_customer_born',
        ),
        migrations.RemoveIndex(
            model_name='customer',
            name='customers_customer_attributes',
        ),
        migrations.RemoveIndex(
            model_name='customer',
            name='customers_customer_extra',
        ),
        migrations.AddIndex(
            model_name='customer',
            index=models.Index(fields=['email', 'channel'], name='customers_customer_email'),
        ),
        migrations.AddIndex(
            model_name='customer',
            index=models.Index(fields=['phone_number', 'channel'], name='customers_customer_phone'),
        ),
        migrations.AddIndex(
            model_name='customer',
            index=models.Index(fields=['erp_code', 'channel'], name='customers_customer_erp'),
        ),
        migrations.AddIndex(
            model_name='customer',
            index=models.Index(fields=['first_name', 'channel'], name='customers_customer_first_name'),
        ),
        migrations.AddIndex(
            model_name='customer',
            index=models.Index(fields=['last_name', 'channel'], name='customers_customer_last_name'),
        ),
        migrations.AddIndex(
            model_name='customer',
            index=models.Index(fields=['channel', 'email', 'id'], name='customers_customer_ch_email'),
        ),
        migrations.AddIndex(
            model_name='customer',
            index=models.Index(fields=['channel', 'modified_date', 'id'], name='customers_customer_ch_modified'),
        ),
        migrations.AddIndex(
            model_name='customer',
            index=models.Index(fields=['traits', 'channel'], name='customers_customer_traits'),
        ),
        migrations.AddIndex(
            model_name='customer',
            index=models.Index(condition=models.Q(('date_joined__isnull', False)), fields=['date_joined', 'channel'], name='customers_customer_joined'),
        ),
        migrations.AddIndex(
            model_name='customer',
            index=models.Index(condition=models.Q(('date_of_birth__isnull', False)), fields=['date_of_birth', 'channel'], name='customers_customer_born'),
        ),
    ]
