"""The consent ledger is append only; only `ip` may be emptied, when a shopper is anonymised. See kernel 0002."""

from django.db import migrations

TABLE = "accounts_consent"


class Migration(migrations.Migration):
    dependencies = [("accounts", "0001_initial"), ("kernel", "0002_append_only")]
    operations = [
        migrations.RunSQL(
            f"CREATE TRIGGER {TABLE}_append_only BEFORE UPDATE OR DELETE ON {TABLE} "
            "FOR EACH ROW EXECUTE FUNCTION kernel_append_only('ip')",
            f"DROP TRIGGER {TABLE}_append_only ON {TABLE}",
        ),
        migrations.RunSQL(
            f"CREATE TRIGGER {TABLE}_no_truncate BEFORE TRUNCATE ON {TABLE} "
            "FOR EACH STATEMENT EXECUTE FUNCTION kernel_append_only()",
            f"DROP TRIGGER {TABLE}_no_truncate ON {TABLE}",
        ),
    ]
