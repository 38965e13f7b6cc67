"""Proposals to the préfet: who prepares, who signs, what they wait for and what a decision does (reference C.9)."""

from datetime import date
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from agents.models import Agent
from bilan import fin, prefet, propositions
from bilan.models import Bilan
from bilan.states import Etat
from cai import prestations
from cai.controles_prestations import FicheCertificat
from cai.models import MOTIVATION_MIN, Contrat, Prestation, PropositionPrefet
from core import clock
from core.errors import Forbidden, InvalidInput, RuleViolation
from core.models import Evenement
from tests.factories.prefet import MOTIVATION, Decision, StatutP, TypeP, decide, note, propose
from tests.factories.prefet import resiliation_en_cours as en_cours
from tests.factories.transitions import Monde, fresh, lay

pytestmark = [pytest.mark.django_db]
SIGNATURE, MAI, RECUE, APRES = date(2010, 3, 15), date(2010, 5, 3), date(2010, 5, 17), date(2010, 6, 18)
FINI = date(2011, 3, 16)  # the day after the échéance
PROROGEE = {"titre_renouvele_le": date(2010, 5, 1), "echeance_proposee": date(2011, 9, 15)}


def refusal(service: Any, **arguments: Any) -> RuleViolation:
    with pytest.raises((RuleViolation, InvalidInput)) as caught:
        service(**arguments)
    return caught.value


def reread(contrat: Contrat) -> Contrat:
    return Contrat.objects.get(pk=contrat.pk)


# --- who prepares, who signs --------------------------------------------------------------------


@pytest.mark.rule("C.9-resiliation")
def test_an_agent_lays_the_facts_and_the_directeur_alone_reasons_and_signs(
    contrat: Contrat, agent_ofii: Agent, directeur: Agent
) -> None:
    note(contrat, TypeP.FORMATION_CIVIQUE, StatutP.NON_SUIVIE)
    with clock.travel(MAI):
        draft = prefet.prepare(
            contrat=contrat, type_proposition="resiliation", faits="Absente deux fois.", by=agent_ofii
        )
        assert (draft.statut, draft.motivation, draft.propose_par) == ("brouillon", "", None)
        with pytest.raises(Forbidden):
            prefet.propose(contrat=contrat, type_proposition="resiliation", motivation=MOTIVATION, by=agent_ofii)
        signed = prefet.propose(contrat=contrat, type_proposition="resiliation", motivation=MOTIVATION, by=directeur)
    assert (signed.pk, signed.statut, signed.faits) == (draft.pk, "proposee", "Absente deux fois.")
    assert (signed.prepare_par, signed.propose_par) == (agent_ofii, directeur)
    assert reread(contrat).statut == "signe"


@pytest.mark.rule("C.8-motivation")
@pytest.mark.parametrize("motivation", ["", "   ", "x" * (MOTIVATION_MIN - 1)])
def test_a_proposal_without_a_reasoning_of_its_own_is_refused(
    contrat: Contrat, directeur: Agent, motivation: str
) -> None:
    refused = refusal(propose, contrat=contrat, kind="cloture", by=directeur, le=FINI, motivation=motivation)
    assert list(refused.fields) == ["motivation"]
    assert not PropositionPrefet.objects.exists()


@pytest.mark.rule("C.8-motivation")
def test_the_database_refuses_a_proposal_that_nobody_reasoned(contrat: Contrat, directeur: Agent) -> None:
    columns = {"contrat": contrat, "type": "cloture", "prepare_par": directeur, "prepare_at": clock.now()}
    signed = {"propose_par": directeur, "propose_at": clock.now()}
    for wrong in (signed | {"motivation": "Absente."}, {"motivation": MOTIVATION}):
        with pytest.raises(IntegrityError, match="proposition_signee_et_motivee"), transaction.atomic():
            PropositionPrefet.objects.create(**columns, statut="proposee", **wrong)


