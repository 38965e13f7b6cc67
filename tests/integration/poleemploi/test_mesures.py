"""What the exchange tells those who watch it: figures, ages, the channel. Nobody's data."""

from collections.abc import Callable
from datetime import datetime, timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import OperationalError
from django.test import Client
from django.utils import timezone
from prometheus_client.parser import text_string_to_metric_families
from pytest_django import DjangoAssertNumQueries, Settings

from agents.models import Agent, DirectionTerritoriale
from core import battements
from core.battements import Maillon
from poleemploi import canal, sender, services, tasks
from poleemploi.etat_canal import channel_state
from poleemploi.mesures import Releve
from poleemploi.models import Canal, EvenementEcarte, EvenementRecu, Flux, Tentative, Transmission
from poleemploi.states import MotifPause
from tests.factories.transmissions import RECUEIL, make_transmission
from tests.partenaire import take
from tests.simulateur import SimulateurEnProcessus

JETON = "jeton-de-la-surveillance-0123456789"
pytestmark = pytest.mark.django_db
Mesures = Callable[..., float | None]


@pytest.fixture
def scrape(settings: Settings) -> Callable[[], str]:
    settings.METRIQUES_JETON = JETON

    def _scrape() -> str:
        answered = Client(headers={"Authorization": f"Bearer {JETON}"}).get("/metriques/")
        assert answered.status_code == 200
        assert answered["Content-Type"].startswith("text/plain; version=")
        return answered.content.decode()

    return _scrape


@pytest.fixture
def measure(scrape: Callable[[], str]) -> Mesures:
    """The value of one sample, as Prometheus reads it; None when it is not exposed."""

    def _measure(name: str, **labels: str) -> float | None:
        families = text_string_to_metric_families(scrape())
        samples = [sample for family in families for sample in family.samples]
        found = [sample.value for sample in samples if sample.name == name and sample.labels == labels]
        assert len(found) < 2
        return found[0] if found else None

    return _measure


def ago(**length: float) -> datetime:
    return timezone.now() - timedelta(**length)


def test_the_measures_do_not_exist_until_a_token_is_set(client_anonyme: Client, settings: Settings) -> None:
    assert client_anonyme.get("/metriques/").status_code == 404
    settings.METRIQUES_JETON = JETON
    for shown in ("", "Bearer ", "Bearer autre", JETON, f"Basic {JETON}", f"Bearer {JETON}\u00e9"):
        refused = client_anonyme.get("/metriques/", headers={"Authorization": shown})
        assert (refused.status_code, refused.content) == (401, b"")


@pytest.fixture
def client_anonyme() -> Client:
    return Client()


def test_the_queue_is_told_by_state_and_by_the_age_of_what_waits(measure: Mesures, transmission: Transmission) -> None:
    row = Transmission.objects.filter(pk=transmission.pk)
    row.update(prochain_essai_at=ago(minutes=40))
    assert measure("cai_transmissions", etat="en_file") == 1
    assert measure("cai_transmissions", etat="effacee") == 0
    assert measure("cai_transmissions_dues") == 1
    assert measure("cai_transmission_due_age_seconds") == pytest.approx(2400, abs=30)

    row.update(prochain_essai_at=timezone.now() + timedelta(hours=1), serie_depuis_at=ago(hours=5))
    assert measure("cai_transmissions_dues") == 0, "it waits for its next attempt"
    assert measure("cai_transmission_due_age_seconds") == 0
    assert measure("cai_transmission_attente_age_seconds", etat="en_file") == pytest.approx(18_000, abs=30)

    row.update(prochain_essai_at=ago(minutes=1), bail_jusqua=timezone.now() + timedelta(minutes=1))
    assert measure("cai_transmissions_dues") == 0, "a worker holds it"


def test_a_row_behind_an_older_one_of_its_file_is_not_late(
    measure: Mesures, transmission: Transmission, monkeypatch: pytest.MonkeyPatch
) -> None:
    Transmission.objects.update(
        etat="effacement_demande", effacement_voulu=True, accuse_identifiant="PE-1", accuse_at=ago(hours=3),
        prochain_essai_at=timezone.now() + timedelta(hours=2),
    )  # fmt: skip
    Transmission.objects.create(
        bilan=transmission.bilan, synthese=transmission.synthese, consentement=transmission.consentement,
        donnees_figees={}, prochain_essai_at=ago(minutes=40),
    )  # fmt: skip
    assert (measure("cai_transmissions_dues"), measure("cai_transmission_due_age_seconds")) == (0, 0)
    assert channel_state().phrase == "Les envois partent. Aucun n’attend."
    monkeypatch.setattr(sender, "partner", lambda: pytest.fail("nothing can leave: no token is needed"))
    assert not sender.step()


