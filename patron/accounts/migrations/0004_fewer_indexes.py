"""An index goes where another begins with the same column, or where it serves a LIKE that nobody asks.

A changed phone writes into every index of the shopper, and a try into every one of the challenge unless its page has
room for the new version of the row, which is now left.
"""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0003_indexes_for_rules'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AlterField(
            model_name='challenge',
            name='session',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='challenges', to='accounts.session', verbose_name='session'),
        ),
        migrations.AlterField(
            model_name='consent',
            name='shopper',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='consents', to='accounts.shopper', verbose_name='shopper'),
        ),
        migrations.AlterField(
            model_name='consent',
            name='staff',
            field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AlterField(
            model_name='session',
            name='key_digest',
            field=models.CharField(editable=False, max_length=64),
        ),
        migrations.AlterField(
            model_name='shopper',
            name='phone_e164',
            field=models.CharField(blank=True, max_length=20, null=True, verbose_name='phone (E.164)'),
        ),
        migrations.AlterField(
            model_name='shopper',
            name='username',
            field=models.CharField(max_length=64, verbose_name='username'),
        ),
        migrations.AddIndex(
            model_name='consent',
            index=models.Index(condition=models.Q(('staff__isnull', False)), fields=['staff'], name='accounts_consent_staff'),
        ),
        migrations.AddIndex(
            model_name='shopper',
            index=models.Index(fields=['phone_e164'], name='accounts_shopper_number'),
        ),
        migrations.AddConstraint(
            model_name='session',
            constraint=models.UniqueConstraint(fields=('key_digest',), name='accounts_session_key'),
        ),
        migrations.AddConstraint(
            model_name='shopper',
            constraint=models.UniqueConstraint(fields=('username',), name='accounts_shopper_username'),
        ),
        migrations.RunSQL(
            'ALTER TABLE accounts_shopper SET (fillfactor = 90)', 'ALTER TABLE accounts_shopper RESET (fillfactor)'
        ),
        migrations.RunSQL(
            'ALTER TABLE accounts_challenge SET (fillfactor = 50)', 'ALTER TABLE accounts_challenge RESET (fillfactor)'
        ),
    ]
