from django.db import migrations

from core.append_only import protect

# As for bilans: attempts and returns may go with the file they hang on, which is not another one's.
STAYS = """
CREATE TRIGGER poleemploi_transmission_stays BEFORE UPDATE OF bilan_id ON poleemploi_transmission
    FOR EACH ROW WHEN (OLD.bilan_id IS DISTINCT FROM NEW.bilan_id) EXECUTE FUNCTION refuse_modification();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("poleemploi", "0007_attempts_go_with_the_anonymised_file"),
        ("core", "0002_append_only_journals"),
    ]

    # rule: E.6-anonymisation
    operations = [
        protect("poleemploi_retour", delete_allowed_when="transmission_anonymise(OLD.transmission_id)"),
        migrations.RunSQL(STAYS, "DROP TRIGGER poleemploi_transmission_stays ON poleemploi_transmission;"),
    ]