def test_what_a_person_must_look_at_is_told_since_when_it_waits(measure: Mesures, transmission: Transmission) -> None:
    Transmission.objects.filter(pk=transmission.pk).update(
        etat="rejetee", erreur_code="CORPS_INVALIDE", serie_depuis_at=ago(days=9), termine_at=ago(days=2)
    )
    waited = measure("cai_transmission_attente_age_seconds", etat="rejetee")
    assert waited == pytest.approx(timedelta(days=2).total_seconds(), abs=60)


def test_an_erasure_counts_until_the_partner_has_done_it(
    partenaire: SimulateurEnProcessus,
    settle: Callable[..., None],
    measure: Mesures,
    transmission: Transmission,
    conseiller: Agent,
) -> None:
    settle()
    assert measure("cai_effacements_en_attente") == 0
    services.withdraw_transmission(bilan=transmission.bilan, by=conseiller, **RECUEIL)
    Transmission.objects.update(prochain_essai_at=ago(hours=2))
    assert measure("cai_effacements_en_attente") == 1
    assert measure("cai_effacement_age_seconds") == pytest.approx(7200, abs=30)
    settle()
    assert (measure("cai_effacements_en_attente"), measure("cai_effacement_age_seconds")) == (0, 0)


def test_a_withdrawal_whose_deposit_is_in_doubt_or_failed_counts_as_an_erasure_to_do(
    measure: Mesures, transmission: Transmission
) -> None:
    rows = Transmission.objects.filter(pk=transmission.pk)
    for etat in ("incertaine", "echec_definitif"):
        rows.update(etat=etat, effacement_voulu=True, serie_depuis_at=ago(hours=30))
        assert measure("cai_effacements_en_attente") == 1
        assert measure("cai_effacement_age_seconds") == pytest.approx(108_000, abs=60)
    rows.update(effacement_voulu=False)
    assert measure("cai_effacements_en_attente") == 0


def test_attempts_are_counted_from_the_ledger_by_outcome_and_duration(
    partenaire: SimulateurEnProcessus, settle: Callable[..., None], measure: Mesures, transmission: Transmission
) -> None:
    partenaire.panne("ERREUR_500", operation="deposerSynthese", nombre=1)
    settle()
    assert measure("cai_tentatives_total", operation="depot", issue="incertain") == 1
    assert measure("cai_tentatives_total", operation="recherche", issue="introuvable") == 1
    assert measure("cai_tentatives_total", operation="depot", issue="accepte") == 1
    assert measure("cai_tentatives_total", operation="effacement", issue="refuse") == 0


def attempt(transmission: Transmission, fermee_at: datetime, duree_ms: int, **began: timedelta) -> None:
    Tentative.objects.create(
        transmission=transmission,
        numero=Tentative.objects.count() + 1,
        operation="depot",
        ouverte_at=fermee_at - began.get("avant", timedelta(seconds=1)),
        fermee_at=fermee_at,
        issue="accepte",
        duree_ms=duree_ms,
    )


def read(name: str, now: datetime, **labels: str) -> float:
    samples = [sample for family in Releve(now).collect() for sample in family.samples]
    return next(one.value for one in samples if one.name == name and one.labels == labels)


def test_durations_fall_into_buckets_whose_bounds_are_inclusive(transmission: Transmission) -> None:
    now = timezone.now()
    for duree_ms in (250, 251):
        attempt(transmission, now, duree_ms)
    buckets = {le: read("cai_tentative_duree_seconds_bucket", now, operation="depot", le=le) for le in ("0.1", "0.25")}
    assert buckets == {"0.1": 0, "0.25": 1}
    assert read("cai_tentative_duree_seconds_bucket", now, operation="depot", le="+Inf") == 2
    assert read("cai_tentative_duree_seconds_sum", now, operation="depot") == 0.501
    assert read("cai_tentative_duree_seconds_count", now, operation="depot") == 2


