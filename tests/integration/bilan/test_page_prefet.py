"""The pages of a proposal to the préfet: what the file offers to whom, what each act says, and nothing twice."""

from collections.abc import Callable
from datetime import date

import pytest
from django.test import Client
from django.urls import reverse

from agents.models import Agent
from bilan import fin, prefet
from bilan.lettres import libres
from bilan.models import Courrier
from bilan.page_prefet import PagePrefet, page_of
from bilan.panneau_prefet import prefet_panel
from cai.models import Contrat, Prestation, PropositionPrefet
from core import clock
from core.models import Evenement
from dossiers.bureau import desk_of
from dossiers.listes import listes_of
from dossiers.parcours import facts_of
from dossiers.services import cancel_file
from dossiers.suite import next_act
from tests.factories.prefet import MOTIVATION, decide, note, propose, resiliation_en_cours

pytestmark = pytest.mark.django_db
Connect = Callable[[Agent], Client]
MAI, RECUE, APRES = date(2010, 5, 3), date(2010, 5, 17), date(2010, 6, 18)
FINI = date(2011, 3, 16)  # the day after the échéance


def waiting(agent: Agent, code: str) -> list[str]:
    """The files of one list of the desk."""
    (liste,) = [liste for liste in listes_of(agent) if liste.code == code]
    return [bilan.contrat.numero_cai for bilan in liste.bilans(agent)]


def title(contrat: Contrat, agent: Agent) -> str:
    """What comes next on the file, for this agent."""
    return next_act(facts_of(Contrat.objects.get(pk=contrat.pk)), agent).titre


@pytest.fixture
def manquement(contrat: Contrat) -> Contrat:
    """Civic training not followed, without reason."""
    note(contrat, Prestation.Type.FORMATION_CIVIQUE, Prestation.Statut.NON_SUIVIE)
    return contrat


def test_an_agent_prepares_and_the_directeur_finds_it_reads_it_and_signs(
    manquement: Contrat, agent_ofii: Agent, directeur: Agent, connect: Connect
) -> None:
    prepare = reverse("bilan:prepare_proposition", args=[manquement.pk, "resiliation"])
    sign = reverse("bilan:sign_proposition", args=[manquement.pk, "resiliation"])
    with clock.travel(MAI):
        page = connect(agent_ofii).get(reverse("dossiers:view_file", args=[manquement.pk])).content.decode()
        assert prepare in page
        assert sign not in page
        connect(agent_ofii).post(prepare, {"faits": "Absente les deux jours."})
        assert waiting(directeur, "propositions-a-signer") == [manquement.numero_cai]
        assert title(manquement, directeur) == "Signer la proposition de résiliation"
        browser = connect(directeur)
        read = browser.get(sign).content.decode()
        assert "Absente les deux jours." in read
        assert reverse("bilan:proposition_act", args=[PropositionPrefet.objects.get().pk, "abandon"]) in read
        assert "«\u00a0non fait\u00a0»" in read
        assert browser.post(sign, {"motivation": "Trop court."}).status_code == 200
        signed = browser.post(sign, {"motivation": MOTIVATION})
    proposition = PropositionPrefet.objects.get(statut="proposee")
    assert signed["Location"] == reverse("bilan:view_proposition", args=[proposition.pk])
    with clock.travel(MAI):
        shown = connect(agent_ofii).get(signed["Location"]).content.decode()
    for lettre in ("transmission_resiliation", "intention_resiliation"):
        assert reverse("bilan:issue_letter", args=[manquement.pk, lettre]) in shown
    assert waiting(agent_ofii, "propositions-devant-le-prefet") == [manquement.numero_cai]


