"""Tables that are only added to: a trigger refuses what would change or remove a row.

`kernel_append_only` serves every room: `EXECUTE FUNCTION kernel_append_only()` refuses all; an argument names one text
column that may be emptied (and nothing else changed with it), which is how anonymising takes a person out of a ledger.

TRUNCATE is refused as well: the product's role owns its tables, so privileges alone would not hold it back. The one
exception is a session that has said `patron.sandbox_reset = 'on'`, as the sandbox's reset does for its transaction
(`SET LOCAL`) and the test suite does for its connections, whose tables are emptied between tests. Nothing else does.
"""

from django.db import migrations

FUNCTION = """
CREATE FUNCTION kernel_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'TRUNCATE' THEN
        IF current_setting('patron.sandbox_reset', true) = 'on' THEN
            RETURN NULL;
        END IF;
    ELSIF TG_OP = 'UPDATE' AND TG_NARGS = 1 THEN
        IF to_jsonb(NEW) = to_jsonb(OLD) || jsonb_build_object(TG_ARGV[0], '') THEN
            RETURN NEW;
        END IF;
    END IF;
    RAISE EXCEPTION '% is append only', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END
$$
"""
TABLE = "kernel_settingchange"


class Migration(migrations.Migration):
    dependencies = [("kernel", "0001_initial")]
    operations = [
        migrations.RunSQL(FUNCTION, "DROP FUNCTION kernel_append_only()"),
        migrations.RunSQL(
            f"CREATE TRIGGER {TABLE}_append_only BEFORE UPDATE OR DELETE ON {TABLE} "
            "FOR EACH ROW EXECUTE FUNCTION kernel_append_only()",
            f"DROP TRIGGER {TABLE}_append_only ON {TABLE}",
        ),
        migrations.RunSQL(
            f"CREATE TRIGGER {TABLE}_no_truncate BEFORE TRUNCATE ON {TABLE} "
            "FOR EACH STATEMENT EXECUTE FUNCTION kernel_append_only()",
            f"DROP TRIGGER {TABLE}_no_truncate ON {TABLE}",
        ),
    ]
