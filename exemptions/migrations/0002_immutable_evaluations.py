from django.db import migrations

from core.append_only import protect


class Migration(migrations.Migration):
    dependencies = [("exemptions", "0001_initial"), ("core", "0002_append_only_journals")]

    operations = [protect("exemptions_evaluation")]
