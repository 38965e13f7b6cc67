"""What a directeur reads when something may not be proposed to the préfet, or when a date cannot be right."""

from collections.abc import Iterable
from datetime import date

import pytest

from agents.models import Agent
from bilan import prefet, propositions
from cai.models import MOTIVATION_MIN, Contrat, PropositionPrefet
from core import clock
from core.errors import Blocage
from core.french import NBSP
from tests.factories.prefet import StatutP, Type, TypeP, note, propose

MAI, ECHEANCE, LENDEMAIN = date(2010, 5, 3), date(2011, 3, 15), date(2011, 3, 16)
Fondement = PropositionPrefet.Fondement
Said = tuple[str, str, str]


def said(blocages: Iterable[Blocage]) -> list[Said]:
    return [(blocage.code, blocage.field, blocage.message.replace(NBSP, " ")) for blocage in blocages]


def conditions(contrat: Contrat, kind: str, *, on: date = MAI) -> list[Said]:
    with clock.travel(on):
        return said(propositions.conditions(contrat, kind))


@pytest.mark.rule("C.9-resiliation")
def test_a_resiliation_rests_on_a_failing(contrat: Contrat) -> None:
    note(contrat, TypeP.FORMATION_CIVIQUE, StatutP.DIFFEREE)
    assert conditions(contrat, Type.RESILIATION) == [
        (
            "aucun_manquement",
            "",
            "Aucune prestation n’est notée « non suivie sans motif » : rien ne fonde une résiliation.",
        )
    ]
    note(contrat, TypeP.FORMATION_CIVIQUE, StatutP.NON_SUIVIE)
    assert conditions(contrat, Type.RESILIATION) == []


@pytest.mark.rule("C.9-prorogation", "C.7-prorogation")
def test_a_prorogation_comes_in_time_rests_on_something_and_exhausts_itself_in_a_year(contrat: Contrat) -> None:
    assert conditions(contrat, Type.PROROGATION, on=ECHEANCE) == [
        (
            "aucun_fondement",
            "",
            "Ni formation linguistique en cours, ni prestation différée pour motif légitime : rien ne fonde une "
            "prorogation.",
        )
    ]
    assert conditions(contrat, Type.PROROGATION, on=LENDEMAIN) == [
        ("contrat_echu", "", "Le contrat a pris fin le 15 mars 2011 : il ne se proroge plus.")
    ]
    note(contrat, TypeP.BILAN, StatutP.DIFFEREE)
    contrat.date_echeance_prorogee = date(2012, 3, 14)
    assert conditions(contrat, Type.PROROGATION) == []
    contrat.date_echeance_prorogee = date(2012, 3, 15)
    assert conditions(contrat, Type.PROROGATION) == [
        ("prorogation_epuisee", "", "Le contrat est déjà prorogé d’un an, ce qui est le plus possible.")
    ]


@pytest.mark.rule("C.9-prorogation", "C.9-prorogation-bilan-seul")
def test_a_prorogation_rests_on_the_strongest_of_its_reasons(contrat: Contrat) -> None:
    for kind, statut, fondement in [
        (TypeP.FORMATION_LINGUISTIQUE, StatutP.PRESCRITE, None),
        (TypeP.FORMATION_CIVIQUE, StatutP.EN_COURS, None),
        (TypeP.BILAN, StatutP.DIFFEREE, Fondement.BILAN_DIFFERE),
        (TypeP.FORMATION_CIVIQUE, StatutP.DIFFEREE, Fondement.PRESTATION_DIFFEREE),
        (TypeP.FORMATION_LINGUISTIQUE, StatutP.EN_COURS, Fondement.FORMATION_EN_COURS),
    ]:
        note(contrat, kind, statut)
        assert propositions.fondement_of(contrat) is fondement, (kind, statut)


@pytest.mark.rule("C.9-cloture")
def test_a_closing_waits_for_the_trainings_or_for_the_end_of_the_contract(contrat: Contrat) -> None:
    for kind, statut in [
        (TypeP.FORMATION_CIVIQUE, StatutP.EN_COURS),
        (TypeP.FORMATION_LINGUISTIQUE, StatutP.PRESCRITE),
        (TypeP.BILAN, StatutP.PRESCRITE),
    ]:
        note(contrat, kind, statut)
    assert conditions(contrat, Type.CLOTURE, on=ECHEANCE) == [
        (
            "formations_en_cours",
            "",
            "Le contrat court jusqu’au 15 mars 2011 et n’est pas fini pour : formation civique et formation "
            "linguistique.",
        )
    ]
    assert conditions(contrat, Type.CLOTURE, on=LENDEMAIN) == []
    contrat.statut = Contrat.Statut.RESILIE
    assert conditions(contrat, Type.CLOTURE) == [("contrat_termine", "", "Le contrat est à l’état « Résilié ».")]


