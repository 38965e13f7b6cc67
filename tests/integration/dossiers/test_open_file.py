"""Opening a file: all or nothing, once."""

import uuid
from datetime import date
from typing import Any

import pytest

from agents.models import Agent, DirectionTerritoriale
from bilan.models import Bilan
from bilan.states import Etat
from cai.models import Contrat, Signataire
from core import clock, journal
from core.errors import Conflict, Forbidden, InvalidInput, RuleViolation
from core.models import Evenement
from dossiers.services import open_file
from tests.factories.cai import fiche_contrat, fiche_signataire, make_contrat

JOUR = date(2010, 3, 15)


def ouvrir(by: Agent, direction: DirectionTerritoriale, **changes: Any) -> Contrat:
    identifiant = changes.pop("identifiant", None)
    with clock.travel(JOUR):
        return open_file(
            signataire=fiche_signataire(**changes),
            contrat=fiche_contrat(),
            direction=direction,
            identifiant=identifiant,
            by=by,
        )


@pytest.mark.rule("C.2-champs", "D.1-ouverture")
def test_open_file_registers_the_person_the_contract_and_a_bilan_to_assess(
    agent_ofii: Agent, direction: DirectionTerritoriale
) -> None:
    contrat = ouvrir(agent_ofii, direction)

    assert contrat.signataire.nom_complet == "Mamadou Diallo"
    assert contrat.numero_cai == "75-2010-000001"
    assert contrat.date_echeance == date(2011, 3, 15)
    assert contrat.bilans.get().etat == Etat.A_EVALUER


def test_open_file_tells_the_journal_in_order(agent_ofii: Agent, direction: DirectionTerritoriale) -> None:
    contrat = ouvrir(agent_ofii, direction)

    names = list(Evenement.objects.filter(dossier=contrat.pk).values_list("nom", flat=True))
    assert names == ["contrat.signe", "bilan.ouvert"]
    assert journal.verify(contrat.pk) == []


@pytest.mark.rule("D.1-ouverture")
def test_open_file_writes_nothing_when_the_contract_is_refused(
    agent_ofii: Agent, direction: DirectionTerritoriale
) -> None:
    with pytest.raises(InvalidInput):
        ouvrir(agent_ofii, direction, date_naissance=date(1995, 1, 1))

    assert not Signataire.objects.exists()
    assert not Bilan.objects.exists()


def test_open_file_refuses_a_direction_that_is_not_the_agents(
    agent_ofii: Agent, autre_direction: DirectionTerritoriale
) -> None:
    with pytest.raises(Forbidden):
        ouvrir(agent_ofii, autre_direction)


@pytest.mark.parametrize("role", ["directeur", "correspondant", "conseiller", "responsable", "administrateur"])
def test_open_file_refuses_who_does_not_open_files(
    role: str, request: pytest.FixtureRequest, direction: DirectionTerritoriale
) -> None:
    with pytest.raises(Forbidden):
        ouvrir(request.getfixturevalue(role), direction)


def test_the_same_form_sent_twice_opens_one_file_and_gives_it_back(
    agent_ofii: Agent, direction: DirectionTerritoriale
) -> None:
    identifiant = uuid.uuid4()

    first = ouvrir(agent_ofii, direction, identifiant=identifiant)
    second = ouvrir(agent_ofii, direction, identifiant=identifiant)

    assert first == second
    assert Contrat.objects.count() == 1


@pytest.mark.parametrize("changes", [{"nom": "Sow"}, {"telephone": "+33612345678"}, {"titre_admission": "L314"}])
def test_a_form_already_used_for_another_content_is_refused_and_writes_nothing(
    agent_ofii: Agent, direction: DirectionTerritoriale, changes: dict[str, Any]
) -> None:
    identifiant = uuid.uuid4()
    ouvrir(agent_ofii, direction, identifiant=identifiant)
    terms = {name: changes[name] for name in changes if name == "titre_admission"}
    person = {name: changes[name] for name in changes if name not in terms}

    with clock.travel(JOUR), pytest.raises(RuleViolation, match="75-2010-000001"):
        open_file(
            signataire=fiche_signataire(**person),
            contrat=fiche_contrat(**terms),
            direction=direction,
            identifiant=identifiant,
            by=agent_ofii,
        )

    assert Signataire.objects.get().nom == "Diallo"


def test_a_form_already_used_elsewhere_gives_no_file_of_another_territory(
    agent_ofii: Agent, agent_ailleurs: Agent, direction: DirectionTerritoriale
) -> None:
    identifiant = uuid.uuid4()
    make_contrat(by=agent_ailleurs, identifiant=identifiant)

    with pytest.raises(Conflict):
        ouvrir(agent_ofii, direction, identifiant=identifiant)
