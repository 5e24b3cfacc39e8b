"""Makes the queue's tables bear a backlog.

Each job leaves half a dozen dead rows, and fetching the next one reads past those of the ones before it, so the tables
are vacuumed much sooner than others. A job with a lock looks for others with the same lock; without an index of its
own it reads the whole queue to find them.
"""

from django.db import migrations

_EAGER = """ALTER TABLE {table} SET (
    autovacuum_vacuum_threshold = 1000, autovacuum_vacuum_scale_factor = 0.01, autovacuum_vacuum_cost_delay = 0,
    autovacuum_analyze_threshold = 500, autovacuum_analyze_scale_factor = 0.02
)"""
_USUAL = """ALTER TABLE {table} RESET (
    autovacuum_vacuum_threshold, autovacuum_vacuum_scale_factor, autovacuum_vacuum_cost_delay,
    autovacuum_analyze_threshold, autovacuum_analyze_scale_factor
)"""


class Migration(migrations.Migration):
    initial = True
    dependencies = [("procrastinate", "0041_post_retry_failed_job")]
    operations = [
        migrations.RunSQL(
            "CREATE INDEX patron_jobs_lock ON procrastinate_jobs (lock) "
            "WHERE lock IS NOT NULL AND status IN ('todo', 'doing')",
            "DROP INDEX patron_jobs_lock",
        ),
        *(
            migrations.RunSQL(_EAGER.format(table=table), _USUAL.format(table=table))
            for table in ("procrastinate_jobs", "procrastinate_events")
        ),
    ]