@pytest.mark.parametrize("kind", ["cloture", "resiliation"])
def test_a_second_proposal_of_the_same_type_is_refused_while_the_first_is_open(
    contrat: Contrat, agent_ofii: Agent, directeur: Agent, kind: str
) -> None:
    note(contrat, TypeP.FORMATION_CIVIQUE, StatutP.NON_SUIVIE)
    propose(contrat, kind, by=directeur, le=FINI)
    assert refusal(propose, contrat=contrat, kind=kind, by=directeur, le=FINI).code == "deja_proposee"
    assert PropositionPrefet.objects.count() == 1


def test_an_agent_gives_up_a_draft_and_only_the_directeur_a_signed_proposal(
    contrat: Contrat, agent_ofii: Agent, directeur: Agent
) -> None:
    with clock.travel(FINI):
        draft = prefet.prepare(contrat=contrat, type_proposition="cloture", faits="Tout est suivi.", by=agent_ofii)
        prefet.abandon(proposition=draft, motif="Une attestation manque.", by=agent_ofii)
        signed = propose(contrat, "cloture", by=directeur, le=FINI)
        with pytest.raises(Forbidden):
            prefet.abandon(proposition=signed, motif="Une attestation manque.", by=agent_ofii)
        assert prefet.abandon(proposition=signed, motif="Une attestation manque.", by=directeur).statut == "abandonnee"


# --- résiliation --------------------------------------------------------------------------------


@pytest.mark.rule("C.9-resiliation")
def test_a_resiliation_needs_a_prestation_not_followed_without_reason(contrat: Contrat, directeur: Agent) -> None:
    assert refusal(propose, contrat=contrat, kind="resiliation", by=directeur, le=MAI).code == "aucun_manquement"


@pytest.mark.rule("C.9-resiliation", "C.9-observations")
def test_a_resiliation_is_not_decided_before_the_person_received_the_letter(
    contrat: Contrat, agent_ofii: Agent, directeur: Agent
) -> None:
    note(contrat, TypeP.FORMATION_CIVIQUE, StatutP.NON_SUIVIE)
    proposition = propose(contrat, "resiliation", by=directeur, le=MAI)
    assert refusal(decide, proposition=proposition, by=agent_ofii, le=APRES).code == "transition_impossible"


@pytest.mark.rule("C.9-observations-tardives")
def test_observations_are_taken_until_the_decision_and_never_after(
    contrat: Contrat, agent_ofii: Agent, directeur: Agent
) -> None:
    proposition = en_cours(contrat, directeur=directeur, agent=agent_ofii, recue=RECUE)
    answer = {"proposition": proposition, "observations": "Était à l’étranger.", "by": agent_ofii}
    with clock.travel(APRES):
        assert refusal(prefet.record_observations, date_observations=date(2010, 5, 16), **answer).fields
        prefet.record_observations(date_observations=APRES, **answer)
        assert refusal(prefet.record_observations, date_observations=APRES, **answer).code == "deja_enregistrees"
        decide(proposition, by=agent_ofii, le=APRES)
        late = refusal(prefet.record_observations, date_observations=APRES, **answer)
    assert late.code == "transition_impossible"


@pytest.mark.parametrize(
    ("statut", "apres"),
    [
        (StatutP.PRESCRITE, StatutP.SANS_OBJET), (StatutP.EN_COURS, StatutP.SANS_OBJET),
        (StatutP.DIFFEREE, StatutP.SANS_OBJET), (StatutP.SUIVIE, StatutP.SUIVIE),
        (StatutP.NON_SUIVIE, StatutP.NON_SUIVIE),
    ],
)  # fmt: skip
def test_trainings_not_finished_are_owed_no_more_once_the_contract_is_terminated(
    contrat: Contrat, agent_ofii: Agent, directeur: Agent, statut: str, apres: str
) -> None:
    note(contrat, TypeP.FORMATION_LINGUISTIQUE, statut)
    proposition = en_cours(contrat, directeur=directeur, agent=agent_ofii, recue=RECUE)
    decide(proposition, by=agent_ofii, le=APRES)
    assert Prestation.objects.get(type=TypeP.FORMATION_LINGUISTIQUE).statut == apres
    assert Prestation.objects.get(type=TypeP.FORMATION_CIVIQUE).statut == StatutP.NON_SUIVIE


