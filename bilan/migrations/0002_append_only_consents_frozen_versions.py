from django.db import migrations

from core.append_only import protect

FROZEN = """
CREATE FUNCTION refuse_frozen_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.figee_at IS NOT NULL AND (
        NEW.figee_at IS DISTINCT FROM OLD.figee_at
        OR NEW.pdf_sha256 IS DISTINCT FROM OLD.pdf_sha256
        OR (NEW.contenu IS NOT NULL AND NEW.contenu IS DISTINCT FROM OLD.contenu)
    ) THEN
        RAISE EXCEPTION 'a presented version is frozen' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF OLD.detruite_at IS NOT NULL AND NEW.contenu IS NOT NULL THEN
        RAISE EXCEPTION 'a destroyed content does not come back' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER bilan_synthese_frozen BEFORE UPDATE ON bilan_synthese
    FOR EACH ROW EXECUTE FUNCTION refuse_frozen_change();
"""


class Migration(migrations.Migration):
    dependencies = [("bilan", "0001_initial"), ("core", "0002_append_only_journals")]

    operations = [
        # rule: E.2-ajout-seul
        protect("bilan_consentement"),
        protect("bilan_synthesedetruite"),
        migrations.RunSQL(FROZEN, "DROP FUNCTION refuse_frozen_change() CASCADE;"),
    ]