@pytest.mark.rule("D.2-25", "D.2-9-proposition")
def test_a_proposal_that_waits_says_since_when_and_one_suspended_what_to_do(contrat: Contrat, directeur: Agent) -> None:
    note(contrat, TypeP.BILAN, StatutP.DIFFEREE)
    note(contrat, TypeP.FORMATION_CIVIQUE, StatutP.NON_SUIVIE)
    assert propositions.prorogation_en_attente(contrat) == []
    propose(
        contrat, Type.PROROGATION, by=directeur, le=MAI, titre_renouvele_le=MAI, echeance_proposee=date(2011, 9, 15)
    )
    assert conditions(contrat, Type.PROROGATION) == [
        ("deja_proposee", "", "La prorogation est déjà proposée au préfet depuis le 3 mai 2010.")
    ]
    assert conditions(contrat, Type.RESILIATION) == []
    assert said(propositions.prorogation_en_attente(contrat)) == [
        (
            "prorogation_en_attente",
            "",
            "Une prorogation est proposée au préfet depuis le 3 mai 2010 : attendez sa décision.",
        )
    ]
    resiliation = propose(contrat, Type.RESILIATION, by=directeur, le=MAI)
    assert propositions.suspension(resiliation) == []
    PropositionPrefet.objects.filter(pk=resiliation.pk).update(suspendue_at=clock.at(MAI, 10))
    assert conditions(contrat, Type.RESILIATION) == [
        (
            "proposition_suspendue",
            "",
            "L’absence qui fondait cette proposition a été excusée depuis : la résiliation ne peut plus avancer. "
            "Abandonnez-la ; d’autres manquements se proposent à part.",
        )
    ]
    with clock.travel(MAI):
        prefet.abandon(proposition=resiliation, motif="Absence excusée.", by=directeur)
    assert conditions(contrat, Type.RESILIATION) == []


@pytest.mark.rule("C.7-prorogation")
def test_a_new_last_day_comes_after_the_present_one_and_within_a_year_of_the_first() -> None:
    contrat = Contrat(date_signature=date(2010, 3, 15), date_echeance=ECHEANCE)
    refused = [("echeance_hors_limites", "ici", "Indiquez une date après le 15 mars 2011, et au plus tard le 15 mars "
                "2012.")]  # fmt: skip
    for nouvelle in (None, ECHEANCE, date(2012, 3, 16)):
        assert said(propositions.echeance(contrat, nouvelle, "ici")) == refused
    for nouvelle in (LENDEMAIN, date(2012, 3, 15)):
        assert propositions.echeance(contrat, nouvelle, "ici") == []


@pytest.mark.rule("C.8-motivation")
def test_a_reasoning_is_long_enough_to_be_about_somebody() -> None:
    assert propositions.motivation("x" * MOTIVATION_MIN) == []
    assert said(propositions.motivation("x" * (MOTIVATION_MIN - 1))) == [
        (
            "motivation_absente",
            "motivation",
            f"Écrivez pourquoi, pour cette personne, en {MOTIVATION_MIN} signes au moins : cette motivation engage la "
            "direction.",
        )
    ]


@pytest.mark.rule("C.9-observations")
def test_a_decision_is_dated_after_the_proposal_and_after_the_month_of_the_person() -> None:
    received = PropositionPrefet(propose_at=clock.at(MAI, 10), date_reception=date(2010, 5, 17))
    too_early = (
        "observations_en_cours",
        "date_decision",
        "La personne peut présenter ses observations jusqu’au jeudi 17 juin 2010 inclus : la décision est datée au "
        "plus tôt du vendredi 18 juin 2010.",
    )
    act = ("date_hors_limites", "date_decision")
    with clock.travel(date(2010, 6, 18)):
        for jour in (None, date(2010, 6, 17)):
            assert said(propositions.date_decision(received, jour)) == [too_early]
        assert propositions.date_decision(received, date(2010, 6, 18)) == []
        proposed = PropositionPrefet(propose_at=clock.at(MAI, 10))
        for jour in (None, date(2010, 5, 2), date(2010, 6, 19)):
            assert said(propositions.date_decision(proposed, jour)) == [
                (*act, "Indiquez la date de l’acte : du 3 mai 2010 à aujourd’hui.")
            ]
        for jour in (MAI, date(2010, 6, 18)):
            assert propositions.date_decision(proposed, jour) == []
        assert said(propositions.date_decision(PropositionPrefet(), MAI)) == [
            (*act, "Indiquez la date de l’acte : du 18 juin 2010 à aujourd’hui.")
        ]
