from django.db import migrations

LEDGER = """
CREATE FUNCTION transmission_anonymise(uuid) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT EXISTS (SELECT FROM poleemploi_transmission WHERE id = $1 AND bilan_anonymise(bilan_id));
$$;
CREATE OR REPLACE FUNCTION refuse_attempt_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' AND transmission_anonymise(OLD.transmission_id) THEN
        RETURN OLD;
    END IF;
    IF TG_OP = 'DELETE' OR OLD.fermee_at IS NOT NULL THEN
        RAISE EXCEPTION 'an attempt is completed once and never changed' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
"""
BACK = """
CREATE OR REPLACE FUNCTION refuse_attempt_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' OR OLD.fermee_at IS NOT NULL THEN
        RAISE EXCEPTION 'an attempt is completed once and never changed' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
DROP FUNCTION transmission_anonymise(uuid);
"""


class Migration(migrations.Migration):
    dependencies = [
        ("poleemploi", "0006_returns_received"),
        ("bilan", "0012_consents_go_with_the_anonymised_file"),
    ]

    # rule: E.6-anonymisation
    operations = [migrations.RunSQL(LEDGER, BACK)]