def test_what_cannot_be_proposed_is_not_offered_and_says_what_it_waits_for(
    contrat: Contrat, directeur: Agent, connect: Connect
) -> None:
    with clock.travel(MAI):
        panel = prefet_panel(contrat, directeur)
        refused = connect(directeur).get(reverse("bilan:sign_proposition", args=[contrat.pk, "resiliation"]))
    assert panel.liens == []
    assert [attente.split("\u00a0")[0] for attente in panel.attentes] == ["Clôture", "Prorogation", "Résiliation"]
    assert not panel
    assert refused["Location"] == reverse("dossiers:view_file", args=[contrat.pk])


def test_the_decision_of_a_resiliation_is_offered_the_day_after_the_month(
    contrat: Contrat, agent_ofii: Agent, directeur: Agent, connect: Connect
) -> None:
    proposition = resiliation_en_cours(contrat, directeur=directeur, agent=agent_ofii, recue=RECUE)
    act = reverse("bilan:proposition_act", args=[proposition.pk, "decision"])
    page = reverse("bilan:view_proposition", args=[proposition.pk])
    for le, offered in ((date(2010, 6, 17), False), (APRES, True)):
        with clock.travel(le):
            assert (act in connect(agent_ofii).get(page).content.decode()) is offered
            assert waiting(agent_ofii, "resiliations-a-decider") == ([contrat.numero_cai] if offered else [])
            assert (title(contrat, agent_ofii) == "Enregistrer la décision du préfet") is offered


@pytest.mark.rule("C.9-reparation")
def test_a_failing_made_good_is_told_on_the_desk_the_file_and_before_each_step(
    manquement: Contrat, agent_ofii: Agent, directeur: Agent, connect: Connect
) -> None:
    proposition = propose(manquement, "resiliation", by=directeur, le=MAI)
    assert waiting(directeur, "resiliations-a-revoir") == []
    note(manquement, Prestation.Type.FORMATION_CIVIQUE, Prestation.Statut.SUIVIE)
    pages = [
        reverse("bilan:view_proposition", args=[proposition.pk]),
        reverse("bilan:proposition_act", args=[proposition.pk, "intention"]),
        reverse("bilan:issue_letter", args=[manquement.pk, "transmission_resiliation"]),
        reverse("dossiers:view_file", args=[manquement.pk]),
    ]
    with clock.travel(RECUE):
        for page in pages:
            assert "«\u00a0suivie\u00a0» aujourd’hui" in connect(agent_ofii).get(page).content.decode(), page
        assert waiting(directeur, "resiliations-a-revoir") == [manquement.numero_cai]
        assert title(manquement, directeur) == "Revoir la résiliation proposée"
        prefet.record_intention(proposition=proposition, date_reception=RECUE, by=agent_ofii)
    with clock.travel(APRES):
        assert title(manquement, directeur) == "Enregistrer la décision du préfet"
        assert "aujourd’hui" in next_act(facts_of(Contrat.objects.get()), directeur).phrase


def test_the_page_of_a_proposal_shows_one_act_at_a_time_and_the_answer_before_the_decision(
    manquement: Contrat, agent_ofii: Agent, directeur: Agent, connect: Connect
) -> None:
    proposition = propose(manquement, "resiliation", by=directeur, le=MAI)

    def page(le: date) -> PagePrefet:
        with clock.travel(le):
            return page_of(PropositionPrefet.objects.get(), agent_ofii)

    for lettre in ("transmission_resiliation", "intention_resiliation"):
        shown = page(RECUE)
        assert shown.suite is not None
        assert shown.suite.url == reverse("bilan:issue_letter", args=[manquement.pk, lettre])
        with clock.travel(RECUE):
            libres.issue_letter(libre=libres.LIBRES[lettre], contrat=manquement, by=agent_ofii)
    assert page(RECUE).suite.bouton == "Noter la réception"
    with clock.travel(RECUE):
        prefet.record_intention(proposition=proposition, date_reception=RECUE, by=agent_ofii)
        prefet.record_observations(
            proposition=proposition, date_observations=RECUE, observations="Demande à être entendue.", by=agent_ofii
        )
    waits = page(date(2010, 6, 17))
    assert (waits.suite.titre, waits.suite.bouton) == ("Attendre les observations de la personne", "")
    assert [etape["etat"] for etape in waits.etapes] == ["fait", "fait", "present", "a_venir"]
    assert [titre for titre, _ in waits.autres] == ["Corriger la date de réception"]
    assert page(APRES).suite.bouton == "Enregistrer la décision"
    with clock.travel(APRES):
        act = reverse("bilan:proposition_act", args=[proposition.pk, "decision"])
        assert "Demande à être entendue." in connect(agent_ofii).get(act).content.decode()
        decide(proposition, by=agent_ofii, le=APRES)
    assert (page(APRES).suite, page(APRES).autres) == (None, [])