def test_counters_start_again_at_midnight_in_paris_as_after_a_restart(transmission: Transmission) -> None:
    midnight = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
    attempt(transmission, midnight, 100, avant=timedelta(hours=2))

    def accepted(now: datetime) -> float:
        return read("cai_tentatives_total", now, operation="depot", issue="accepte")

    assert accepted(midnight + timedelta(hours=22)) == 1, "ended today, whenever it began"
    attempt(transmission, midnight - timedelta(seconds=1), 100)
    assert accepted(midnight + timedelta(hours=22)) == 1, "yesterday's is yesterday's, an hour or a second ago"


def test_an_attempt_whose_answer_never_came_has_an_outcome_and_no_duration(
    partenaire: SimulateurEnProcessus, measure: Mesures, transmission: Transmission
) -> None:
    take(lease=timedelta(0))
    assert measure("cai_tentatives_ouvertes") == 1
    assert sender.step()
    assert measure("cai_tentatives_ouvertes") == 0
    assert measure("cai_tentatives_total", operation="depot", issue="incertain") == 1
    assert measure("cai_tentative_duree_seconds_count", operation="depot") == 0


def test_a_pause_is_told_with_its_reason_and_its_age_until_the_channel_opens_again(
    measure: Mesures, settings: Settings
) -> None:
    canal.read()
    assert measure("cai_canal_en_pause", motif="panne") == 0
    canal.pause(MotifPause.PANNE, timezone.now() + timedelta(minutes=1))
    Canal.objects.update(pause_depuis=ago(minutes=20), pause_jusqua=ago(seconds=1))
    assert measure("cai_canal_en_pause", motif="panne") == 1, "until a request has gone first"
    assert measure("cai_canal_en_pause", motif="compte") == 0
    assert measure("cai_canal_pause_age_seconds") == pytest.approx(1200, abs=30)
    assert canal.take_probe(timezone.now(), timezone.now() + timedelta(minutes=1))
    canal.partner_answers(probe=True)
    assert measure("cai_canal_en_pause", motif="panne") == 0
    assert measure("cai_canal_pause_age_seconds") == 0
    assert measure("cai_emetteur_actif") == 1
    settings.EMETTEUR_ACTIF = False
    assert measure("cai_emetteur_actif") == 0


def test_returns_are_counted_and_those_set_aside_too_until_somebody_settles_them(measure: Mesures) -> None:
    Flux.objects.create(pk=1, lu_at=ago(minutes=1))
    for identifiant, sort in (("E-1", "applique"), ("E-2", "ecarte"), ("E-3", "ecarte")):
        EvenementRecu.objects.create(evenement=identifiant, recu_at=ago(days=1), sort=sort)
    settled, open_ = (
        EvenementEcarte.objects.create(evenement_id=identifiant, motif="type_inconnu", etat=etat, examine_at=at)
        for identifiant, etat, at in (("E-2", "oublie", ago(hours=1)), ("E-3", "a_examiner", None))
    )
    EvenementEcarte.objects.filter(pk=settled.pk).update(created_at=ago(days=9))
    EvenementEcarte.objects.filter(pk=open_.pk).update(created_at=ago(days=2))
    assert [measure("cai_retours_total", sort=sort) for sort in ("applique", "ecarte", "historique")] == [1, 2, 0]
    assert measure("cai_retours_ecartes", motif="type_inconnu") == 1
    assert measure("cai_retours_ecartes", motif="date_future") == 0
    assert measure("cai_retours_ecarte_age_seconds") == pytest.approx(2 * 86_400, abs=60)
    assert measure("cai_flux_lu_timestamp_seconds") == pytest.approx(ago(minutes=1).timestamp(), abs=30)
    assert measure("cai_flux_refuse") == 0
    Flux.objects.update(erreur_code="CURSEUR_INVALIDE")
    assert measure("cai_flux_refuse") == 1


def test_a_reading_never_made_is_told_as_such(measure: Mesures) -> None:
    assert measure("cai_flux_lu_timestamp_seconds") == 0


