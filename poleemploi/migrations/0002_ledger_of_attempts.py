from django.db import migrations

LEDGER = """
CREATE FUNCTION refuse_attempt_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' OR OLD.fermee_at IS NOT NULL THEN
        RAISE EXCEPTION 'an attempt is completed once and never changed' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER poleemploi_tentative_once BEFORE UPDATE OR DELETE ON poleemploi_tentative
    FOR EACH ROW EXECUTE FUNCTION refuse_attempt_change();
"""


class Migration(migrations.Migration):
    dependencies = [("poleemploi", "0001_initial")]

    operations = [migrations.RunSQL(LEDGER, "DROP FUNCTION refuse_attempt_change() CASCADE;")]
