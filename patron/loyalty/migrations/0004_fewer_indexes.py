"""Another index of both tables begins with the shopper."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0004_fewer_indexes'),
        ('loyalty', '0003_credit_ledger'),
    ]

    operations = [
        migrations.AlterField(
            model_name='enrolment',
            name='shopper',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='accounts.shopper', verbose_name='shopper'),
        ),
        migrations.AlterField(
            model_name='farewell',
            name='shopper',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='accounts.shopper', verbose_name='shopper'),
        ),
    ]