@pytest.mark.rule("C.9-resilie-bilans")
@pytest.mark.parametrize("etat", [Etat.PHASE_INVESTIGATION, Etat.SYNTHESE_VALIDEE, Etat.EXEMPTE, Etat.CLOS])
def test_a_bilan_begun_done_or_never_owed_outlives_the_contract(monde: Monde, directeur: Agent, etat: Etat) -> None:
    bilan = lay(monde.convoque(), etat)
    proposition = en_cours(bilan.contrat, directeur=directeur, agent=monde.prescripteur, recue=RECUE)
    decide(proposition, by=monde.prescripteur, le=APRES)
    assert reread(bilan.contrat).statut == "resilie"
    assert fresh(bilan).etat == etat


@pytest.mark.rule("D.2-9-proposition")
@pytest.mark.parametrize(("acte", "refused"), [(date(2010, 6, 18), False), (date(2010, 6, 21), True)])
def test_a_resiliation_decided_before_the_absence_was_excused_is_still_recorded(
    contrat: Contrat, agent_ofii: Agent, directeur: Agent, acte: date, refused: bool
) -> None:
    proposition = en_cours(contrat, directeur=directeur, agent=agent_ofii, recue=RECUE)
    PropositionPrefet.objects.update(suspendue_at=clock.at(date(2010, 6, 21), 10))
    le = date(2010, 6, 22)
    if refused:
        refused_by = refusal(decide, proposition=proposition, by=agent_ofii, le=le, acte=acte)
        assert refused_by.code == "proposition_suspendue"
    else:
        decide(proposition, by=agent_ofii, le=le, acte=acte)
        assert reread(contrat).statut == "resilie"


@pytest.mark.rule("D.2-9-proposition")
@pytest.mark.parametrize("statut", [StatutP.DIFFEREE, StatutP.SANS_OBJET])
def test_a_training_excused_suspends_the_resiliation_proposed_for_it(
    contrat: Contrat, agent_ofii: Agent, directeur: Agent, statut: str
) -> None:
    proposition = en_cours(contrat, directeur=directeur, agent=agent_ofii, recue=RECUE)
    with clock.travel(date(2010, 6, 1)):
        prestations.decide(contrat=contrat, type_prestation=TypeP.FORMATION_CIVIQUE, statut=statut, by=agent_ofii)
    assert refusal(decide, proposition=proposition, by=agent_ofii, le=APRES).code == "proposition_suspendue"
    assert reread(contrat).statut == "signe"


@pytest.mark.rule("C.9-reception-corrigee")
def test_a_wrong_day_of_receipt_is_corrected_until_the_decision_and_moves_the_month(
    contrat: Contrat, agent_ofii: Agent, directeur: Agent
) -> None:
    proposition = en_cours(contrat, directeur=directeur, agent=agent_ofii, recue=RECUE)
    correct = {"proposition": proposition, "by": agent_ofii}
    with clock.travel(date(2010, 5, 28)):
        prefet.record_observations(date_observations=date(2010, 5, 25), observations="Était à l’étranger.", **correct)
        for wrong in (date(2010, 3, 14), RECUE, date(2010, 5, 26), date(2010, 5, 29)):
            assert list(refusal(prefet.correct_intention, date_reception=wrong, **correct).fields) == ["date_reception"]
        corrected = prefet.correct_intention(date_reception=date(2010, 5, 25), **correct)
    assert (corrected.statut, corrected.date_reception) == ("intention_notifiee", date(2010, 5, 25))
    assert propositions.fin_observations(corrected) == date(2010, 6, 25)
    told = Evenement.objects.get(nom="proposition.corriger_intention").faits
    assert (told["auparavant"], told["date_reception"]) == ("2010-05-17", "2010-05-25")
    assert refusal(decide, proposition=proposition, by=agent_ofii, le=APRES).code == "observations_en_cours"
    decide(proposition, by=agent_ofii, le=date(2010, 6, 26))
    assert refusal(prefet.correct_intention, date_reception=RECUE, **correct).code == "transition_impossible"


