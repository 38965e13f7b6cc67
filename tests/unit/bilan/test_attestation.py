"""What the attestation récapitulative takes from the rows, without a word too many (R. 311-29)."""

from datetime import date

import pytest

from agents.models import Agent
from bilan import attestation
from cai.models import Contrat, Prestation
from core import clock
from core.errors import RuleViolation
from tests.factories.prefet import achieve, decide, propose, resiliation_en_cours

pytestmark = [pytest.mark.django_db, pytest.mark.rule("C.9-attestation")]
JUIN = date(2010, 6, 18)


def told(contrat: Contrat, by: Agent) -> attestation.Attestation:
    """As the rows stand in June 2010."""
    with clock.travel(JUIN):
        return attestation.compose(Contrat.objects.get(pk=contrat.pk), by=by)


def test_it_mentions_the_resiliation_with_its_act(contrat: Contrat, agent_ofii: Agent, directeur: Agent) -> None:
    proposition = resiliation_en_cours(contrat, directeur=directeur, agent=agent_ofii, recue=date(2010, 5, 17))
    decide(proposition, by=agent_ofii, le=JUIN)
    said = told(contrat, agent_ofii)
    assert (said.fin, said.date_acte, said.reference_acte) == ("resilie", JUIN, "2011-042")
    assert [(line.prestation, line.etat) for line in said.lignes] == [
        ("Formation civique", "non suivie sans motif"),
        ("Bilan de compétences professionnelles", "non fait"),
    ]


def test_it_tells_hours_papers_and_the_level_of_french(contrat: Contrat, agent_ofii: Agent) -> None:
    row = Prestation.objects.create(
        contrat=contrat, type="formation_linguistique", statut="suivie", heures_prescrites=120, niveau_atteint="A1_1"
    )
    for minutes, presence in ((180, "present"), (120, "present"), (180, "absent")):
        row.seances.create(jour=JUIN, minutes=minutes, presence=presence, saisie_par=agent_ofii)
    row.certificats.create(genre="certificat_assiduite", jour=JUIN, saisi_par=agent_ofii)
    assert told(contrat, agent_ofii).lignes[1].preuves == (
        "5\u00a0h suivies sur 120\u00a0h prescrites", "Certificat d’assiduité, 18\u00a0juin\u00a02010", "niveau A1.1",
    )  # fmt: skip
    row.certificats.create(genre="dilf", jour=JUIN, niveau="A1_1", reussi=True, gratuit=True, saisi_par=agent_ofii)
    assert told(contrat, agent_ofii).lignes[1].preuves[-1].endswith("niveau A1.1\u00a0: obtenu, 18\u00a0juin\u00a02010")


def test_an_older_contract_says_nothing_of_the_bilan(contrat: Contrat, agent_ofii: Agent) -> None:
    Contrat.objects.update(date_signature=date(2008, 11, 28), date_entretien=date(2008, 11, 28))
    assert [line.prestation for line in told(contrat, agent_ofii).lignes] == ["Formation civique"]


def test_it_is_issued_once_a_day_and_only_of_a_contract_that_has_ended(
    contrat: Contrat, agent_ofii: Agent, directeur: Agent
) -> None:
    with clock.travel(JUIN), pytest.raises(RuleViolation, match="une fois le contrat"):
        attestation.issue_attestation(contrat=contrat, by=agent_ofii)
    achieve(contrat)
    decide(propose(contrat, "cloture", by=directeur, le=JUIN), by=agent_ofii, le=JUIN)
    ended = Contrat.objects.get(pk=contrat.pk)
    with clock.travel(JUIN):
        assert attestation.issue_attestation(contrat=ended, by=agent_ofii).numero == "75-T2010-000001"
        with pytest.raises(RuleViolation, match="aujourd’hui"):
            attestation.issue_attestation(contrat=ended, by=agent_ofii)
