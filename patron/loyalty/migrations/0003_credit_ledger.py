"""What makes the ledger of store credit one; see `models_credit`.

Entries and transactions are append only (kernel 0002). Each entry adds itself to the balance of its shopper's account,
and nobody else writes a balance. At the commit every transaction that was written must have two entries or more, of one
currency, that add up to zero.
"""

from django.db import migrations

BALANCE = """
CREATE FUNCTION loyalty_credit_add() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE loyalty_creditaccount SET balance = balance + NEW.amount, modified_at = NEW.created_at
    WHERE id = NEW.account_id AND shopper_id IS NOT NULL;
    RETURN NULL;
END
$$;
CREATE TRIGGER loyalty_creditentry_add AFTER INSERT ON loyalty_creditentry
    FOR EACH ROW EXECUTE FUNCTION loyalty_credit_add();
"""
# A write of the trigger above comes from inside a trigger, anybody else's does not.
GUARD = """
CREATE FUNCTION loyalty_credit_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF NEW.balance = 0 THEN
            RETURN NEW;
        END IF;
    ELSIF pg_trigger_depth() > 1 OR (NEW.balance, NEW.currency, NEW.shopper_id)
            IS NOT DISTINCT FROM (OLD.balance, OLD.currency, OLD.shopper_id) THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'a balance moves by entries only, and an account stays whose it is'
        USING ERRCODE = 'restrict_violation';
END
$$;
CREATE TRIGGER loyalty_creditaccount_guard BEFORE INSERT OR UPDATE ON loyalty_creditaccount
    FOR EACH ROW EXECUTE FUNCTION loyalty_credit_guard();
"""
BALANCED = """
CREATE FUNCTION loyalty_credit_balanced() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    written bigint := CASE WHEN TG_ARGV[0] = 'entry' THEN (to_jsonb(NEW) ->> 'transaction_id')::bigint ELSE NEW.id END;
    entries bigint;
    total numeric;
    currencies bigint;
BEGIN
    SELECT count(*), sum(e.amount), count(DISTINCT a.currency) INTO entries, total, currencies
    FROM loyalty_creditentry e JOIN loyalty_creditaccount a ON a.id = e.account_id
    WHERE e.transaction_id = written;
    IF entries < 2 OR total <> 0 OR currencies <> 1 THEN
        RAISE EXCEPTION 'the entries of credit transaction % do not add up', written
            USING ERRCODE = 'check_violation', CONSTRAINT = 'loyalty_credit_balanced';
    END IF;
    RETURN NULL;
END
$$;
CREATE CONSTRAINT TRIGGER loyalty_creditentry_balanced AFTER INSERT ON loyalty_creditentry
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION loyalty_credit_balanced('entry');
CREATE CONSTRAINT TRIGGER loyalty_credittransaction_balanced AFTER INSERT ON loyalty_credittransaction
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION loyalty_credit_balanced('transaction');
"""
APPEND_ONLY = """
CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table}
    FOR EACH ROW EXECUTE FUNCTION kernel_append_only();
CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table}
    FOR EACH STATEMENT EXECUTE FUNCTION kernel_append_only();
"""


class Migration(migrations.Migration):
    dependencies = [("loyalty", "0002_credit"), ("kernel", "0002_append_only")]
    operations = [
        migrations.RunSQL(
            BALANCE,
            "DROP TRIGGER loyalty_creditentry_add ON loyalty_creditentry; DROP FUNCTION loyalty_credit_add()",
        ),
        migrations.RunSQL(
            GUARD,
            "DROP TRIGGER loyalty_creditaccount_guard ON loyalty_creditaccount; DROP FUNCTION loyalty_credit_guard()",
        ),
        migrations.RunSQL(
            BALANCED,
            "DROP TRIGGER loyalty_credittransaction_balanced ON loyalty_credittransaction;"
            "DROP TRIGGER loyalty_creditentry_balanced ON loyalty_creditentry;"
            "DROP FUNCTION loyalty_credit_balanced()",
        ),
        *(
            migrations.RunSQL(
                APPEND_ONLY.format(table=table),
                f"DROP TRIGGER {table}_append_only ON {table}; DROP TRIGGER {table}_no_truncate ON {table}",
            )
            for table in ("loyalty_credittransaction", "loyalty_creditentry")
        ),
    ]
