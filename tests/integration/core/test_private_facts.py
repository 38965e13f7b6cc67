"""Private facts of the journal: read by who reads the file, erased with its key, without breaking the chain."""

import json
import uuid
from datetime import date

import pytest
from django.db import transaction

from agents.models import Agent, DirectionTerritoriale
from cai import oubli
from cai.models import Contrat
from cai.services import correct_signataire
from core import clock, journal
from core.models import CleDossier, Evenement
from dossiers.chronologie import timeline
from exemptions.services import add_justificatif, reject_justificatif
from tests.factories.cai import fiche_signataire

pytestmark = [pytest.mark.django_db, pytest.mark.rule("E.6-anonymisation")]
JOUR = date(2010, 3, 15)


@pytest.fixture
def corrige(contrat: Contrat, agent_ofii: Agent) -> Contrat:
    """A file with a corrected name and a document rejected for a reason in free words."""
    with clock.travel(JOUR):
        correct_signataire(contrat=contrat, fiche=fiche_signataire(nom="Canari"), by=agent_ofii)
        piece = add_justificatif(contrat=contrat, type_piece="copie_titre", date_document=JOUR, by=agent_ofii)
        reject_justificatif(justificatif=piece, motif="Au nom de M. Canari frère", by=agent_ofii)
    return contrat


def told(contrat: Contrat) -> str:
    return " ".join(ligne.detail for ligne in timeline(contrat.pk, sees_exemption=True)).replace("\u00a0", " ")


def stored(contrat: Contrat) -> str:
    return json.dumps(list(Evenement.objects.filter(dossier=contrat.pk).values_list("faits", flat=True)))


def test_former_values_and_free_reasons_are_told_and_never_stored_in_clear(corrige: Contrat) -> None:
    assert "Nom : « Diallo » devient « Canari »." in told(corrige)
    assert "Motif : Au nom de M. Canari frère." in told(corrige)
    assert "Canari" not in stored(corrige)
    assert "Diallo" not in stored(corrige)


def test_the_file_forgets_the_day_after_its_five_years_and_its_chain_still_holds(corrige: Contrat) -> None:
    corrige.bilans.update(etat="annule", motif_annulation="doublon", clos_at=clock.at(JOUR, 18))
    assert oubli.forget_private_facts(date(2015, 3, 15)) == 0
    assert oubli.forget_private_facts(date(2015, 3, 16)) == 1
    assert oubli.forget_private_facts(date(2015, 3, 16)) == 0
    assert "Canari" not in told(corrige)
    assert "Anciennes et nouvelles valeurs : donnée effacée." in told(corrige)
    assert "Copie du titre de séjour du 15 mars 2010. Motif : donnée effacée." in told(corrige)
    assert journal.verify(corrige.pk) == []
    assert Evenement.objects.filter(dossier=corrige.pk).latest("numero").nom == "contrat.oublie"


def test_a_file_whose_bilan_goes_on_keeps_its_facts_beyond_the_five_years(corrige: Contrat) -> None:
    assert oubli.forget_private_facts(date(2015, 3, 16)) == 0
    assert "Canari" in told(corrige)


def test_nothing_private_is_kept_once_the_key_is_gone(direction: DirectionTerritoriale, agent_ofii: Agent) -> None:
    dossier = uuid.uuid4()
    with transaction.atomic():
        journal.record("essai.fait", dossier=dossier, target=direction, by=agent_ofii, prive={"nom": "Canari"})
        assert journal.forget(dossier)
        late = journal.record("essai.fait", dossier=dossier, target=direction, by=agent_ofii, prive={"nom": "Canari"})
    assert journal.facts(late) == {"nom": journal.EFFACEE}
    assert CleDossier.objects.get(pk=dossier).cle is None
    assert not journal.forget(dossier)


def test_the_key_of_a_file_opens_no_other(direction: DirectionTerritoriale, agent_ofii: Agent) -> None:
    one, other = uuid.uuid4(), uuid.uuid4()
    with transaction.atomic():
        for dossier in (one, other):
            journal.record("essai.fait", dossier=dossier, target=direction, by=agent_ofii, prive={"nom": "Canari"})
        journal.forget(one)
    read = journal.facts_reader()
    assert [read(Evenement.objects.get(dossier=dossier))["nom"] for dossier in (one, other)] == [
        journal.EFFACEE,
        "Canari",
    ]