def test_the_desk_leads_straight_to_the_page_to_sign(manquement: Contrat, agent_ofii: Agent, directeur: Agent) -> None:
    with clock.travel(MAI):
        prefet.prepare(contrat=manquement, type_proposition="resiliation", faits="Absente.", by=agent_ofii)
        (line,) = [line for line in desk_of(directeur).lignes if line.liste.code == "propositions-a-signer"]
    assert line.url == reverse("bilan:sign_proposition", args=[manquement.pk, "resiliation"])


@pytest.mark.rule("C.9-quatre-mots")
@pytest.mark.parametrize(
    ("signature", "dit"), [(date(2008, 11, 28), "du bilan, rien"), (date(2008, 12, 1), "«\u00a0non fait\u00a0»")]
)
def test_who_signs_reads_of_the_bilan_what_the_letter_will_say(
    manquement: Contrat, directeur: Agent, connect: Connect, signature: date, dit: str
) -> None:
    Contrat.objects.update(date_signature=signature, date_entretien=signature)
    with clock.travel(MAI):
        page = connect(directeur).get(reverse("bilan:sign_proposition", args=[manquement.pk, "resiliation"]))
    assert dit in page.content.decode()


@pytest.mark.rule("C.9-quatre-mots")
def test_the_file_of_an_ended_contract_says_the_word_of_the_attestation(
    contrat: Contrat, agent_ofii: Agent, directeur: Agent
) -> None:
    proposition = resiliation_en_cours(contrat, directeur=directeur, agent=agent_ofii, recue=RECUE)
    assert prefet_panel(contrat, agent_ofii).mot == ""
    decide(proposition, by=agent_ofii, le=APRES)
    assert Prestation.objects.get(type="bilan").statut == "sans_objet"
    assert prefet_panel(Contrat.objects.get(), agent_ofii).mot == "non fait"


def test_the_same_decision_posted_twice_takes_effect_once(
    contrat: Contrat, agent_ofii: Agent, directeur: Agent, connect: Connect
) -> None:
    proposition = resiliation_en_cours(contrat, directeur=directeur, agent=agent_ofii, recue=RECUE)
    act = reverse("bilan:proposition_act", args=[proposition.pk, "decision"])
    body = {"decision": "accord", "date_decision": "18/06/2010", "reference_acte": "2010-17"}
    browser = connect(agent_ofii)
    with clock.travel(APRES):
        assert "Cet acte" not in browser.get(act).content.decode()
        assert [browser.post(act, body).status_code for _ in range(2)] == [302, 302]
    assert Evenement.objects.filter(nom="contrat.resilie").count() == 1
    assert Contrat.objects.get().statut == "resilie"


def test_the_directeur_is_warned_of_a_suspended_resiliation(
    contrat: Contrat, agent_ofii: Agent, directeur: Agent
) -> None:
    resiliation_en_cours(contrat, directeur=directeur, agent=agent_ofii, recue=RECUE)
    PropositionPrefet.objects.update(suspendue_at=clock.at(APRES))
    with clock.travel(APRES):
        assert waiting(directeur, "resiliations-suspendues") == [contrat.numero_cai]
        assert waiting(agent_ofii, "resiliations-a-decider") == []
        assert title(contrat, directeur) == "Abandonner la résiliation suspendue"


