from django.db import migrations

from core.append_only import allow_delete


class Migration(migrations.Migration):
    dependencies = [("exemptions", "0003_copies_of_documents"), ("cai", "0009_anonymise_a_file")]

    # rule: E.6-anonymisation
    operations = [allow_delete("exemptions_evaluation", when="contrat_anonymise(OLD.contrat_id)")]
