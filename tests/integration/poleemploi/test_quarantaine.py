"""Returns of which nothing is kept, and those set aside: applied again, settled, forgotten (reference F.3, AS-40)."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from agents.models import Agent, DirectionTerritoriale
from agents.roles import Role
from bilan.models import Bilan, Consentement
from core import clock
from core.errors import Forbidden, InvalidInput, RuleViolation
from core.models import Evenement
from dossiers.chronologie import timeline
from poleemploi import evenements, flux, outcome, quarantaine, reception, services, tasks
from poleemploi.client import Recu
from poleemploi.models import EvenementEcarte, EvenementRecu, Retour, Transmission
from poleemploi.states import EtatEcart, MotifEcart, Sort
from tests.factories.agents import make_agent, make_direction
from tests.factories.transmissions import RECUEIL, make_transmission, receive
from tests.simulateur import SimulateurEnProcessus

pytestmark = pytest.mark.django_db
JOUR = date(2010, 6, 10)


@pytest.fixture(autouse=True)
def le_10_juin() -> Iterator[None]:
    with clock.travel(clock.at(JOUR, 9)):
        yield


@pytest.fixture
def transmission(direction: DirectionTerritoriale, prescripteur: Agent, conseiller: Agent) -> Transmission:
    """Consented to, and not received yet."""
    return make_transmission(direction, prescripteur, conseiller)


@pytest.fixture
def correspondant(direction: DirectionTerritoriale) -> Agent:
    return make_agent(Role.CORRESPONDANT_OFII, direction)


def event(bilan: Bilan, identifiant: str = "EVT-1", **wish: Any) -> dict[str, Any]:
    return {
        "id": identifiant,
        "type": "PPAE",
        "numeroCai": bilan.contrat.numero_cai,
        "referenceAccuse": "PE-1",
        "survenuLe": "2010-06-05",
        "donnees": {"dateEntretien": "2010-06-01"},
        **wish,
    }


def take(bilan: Bilan, identifiant: str = "EVT-1", **wish: Any) -> Sort | None:
    with transaction.atomic():
        return reception.take(event(bilan, identifiant, **wish), timezone.now())


def withdraw(bilan: Bilan, by: Agent) -> None:
    services.record_decision(
        bilan=bilan,
        portee=Consentement.Portee.TRANSMISSION,
        decision=Consentement.Decision.RETIRE,
        by=by,
        **RECUEIL,
    )


@pytest.mark.rule("F.3-ecart", "D.2-23")
def test_an_interview_before_the_registration_is_set_aside(transmission: Transmission) -> None:
    bilan = receive(transmission).bilan
    inscription = {"type": "INSCRIPTION", "donnees": {"agence": "Paris"}, "survenuLe": "2010-06-02"}
    assert take(bilan, "EVT-1", **inscription) == Sort.APPLIQUE
    assert take(bilan, "EVT-2", donnees={"dateEntretien": "2010-06-01"}) == Sort.ECARTE
    assert (
        take(bilan, "EVT-3", donnees={"dateEntretien": "2010-06-02", "dateActualisation": "2010-06-01"}) == Sort.ECARTE
    )
    assert take(bilan, "EVT-4", donnees={"dateEntretien": "2010-06-02"}) == Sort.APPLIQUE
    # Registered anew, later: what came after the first registration stays possible.
    assert take(bilan, "EVT-5", **{**inscription, "survenuLe": "2010-06-08"}) == Sort.APPLIQUE
    assert take(bilan, "EVT-6", donnees={"dateEntretien": "2010-06-03"}) == Sort.APPLIQUE
    assert set(EvenementEcarte.objects.values_list("motif", flat=True)) == {
        MotifEcart.PPAE_AVANT_INSCRIPTION, MotifEcart.ACTUALISATION_AVANT_INSCRIPTION,
    }  # fmt: skip


@pytest.mark.rule("F.3-anterieur")
def test_once_the_bilan_is_closed_an_event_joins_the_history_and_changes_nothing(transmission: Transmission) -> None:
    bilan = receive(transmission).bilan
    Bilan.objects.filter(pk=bilan.pk).update(etat="clos", clos_at=clock.now())
    assert take(bilan) == Sort.HISTORIQUE
    assert Retour.objects.count() == 1
    event = Evenement.objects.get(nom="retour.enregistre")
    assert (event.etat_avant, event.etat_apres) == ("", "")
    [told] = [line.detail for line in timeline(bilan.contrat_id, sees_exemption=False) if "PPAE" in line.detail]
    assert told.endswith("Le bilan est clos\u00a0: sa situation n’en est pas changée.")


@pytest.mark.rule("F.3-rien-garde", "D.2-20")
def test_as_40_after_a_withdrawal_an_event_leaves_its_identifier_and_nothing_else(
    partenaire: SimulateurEnProcessus, transmission: Transmission, conseiller: Agent
) -> None:
    bilan = receive(transmission).bilan
    withdraw(bilan, conseiller)
    told = Evenement.objects.count()
    published = partenaire.publier(
        "PPAE", bilan.contrat.numero_cai, {"dateEntretien": "2010-06-01"}, referenceAccuse="PE-1",
        survenuLe="2010-06-05",
    )  # fmt: skip
    assert flux.read_all(seconds=10) == 1
    # By the receipt alone, by the number alone, and whatever the event is.
    take(bilan, "EVT-RECU", numeroCai="69-2010-999999")
    take(bilan, "EVT-NUMERO", referenceAccuse="PE-INCONNU")
    take(bilan, "EVT-GENRE", type="MUTATION")
    Transmission.objects.update(etat="effacee")
    take(bilan, "EVT-EFFACEE")
    kept = {published["id"], "EVT-RECU", "EVT-NUMERO", "EVT-GENRE", "EVT-EFFACEE"}
    assert dict(EvenementRecu.objects.values_list("pk", "sort")) == dict.fromkeys(kept, Sort.RIEN_GARDE)
    assert not Retour.objects.exists()
    assert not EvenementEcarte.objects.exists()
    assert Evenement.objects.count() == told


def test_what_was_set_aside_is_erased_when_the_person_withdraws(transmission: Transmission, conseiller: Agent) -> None:
    bilan = receive(transmission).bilan
    assert take(bilan, survenuLe="2010-06-11") == Sort.ECARTE
    withdraw(bilan, conseiller)
    assert not EvenementEcarte.objects.exists()
    assert EvenementRecu.objects.count() == 1


@pytest.mark.rule("F.3-rien-garde")
@pytest.mark.parametrize("known", [True, False])
def test_so_is_what_cites_the_receipt_of_the_person_under_another_number(
    transmission: Transmission,
    direction: DirectionTerritoriale,
    prescripteur: Agent,
    conseiller: Agent,
    known: bool,
) -> None:
    other = make_transmission(direction, prescripteur, conseiller).bilan
    if known:
        receive(transmission)
    take(other, "EVT-AUTRE")
    take(other, "EVT-NUMERO", numeroCai="69-2010-999999")
    take(other, "EVT-AUTRE-ACCUSE", referenceAccuse="PE-2")
    receive(transmission)
    withdraw(transmission.bilan, conseiller)
    assert EvenementEcarte.objects.get().evenement_id == "EVT-AUTRE-ACCUSE"


@pytest.mark.rule("F.3-rien-garde")
def test_so_is_what_cites_a_receipt_that_comes_after_the_withdrawal(
    transmission: Transmission, conseiller: Agent
) -> None:
    take(transmission.bilan, "EVT-NUMERO", numeroCai="69-2010-999999")
    Transmission.objects.update(etat="incertaine", nombre_essais=1, premier_essai_at=timezone.now())
    withdraw(transmission.bilan, conseiller)
    assert EvenementEcarte.objects.exists(), "nobody knows yet whose it is"
    with transaction.atomic():
        row = outcome.lock_with_bilan(transmission.pk)
        outcome.acknowledge(row, Recu("PE-1", timezone.now(), "TROUVE"), timezone.now())
        row.save()
    assert not EvenementEcarte.objects.exists()


@pytest.mark.rule("F.3-rien-garde")
def test_what_was_set_aside_at_the_very_moment_of_the_erasure_goes_at_the_next_reading(
    transmission: Transmission, conseiller: Agent
) -> None:
    take(transmission.bilan, "EVT-NUMERO", numeroCai="69-2010-999999")
    at = timezone.now()
    Transmission.objects.update(
        etat="effacement_demande", effacement_voulu=True, accuse_identifiant="PE-1", accuse_at=at, prochain_essai_at=at
    )
    quarantaine.take_up_again()
    assert not EvenementEcarte.objects.exists()


def test_an_event_that_overtakes_its_receipt_is_applied_when_the_receipt_comes(transmission: Transmission) -> None:
    assert take(transmission.bilan) == Sort.ECARTE
    quarantaine.take_up_again()
    assert EvenementEcarte.objects.get().motif == MotifEcart.ACCUSE_INCONNU
    receive(transmission)
    quarantaine.take_up_again()
    ecarte, retour = EvenementEcarte.objects.get(), Retour.objects.get()
    assert (ecarte.etat, ecarte.contenu, ecarte.examine_par) == (EtatEcart.APPLIQUE, None, None)
    assert (retour.evenement, retour.date_entretien_ppae) == ("EVT-1", date(2010, 6, 1))
    quarantaine.take_up_again()
    assert Retour.objects.count() == 1


def test_an_event_dated_of_a_day_to_come_is_applied_on_that_day(transmission: Transmission) -> None:
    assert take(receive(transmission).bilan, survenuLe="2010-06-11") == Sort.ECARTE
    tasks.forget_returns()
    assert EvenementEcarte.objects.get().motif == MotifEcart.DATE_FUTURE
    with clock.travel(clock.at(date(2010, 6, 11), 5)):
        tasks.forget_returns()
    assert EvenementEcarte.objects.get().etat == EtatEcart.APPLIQUE
    assert Retour.objects.get().date_situation == date(2010, 6, 11)


def test_after_a_correction_the_correspondant_applies_it_and_signs(
    transmission: Transmission, correspondant: Agent
) -> None:
    bilan = receive(transmission).bilan
    take(bilan, numeroCai="75-2010-777777")
    ecarte = EvenementEcarte.objects.get()
    still = quarantaine.apply_again(ecarte=ecarte, by=correspondant)
    assert still is not None
    assert still.etat == EtatEcart.A_EXAMINER
    type(bilan.contrat).objects.filter(pk=bilan.contrat_id).update(numero_cai="75-2010-777777")
    done = quarantaine.apply_again(ecarte=ecarte, by=correspondant)
    assert done is not None
    assert (done.etat, done.examine_par) == (EtatEcart.APPLIQUE, correspondant)
    assert Evenement.objects.get(nom="retour.prise_en_charge_ppae").par == correspondant
    with pytest.raises(RuleViolation, match="déjà été examiné"):
        quarantaine.apply_again(ecarte=ecarte, by=correspondant)
    assert Retour.objects.count() == 1


def test_an_event_of_nobody_is_seen_everywhere_and_applied_where_its_file_turns_out_to_be(
    transmission: Transmission, correspondant: Agent
) -> None:
    bilan = receive(transmission).bilan
    take(bilan, numeroCai="75-2010-777777", referenceAccuse="PE-2")
    elsewhere = make_agent(Role.CORRESPONDANT_OFII, make_direction("69", "Lyon", region="82"))
    for agent in (correspondant, elsewhere):
        assert EvenementEcarte.objects.visible_to(agent).get().contrat is None
    type(bilan.contrat).objects.filter(pk=bilan.contrat_id).update(numero_cai="75-2010-777777")
    Transmission.objects.update(accuse_identifiant="PE-2")
    with pytest.raises(Forbidden):
        quarantaine.apply_again(ecarte=EvenementEcarte.objects.get(), by=elsewhere)
    assert quarantaine.apply_again(ecarte=EvenementEcarte.objects.get(), by=correspondant) is not None
    assert Retour.objects.get().transmission == transmission


def test_the_correspondant_settles_with_a_reason_and_the_content_is_erased(
    transmission: Transmission, correspondant: Agent, prescripteur: Agent
) -> None:
    take(receive(transmission).bilan, type="MUTATION")
    ecarte = EvenementEcarte.objects.get()
    with pytest.raises(InvalidInput):
        quarantaine.classify(ecarte=ecarte, motif="parce_que", by=correspondant)
    elsewhere = make_agent(Role.CORRESPONDANT_OFII, make_direction("69", "Lyon", region="82"))
    for other in (prescripteur, elsewhere):
        with pytest.raises(Forbidden):
            quarantaine.classify(ecarte=ecarte, motif="erreur_partenaire", by=other)
    row = quarantaine.classify(ecarte=ecarte, motif="erreur_partenaire", by=correspondant)
    assert (row.etat, row.contenu, row.examine_par) == (EtatEcart.CLASSE, None, correspondant)
    told = Evenement.objects.get(nom="retour.classe")
    assert (told.faits, told.par) == ({"motif": "erreur_partenaire"}, correspondant)
    with pytest.raises(RuleViolation, match="déjà été examiné"):
        quarantaine.classify(ecarte=ecarte, motif="erreur_partenaire", by=correspondant)


def test_one_that_cannot_be_deciphered_stops_no_other_and_is_still_settled(
    transmission: Transmission, correspondant: Agent
) -> None:
    bilan = receive(transmission).bilan
    for rank in range(2):
        take(bilan, f"EVT-{rank}", survenuLe="2010-06-11")
    with connection.cursor() as cursor:
        cursor.execute("UPDATE poleemploi_evenementecarte SET contenu = 'x' WHERE evenement_id = 'EVT-0'")
    with clock.travel(clock.at(date(2010, 6, 11), 5)):
        quarantaine.take_up_dates()
    assert EvenementEcarte.objects.defer("contenu").get(evenement="EVT-1").etat == EtatEcart.APPLIQUE
    unreadable = EvenementEcarte.objects.to_examine().get()
    with pytest.raises(RuleViolation, match="Illisible"):
        quarantaine.apply_again(ecarte=unreadable, by=correspondant)
    quarantaine.classify(ecarte=unreadable, motif="sans_suite", by=correspondant)
    assert EvenementEcarte.objects.get(evenement="EVT-0").contenu is None


def test_those_that_must_wait_on_do_not_keep_their_turn(
    transmission: Transmission, monkeypatch: pytest.MonkeyPatch
) -> None:
    bilan = receive(transmission).bilan
    take(bilan, "EVT-LOIN", survenuLe="2099-01-01")
    take(bilan, "EVT-ILLISIBLE", survenuLe="2099-01-01")
    take(bilan, "EVT-DEMAIN", survenuLe="2010-06-11")
    with connection.cursor() as cursor:
        cursor.execute("UPDATE poleemploi_evenementecarte SET contenu = 'x' WHERE evenement_id = 'EVT-ILLISIBLE'")
    monkeypatch.setattr(quarantaine, "LOT", 2)
    with clock.travel(clock.at(date(2010, 6, 11), 5)):
        quarantaine.take_up_dates()
        assert not Retour.objects.exists()
        quarantaine.take_up_dates()
    assert Retour.objects.get().evenement == "EVT-DEMAIN"


@pytest.mark.rule("F.3-conservation")
def test_what_nobody_settled_within_a_year_loses_its_content(transmission: Transmission, correspondant: Agent) -> None:
    bilan = receive(transmission).bilan
    for rank, age in enumerate((366, 364)):
        take(bilan, f"EVT-{rank}", type="MUTATION")
        created_at = timezone.now() - timedelta(days=age)
        EvenementEcarte.objects.filter(evenement=f"EVT-{rank}").update(created_at=created_at)
    tasks.forget_returns()
    tasks.forget_returns()
    rows = dict(EvenementEcarte.objects.values_list("evenement", "etat"))
    assert rows == {"EVT-0": EtatEcart.OUBLIE, "EVT-1": EtatEcart.A_EXAMINER}
    assert EvenementEcarte.objects.get(evenement="EVT-0").contenu is None
    with pytest.raises(RuleViolation):
        quarantaine.apply_again(ecarte=EvenementEcarte.objects.get(evenement="EVT-0"), by=correspondant)


def test_the_list_of_events_is_never_rewritten(transmission: Transmission) -> None:
    take(receive(transmission).bilan)
    for change in (EvenementRecu.objects.all().delete, lambda: EvenementRecu.objects.update(sort=Sort.ECARTE)):
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            change()


def test_an_event_is_read_in_the_words_of_the_contract_and_no_further() -> None:
    lu = evenements.read({"id": "E", "type": "PPAE", "donnees": {"dateEntretien": "2010-02-30"}})
    assert (lu.identifiant, lu.illisible, lu.dit) == ("E", MotifEcart.ILLISIBLE, {})
