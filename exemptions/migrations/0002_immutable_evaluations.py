from django.db import migrations

from core.append_only import protect


class Migration(migrations.Migration):
    dependencies = [("exemptions", "0001_initial"), ("core", "0002_append_only_journals")]

    # rule: C.5-evaluation-scellee
    operations = [protect("exemptions_evaluation")]