@pytest.mark.rule("C.9-reparation")
def test_a_failing_made_good_is_told_and_leaves_the_prefet_to_decide(
    contrat: Contrat, agent_ofii: Agent, directeur: Agent
) -> None:
    note(contrat, TypeP.BILAN, StatutP.NON_SUIVIE)
    proposition = en_cours(contrat, directeur=directeur, agent=agent_ofii, recue=RECUE)
    assert proposition.manquements == ["formation_civique", "bilan"]
    assert propositions.reparations(proposition) == []
    with clock.travel(date(2010, 6, 1)):
        fiche = FicheCertificat(genre="attestation_nominative", jour=date(2010, 5, 31))
        prestations.add_certificat(contrat=contrat, type_prestation=TypeP.FORMATION_CIVIQUE, fiche=fiche, by=agent_ofii)
    proposition = PropositionPrefet.objects.get()
    assert proposition.suspendue_at is None
    (told,) = propositions.reparations(proposition)
    assert told == (
        "Formation civique\u00a0: «\u00a0non suivie sans motif\u00a0» au moment de la proposition, "
        "«\u00a0suivie\u00a0» aujourd’hui."
    )
    assert propositions.reparations(decide(proposition, by=agent_ofii, le=APRES)) == []


@pytest.mark.rule("D.2-9-proposition")
def test_a_language_test_passed_since_suspends_the_resiliation_proposed_for_the_training(
    contrat: Contrat, agent_ofii: Agent, directeur: Agent
) -> None:
    note(contrat, TypeP.FORMATION_LINGUISTIQUE, StatutP.NON_SUIVIE)
    propose(contrat, "resiliation", by=directeur, le=MAI)
    with clock.travel(RECUE):
        fiche = FicheCertificat(genre="amdfl", jour=RECUE)
        prestations.add_certificat(
            contrat=contrat, type_prestation=TypeP.FORMATION_LINGUISTIQUE, fiche=fiche, by=agent_ofii
        )
    assert PropositionPrefet.objects.get().suspendue_at is not None


@pytest.mark.rule("D.2-9-proposition")
def test_a_suspended_draft_is_neither_completed_nor_signed(
    contrat: Contrat, agent_ofii: Agent, directeur: Agent
) -> None:
    note(contrat, TypeP.FORMATION_CIVIQUE, StatutP.NON_SUIVIE)
    draft = {"contrat": contrat, "type_proposition": "resiliation"}
    with clock.travel(MAI):
        prefet.prepare(**draft, faits="Absente deux fois.", by=agent_ofii)
        PropositionPrefet.objects.update(suspendue_at=clock.now())
        assert refusal(prefet.prepare, **draft, faits="Encore.", by=agent_ofii).code == "proposition_suspendue"
        assert refusal(prefet.propose, **draft, motivation=MOTIVATION, by=directeur).code == "proposition_suspendue"


@pytest.mark.rule("C.9-observations")
@pytest.mark.parametrize(
    ("recue", "acte", "refused"),
    [
        (RECUE, date(2010, 6, 17), True), (RECUE, date(2010, 6, 18), False),
        (date(2010, 8, 31), date(2010, 9, 30), True), (date(2010, 8, 31), date(2010, 10, 1), False),
    ],
)  # fmt: skip
def test_the_database_refuses_a_decision_within_the_month_of_observations(
    contrat: Contrat, agent_ofii: Agent, directeur: Agent, recue: date, acte: date, refused: bool
) -> None:
    proposition = en_cours(contrat, directeur=directeur, agent=agent_ofii, recue=recue)
    decide(proposition, by=agent_ofii, le=date(2010, 10, 15), decision=Decision.REFUS)
    row = PropositionPrefet.objects.filter(pk=proposition.pk)
    if refused:
        with pytest.raises(IntegrityError, match="proposition_decision_apres_le_mois"), transaction.atomic():
            row.update(date_decision=acte)
    else:
        assert row.update(date_decision=acte) == 1


