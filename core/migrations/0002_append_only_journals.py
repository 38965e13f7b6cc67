from django.contrib.postgres.operations import TrigramExtension, UnaccentExtension
from django.db import migrations

from core.append_only import create_function, protect


class Migration(migrations.Migration):
    dependencies = [("core", "0001_initial")]

    operations = [
        TrigramExtension(),
        UnaccentExtension(),
        create_function(),
        protect("core_evenement"),
        # Twelve months rolling: reference E.6 [D].
        protect("core_journalacces", delete_allowed_when="OLD.survenu_at < now() - interval '12 months'"),
    ]
