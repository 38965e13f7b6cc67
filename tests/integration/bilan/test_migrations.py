"""What the migrations write into rows that were there before them."""

from importlib import import_module

import pytest
from django.apps import apps
from django.db import connection

from bilan.models import Suivi, Synthese
from bilan.models.synthese import fingerprint
from bilan.states import Etat
from tests.factories.conduite import advance
from tests.factories.transitions import Monde

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("etat", [Etat.PHASE_CONCLUSION, Etat.SYNTHESE_REDIGEE])
def test_a_bilan_already_concluded_is_given_its_follow_up_and_no_other_is(monde: Monde, etat: Etat) -> None:
    bilan = advance(monde.convoque(), etat)
    Suivi.objects.all().delete()
    import_module("bilan.migrations.0007_follow_up").open_follow_ups(apps, None)
    given = [(suivi.bilan, suivi.echeance, suivi.prevu_le, suivi.statut) for suivi in Suivi.objects.all()]
    assert given == ([(bilan, "six_mois", bilan.date_suivi, "a_faire")] if etat == Etat.SYNTHESE_REDIGEE else [])


@pytest.mark.parametrize("etat", [Etat.SYNTHESE_REDIGEE, Etat.SYNTHESE_PRESENTEE])
def test_a_content_already_frozen_is_given_its_fingerprint_and_no_other_is(monde: Monde, etat: Etat) -> None:
    advance(monde.convoque(), etat)
    module = import_module("bilan.migrations.0010_fingerprint_of_frozen_content")
    with connection.cursor() as cursor:  # as the table was before, until the end of this test
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE bilan_synthese DROP CONSTRAINT synthese_figee_avec_empreinte")
        cursor.execute(module.FORMER)
    Synthese.objects.update(contenu_sha256="")
    module.fill(apps, None)
    row = Synthese.objects.get()
    assert row.contenu_sha256 == (fingerprint(row.contenu) if etat == Etat.SYNTHESE_PRESENTEE else "")