@pytest.mark.rule("C.9-decision")
def test_a_refusal_of_the_prefet_is_a_decision_that_changes_nothing(monde: Monde, directeur: Agent) -> None:
    bilan = monde.convoque()
    proposition = en_cours(bilan.contrat, directeur=directeur, agent=monde.prescripteur, recue=RECUE)
    decide(proposition, by=monde.prescripteur, le=APRES, decision=Decision.REFUS)
    assert (reread(bilan.contrat).statut, fresh(bilan).etat) == ("signe", Etat.CONVOQUE)


def test_the_end_of_a_contract_gives_up_what_else_was_proposed(
    contrat: Contrat, agent_ofii: Agent, directeur: Agent
) -> None:
    proposition = en_cours(contrat, directeur=directeur, agent=agent_ofii, recue=RECUE)
    other = propose(contrat, "cloture", by=directeur, le=FINI)
    decide(proposition, by=agent_ofii, le=FINI)
    assert PropositionPrefet.objects.get(pk=other.pk).statut == "abandonnee"
    assert refusal(propose, contrat=contrat, kind="cloture", by=directeur, le=FINI).code == "contrat_termine"


# --- prorogation --------------------------------------------------------------------------------


@pytest.mark.rule("C.9-prorogation", "C.9-prorogation-bilan-seul")
@pytest.mark.parametrize(
    ("prestations", "fondement"),
    [
        ({TypeP.FORMATION_LINGUISTIQUE: StatutP.EN_COURS, TypeP.BILAN: StatutP.DIFFEREE}, "formation_en_cours"),
        ({TypeP.FORMATION_CIVIQUE: StatutP.DIFFEREE, TypeP.BILAN: StatutP.DIFFEREE}, "prestation_differee"),
        ({TypeP.BILAN: StatutP.DIFFEREE}, "bilan_differe"),
        ({TypeP.FORMATION_LINGUISTIQUE: StatutP.PRESCRITE, TypeP.BILAN: StatutP.NON_SUIVIE}, ""),
    ],
)
def test_a_prorogation_rests_on_a_running_training_or_on_a_deferral(
    contrat: Contrat, directeur: Agent, prestations: dict[str, str], fondement: str
) -> None:
    for kind, statut in prestations.items():
        Prestation.objects.create(contrat=contrat, type=kind, statut=statut)
    if not fondement:
        refused = refusal(propose, contrat=contrat, kind="prorogation", by=directeur, le=MAI, **PROROGEE)
        assert refused.code == "aucun_fondement"
    else:
        assert propose(contrat, "prorogation", by=directeur, le=MAI, **PROROGEE).fondement == fondement


@pytest.fixture
def en_formation(contrat: Contrat, agent_ofii: Agent) -> Contrat:
    """Échéance on 15 March 2011, language training running."""
    note(contrat, TypeP.FORMATION_LINGUISTIQUE, StatutP.EN_COURS)
    return contrat


@pytest.mark.rule("C.7-prorogation", "C.9-prorogation-effet")
@pytest.mark.parametrize(
    ("echeance", "accepted"),
    [(date(2011, 3, 15), False), (date(2011, 3, 16), True), (date(2012, 3, 15), True), (date(2012, 3, 16), False)],
)
def test_a_prorogation_adds_at_most_a_year_to_the_first_echeance(
    en_formation: Contrat, agent_ofii: Agent, directeur: Agent, echeance: date, accepted: bool
) -> None:
    terms = PROROGEE | {"echeance_proposee": echeance}
    if not accepted:
        refused = refusal(propose, contrat=en_formation, kind="prorogation", by=directeur, le=MAI, **terms)
        assert list(refused.fields) == ["echeance_proposee"]
        return
    proposition = propose(en_formation, "prorogation", by=directeur, le=MAI, **terms)
    decide(proposition, by=agent_ofii, le=APRES, echeance_accordee=echeance)
    assert (reread(en_formation).statut, reread(en_formation).echeance_effective) == ("proroge", echeance)


@pytest.mark.rule("C.9-prorogation")
def test_a_prorogation_needs_a_renewed_permit(en_formation: Contrat, directeur: Agent) -> None:
    terms = PROROGEE | {"titre_renouvele_le": None}
    refused = refusal(propose, contrat=en_formation, kind="prorogation", by=directeur, le=MAI, **terms)
    assert list(refused.fields) == ["titre_renouvele_le"]


