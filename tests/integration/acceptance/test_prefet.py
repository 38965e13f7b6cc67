"""AS-27 to AS-30 and AS-37 of the domain reference: what OFII may propose to the préfet, and what he reads."""

from datetime import date

import pytest

from agents.models import Agent
from bilan import attestation, prefet, programmation
from bilan.models import Bilan, Consentement, Courrier
from bilan.states import Etat, MotifAnnulation
from bilan.tasks import appliquer_conservation
from cai import prestations
from cai.models import Contrat, PropositionPrefet
from core import clock
from core.errors import RuleViolation
from dossiers.situation import Situation, situation_of
from tests.factories.conduite import JOUR, consent
from tests.factories.prefet import MOTIVATION, StatutP, TypeP, decide, note, propose, resiliation_en_cours
from tests.factories.programmation import proposition as rendez_vous
from tests.factories.transitions import APRES_MIDI, Monde, advance, fresh
from tests.paper import text_of

pytestmark = [pytest.mark.django_db]
JUIN = date(2010, 6, 1)
Statut = PropositionPrefet.Statut


def refused(code: str) -> "pytest.RaisesExc[RuleViolation]":
    return pytest.raises(RuleViolation, check=lambda refusal: refusal.code == code)


def absent_sans_motif(monde: Monde) -> Bilan:
    """Missed on 10 May 2010, no reason given by 26 May."""
    bilan = monde.absent()
    with clock.travel(date(2010, 5, 26)):
        return programmation.reject_absence(bilan=bilan, declare_sans_motif=False, by=monde.prescripteur)


@pytest.mark.rule("D.2-9-proposition", "D.2-9")
def test_as_27_an_absence_excused_before_the_decision_suspends_the_resiliation(monde: Monde, directeur: Agent) -> None:
    bilan = absent_sans_motif(monde)
    proposition = propose(bilan.contrat, "resiliation", by=directeur, le=JUIN)
    with clock.travel(JUIN):
        prefet.record_intention(proposition=proposition, date_reception=JUIN, by=monde.prescripteur)
    with clock.travel(date(2010, 6, 14)):
        programmation.requalify_absence(
            bilan=bilan, motif="maladie_hospitalisation", justificatif_vu_le=JUIN, by=monde.prescripteur
        )
        programmation.convoke(
            bilan=bilan, proposition=rendez_vous(monde.lieu, monde.conseiller, date(2010, 7, 5)), by=monde.prescripteur
        )
    assert fresh(bilan).etat == Etat.CONVOQUE
    assert PropositionPrefet.objects.get().suspendue_at.date() == date(2010, 6, 14)
    with refused("proposition_suspendue"):
        decide(proposition, by=monde.prescripteur, le=date(2010, 7, 2))
    with clock.travel(date(2010, 7, 2)):
        assert prefet.abandon(proposition=proposition, motif="Absence excusée.", by=directeur).statut == "abandonnee"


@pytest.mark.rule("D.2-9-proposition")
def test_an_excuse_leaves_a_resiliation_that_rests_on_something_else(monde: Monde, directeur: Agent) -> None:
    bilan, langue = monde.absent(), TypeP.FORMATION_LINGUISTIQUE
    contrat = bilan.contrat
    resiliation_en_cours(contrat, directeur=directeur, agent=monde.prescripteur, recue=date(2010, 5, 17))
    with clock.travel(date(2010, 5, 26)):
        programmation.reject_absence(bilan=bilan, declare_sans_motif=False, by=monde.prescripteur)
    note(contrat, langue, StatutP.NON_SUIVIE)
    with clock.travel(date(2010, 6, 14)):
        programmation.requalify_absence(
            bilan=bilan, motif="maladie_hospitalisation", justificatif_vu_le=JUIN, by=monde.prescripteur
        )
        prestations.decide(contrat=contrat, type_prestation=langue, statut=StatutP.DIFFEREE, by=monde.prescripteur)
        assert PropositionPrefet.objects.get().suspendue_at is None


