"""Acceptance scenarios AS-01 to AS-17 of the domain reference, on the services and the stored evaluations."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import pytest

from agents.models import Agent, Lieu
from bilan.models import Bilan
from bilan.states import Etat
from cai.models import Contrat
from core import clock
from core.errors import InvalidInput
from exemptions.domain.situation import Exigence
from exemptions.models import Evaluation, Justificatif
from exemptions.services import Declarations, add_justificatif, evaluate_contrat, verify_justificatif
from tests.factories.cai import make_contrat
from tests.factories.programmation import convoke, make_prescrit

SANS_EMPLOI = Declarations(
    scolarise=False, declare_activite=False, declare_ne_recherche_pas=False, inscrit_pole_emploi=False
)
SCOLARISE = Declarations(
    scolarise=True, declare_activite=False, declare_ne_recherche_pas=False, inscrit_pole_emploi=False
)
EN_EMPLOI = Declarations(
    scolarise=False, declare_activite=True, declare_ne_recherche_pas=True, inscrit_pole_emploi=False
)
REPRESENTANT = {"representant_nom": "Awa Diallo", "representant_qualite": "mère"}


@dataclass
class Dossier:
    """A file, and the agent who assesses it."""

    contrat: Contrat
    agent: Agent

    def piece(self, type_piece: str, *, verifiee: bool = True, le: date | None = None) -> Justificatif:
        jour = le or self.contrat.date_signature
        with clock.travel(jour):
            piece = add_justificatif(contrat=self.contrat, type_piece=type_piece, date_document=jour, by=self.agent)
            return verify_justificatif(justificatif=piece, by=self.agent) if verifiee else piece

    def assess(self, le: date, declarations: Declarations = SANS_EMPLOI) -> Evaluation:
        with clock.travel(le):
            return evaluate_contrat(contrat=self.contrat, declarations=declarations, date_reference=le, by=self.agent)


def ouvrir(agent: Agent, **fields: Any) -> Dossier:
    return Dossier(make_contrat(by=agent, **fields), agent)


@pytest.mark.rule("C.5-18-ans", "C.5-a")
def test_as_01_a_schooled_minor_is_exempt_the_day_before_their_18th_birthday(agent_ofii: Agent) -> None:
    dossier = ouvrir(agent_ofii, date_naissance=date(1992, 6, 20), **REPRESENTANT)
    dossier.piece("certificat_scolarite")

    assert dossier.assess(date(2010, 6, 19), SCOLARISE).motifs == ["mineur_scolarise"]


@pytest.mark.rule("C.5-18-ans")
def test_as_02_on_the_18th_birthday_school_no_longer_exempts(agent_ofii: Agent) -> None:
    dossier = ouvrir(agent_ofii, date_naissance=date(1992, 6, 20), **REPRESENTANT)
    dossier.piece("certificat_scolarite")

    assert not dossier.assess(date(2010, 6, 20), SCOLARISE).exempte


@pytest.mark.rule("C.5-mineur-non-scolarise")
def test_as_03_a_minor_out_of_school_is_not_exempt(agent_ofii: Agent) -> None:
    dossier = ouvrir(agent_ofii, date_naissance=date(1993, 1, 10), **REPRESENTANT)

    assert not dossier.assess(date(2010, 3, 15)).exempte


@pytest.mark.rule("C.2-representant")
def test_as_03_a_minor_signs_with_their_representative(agent_ofii: Agent) -> None:
    with pytest.raises(InvalidInput) as refusal:
        ouvrir(agent_ofii, date_naissance=date(1993, 1, 10))

    assert list(refusal.value.fields) == ["representant_nom"]


@pytest.mark.rule("C.5-mineur-non-scolarise")
def test_as_04_an_adult_student_is_not_exempt(agent_ofii: Agent) -> None:
    dossier = ouvrir(agent_ofii, date_naissance=date(1990, 1, 10))
    dossier.piece("certificat_scolarite")

    assert not dossier.assess(date(2010, 3, 15), SCOLARISE).exempte


@pytest.mark.rule("C.5-56-ans", "C.5-b")
@pytest.mark.parametrize(
    ("jour", "motifs"),
    [
        pytest.param(date(2010, 3, 15), [], id="AS-05 on the 55th birthday"),
        pytest.param(date(2011, 3, 14), [], id="AS-06 on the eve of the 56th"),
        pytest.param(date(2011, 3, 15), ["plus_de_55_ans"], id="AS-07 on the 56th birthday"),
    ],
)
def test_as_05_06_07_more_than_55_begins_on_the_56th_birthday(agent_ofii: Agent, jour: date, motifs: list[str]) -> None:
    dossier = ouvrir(agent_ofii, date_naissance=date(1955, 3, 15))

    assert dossier.assess(jour).motifs == motifs


@pytest.mark.rule("C.5-29-fevrier")
@pytest.mark.parametrize(("jour", "exempte"), [(date(2012, 2, 28), False), (date(2012, 2, 29), True)])
def test_as_08_born_on_29_february_a_leap_birthday_is_the_29th(agent_ofii: Agent, jour: date, exempte: bool) -> None:
    dossier = ouvrir(agent_ofii, date_naissance=date(1956, 2, 29), date_signature=date(2012, 1, 10))

    assert dossier.assess(jour).exempte is exempte


@pytest.mark.rule("C.5-29-fevrier")
@pytest.mark.parametrize(("jour", "exempte"), [(date(2010, 2, 28), True), (date(2010, 3, 1), False)])
def test_as_09_born_on_29_february_a_common_birthday_is_the_1st_of_march(
    agent_ofii: Agent, jour: date, exempte: bool
) -> None:
    dossier = ouvrir(agent_ofii, date_naissance=date(1992, 2, 29), date_signature=date(2010, 1, 10), **REPRESENTANT)
    dossier.piece("certificat_scolarite")

    assert dossier.assess(jour, SCOLARISE).exempte is exempte


@pytest.mark.rule("C.5-c", "C.5-titre-admission")
def test_as_10_the_permit_of_admission_exempts_whatever_the_present_one(agent_ofii: Agent) -> None:
    dossier = ouvrir(agent_ofii, titre_admission="L313-10-1-salarie", titre_actuel="L313-11")

    assert dossier.assess(date(2010, 3, 15)).motifs == ["titre_l313_8_9_10"]


@pytest.mark.rule("C.5-titre-admission")
def test_as_11_a_later_permit_does_not_exempt(agent_ofii: Agent) -> None:
    dossier = ouvrir(agent_ofii, titre_admission="L313-11", titre_actuel="L313-10-1-salarie")

    assert not dossier.assess(date(2010, 3, 15)).exempte


@pytest.mark.rule("C.5-d-preuve")
def test_as_12_a_job_only_declared_does_not_exempt_and_says_what_is_missing(agent_ofii: Agent) -> None:
    evaluation = ouvrir(agent_ofii).assess(date(2010, 3, 15), EN_EMPLOI)

    assert not evaluation.exempte
    assert evaluation.resultat["pieces_manquantes"] == [
        Exigence.JUSTIFICATIF_ACTIVITE,
        Exigence.DECLARATION_NON_RECHERCHE,
    ]


@pytest.mark.rule("C.5-d-preuve")
def test_as_12_who_only_declares_a_job_can_be_convoked(prescripteur: Agent, conseiller: Agent, lieu: Lieu) -> None:
    bilan = make_prescrit(by=prescripteur, declarations=EN_EMPLOI)

    convoke(bilan, lieu=lieu, conseiller=conseiller, by=prescripteur, jour=date(2010, 5, 10))

    assert Bilan.objects.get(pk=bilan.pk).etat == Etat.CONVOQUE


@pytest.mark.rule("C.5-d-recherche")
def test_as_13_employed_but_looking_for_another_job_is_not_exempt(agent_ofii: Agent) -> None:
    dossier = ouvrir(agent_ofii)
    dossier.piece("contrat_travail")
    looking = Declarations(
        scolarise=False, declare_activite=True, declare_ne_recherche_pas=False, inscrit_pole_emploi=False
    )

    assert not dossier.assess(date(2010, 3, 15), looking).exempte


@pytest.mark.rule("C.5-d-recherche")
def test_as_14_an_active_registration_contradicts_the_declaration(agent_ofii: Agent) -> None:
    dossier = ouvrir(agent_ofii)
    dossier.piece("contrat_travail")
    dossier.piece("declaration_non_recherche")
    registered = Declarations(
        scolarise=False, declare_activite=True, declare_ne_recherche_pas=True, inscrit_pole_emploi=True
    )

    evaluation = dossier.assess(date(2010, 3, 15), registered)

    assert not evaluation.exempte
    assert evaluation.resultat["contradictions"]


@pytest.mark.rule("C.5-d")
def test_as_15_a_verified_contract_and_a_signed_declaration_exempt(agent_ofii: Agent) -> None:
    dossier = ouvrir(agent_ofii)
    dossier.piece("contrat_travail")
    dossier.piece("declaration_non_recherche")

    assert dossier.assess(date(2010, 3, 15), EN_EMPLOI).motifs == ["en_emploi_non_demandeur"]


@pytest.mark.rule("C.5-motifs")
def test_as_16_every_ground_is_kept_and_the_first_is_the_main_one(agent_ofii: Agent) -> None:
    dossier = ouvrir(agent_ofii, date_naissance=date(1953, 1, 5), titre_admission="L313-9")
    dossier.piece("contrat_travail")
    dossier.piece("declaration_non_recherche")

    evaluation = dossier.assess(date(2010, 3, 15), EN_EMPLOI)

    assert evaluation.motifs == ["plus_de_55_ans", "titre_l313_8_9_10", "en_emploi_non_demandeur"]
    assert evaluation.motif_principal == "plus_de_55_ans"


@pytest.mark.rule("C.5-d-preuve")
def test_as_17_a_pay_slip_not_yet_verified_proves_nothing(agent_ofii: Agent) -> None:
    dossier = ouvrir(agent_ofii)
    dossier.piece("bulletin_paie", verifiee=False)
    dossier.piece("declaration_non_recherche")

    assert not dossier.assess(date(2010, 3, 15) + timedelta(days=1), EN_EMPLOI).exempte