@pytest.mark.rule("C.9-prorogation-effet")
def test_the_prefet_may_grant_less_time_but_never_more_than_a_year(
    en_formation: Contrat, agent_ofii: Agent, directeur: Agent
) -> None:
    proposition = propose(en_formation, "prorogation", by=directeur, le=MAI, **PROROGEE)
    for wrong in (None, date(2012, 3, 16)):
        refused = refusal(decide, proposition=proposition, by=agent_ofii, le=APRES, echeance_accordee=wrong)
        assert list(refused.fields) == ["echeance_accordee"]
    decide(proposition, by=agent_ofii, le=APRES, echeance_accordee=date(2011, 6, 15))
    assert reread(en_formation).echeance_effective == date(2011, 6, 15)


@pytest.mark.rule("D.2-25")
def test_a_bilan_is_not_given_up_while_a_prorogation_waits_for_the_prefet(monde: Monde, directeur: Agent) -> None:
    bilan = monde.convoque()
    contrat, ended = bilan.contrat, date(2011, 3, 16)
    note(contrat, TypeP.FORMATION_LINGUISTIQUE, StatutP.EN_COURS)
    proposition = propose(contrat, "prorogation", by=directeur, le=date(2011, 3, 1), **PROROGEE)
    with clock.travel(ended):
        assert refusal(fin.record_not_done, bilan=bilan, by=None).code == "prorogation_en_attente"
    decide(proposition, by=monde.prescripteur, le=ended, decision=Decision.REFUS)
    with clock.travel(ended):
        assert fin.record_not_done(bilan=bilan, by=None).etat == Etat.NON_REALISE


# --- clôture ------------------------------------------------------------------------------------


@pytest.mark.rule("C.9-cloture")
def test_the_closing_of_a_contract_is_never_blocked_by_what_is_missing(
    contrat: Contrat, agent_ofii: Agent, directeur: Agent
) -> None:
    proposition = propose(contrat, "cloture", by=directeur, le=FINI)
    decide(proposition, by=agent_ofii, le=FINI)
    assert reread(contrat).statut == "cloture"


def test_the_same_decision_sent_twice_takes_effect_once(contrat: Contrat, agent_ofii: Agent, directeur: Agent) -> None:
    proposition = propose(contrat, "cloture", by=directeur, le=FINI)
    decide(proposition, by=agent_ofii, le=FINI)
    events = Evenement.objects.count()
    assert refusal(decide, proposition=proposition, by=agent_ofii, le=FINI).code == "transition_impossible"
    assert Evenement.objects.count() == events


@pytest.mark.rule("C.9-decision")
@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"acte": date(2011, 3, 15)}, "date_decision"), ({"acte": date(2011, 4, 19)}, "date_decision"),
        ({"reference_acte": " "}, "reference_acte"), ({"decision": "peut-etre"}, "decision"),
    ],
)  # fmt: skip
def test_a_decision_has_a_date_a_reference_and_an_outcome(
    contrat: Contrat, agent_ofii: Agent, directeur: Agent, wrong: dict[str, Any], field: str
) -> None:
    proposition = propose(contrat, "cloture", by=directeur, le=FINI)
    assert list(refusal(decide, proposition=proposition, by=agent_ofii, le=date(2011, 4, 18), **wrong).fields) == [
        field
    ]
    assert Bilan.objects.get().etat == Etat.A_EVALUER