def test_the_last_sweep_and_the_last_beat_are_told(measure: Mesures, settings: Settings) -> None:
    assert measure("cai_battement_timestamp_seconds", maillon="balayage") == 0
    tasks.sweep_due()
    battements.note(Maillon.TACHE)
    now = timezone.now().timestamp()
    assert measure("cai_battement_timestamp_seconds", maillon="balayage") == pytest.approx(now, abs=30)
    assert measure("cai_battement_timestamp_seconds", maillon="tache") == pytest.approx(now, abs=30)


def test_a_reading_costs_the_same_few_queries_whatever_the_queue_holds(
    django_assert_max_num_queries: DjangoAssertNumQueries, transmission: Transmission
) -> None:
    with django_assert_max_num_queries(11):
        list(Releve(timezone.now()).collect())


@pytest.mark.rule("E.3-exclusions")
def test_the_measures_name_nobody(
    partenaire: SimulateurEnProcessus,
    settle: Callable[..., None],
    scrape: Callable[[], str],
    direction: DirectionTerritoriale,
    prescripteur: Agent,
    conseiller: Agent,
    le_lendemain: None,
) -> None:
    transmission = make_transmission(direction, prescripteur, conseiller, nom="Zwyntharque")
    settle()
    text = scrape().lower()
    signataire = transmission.bilan.contrat.signataire
    row = Transmission.objects.get()
    for word in ("zwyntharque", signataire.prenom, transmission.bilan.contrat.numero_cai, row.accuse_identifiant):
        assert word.lower() not in text
    for identifier in (row.pk, row.bilan_id, row.bilan.contrat_id):
        assert str(identifier) not in text
        assert identifier.hex not in text


def test_a_terminal_shows_what_is_not_zero(transmission: Transmission) -> None:
    written = StringIO()
    call_command("show_measures", stdout=written)
    lines = written.getvalue().splitlines()
    assert "cai_transmissions en_file 1" in lines
    assert "cai_transmissions_dues 1" in lines
    assert "cai_battement_timestamp_seconds tache jamais" in lines
    assert not [line for line in lines if line.endswith(" 0")]


# --- the channel --------------------------------------------------------------------------------


def test_the_health_of_the_channel_says_since_when_and_why_it_is_paused(settings: Settings) -> None:
    client = Client()
    assert client.get("/sante/canal/").json() == {"canal": "ouvert"}
    canal.read()
    canal.pause(MotifPause.QUOTA, timezone.now() + timedelta(minutes=1))
    paused = client.get("/sante/canal/")
    assert (paused.status_code, paused.json()["canal"], paused.json()["motif"]) == (200, "en_pause", "quota")
    assert set(paused.json()) == {"canal", "motif", "depuis", "jusqua"}
    Canal.objects.update(pause_depuis=ago(minutes=16))
    assert client.get("/sante/canal/").status_code == 503
    settings.EMETTEUR_ACTIF = False
    held = client.get("/sante/canal/")
    assert (held.status_code, held.json()) == (503, {"canal": "arrete", "motif": "reglage"})


def test_a_base_that_was_restored_is_told_before_anything_else(measure: Mesures) -> None:
    other = {"empreinte_base": "une autre", "pause_motif": "quota", "pause_depuis": ago(hours=9)}
    Canal.objects.update_or_create(pk=1, defaults=other)
    canal.read()
    told = Client().get("/sante/canal/")
    assert (told.status_code, told.json()["canal"], told.json()["motif"]) == (503, "arrete", "restauration")
    assert measure("cai_canal_en_pause", motif="restauration") == 1
    assert measure("cai_canal_en_pause", motif="quota") == 0


def test_a_silent_database_is_told_not_thrown(monkeypatch: pytest.MonkeyPatch, settings: Settings) -> None:
    settings.METRIQUES_JETON = JETON

    def silent(*args: object, **kwargs: object) -> None:
        raise OperationalError("no answer")

    monkeypatch.setattr("django.db.backends.utils.CursorWrapper.execute", silent)
    client = Client(headers={"Authorization": f"Bearer {JETON}"})
    told = client.get("/sante/canal/")
    assert (told.status_code, told.json()) == (503, {"canal": "inconnu"})
    told = client.get("/sante/travailleurs/")
    assert (told.status_code, told.json()) == (503, {"base": "injoignable"})
    assert client.get("/metriques/").status_code == 503
