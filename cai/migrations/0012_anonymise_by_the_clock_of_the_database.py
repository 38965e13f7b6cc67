from django.db import migrations

# What an anonymised file says of its person, read by ``dossiers.anonymisation``: without them nothing is anonymised.
# As the code lists name them (fixtures/), which find them there.
PERSONNE = (
    ("Pays", "XXX", "Nationalité indéterminée", "nationalite indeterminee"),
    ("Langue", "und", "langue indéterminée", "langue indeterminee"),
)

# The application writes ``anonymise_at``, and what it writes lets evidence go: the database therefore believes its own
# clock, refuses a file that still says who the person is, and lets rows go in that very transaction alone, which it
# writes down by itself (``anonymise_dans``, no column of the application's). The term is read from the dates as they
# were before: a statement does not move them and profit by it.
GUARD = """
ALTER TABLE cai_contrat ADD COLUMN anonymise_dans xid8;
CREATE FUNCTION guard_anonymisation() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
    NEW.anonymise_dans := NULL;
    IF NEW.anonymise_at IS NULL THEN
        RETURN NEW;
    END IF;
    IF TG_OP = 'INSERT' THEN
        RAISE EXCEPTION 'a file is anonymised, not born so' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF (now() AT TIME ZONE 'Europe/Paris')::date
       <= (COALESCE(OLD.date_premier_titre, OLD.date_signature) + interval '5 years')::date
    THEN
        RAISE EXCEPTION 'the five years of this file are not over' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF NOT EXISTS (SELECT FROM cai_signataire WHERE id = NEW.signataire_id AND nom = 'Dossier anonymisé') THEN
        RAISE EXCEPTION 'this file still says who the person is' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    NEW.anonymise_dans := pg_current_xact_id();
    RETURN NEW;
END $$;
CREATE TRIGGER cai_contrat_guard BEFORE INSERT OR UPDATE ON cai_contrat
    FOR EACH ROW EXECUTE FUNCTION guard_anonymisation();
CREATE OR REPLACE FUNCTION contrat_anonymise(uuid) RETURNS boolean LANGUAGE sql STABLE
    SET search_path = public, pg_temp AS $$
    SELECT EXISTS (SELECT FROM cai_contrat WHERE id = $1 AND anonymise_dans = pg_current_xact_id());
$$;
CREATE TRIGGER cai_pays_nobody BEFORE DELETE ON cai_pays
    FOR EACH ROW WHEN (OLD.code = 'XXX') EXECUTE FUNCTION refuse_modification();
CREATE TRIGGER cai_langue_nobody BEFORE DELETE ON cai_langue
    FOR EACH ROW WHEN (OLD.code = 'und') EXECUTE FUNCTION refuse_modification();
"""
BACK = """
DROP TRIGGER cai_langue_nobody ON cai_langue;
DROP TRIGGER cai_pays_nobody ON cai_pays;
CREATE OR REPLACE FUNCTION contrat_anonymise(uuid) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT EXISTS (SELECT FROM cai_contrat WHERE id = $1 AND anonymise_at IS NOT NULL);
$$;
DROP TRIGGER cai_contrat_guard ON cai_contrat;
DROP FUNCTION guard_anonymisation();
ALTER TABLE cai_contrat DROP COLUMN anonymise_dans;
"""


def add_nobody(apps, schema_editor):
    """The two rows, unless the code lists brought them already."""
    for modele, code, nom, cle in PERSONNE:
        values = {"nom": nom, "cle": cle, "synonymes": "inconnue, non établie"}
        apps.get_model("cai", modele).objects.get_or_create(code=code, defaults=values)


class Migration(migrations.Migration):
    dependencies = [("cai", "0011_tell_what_a_resiliation_rests_on")]

    # rule: E.6-anonymisation, C.10-borne
    operations = [
        migrations.RunPython(add_nobody, migrations.RunPython.noop),
        migrations.RunSQL(GUARD, BACK),
    ]