@pytest.mark.rule("C.8-pas-automatique", "C.8-motivation")
def test_as_28_nothing_proposes_a_resiliation_until_the_directeur_writes_a_reasoned_one(
    monde: Monde, directeur: Agent
) -> None:
    bilan = absent_sans_motif(monde)
    with clock.travel(date(2011, 6, 1)):
        appliquer_conservation()
        assert not PropositionPrefet.objects.exists()
    with clock.travel(JUIN):
        faits = "Absente le 10 mai, sans réponse depuis."
        prefet.prepare(contrat=bilan.contrat, type_proposition="resiliation", faits=faits, by=monde.prescripteur)
        assert not PropositionPrefet.objects.exclude(statut=Statut.BROUILLON).exists()
        with refused("motivation_absente"):
            prefet.propose(contrat=bilan.contrat, type_proposition="resiliation", motivation="Absente.", by=directeur)
        prefet.propose(contrat=bilan.contrat, type_proposition="resiliation", motivation=MOTIVATION, by=directeur)
    assert PropositionPrefet.objects.get(statut=Statut.PROPOSEE).propose_par == directeur


@pytest.mark.rule("C.9-observations")
def test_as_29_a_resiliation_is_decided_from_the_day_after_the_month_of_observations(
    contrat: Contrat, agent_ofii: Agent, directeur: Agent
) -> None:
    Contrat.objects.update(date_echeance=date(2011, 9, 15))
    recue = date(2011, 4, 21)
    proposition = resiliation_en_cours(contrat, directeur=directeur, agent=agent_ofii, recue=recue)
    with refused("observations_en_cours"):
        decide(proposition, by=agent_ofii, le=date(2011, 5, 24), acte=date(2011, 5, 23))
    decide(proposition, by=agent_ofii, le=date(2011, 5, 24))
    assert Contrat.objects.get(pk=contrat.pk).statut == Contrat.Statut.RESILIE


@pytest.mark.rule("C.9-resilie-bilans", "D.2-26")
@pytest.mark.parametrize("etat", [Etat.CONVOQUE, Etat.SYNTHESE_VALIDEE])
def test_as_30_a_resiliation_cancels_a_bilan_not_begun_and_leaves_a_bilan_done(
    monde: Monde, directeur: Agent, etat: Etat
) -> None:
    bilan = monde.convoque(jour=date(2010, 7, 12)) if etat == Etat.CONVOQUE else advance(monde.convoque(), etat)
    recue = date(2010, 5, 17)
    proposition = resiliation_en_cours(bilan.contrat, directeur=directeur, agent=monde.prescripteur, recue=recue)
    decide(proposition, by=monde.prescripteur, le=date(2010, 6, 18))
    after = fresh(bilan)
    if etat == Etat.CONVOQUE:
        assert (after.etat, after.motif_annulation) == (Etat.ANNULE, MotifAnnulation.CONTRAT_RESILIE)
        assert after.rendez_vous.get().statut == "annule"
        letter = Courrier.objects.get(genre="report")
        assert "Aucun autre rendez-vous" in " ".join(text_of(bytes(letter.pdf)).split())
        with clock.travel(APRES_MIDI), refused("transition_impossible"):
            programmation.convoke(
                bilan=bilan, proposition=rendez_vous(monde.lieu, monde.conseiller, recue), by=monde.prescripteur
            )
    else:
        assert after.etat == Etat.SYNTHESE_VALIDEE


@pytest.mark.rule("D.2-19", "E.1-facultatif", "E.2-sans-effet", "C.9-quatre-mots")
def test_as_37_the_attestation_is_the_same_for_who_refused_and_for_who_consented(
    monde: Monde, directeur: Agent
) -> None:
    said = set()
    for decision in (Consentement.Decision.ACCORDE, Consentement.Decision.REFUSE, None):
        bilan = advance(monde.convoque(), Etat.SYNTHESE_VALIDEE)
        if decision:
            consent(bilan, Consentement.Portee.TRANSMISSION, decision, at=clock.at(JOUR, 15), by=monde.conseiller)
        if decision == Consentement.Decision.REFUSE:
            assert situation_of(fresh(bilan)) == Situation.TRANSMISSION_REFUSEE
        assert bilan.contrat.prestations.get(type="bilan").statut == "suivie"
        note(bilan.contrat, "formation_civique", "suivie")
        bilan.contrat.prestations.filter(type="formation_civique").update(date_fin=JUIN)
        cloture = propose(bilan.contrat, "cloture", by=directeur, le=JUIN)
        decide(cloture, by=monde.prescripteur, le=JUIN)
        with clock.travel(JUIN):
            issued = attestation.issue_attestation(contrat=fresh(bilan).contrat, by=monde.prescripteur)
        text = text_of(bytes(issued.pdf))
        assert "Bilan de compétences professionnelles fait" in text
        said.add(text.replace(issued.numero, "").replace(bilan.contrat.numero_cai, ""))
    assert len(said) == 1
    assert Courrier.objects.filter(genre=Courrier.Genre.ATTESTATION).count() == 3
