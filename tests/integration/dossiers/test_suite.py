"""The next act: one button for who may do it, a sentence that says what is waited for otherwise."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.template import Context, Template

from agents.models import Agent, DirectionTerritoriale
from bilan import fin, retention
from bilan.models import Bilan
from bilan.programmation import check_convocation
from bilan.states import Etat
from cai.models import Contrat, PropositionPrefet, Signataire
from core import clock
from core.errors import RuleViolation
from dossiers.bureau import desk_of
from dossiers.listes.modele import undecided
from dossiers.page import compose
from dossiers.parcours import deadlines_of, facts_of, steps_of
from dossiers.suite import Suite, next_act
from exemptions.services import Declarations, evaluate_contrat
from poleemploi import payload
from poleemploi.correction import why_not_redeposited
from poleemploi.depot import assemble
from poleemploi.models import Transmission
from tests.factories.cai import make_contrat
from tests.factories.conduite import JOUR, advance, make_convoque
from tests.factories.prefet import propose
from tests.factories.programmation import proposition
from tests.factories.transmissions import make_transmission, make_valide

SIGNATURE = date(2010, 3, 15)
RIEN = Declarations(scolarise=False, declare_activite=False, declare_ne_recherche_pas=False, inscrit_pole_emploi=False)


def suite(contrat: Contrat, agent: Agent, le: date) -> Suite:
    with clock.travel(clock.at(le, 12)):
        return next_act(facts_of(Contrat.objects.select_related("signataire").get(pk=contrat.pk)), agent)


def assess(contrat: Contrat, by: Agent, le: date = SIGNATURE, reference: date | None = None) -> None:
    with clock.travel(le):
        evaluate_contrat(contrat=contrat, declarations=RIEN, date_reference=reference or le, by=by)


def place(bilan: Bilan, etat: Etat, **columns: Any) -> None:
    Bilan.objects.filter(pk=bilan.pk).update(etat=etat, **columns)


@pytest.fixture
def convoque(direction: DirectionTerritoriale, prescripteur: Agent, conseiller: Agent) -> Bilan:
    return make_convoque(direction, prescripteur, conseiller)


def test_first_the_exemption_is_assessed(contrat: Contrat, agent_ofii: Agent, directeur: Agent) -> None:
    assert suite(contrat, agent_ofii, SIGNATURE).bouton == "Évaluer l’exemption"
    assert suite(contrat, agent_ofii, SIGNATURE).limite == date(2011, 3, 15)
    waiting = suite(contrat, directeur, SIGNATURE)
    assert (waiting.bouton, waiting.phrase) == (
        "",
        "Un agent de la direction évalue si la personne est dispensée du bilan.",
    )


def test_a_page_says_what_is_to_be_done_or_what_is_the_case() -> None:
    source = Template("{% load cai_ui %}{% acte_suivant titre bouton=bouton url='/' %}")

    assert "À faire maintenant" in source.render(Context({"titre": "Clore le bilan", "bouton": "Clore le bilan"}))
    quiet = source.render(Context({"titre": "Rien à faire", "bouton": ""}))
    assert "À faire maintenant" not in quiet
    assert "Pour le moment" in quiet


def test_without_ground_the_bilan_is_prescribed(contrat: Contrat, agent_ofii: Agent, prescripteur: Agent) -> None:
    assess(contrat, agent_ofii)

    assert suite(contrat, prescripteur, SIGNATURE).bouton == "Prescrire le bilan"
    assert "prescripteur de la direction" in suite(contrat, agent_ofii, SIGNATURE).phrase


def test_an_evaluation_for_another_day_does_not_undo_that_of_the_interview(
    contrat: Contrat, agent_ofii: Agent, prescripteur: Agent
) -> None:
    assess(contrat, agent_ofii)
    later = date(2010, 3, 20)
    assess(contrat, agent_ofii, le=later)

    act = suite(contrat, prescripteur, later)
    assert act.bouton == "Prescrire le bilan"
    assert act.lien_url.endswith("?date=2010-03-15")


def test_step_and_state_agree_with_the_prescription_to_come(contrat: Contrat, agent_ofii: Agent) -> None:
    with clock.travel(SIGNATURE):
        assert facts_of(contrat).etat == "Exemption à évaluer"
        evaluate_contrat(
            contrat=contrat, declarations=Declarations(), date_reference=contrat.date_entretien, by=agent_ofii
        )
        faits = facts_of(contrat)
        assert (faits.situation, faits.etat) == ("a_evaluer", "Bilan à prescrire")
        assert [step["etat"] for step in steps_of(faits)[1:4]] == ["fait", "present", "a_venir"]
        assert compose(contrat, agent_ofii).bilan["lignes"][0] == ("État", "Bilan à prescrire")


def test_after_a_correction_of_the_birth_the_exemption_is_assessed_again_for_the_interview(
    contrat: Contrat, agent_ofii: Agent, prescripteur: Agent
) -> None:
    assess(contrat, agent_ofii)
    Signataire.objects.filter(pk=contrat.signataire_id).update(date_naissance=date(1950, 1, 1))

    act = suite(contrat, prescripteur, date(2010, 3, 20))
    assert act.bouton == "Évaluer l’exemption"
    assert "corrigés depuis l’évaluation" in act.phrase
    assert act.url.endswith("?date=2010-03-15")


def test_a_ground_that_only_a_later_day_would_give_does_not_stop_the_prescription(prescripteur: Agent) -> None:
    contrat = make_contrat(by=prescripteur, date_naissance=date(1955, 1, 10))
    assess(contrat, prescripteur)
    assess(contrat, prescripteur, reference=date(2011, 3, 10))

    assert suite(contrat, prescripteur, SIGNATURE).bouton == "Prescrire le bilan"


def test_with_a_ground_the_exemption_is_recorded_the_same_day_or_assessed_again(agent_ofii: Agent) -> None:
    contrat = make_contrat(by=agent_ofii, date_naissance=date(1950, 1, 1))
    assess(contrat, agent_ofii)

    assert suite(contrat, agent_ofii, SIGNATURE).bouton == "Constater l’exemption"
    assert suite(contrat, agent_ofii, date(2010, 3, 16)).bouton == "Évaluer de nouveau"


def test_an_exempt_person_needs_nothing_until_something_changes(
    agent_ofii: Agent, correspondant: Agent, contrat: Contrat, bilan: Bilan
) -> None:
    place(bilan, Etat.EXEMPTE)

    quiet = suite(contrat, agent_ofii, JOUR)
    assert (quiet.bouton, quiet.lien) == ("", "Réexaminer l’exemption")
    assess(contrat, agent_ofii, le=JOUR)
    assert suite(contrat, agent_ofii, JOUR).bouton == "Lever l’exemption"
    assert suite(contrat, correspondant, JOUR).bouton == ""
    assert suite(contrat, correspondant, date(2011, 3, 16)).bouton == "Clore le bilan"


@pytest.mark.parametrize("etat", [Etat.A_PROGRAMMER, Etat.REPORTE, Etat.ABSENT_MOTIF_LEGITIME])
def test_a_person_is_convoked_before_the_end_of_the_contract(
    convoque: Bilan, prescripteur: Agent, agent_ofii: Agent, etat: Etat
) -> None:
    place(convoque, etat)

    act = suite(convoque.contrat, prescripteur, JOUR)
    assert (act.bouton, act.limite) == ("Convoquer au bilan", date(2011, 3, 15))
    assert suite(convoque.contrat, agent_ofii, JOUR).bouton == ""
    assert suite(convoque.contrat, agent_ofii, date(2011, 3, 16)).bouton == "Constater la non-réalisation"


def test_a_ground_found_before_convoking_is_recorded_first(
    direction: DirectionTerritoriale, prescripteur: Agent
) -> None:
    contrat = make_contrat(by=prescripteur, date_naissance=date(1955, 5, 20), date_signature=date(2010, 9, 1))
    place(contrat.bilans.get(), Etat.A_PROGRAMMER)
    assess(contrat, prescripteur, le=date(2011, 3, 1), reference=date(2011, 6, 7))

    assert suite(contrat, prescripteur, date(2011, 3, 1)).bouton == "Constater l’exemption"


def test_an_appointment_is_waited_for_then_its_absence_recorded(
    convoque: Bilan, agent_ofii: Agent, directeur: Agent
) -> None:
    assert suite(convoque.contrat, agent_ofii, date(2010, 5, 9)).titre == "Attendre le rendez-vous"
    assert suite(convoque.contrat, agent_ofii, JOUR).bouton == "Constater l’absence"
    assert suite(convoque.contrat, directeur, JOUR).bouton == ""


def test_an_absence_is_qualified_within_its_window(convoque: Bilan, agent_ofii: Agent) -> None:
    convoque.rendez_vous.update(statut="manque")
    place(convoque, Etat.ABSENT_A_QUALIFIER)

    act = suite(convoque.contrat, agent_ofii, JOUR)

    assert act.limite == date(2010, 5, 25)
    assert (act.bouton, act.lien) == ("Reconnaître un motif légitime", "Constater une absence sans motif")


def test_an_unjustified_absence_may_be_requalified_or_convoked_again(
    convoque: Bilan, prescripteur: Agent, directeur: Agent, correspondant: Agent
) -> None:
    place(convoque, Etat.ABSENT_SANS_MOTIF)

    assert suite(convoque.contrat, prescripteur, JOUR).bouton == "Convoquer au bilan"
    assert suite(convoque.contrat, prescripteur, JOUR).lien == "Requalifier l’absence"
    decide = suite(convoque.contrat, directeur, JOUR)
    assert (decide.titre, decide.bouton) == ("Décider de la suite", "Requalifier l’absence")
    assert suite(convoque.contrat, correspondant, JOUR).bouton == ""


@pytest.mark.rule("D.2-1")
def test_an_exemption_that_cannot_be_recorded_is_not_offered(
    direction: DirectionTerritoriale, prescripteur: Agent, conseiller: Agent
) -> None:
    bilan = make_convoque(direction, prescripteur, conseiller, date_naissance=date(1950, 1, 1))
    place(bilan, Etat.ABSENT_SANS_MOTIF)
    assess(bilan.contrat, prescripteur, le=JOUR)

    assert suite(bilan.contrat, prescripteur, JOUR).lien == "Requalifier l’absence"
    planned = proposition(bilan.prestataire.lieux.get(), conseiller, JOUR + timedelta(days=30))
    with clock.travel(JOUR), pytest.raises(RuleViolation, match="Requalifiez d’abord l’absence"):
        check_convocation(bilan=Bilan.objects.get(pk=bilan.pk), proposition=planned)


@pytest.mark.rule("D.2-24")
def test_an_exempt_file_is_not_closed_while_a_prorogation_is_before_the_prefet(
    convoque: Bilan, correspondant: Agent, directeur: Agent
) -> None:
    contrat = convoque.contrat
    place(convoque, Etat.EXEMPTE)
    contrat.prestations.create(type="formation_linguistique", statut="en_cours")
    terms = {"titre_renouvele_le": JOUR, "echeance_proposee": date(2011, 9, 15)}
    propose(contrat, PropositionPrefet.Type.PROROGATION, by=directeur, le=JOUR, **terms)

    ended = date(2011, 3, 16)
    assert suite(contrat, correspondant, ended).bouton == ""
    assert "attendez sa décision" in suite(contrat, correspondant, ended).phrase
    with clock.travel(ended):
        assert "exemptions-a-clore" not in {liste.code for liste, _ in desk_of(correspondant).comptes}


@pytest.mark.parametrize("etat", [Etat.PHASE_PRELIMINAIRE, Etat.SYNTHESE_REDIGEE, Etat.SYNTHESE_PRESENTEE])
def test_the_adviser_is_waited_for_by_name(convoque: Bilan, prescripteur: Agent, etat: Etat) -> None:
    advance(convoque, etat)

    assert suite(convoque.contrat, prescripteur, JOUR).phrase.startswith("Camille Conseillère")


@pytest.mark.rule("E.4-un-an", "E.4-30-jours")
@pytest.mark.parametrize(("conserver", "limite"), [(False, date(2010, 6, 9)), (True, date(2011, 5, 10))])
def test_a_validated_synthesis_waits_for_the_persons_decision_until_the_day_of_its_destruction(
    direction: DirectionTerritoriale, prescripteur: Agent, conseiller: Agent, agent_ofii: Agent, conserver: bool,
    limite: date,
) -> None:  # fmt: skip
    bilan = make_valide(direction, prescripteur, conseiller, conserver=conserver)

    act = suite(bilan.contrat, prescripteur, JOUR)
    assert (act.bouton, act.limite) == ("Recueillir la décision", limite)
    with clock.travel(JOUR):
        assert undecided(Bilan.objects.all()).get().ordre == limite, "the desk and the file page say one date"
    assert suite(bilan.contrat, agent_ofii, JOUR).bouton == ""


@pytest.mark.rule("D.1-situation")
def test_once_the_content_is_destroyed_the_transmission_is_not_under_way(
    direction: DirectionTerritoriale, prescripteur: Agent, conseiller: Agent
) -> None:
    bilan = make_valide(direction, prescripteur, conseiller, conserver=False)
    with clock.travel(date(2010, 6, 9)):
        retention.apply_rules(bilan)
        faits = facts_of(Contrat.objects.select_related("signataire").get(pk=bilan.contrat_id))
        transmission, follow_up = steps_of(faits)[-2:]
    assert transmission == {"label": "Transmission", "etat": "sans_objet", "detail": "synthèse détruite"}
    assert follow_up["etat"] == "present"
    assert not any(echeance.label.startswith("Destruction") for echeance in deadlines_of(faits))


@pytest.mark.parametrize(
    ("etat", "titre"),
    [
        ("en_file", "Attendre Pôle emploi"),
        ("rejetee", "Déposer à nouveau"),
        ("echec_definitif", "Relancer la transmission"),
        ("accusee", "Attendre le suivi à six mois"),
    ],
)
def test_after_the_consent_the_exchange_leads(
    direction: DirectionTerritoriale,
    prescripteur: Agent,
    conseiller: Agent,
    correspondant: Agent,
    etat: str,
    titre: str,
) -> None:
    transmission = make_transmission(direction, prescripteur, conseiller)
    received = {"accuse_at": clock.now(), "accuse_identifiant": "PE-1"} if etat == "accusee" else {}
    Transmission.objects.filter(pk=transmission.pk).update(
        etat=etat, erreur_code="REFUS" if etat == "rejetee" else "", **received
    )

    assert suite(transmission.bilan.contrat, correspondant, JOUR).titre == titre


REFUS_NUMERO = {
    "etat": "rejetee",
    "erreur_code": "NUMERO_CAI_INCONNU",
    "erreur_champs": [{"chemin": "/numeroCai", "motif": "Pôle emploi ne connaît pas ce numéro."}],
}
REFUS_METIER = {
    "etat": "rejetee",
    "erreur_code": "CODE_ROME_OBSOLETE",
    "erreur_champs": [
        {"chemin": f"/synthese/metiers/{rang}", "motif": "Ce code métier n’est plus en usage."} for rang in range(3)
    ],
}


def _unchanged(transmission: Transmission) -> str:
    return payload.sha256(payload.canonical(payload.to_wire(assemble(transmission))))


def test_a_birthday_that_has_passed_corrects_nothing(
    direction: DirectionTerritoriale, prescripteur: Agent, conseiller: Agent
) -> None:
    transmission = make_transmission(direction, prescripteur, conseiller, date_naissance=date(1980, 7, 1))
    Transmission.objects.filter(pk=transmission.pk).update(corps_sha256=_unchanged(transmission), **REFUS_NUMERO)
    refused = Transmission.objects.get(pk=transmission.pk)
    with clock.travel(date(2010, 7, 2)):
        obstacle = why_not_redeposited(refused)
        assert obstacle is not None
        assert obstacle.code == "rien_a_renvoyer"
        refused.bilan.contrat.numero_cai = "75-2010-888888"
        assert why_not_redeposited(refused) is None


@pytest.mark.parametrize(
    ("refus", "role", "bouton", "words"),
    [
        (REFUS_NUMERO, "agent_ofii", "Corriger le numéro CAI", "ne connaît pas ce numéro"),
        (REFUS_NUMERO, "directeur", "", "Un agent de la direction corrige"),
        (REFUS_NUMERO, "correspondant", "", "Numéro CAI\u00a0: Pôle emploi ne connaît pas ce numéro."),
        (REFUS_METIER, "agent_ofii", "", "Camille Conseillère reprend la synthèse"),
        (REFUS_METIER, "correspondant", "", "Métiers visés\u00a0: Ce code métier n’est plus en usage. Camille"),
    ],
)
def test_a_refused_deposit_names_the_field_and_who_corrects_it(
    direction: DirectionTerritoriale,
    prescripteur: Agent,
    conseiller: Agent,
    request: pytest.FixtureRequest,
    refus: dict[str, Any],
    role: str,
    bouton: str,
    words: str,
) -> None:
    transmission = make_transmission(direction, prescripteur, conseiller)
    Transmission.objects.filter(pk=transmission.pk).update(**refus, corps_sha256=_unchanged(transmission))

    shown = suite(transmission.bilan.contrat, request.getfixturevalue(role), date(2010, 5, 12))

    assert shown.bouton == bouton
    assert words in shown.phrase


def test_once_corrected_a_refused_deposit_waits_for_the_correspondant(
    direction: DirectionTerritoriale, prescripteur: Agent, conseiller: Agent, agent_ofii: Agent
) -> None:
    transmission = make_transmission(direction, prescripteur, conseiller)
    Transmission.objects.filter(pk=transmission.pk).update(**REFUS_NUMERO, corps_sha256=_unchanged(transmission))
    Contrat.objects.filter(pk=transmission.bilan.contrat_id).update(numero_cai="75-2010-888888")

    shown = suite(transmission.bilan.contrat, agent_ofii, date(2010, 5, 12))

    assert (shown.bouton, "Le dossier a été corrigé" in shown.phrase) == ("", True)


def test_a_bilan_is_closed_thirty_days_after_its_follow_up(
    direction: DirectionTerritoriale, prescripteur: Agent, conseiller: Agent, agent_ofii: Agent
) -> None:
    transmission = make_transmission(direction, prescripteur, conseiller)
    Transmission.objects.filter(pk=transmission.pk).update(
        etat="accusee", accuse_at=clock.now(), accuse_identifiant="PE-1"
    )

    assert suite(transmission.bilan.contrat, prescripteur, date(2010, 12, 10)).bouton == ""
    assert suite(transmission.bilan.contrat, prescripteur, date(2010, 12, 11)).bouton == "Clore le bilan"
    assert suite(transmission.bilan.contrat, agent_ofii, date(2010, 12, 11)).bouton == ""


@pytest.mark.parametrize(
    ("etat", "columns"),
    [
        (Etat.CLOS, {"date_fin_conclusion": JOUR}),
        (Etat.NON_REALISE, {"motif_non_realisation": "absence"}),
        (Etat.ANNULE, {"motif_annulation": "doublon"}),
    ],
)
def test_an_ended_file_asks_nothing_and_shows_how_far_it_went(
    convoque: Bilan, prescripteur: Agent, etat: Etat, columns: dict[str, Any]
) -> None:
    place(convoque, etat, clos_at=clock.now(), **columns)

    assert suite(convoque.contrat, prescripteur, JOUR).titre == "Rien à faire"
    with clock.travel(JOUR):
        steps = steps_of(facts_of(convoque.contrat))
    assert (steps[-1]["label"], steps[-1]["etat"]) == (etat.label, "terme"), "an ended file is not in progress"
    assert steps[1]["etat"] == "fait"


@pytest.mark.rule("D.2-26-suivant")
@pytest.mark.parametrize(
    ("motif", "said"),
    [("erreur_saisie", "Quatre questions"), ("depart_definitif", "Le bilan est annulé\u00a0: départ définitif.")],
)
def test_a_cancelled_bilan_says_what_follows_and_never_that_the_file_is_cancelled(
    convoque: Bilan, prescripteur: Agent, directeur: Agent, motif: str, said: str
) -> None:
    with clock.travel(JOUR):
        fin.cancel(bilan=convoque, motif=motif, by=directeur)
    assert said in suite(convoque.contrat, prescripteur, JOUR).phrase


def test_deadlines_come_nearest_first(convoque: Bilan) -> None:
    with clock.travel(date(2010, 5, 1)):
        labels = [(echeance.label, echeance.jour) for echeance in deadlines_of(facts_of(convoque.contrat))]

    assert labels == [("Rendez-vous", JOUR), ("Fin du contrat", date(2011, 3, 15))]
