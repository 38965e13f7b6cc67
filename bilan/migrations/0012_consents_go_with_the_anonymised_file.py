from django.db import migrations

from core.append_only import allow_delete

ANONYMISED = """
CREATE FUNCTION bilan_anonymise(uuid) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT EXISTS (SELECT FROM bilan_bilan WHERE id = $1 AND contrat_anonymise(contrat_id));
$$;
"""


class Migration(migrations.Migration):
    dependencies = [("bilan", "0011_one_letter_a_subject"), ("cai", "0009_anonymise_a_file")]

    # rule: E.6-anonymisation
    operations = [
        migrations.RunSQL(ANONYMISED, "DROP FUNCTION bilan_anonymise(uuid);"),
        allow_delete("bilan_consentement", when="bilan_anonymise(OLD.bilan_id)"),
        allow_delete("bilan_synthesedetruite", when="bilan_anonymise(OLD.bilan_id)"),
    ]
