from django.db import migrations, models

# The present database says which one it is, on the row of the channel: a later restore will not be it any more.
SIGN = """
INSERT INTO poleemploi_canal (id, pause_motif, echecs_de_suite, jeton_generation, empreinte_base)
SELECT 1, '', 0, 0, concat_ws(':', system_identifier, left(pg_walfile_name(pg_current_wal_lsn()), 8),
    (SELECT oid FROM pg_database WHERE datname = current_database()), 'poleemploi_transmission'::regclass::oid)
FROM pg_control_system()
ON CONFLICT (id) DO UPDATE SET empreinte_base = EXCLUDED.empreinte_base;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("poleemploi", "0012_pause_decided_during_a_probe"),
    ]

    operations = [
        migrations.AddField(
            model_name="canal",
            name="empreinte_base",
            field=models.CharField(blank=True, db_default="", max_length=120, verbose_name="base"),
        ),
        migrations.AddField(
            model_name="canal",
            name="restauration_depuis",
            field=models.DateTimeField(blank=True, null=True, verbose_name="à rapprocher depuis"),
        ),
        migrations.AddField(
            model_name="transmission",
            name="rapprochee_at",
            field=models.DateTimeField(null=True, verbose_name="rapprochée le"),
        ),
        migrations.AddIndex(
            model_name="transmission",
            index=models.Index(
                condition=models.Q(("rapprochee_at__isnull", False)),
                fields=["rapprochee_at"],
                name="transmission_rapprochee",
            ),
        ),
        migrations.AlterField(
            model_name="canal",
            name="pause_motif",
            field=models.CharField(
                blank=True,
                choices=[
                    ("quota", "Pôle emploi demande de patienter"),
                    ("compte", "Pôle emploi refuse notre compte"),
                    ("panne", "Pôle emploi ne répond pas"),
                    ("restauration", "La base a été restaurée"),
                ],
                max_length=40,
                verbose_name="motif",
            ),
        ),
        migrations.RunSQL(SIGN, migrations.RunSQL.noop),
    ]