@pytest.mark.rule("C.7-cloture")
@pytest.mark.parametrize(
    ("langue", "dilf", "limite"),
    [
        (StatutP.SUIVIE, None, date(2010, 7, 30)), (StatutP.SUIVIE, date(2010, 8, 2), date(2010, 8, 4)),
        (StatutP.SUIVIE, date(2010, 7, 1), date(2010, 7, 30)), (StatutP.EN_COURS, None, None),
    ],
)  # fmt: skip
def test_the_closing_is_due_a_month_after_the_training_or_two_days_after_the_exam(
    contrat: Contrat, agent_ofii: Agent, langue: str, dilf: date | None, limite: date | None
) -> None:
    Prestation.objects.create(contrat=contrat, type=TypeP.FORMATION_CIVIQUE, statut="suivie", date_fin=MAI)
    ended = date(2010, 6, 30) if langue == StatutP.SUIVIE else None
    row = Prestation.objects.create(contrat=contrat, type=TypeP.FORMATION_LINGUISTIQUE, statut=langue, date_fin=ended)
    if dilf:
        row.certificats.create(genre="dilf", jour=dilf, reussi=True, gratuit=True, saisi_par=agent_ofii)
    assert propositions.limite_cloture(contrat) == limite


@pytest.mark.rule("C.7-cloture")
def test_a_planned_exam_counts_as_one_that_was_sat(contrat: Contrat) -> None:
    Prestation.objects.create(
        contrat=contrat, type=TypeP.FORMATION_LINGUISTIQUE, statut=StatutP.SUIVIE, date_fin=date(2010, 6, 30),
        examen_prevu_le=date(2010, 8, 2),
    )  # fmt: skip
    assert propositions.limite_cloture(contrat) == date(2010, 8, 4)
    contrat.bilans.update(etat=Etat.CLOS, clos_at=clock.at(MAI))
    for le, refused in ((date(2010, 8, 2), ["examen_a_venir"]), (date(2010, 8, 3), [])):
        with clock.travel(le):
            assert [blocage.code for blocage in propositions.conditions(contrat, "cloture")] == refused


@pytest.mark.rule("C.9-cloture")
@pytest.mark.parametrize(("le", "refused"), [(date(2011, 3, 15), True), (date(2011, 3, 16), False)])
def test_a_contract_whose_training_goes_on_is_not_closed_before_its_end(
    contrat: Contrat, agent_ofii: Agent, directeur: Agent, le: date, refused: bool
) -> None:
    note(contrat, TypeP.FORMATION_LINGUISTIQUE, StatutP.EN_COURS)
    if refused:
        assert refusal(propose, contrat=contrat, kind="cloture", by=directeur, le=le).code == "formations_en_cours"
    else:
        assert propose(contrat, "cloture", by=directeur, le=le).statut == "proposee"


@pytest.mark.rule("C.9-cloture")
def test_a_contract_that_runs_is_not_closed_before_its_trainings_and_its_bilan(
    contrat: Contrat, directeur: Agent
) -> None:
    asked = {"contrat": contrat, "kind": "cloture", "by": directeur, "le": date(2010, 3, 16)}
    assert refusal(propose, **asked).code == "formations_inconnues"
    Prestation.objects.create(contrat=contrat, type=TypeP.FORMATION_CIVIQUE, statut="suivie", date_fin=SIGNATURE)
    assert refusal(propose, **asked).code == "bilan_a_faire"
    contrat.bilans.update(etat=Etat.CLOS, clos_at=clock.at(SIGNATURE))
    assert propose(contrat, "cloture", by=directeur, le=date(2010, 3, 16)).statut == "proposee"


def test_the_engagements_tell_what_is_missing(contrat: Contrat) -> None:
    Prestation.objects.create(contrat=contrat, type=TypeP.FORMATION_LINGUISTIQUE, statut=StatutP.NON_SUIVIE)
    Prestation.objects.create(contrat=contrat, type=TypeP.BILAN, statut=StatutP.EXEMPTEE)
    told = [(line.libelle.split()[0], line.etat, line.acquis) for line in propositions.engagements(contrat)]
    assert told == [
        ("Formation", "rien n’est noté", False), ("Formation", "Non suivie sans motif", False),
        ("Bilan", "Exempté", True),
    ]  # fmt: skip


@pytest.mark.rule("C.1-effet-dilf")
def test_the_engagements_tell_an_exam_that_is_still_due(contrat: Contrat) -> None:
    note(contrat, TypeP.FORMATION_LINGUISTIQUE, StatutP.SUIVIE)
    assert ("DILF", "à passer") in [(line.libelle, line.etat) for line in propositions.engagements(contrat)]