@pytest.mark.rule("C.7-cloture", "C.9-cloture")
def test_a_contract_is_to_close_by_its_limit_then_to_attest(
    contrat: Contrat, agent_ofii: Agent, directeur: Agent, connect: Connect
) -> None:
    Prestation.objects.create(contrat=contrat, type="formation_civique", statut="suivie", date_fin=date(2010, 5, 31))
    contrat.bilans.update(etat="clos", clos_at=clock.at(MAI))
    with clock.travel(APRES):
        (liste,) = [liste for liste in listes_of(agent_ofii) if liste.code == "contrats-a-cloturer"]
        assert [bilan.ordre for bilan in liste.bilans(agent_ofii)] == [date(2010, 6, 30)]
        assert title(contrat, agent_ofii) == "Préparer la clôture du contrat"
        assert title(contrat, directeur) == "Proposer la clôture du contrat"
    proposition = propose(contrat, "cloture", by=directeur, le=APRES)
    assert waiting(agent_ofii, "contrats-a-cloturer") == []
    decide(proposition, by=agent_ofii, le=APRES)
    issue = reverse("bilan:issue_attestation", args=[contrat.pk])
    with clock.travel(APRES):
        assert waiting(agent_ofii, "attestations-a-emettre") == [contrat.numero_cai]
        assert title(contrat, agent_ofii) == "Émettre l’attestation récapitulative"
        browser = connect(agent_ofii)
        assert "mot pour mot" in browser.get(issue).content.decode()
        assert [browser.post(issue).status_code for _ in range(2)] == [302, 302]
        assert waiting(agent_ofii, "attestations-a-emettre") == []
        assert title(contrat, agent_ofii) == "Rien à faire"
    assert Courrier.objects.filter(genre="attestation").count() == 1


def test_a_prorogation_before_the_prefet_holds_the_end_of_the_bilan(
    contrat: Contrat, agent_ofii: Agent, directeur: Agent
) -> None:
    note(contrat, Prestation.Type.FORMATION_LINGUISTIQUE, Prestation.Statut.EN_COURS)
    terms = {"titre_renouvele_le": MAI, "echeance_proposee": date(2011, 9, 15)}
    propose(contrat, "prorogation", by=directeur, le=MAI, **terms)
    with clock.travel(date(2011, 3, 16)):
        assert waiting(agent_ofii, "contrats-echus") == []
        assert title(contrat, agent_ofii) == "Enregistrer la décision du préfet"
        assert title(contrat, directeur) == "Enregistrer la décision du préfet"


@pytest.mark.rule("D.2-25")
def test_a_bilan_left_behind_by_the_end_of_its_contract_is_ended_and_not_summoned(
    contrat: Contrat, agent_ofii: Agent, prescripteur: Agent, directeur: Agent
) -> None:
    prescribed = {"prescripteur": prescripteur, "prescrit_at": clock.at(MAI), "prescrit_par": prescripteur}
    contrat.bilans.update(etat="a_programmer", **prescribed)
    with clock.travel(MAI):
        assert waiting(prescripteur, "personnes-a-convoquer") == [contrat.numero_cai]
    decide(propose(contrat, "cloture", by=directeur, le=FINI), by=agent_ofii, le=FINI)
    with clock.travel(FINI):
        assert waiting(prescripteur, "personnes-a-convoquer") == []
        assert waiting(agent_ofii, "contrats-echus") == [contrat.numero_cai]
        suite = next_act(facts_of(Contrat.objects.get()), prescripteur)
    assert suite.titre == "Le contrat est fini sans bilan"
    assert suite.phrase.startswith("Le contrat est clôturé.")


