from hashlib import sha256

from cryptography.fernet import InvalidToken
from django.db import migrations

from core.crypto import json_bytes


def fill(apps, schema_editor):
    """The fingerprint of each content frozen before it was kept: one short transaction each, safe to run again.

    A content that no key opens goes without: ``rotate_keys`` counts it, and it does not keep the release back.
    """
    frozen = apps.get_model("bilan", "Synthese").objects.filter(
        figee_at__isnull=False, contenu__isnull=False, contenu_sha256=""
    )
    for pk in list(frozen.values_list("pk", flat=True)):
        try:
            row = frozen.only("contenu").filter(pk=pk).first()
        except InvalidToken:
            continue
        if row is not None:
            frozen.filter(pk=pk).update(contenu_sha256=sha256(json_bytes(row.contenu)).hexdigest())


class Migration(migrations.Migration):
    atomic = False  # thousands of contents to decipher: nobody waits behind them

    dependencies = [("bilan", "0014_let_the_previous_image_present")]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
