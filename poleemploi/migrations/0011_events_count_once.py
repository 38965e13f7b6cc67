from django.db import migrations

from core.append_only import protect


class Migration(migrations.Migration):
    dependencies = [("poleemploi", "0010_feed_of_returns"), ("core", "0002_append_only_journals")]

    operations = [protect("poleemploi_evenementrecu")]