@pytest.mark.rule("C.7-cloture")
@pytest.mark.parametrize(("le", "due"), [(date(2010, 6, 7), []), (date(2010, 6, 8), [date(2010, 6, 30)])])
def test_the_closing_waits_for_the_exam_planned_after_the_training(
    contrat: Contrat, agent_ofii: Agent, le: date, due: list[date]
) -> None:
    Prestation.objects.create(
        contrat=contrat, type="formation_linguistique", statut="suivie", date_fin=date(2010, 5, 31),
        examen_prevu_le=date(2010, 6, 7),
    )  # fmt: skip
    contrat.bilans.update(etat="clos", clos_at=clock.at(MAI))
    (liste,) = [liste for liste in listes_of(agent_ofii) if liste.code == "contrats-a-cloturer"]
    with clock.travel(le):
        assert [bilan.ordre for bilan in liste.bilans(agent_ofii)] == due
        dilf = Prestation.objects.get().certificats.create(
            genre="dilf", jour=date(2010, 6, 30), reussi=True, gratuit=True, saisi_par=agent_ofii
        )
        assert [bilan.ordre for bilan in liste.bilans(agent_ofii)] == [date(2010, 7, 2)] * len(due)
        dilf.delete()
        assert (title(contrat, agent_ofii) == "Préparer la clôture du contrat") is bool(due)


def test_a_draft_that_can_no_longer_be_signed_is_given_up(
    contrat: Contrat, agent_ofii: Agent, directeur: Agent
) -> None:
    note(contrat, Prestation.Type.FORMATION_LINGUISTIQUE, Prestation.Statut.EN_COURS)
    terms = {"titre_renouvele_le": MAI, "echeance_proposee": date(2011, 9, 15)}
    with clock.travel(MAI):
        prefet.prepare(
            contrat=contrat, type_proposition="prorogation", faits="Cours en retard.", by=agent_ofii, **terms
        )
    with clock.travel(contrat.date_echeance):
        assert title(contrat, directeur) == "Signer la proposition de prorogation"
    with clock.travel(date(2011, 3, 16)):
        assert title(contrat, directeur) == "Abandonner la prorogation préparée"


def test_a_proposal_stays_on_the_desk_when_the_bilan_of_its_contract_is_cancelled(
    contrat: Contrat, agent_ofii: Agent, directeur: Agent
) -> None:
    propose(contrat, "cloture", by=directeur, le=FINI)
    with clock.travel(FINI):
        fin.cancel(bilan=contrat.bilans.get(), motif="depart_definitif", by=directeur)
        assert waiting(agent_ofii, "propositions-devant-le-prefet") == [contrat.numero_cai]


def test_a_cancelled_file_leaves_nothing_before_the_prefet(
    contrat: Contrat, agent_ofii: Agent, directeur: Agent
) -> None:
    proposition = propose(contrat, "cloture", by=directeur, le=FINI)
    with clock.travel(FINI):
        cancel_file(contrat=contrat, motif="doublon", by=agent_ofii)
    assert PropositionPrefet.objects.get(pk=proposition.pk).statut == "abandonnee"


def test_the_reasoning_is_read_by_those_who_act_on_it_alone(
    contrat: Contrat, directeur: Agent, correspondant: Agent, connect: Connect
) -> None:
    proposition = propose(contrat, "cloture", by=directeur, le=FINI)
    with clock.travel(FINI):
        (line,) = prefet_panel(contrat, directeur).lignes
        assert line.phrase.startswith("Clôture")
        assert prefet_panel(contrat, correspondant).lignes == []
        read = connect(directeur).get(reverse("bilan:view_proposition", args=[proposition.pk])).content.decode()
    assert MOTIVATION in read.replace("&#x27;", "'")
    assert not Evenement.objects.filter(faits__icontains=MOTIVATION[:30]).exists()
    with clock.travel(FINI):
        prefet.abandon(proposition=proposition, motif="Une attestation manque.", by=directeur)
        assert prefet_panel(Contrat.objects.get(), directeur).lignes == []
