"""Every change of a segment, by whatever way, gives the one row of Revision a new token.

A token and not a number: after the tables were emptied, numbers would begin again and a process that remembers one
could take old rules for new ones. The row is put back where emptying took it away too.
"""

from django.db import migrations

RENEW = """
INSERT INTO segments_revision (id, token) VALUES (1, gen_random_uuid())
ON CONFLICT (id) DO UPDATE SET token = EXCLUDED.token
"""


class Migration(migrations.Migration):
    dependencies = [("segments", "0001_initial")]
    operations = [
        migrations.RunSQL(RENEW, migrations.RunSQL.noop),
        migrations.RunSQL(
            "CREATE FUNCTION segments_renew() RETURNS trigger LANGUAGE plpgsql AS "
            f"$$ BEGIN {RENEW}; RETURN NULL; END $$",
            "DROP FUNCTION segments_renew()",
        ),
        migrations.RunSQL(
            "CREATE TRIGGER segments_segment_renew AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON segments_segment "
            "FOR EACH STATEMENT EXECUTE FUNCTION segments_renew()",
            "DROP TRIGGER segments_segment_renew ON segments_segment",
        ),
    ]
