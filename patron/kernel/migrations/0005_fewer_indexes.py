"""The second index that comes with a text as primary key serves a LIKE that nobody asks; a counter's page keeps room.

A hit then writes a new version of the row into the same page and into no index.
"""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("kernel", "0004_imported_keys_by_batch")]
    operations = [
        migrations.RunSQL(
            "DROP INDEX IF EXISTS kernel_counter_key_245044e9_like",
            "CREATE INDEX kernel_counter_key_245044e9_like ON kernel_counter (key varchar_pattern_ops)",
        ),
        migrations.RunSQL(
            "DROP INDEX IF EXISTS kernel_keptanswer_scope_4cc90787_like",
            "CREATE INDEX kernel_keptanswer_scope_4cc90787_like ON kernel_keptanswer (scope varchar_pattern_ops)",
        ),
        migrations.RunSQL(
            "ALTER TABLE kernel_counter SET (fillfactor = 80)", "ALTER TABLE kernel_counter RESET (fillfactor)"
        ),
    ]
