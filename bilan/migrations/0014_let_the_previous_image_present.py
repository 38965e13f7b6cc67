from django.db import migrations, models

# A presented version keeps its content; under the session setting of core.rotation alone, its wrapping may change, while
# the fingerprint of the content, as frozen as the rest, says that nothing else did. During an upgrade the former image
# still presents versions and knows no fingerprint: the column has a default in the database, and a frozen content may be
# without it until a later release demands it. One that is missing may be given once.
_FUNCTION = """
CREATE OR REPLACE FUNCTION refuse_frozen_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.figee_at IS NOT NULL AND (
        NEW.figee_at IS DISTINCT FROM OLD.figee_at
        OR NEW.pdf_sha256 IS DISTINCT FROM OLD.pdf_sha256
        OR (NEW.contenu IS NOT NULL AND ({}))
    ) THEN
        RAISE EXCEPTION 'a presented version is frozen' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF OLD.detruite_at IS NOT NULL AND NEW.contenu IS NOT NULL THEN
        RAISE EXCEPTION 'a destroyed content does not come back' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
"""
FORMER = _FUNCTION.format("NEW.contenu IS DISTINCT FROM OLD.contenu")
FROZEN = _FUNCTION.format(
    "NEW.contenu_sha256 IS DISTINCT FROM OLD.contenu_sha256 AND OLD.contenu_sha256 <> ''"
    " OR NEW.contenu IS DISTINCT FROM OLD.contenu AND current_setting('cai.rotation', true) IS DISTINCT FROM 'on'"
)
# The evidence of a bilan may go with the anonymised contract it hangs on: it is not moved to another.
STAYS = """
CREATE TRIGGER bilan_bilan_stays BEFORE UPDATE OF contrat_id ON bilan_bilan
    FOR EACH ROW WHEN (OLD.contrat_id IS DISTINCT FROM NEW.contrat_id) EXECUTE FUNCTION refuse_modification();
"""


class Migration(migrations.Migration):
    dependencies = [("bilan", "0013_say_of_an_interpreter_only_what_was_said")]

    operations = [
        migrations.AlterField(
            model_name="synthese",
            name="contenu_sha256",
            field=models.CharField("empreinte du contenu", max_length=64, blank=True, default="", db_default=""),
        ),
        # An earlier form of 0010 demanded the fingerprint of every frozen content.
        migrations.RunSQL(
            "ALTER TABLE bilan_synthese DROP CONSTRAINT IF EXISTS synthese_figee_avec_empreinte;",
            migrations.RunSQL.noop,
        ),
        migrations.AddConstraint(
            model_name="synthese",
            constraint=models.CheckConstraint(
                condition=models.Q(contenu_sha256="") | models.Q(figee_at__isnull=False, contenu__isnull=False),
                name="synthese_empreinte_d_un_contenu_fige",
            ),
        ),
        migrations.RunSQL(FROZEN, FORMER),
        # rule: E.6-anonymisation
        migrations.RunSQL(STAYS, "DROP TRIGGER bilan_bilan_stays ON bilan_bilan;"),
    ]
