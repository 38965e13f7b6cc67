"""The desk: what waits for each role, most urgent first, in a constant number of queries."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from agents.models import Agent, DirectionTerritoriale, Lieu
from bilan.models import Bilan
from bilan.states import Etat
from cai.models import Contrat, Signataire
from core import clock
from dossiers.bureau import desk_of, list_page
from dossiers.listes import LISTES, Liste, listes_of
from exemptions.services import Declarations, add_justificatif, evaluate_contrat
from poleemploi.models import Transmission
from tests.factories.cai import make_contrat
from tests.factories.conduite import JOUR, advance, make_convoque
from tests.factories.transmissions import make_transmission, make_valide

Connect = Callable[[Agent], Client]
SIGNATURE = date(2010, 3, 15)
RIEN = Declarations(scolarise=False, declare_activite=False, declare_ne_recherche_pas=False, inscrit_pole_emploi=False)


def waiting(agent: Agent, le: date) -> dict[str, int]:
    """What the desk counts on a day."""
    with clock.travel(le):
        return {liste.code: compte for liste, compte in desk_of(agent).comptes}


def assess(contrat: Contrat, by: Agent) -> None:
    with clock.travel(SIGNATURE):
        evaluate_contrat(contrat=contrat, declarations=RIEN, date_reference=SIGNATURE, by=by)


def place(bilan: Bilan, etat: Etat, **columns: Any) -> Bilan:
    Bilan.objects.filter(pk=bilan.pk).update(etat=etat, **columns)
    return Bilan.objects.get(pk=bilan.pk)


@pytest.fixture
def convoque(direction: DirectionTerritoriale, prescripteur: Agent, conseiller: Agent) -> Bilan:
    """Summoned for 10 May 2010 at half past nine."""
    return make_convoque(direction, prescripteur, conseiller)


# --- OFII ----------------------------------------------------------------------------------------


def test_a_new_file_waits_to_be_assessed(contrat: Contrat, agent_ofii: Agent) -> None:
    assert waiting(agent_ofii, SIGNATURE) == {"exemptions-a-evaluer": 1}


def test_an_assessed_file_waits_for_a_prescriber(contrat: Contrat, agent_ofii: Agent, prescripteur: Agent) -> None:
    assess(contrat, agent_ofii)

    assert waiting(agent_ofii, SIGNATURE) == {}
    assert waiting(prescripteur, SIGNATURE) == {"bilans-a-prescrire": 1}


def test_an_exempt_person_waits_for_the_exemption_to_be_recorded(agent_ofii: Agent, prescripteur: Agent) -> None:
    assess(make_contrat(by=agent_ofii, date_naissance=date(1950, 1, 1)), agent_ofii)

    assert waiting(agent_ofii, SIGNATURE) == {"exemptions-a-constater": 1}
    assert waiting(prescripteur, SIGNATURE) == {"exemptions-a-constater": 1}


def test_a_received_document_waits_to_be_verified(contrat: Contrat, agent_ofii: Agent) -> None:
    with clock.travel(SIGNATURE):
        add_justificatif(contrat=contrat, type_piece="contrat_travail", date_document=SIGNATURE, by=agent_ofii)

    assert waiting(agent_ofii, SIGNATURE) == {"exemptions-a-evaluer": 1, "pieces-a-verifier": 1}


@pytest.mark.parametrize("etat", [Etat.A_PROGRAMMER, Etat.REPORTE, Etat.ABSENT_MOTIF_LEGITIME])
def test_a_person_to_convoke_waits_for_the_prescriber_in_charge_alone(
    convoque: Bilan, prescripteur: Agent, agent_ofii: Agent, etat: Etat
) -> None:
    place(convoque, etat)

    assert waiting(prescripteur, JOUR) == {"personnes-a-convoquer": 1}
    assert waiting(agent_ofii, JOUR) == {}


def test_an_appointment_without_news_appears_the_day_after(convoque: Bilan, agent_ofii: Agent) -> None:
    assert waiting(agent_ofii, JOUR) == {}
    assert waiting(agent_ofii, JOUR + timedelta(days=1)) == {"absences-a-constater": 1}


@pytest.mark.rule("D.6-absence")
@pytest.mark.parametrize(
    "missed",
    [
        JOUR,  # a Monday: fifteen days later is Tuesday 25 May
        date(2010, 5, 7),  # fifteen days later is a Saturday, and the Monday after it is Whit Monday
    ],
)
def test_an_absence_waits_to_be_qualified_until_the_window_closes(
    convoque: Bilan, agent_ofii: Agent, missed: date
) -> None:
    convoque.rendez_vous.update(statut="manque", debut=clock.at(missed, 9, 30))
    place(convoque, Etat.ABSENT_A_QUALIFIER)

    with clock.travel(JOUR):
        line = desk_of(agent_ofii).lignes[0]

    assert line.liste.code == "absences-a-qualifier"
    assert line.limite == date(2010, 5, 25)


def test_a_contract_over_without_bilan_is_to_be_recorded(contrat: Contrat, agent_ofii: Agent) -> None:
    assert "contrats-echus" not in waiting(agent_ofii, date(2011, 3, 15))
    assert waiting(agent_ofii, date(2011, 3, 16))["contrats-echus"] == 1


def test_a_validated_synthesis_without_decision_waits_for_both(
    direction: DirectionTerritoriale, prescripteur: Agent, conseiller: Agent
) -> None:
    make_valide(direction, prescripteur, conseiller)

    assert waiting(prescripteur, JOUR) == {"consentements-a-recueillir": 1}
    assert waiting(conseiller, JOUR) == {"decisions-a-recueillir": 1}


def test_a_decided_synthesis_waits_for_nobody(
    direction: DirectionTerritoriale, prescripteur: Agent, conseiller: Agent
) -> None:
    make_transmission(direction, prescripteur, conseiller)

    assert waiting(prescripteur, JOUR) == {}
    assert waiting(conseiller, JOUR) == {}


def test_a_bilan_waits_to_be_closed_thirty_days_after_its_follow_up(
    direction: DirectionTerritoriale, prescripteur: Agent, conseiller: Agent, correspondant: Agent
) -> None:
    transmission = make_transmission(direction, prescripteur, conseiller)
    Transmission.objects.filter(pk=transmission.pk).update(
        etat="accusee", accuse_at=clock.now(), accuse_identifiant="PE-1"
    )

    assert waiting(correspondant, date(2010, 12, 10)) == {}
    assert waiting(correspondant, date(2010, 12, 11)) == {"bilans-a-clore": 1}


def test_an_exemption_waits_to_be_closed_after_its_contract(bilan: Bilan, correspondant: Agent) -> None:
    place(bilan, Etat.EXEMPTE)

    assert waiting(correspondant, date(2011, 3, 15)) == {}
    assert waiting(correspondant, date(2011, 3, 16)) == {"exemptions-a-clore": 1}


@pytest.mark.rule("D.6-risque")
def test_the_director_sees_unjustified_absences_and_bilans_at_risk(convoque: Bilan, directeur: Agent) -> None:
    place(convoque, Etat.ABSENT_SANS_MOTIF)

    assert waiting(directeur, date(2010, 12, 14)) == {"absences-sans-motif": 1}
    assert waiting(directeur, date(2010, 12, 15)) == {"absences-sans-motif": 1, "bilans-en-risque": 1}


def test_a_failed_deposit_waits_for_the_correspondant(
    direction: DirectionTerritoriale, prescripteur: Agent, conseiller: Agent, correspondant: Agent
) -> None:
    transmission = make_transmission(direction, prescripteur, conseiller)
    Transmission.objects.filter(pk=transmission.pk).update(etat="rejetee", erreur_code="REFUS")

    assert waiting(correspondant, JOUR) == {"transmissions-a-traiter": 1}


@pytest.mark.rule("C.5-reexamen")
def test_an_ended_exemption_is_looked_at_again(agent_ofii: Agent) -> None:
    contrat = make_contrat(
        by=agent_ofii, date_naissance=date(1992, 6, 20), representant_nom="Awa Diallo", representant_qualite="mère"
    )
    with clock.travel(SIGNATURE):
        piece = add_justificatif(
            contrat=contrat, type_piece="certificat_scolarite", date_document=SIGNATURE, by=agent_ofii
        )
        piece.statut, piece.examinee_at, piece.examinee_par = "verifiee", clock.now(), agent_ofii
        piece.save()
        evaluate_contrat(
            contrat=contrat, declarations=Declarations(scolarise=True), date_reference=SIGNATURE, by=agent_ofii
        )
    place(contrat.bilans.get(), Etat.EXEMPTE)

    assert waiting(agent_ofii, date(2010, 6, 19)) == {}
    assert waiting(agent_ofii, date(2010, 6, 20)) == {"exemptions-a-reexaminer": 1}


@pytest.mark.rule("E.1-rectification")
@pytest.mark.parametrize("naissance", [date(1980, 7, 1), date(1950, 1, 1)])
def test_an_evaluation_that_no_longer_speaks_of_the_file_is_to_be_made_again(
    agent_ofii: Agent, naissance: date
) -> None:
    contrat = make_contrat(by=agent_ofii, date_naissance=naissance)
    with clock.travel(SIGNATURE):
        evaluate_contrat(contrat=contrat, declarations=Declarations(), date_reference=SIGNATURE, by=agent_ofii)
    assert "exemptions-a-evaluer" not in waiting(agent_ofii, SIGNATURE)

    Signataire.objects.filter(pk=contrat.signataire_id).update(date_naissance=date(1981, 1, 1))
    assert waiting(agent_ofii, SIGNATURE) == {"exemptions-a-evaluer": 1}


# --- the adviser ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("le", "liste"),
    [
        (JOUR - timedelta(days=1), "rendez-vous-a-venir"),
        (JOUR, "rendez-vous-du-jour"),
        (JOUR + timedelta(days=1), "rendez-vous-passes"),
    ],
)
def test_appointments_come_pass_and_wait(convoque: Bilan, conseiller: Agent, le: date, liste: str) -> None:
    assert waiting(conseiller, le) == {liste: 1}


@pytest.mark.parametrize(
    ("etat", "liste"),
    [
        (Etat.PHASE_PRELIMINAIRE, "bilans-en-cours"),
        (Etat.PHASE_CONCLUSION, "bilans-en-cours"),
        (Etat.SYNTHESE_REDIGEE, "syntheses-a-presenter"),
        (Etat.SYNTHESE_PRESENTEE, "syntheses-a-signer"),
    ],
)
def test_an_adviser_finds_their_own_work(convoque: Bilan, conseiller: Agent, etat: Etat, liste: str) -> None:
    advance(convoque, etat)

    assert waiting(conseiller, JOUR) == {liste: 1}


def test_an_adviser_sees_nothing_of_another_advisers_work(
    convoque: Bilan, autre_prestataire: Any, responsable: Agent
) -> None:
    assert waiting(responsable, JOUR) == {}


# --- order, pages, cost --------------------------------------------------------------------------


def test_the_nearest_deadline_comes_first(agent_ofii: Agent) -> None:
    late, early = (make_contrat(by=agent_ofii, date_signature=jour) for jour in (date(2010, 3, 15), date(2010, 2, 1)))

    with clock.travel(date(2010, 4, 1)):
        desk = desk_of(agent_ofii)

    assert [ligne.bilan.contrat for ligne in desk.lignes] == [early, late]


def test_the_appointments_of_the_day_come_by_their_hour(
    direction: DirectionTerritoriale, prescripteur: Agent, conseiller: Agent
) -> None:
    hours = [(13, 30), (9, 0), (10, 30), (8, 15), (17, 0)]
    for hour, minute in hours:
        bilan = make_convoque(direction, prescripteur, conseiller)
        bilan.rendez_vous.update(debut=clock.at(JOUR, hour, minute))
    with clock.travel(clock.at(JOUR, 8)):
        shown = [ligne.limite for ligne in desk_of(conseiller).lignes]
    assert shown == [clock.at(JOUR, hour, minute) for hour, minute in sorted(hours)]


def test_every_kind_of_limit_is_put_in_order_with_the_others(
    direction: DirectionTerritoriale, prescripteur: Agent, conseiller: Agent
) -> None:
    for etat in (Etat.PHASE_PRELIMINAIRE, Etat.SYNTHESE_REDIGEE, Etat.SYNTHESE_PRESENTEE, Etat.SYNTHESE_VALIDEE):
        advance(make_convoque(direction, prescripteur, conseiller), etat)
    for jour in (JOUR, JOUR + timedelta(days=1), JOUR + timedelta(days=2)):
        make_convoque(direction, prescripteur, conseiller, jour=jour)
    with clock.travel(clock.at(JOUR + timedelta(days=1), 8)):
        codes = [ligne.liste.code for ligne in desk_of(conseiller).lignes]
    assert codes[0] == "rendez-vous-du-jour"
    assert codes[-1] == "rendez-vous-a-venir"
    assert len(codes) == 7


def test_another_territory_sees_nothing_of_it(contrat: Contrat, agent_ailleurs: Agent) -> None:
    assert waiting(agent_ailleurs, SIGNATURE) == {}


def test_every_role_has_a_desk(connect: Connect, contrat: Contrat, request: pytest.FixtureRequest) -> None:
    roles = ["agent_ofii", "prescripteur", "directeur", "correspondant", "conseiller", "responsable", "administrateur"]

    for role in roles:
        assert connect(request.getfixturevalue(role)).get("/").status_code == 200


def test_the_desk_names_the_act_and_leads_to_it(connect: Connect, contrat: Contrat, agent_ofii: Agent) -> None:
    with clock.travel(date(2010, 4, 1)):
        text = connect(agent_ofii).get("/").content.decode()

    assert "Mamadou Diallo" in text
    assert reverse("exemptions:evaluate_contrat", args=[contrat.pk]) in text
    assert "01/07/1980" not in text  # no detail that the next in line could read


def _missed(bilan: Bilan) -> Bilan:
    bilan.rendez_vous.update(statut="manque")
    return place(bilan, Etat.ABSENT_A_QUALIFIER)


@pytest.mark.parametrize(
    ("code", "role", "le", "bring"),
    [
        ("exemptions-a-evaluer", "agent_ofii", SIGNATURE, lambda bilan: place(bilan, Etat.A_EVALUER)),
        ("rendez-vous-a-venir", "conseiller", SIGNATURE, lambda bilan: bilan),
        ("absences-a-constater", "agent_ofii", JOUR + timedelta(days=1), lambda bilan: bilan),
        ("absences-a-qualifier", "agent_ofii", JOUR + timedelta(days=1), _missed),
        ("syntheses-a-presenter", "conseiller", JOUR, lambda bilan: advance(bilan, Etat.SYNTHESE_REDIGEE)),
        ("decisions-a-recueillir", "conseiller", JOUR, lambda bilan: advance(bilan, Etat.SYNTHESE_VALIDEE)),
        ("consentements-a-recueillir", "prescripteur", JOUR, lambda bilan: advance(bilan, Etat.SYNTHESE_VALIDEE)),
    ],
)
def test_a_list_goes_on_page_after_page_without_repeating(
    direction: DirectionTerritoriale,
    prescripteur: Agent,
    conseiller: Agent,
    request: pytest.FixtureRequest,
    monkeypatch: pytest.MonkeyPatch,
    code: str,
    role: str,
    le: date,
    bring: Callable[[Bilan], Bilan],
) -> None:
    monkeypatch.setattr("dossiers.bureau.LIGNES_PAR_PAGE", 2)
    bilans = {bring(make_convoque(direction, prescripteur, conseiller)).pk for _ in range(3)}
    agent = request.getfixturevalue(role)
    liste = next(liste for liste in listes_of(agent) if liste.code == code)

    with clock.travel(clock.at(le, 7)):
        first = list_page(agent, liste)
        second = list_page(agent, liste, apres=first.suite)

    assert (len(first.lignes), len(second.lignes), second.suite) == (2, 1, "")
    assert {ligne.bilan.pk for ligne in first.lignes + second.lignes} == bilans


@pytest.mark.parametrize("apres", ["", "n’importe quoi", "2010-13-45_x", "2010-03-15_"])
def test_an_unreadable_key_starts_again(connect: Connect, contrat: Contrat, agent_ofii: Agent, apres: str) -> None:
    answer = connect(agent_ofii).get("/", {"liste": "exemptions-a-evaluer", "apres": apres})

    assert "Mamadou Diallo" in answer.content.decode()


def test_a_list_that_is_not_the_agents_does_not_exist(connect: Connect, agent_ofii: Agent) -> None:
    assert connect(agent_ofii).get("/", {"liste": "bilans-a-prescrire"}).status_code == 404


@pytest.mark.parametrize("liste", LISTES, ids=lambda liste: liste.code)
def test_every_list_answers_in_one_query(
    liste: Liste, agent_ofii: Agent, prescripteur: Agent, directeur: Agent, correspondant: Agent, conseiller: Agent
) -> None:
    agents = [agent_ofii, prescripteur, directeur, correspondant, conseiller]
    agent = next(agent for agent in agents if liste.concerns(agent))

    with CaptureQueriesContext(
        connection,
    ) as queries:
        assert list(liste.bilans(agent).values_list("pk", "ordre")) == []

    assert len(queries) <= 1  # none when the agent has no such place


def queries_of(client: Client, url: str) -> int:
    client.get(url)  # the first visit writes the session
    with CaptureQueriesContext(connection) as queries:
        assert client.get(url).status_code == 200
    return len(queries)


def test_the_desk_and_the_search_cost_the_same_for_one_file_and_for_thirty(
    connect: Connect, prescripteur: Agent
) -> None:
    make_contrat(by=prescripteur)
    client = connect(prescripteur)
    client.post(reverse("dossiers:search"), {"q": "diallo"})
    pages = ["/", "/?liste=exemptions-a-evaluer", reverse("dossiers:search")]
    one = [queries_of(client, page) for page in pages]
    for _ in range(29):
        make_contrat(by=prescripteur)

    thirty = [queries_of(client, page) for page in pages]
    assert thirty[:2] == one[:2]
    assert thirty[2] <= one[2]  # other spellings are looked for beside few files only
    assert one[0] <= 22  # one a list, and one for the banner of the exchange
    assert max(thirty[1:]) <= 6
    assert one[2] <= 10


def test_the_file_costs_the_same_whatever_it_holds(
    connect: Connect,
    direction: DirectionTerritoriale,
    prescripteur: Agent,
    conseiller: Agent,
    lieu: Lieu,
) -> None:
    poor = make_contrat(by=prescripteur, numero_cai="PAPIER-0001")
    rich = make_transmission(direction, prescripteur, conseiller).bilan.contrat
    with clock.travel(JOUR):
        for day in range(10):
            dated = JOUR - timedelta(days=day)
            add_justificatif(contrat=rich, type_piece="contrat_travail", date_document=dated, by=prescripteur)
            evaluate_contrat(contrat=rich, declarations=RIEN, date_reference=JOUR, by=prescripteur)
    client = connect(prescripteur)

    with clock.travel(JOUR):
        costs = [queries_of(client, reverse("dossiers:view_file", args=[contrat.pk])) for contrat in (poor, rich)]
        timelines = [queries_of(client, reverse("dossiers:view_timeline", args=[c.pk])) for c in (poor, rich)]

    assert max(costs) <= 28
    assert max(timelines) <= 7  # the key of the file is read when one of its events keeps a fact under it


def test_the_day_comes_before_the_backlog(
    convoque: Bilan, direction: DirectionTerritoriale, prescripteur: Agent, conseiller: Agent
) -> None:
    old = make_convoque(direction, prescripteur, conseiller, jour=JOUR - timedelta(days=5))
    advance(old, Etat.SYNTHESE_PRESENTEE)

    with clock.travel(JOUR):
        lines = desk_of(conseiller).lignes

    assert [ligne.liste.code for ligne in lines] == ["rendez-vous-du-jour", "syntheses-a-signer"]


@pytest.mark.rule("D.6-comites")
def test_the_local_committee_is_announced_fifteen_days_before_the_end_of_the_quarter(
    connect: Connect, correspondant: Agent, directeur: Agent, agent_ofii: Agent
) -> None:
    def _announced(agent: Agent, le: date) -> bool:
        with clock.travel(le):
            return "Comité de pilotage local" in connect(agent).get(reverse("dossiers:bureau")).content.decode()

    assert not _announced(correspondant, date(2010, 6, 14))
    for agent in (correspondant, directeur):
        assert _announced(agent, date(2010, 6, 15))
        assert _announced(agent, date(2010, 6, 30))
    assert not _announced(correspondant, date(2010, 7, 1))
    assert not _announced(agent_ofii, date(2010, 6, 15))
