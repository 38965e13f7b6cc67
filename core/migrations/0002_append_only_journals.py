from django.contrib.postgres.operations import TrigramExtension, UnaccentExtension
from django.db import migrations

from core.append_only import create_function, protect


class Migration(migrations.Migration):
    dependencies = [("core", "0001_initial")]

    operations = [
        TrigramExtension(),
        UnaccentExtension(),
        create_function(),
        # rule: D.2-evenement
        protect("core_evenement"),
        # Twelve months rolling: reference E.6 [D].
        # rule: E.6-a-part, E.6-douze-mois
        protect("core_journalacces", delete_allowed_when="OLD.survenu_at < now() - interval '12 months'"),
    ]
