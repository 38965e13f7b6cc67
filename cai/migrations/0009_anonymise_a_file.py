from django.db import migrations, models

# From the day after the five years of services, and not before, whatever the code does (reference C.10); then for ever.
TERM = """
ALTER TABLE cai_contrat ADD CONSTRAINT contrat_anonymise_apres_cinq_ans CHECK (
    anonymise_at IS NULL
    OR (anonymise_at AT TIME ZONE 'Europe/Paris')::date
       > (COALESCE(date_premier_titre, date_signature) + interval '5 years')::date
);
CREATE FUNCTION contrat_anonymise(uuid) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT EXISTS (SELECT FROM cai_contrat WHERE id = $1 AND anonymise_at IS NOT NULL);
$$;
CREATE FUNCTION signataire_anonymise(uuid) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT EXISTS (SELECT FROM cai_contrat WHERE signataire_id = $1 AND anonymise_at IS NOT NULL);
$$;
CREATE TRIGGER cai_contrat_anonymised BEFORE UPDATE ON cai_contrat
    FOR EACH ROW WHEN (OLD.anonymise_at IS NOT NULL) EXECUTE FUNCTION refuse_modification();
CREATE TRIGGER cai_signataire_anonymised BEFORE UPDATE ON cai_signataire
    FOR EACH ROW WHEN (signataire_anonymise(OLD.id)) EXECUTE FUNCTION refuse_modification();
"""
BACK = """
DROP TRIGGER cai_signataire_anonymised ON cai_signataire;
DROP TRIGGER cai_contrat_anonymised ON cai_contrat;
DROP FUNCTION signataire_anonymise(uuid);
DROP FUNCTION contrat_anonymise(uuid);
ALTER TABLE cai_contrat DROP CONSTRAINT contrat_anonymise_apres_cinq_ans;
"""


class Migration(migrations.Migration):
    dependencies = [("cai", "0008_plan_the_exam"), ("core", "0002_append_only_journals")]

    operations = [
        migrations.AddField(
            model_name="contrat",
            name="anonymise_at",
            field=models.DateTimeField("anonymisé le", blank=True, null=True),
        ),
        # rule: E.6-anonymisation
        migrations.AddConstraint(
            model_name="contrat",
            constraint=models.CheckConstraint(
                condition=models.Q(anonymise_at=None) | models.Q(numero_cai__startswith="ANONYME-"),
                name="contrat_anonymise_sans_numero",
            ),
        ),
        # rule: C.10-borne
        migrations.RunSQL(TERM, BACK),
    ]
