import django.db.models.deletion
from django.db import migrations, models

# The image of before writes rows without knowing of the column: the database fills it, for everybody.
TRIGGER = """
CREATE FUNCTION transmission_direction() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    SELECT c.direction_id INTO NEW.direction_id
        FROM bilan_bilan b JOIN cai_contrat c ON c.id = b.contrat_id WHERE b.id = NEW.bilan_id;
    RETURN NEW;
END $$;
CREATE TRIGGER transmission_direction BEFORE INSERT ON poleemploi_transmission
    FOR EACH ROW EXECUTE FUNCTION transmission_direction();
UPDATE poleemploi_transmission t SET direction_id = c.direction_id
    FROM bilan_bilan b JOIN cai_contrat c ON c.id = b.contrat_id WHERE b.id = t.bilan_id;
"""
BACK = """
DROP TRIGGER transmission_direction ON poleemploi_transmission;
DROP FUNCTION transmission_direction();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("agents", "0005_directions_of_the_previous_image"),
        ("bilan", "0015_fingerprint_what_was_frozen_before"),
        ("poleemploi", "0013_restores_are_noticed"),
    ]

    operations = [
        migrations.AddField(
            model_name="transmission",
            name="direction",
            field=models.ForeignKey(
                db_index=False,
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="agents.directionterritoriale",
            ),
        ),
        migrations.RunSQL(TRIGGER, BACK),
        migrations.AddIndex(
            model_name="transmission",
            index=models.Index(
                fields=["direction", "etat", "-created_at", "-id"], name="transmission_direction_etat"
            ),
        ),
    ]
