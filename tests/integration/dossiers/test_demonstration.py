"""The demonstration: every situation is there, told by the services, the same each time, and harmless elsewhere."""

import itertools
import re
from collections.abc import Iterator
from datetime import date, timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import transaction
from django.db.models import Model
from django.test import override_settings
from pytest_django.plugin import DjangoDbBlocker

from agents.models import Agent
from bilan.models import Bilan, Courrier, RendezVous, Suivi, Synthese, SyntheseDetruite
from bilan.states import Etat
from cai.models import (
    Contrat,
    ContratFamille,
    EvaluationPreArrivee,
    Prestation,
    PropositionPrefet,
    SeancePrestation,
)
from core import clock, journal
from core.models import Evenement
from dossiers.demonstration.plan import LIGNES, Dossier, make_plan
from dossiers.situation import Situation, with_situation
from poleemploi.models import Retour, Transmission
from tests.simulateur import SimulateurEnProcessus

# A Sunday, and a public holiday: the least convenient day to tell stories of an office from.
JOUR = date(2011, 5, 8)
ONE_OF_EACH = len(LIGNES)
INTERDITS = re.compile(
    r"titre de séjour|carte de séjour|visa|réfugié|asile|enceinte|grossesse|malad(e|ie)\b|handicap|mari(é|ée)\b|époux|"
    r"épouse|divorc|religion|musulman|chrétien|absent|exempt|dispens[ée]e? du bilan"
)


@pytest.fixture(scope="module")
def partner(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SimulateurEnProcessus]:
    with SimulateurEnProcessus(tmp_path_factory.mktemp("simulateur") / "depots.sqlite3") as simulateur:
        yield simulateur


@pytest.fixture(scope="module")
def office(
    partner: SimulateurEnProcessus, django_db_setup: None, django_db_blocker: DjangoDbBlocker
) -> Iterator[list[Dossier]]:
    """One file of each story, loaded once for this module and rolled back after it."""
    own = override_settings(DATE_METIER=JOUR.isoformat(), PE_URL=partner.url, PE_CLIENT_SECRET=partner.client_secret)
    with django_db_blocker.unblock(), own, transaction.atomic():
        for command in ("load_reference", "load_accounts"):
            call_command(command, stdout=StringIO())
        call_command("load_demo", nombre=ONE_OF_EACH, processus=1, stdout=StringIO())
        yield make_plan(aujourdhui=JOUR, nombre=ONE_OF_EACH)
        transaction.set_rollback(True)


@pytest.fixture
def loaded(office: list[Dossier], db: None) -> list[Dossier]:
    return office


def test_one_file_of_each_story_is_told_as_planned(loaded: list[Dossier]) -> None:
    told = {
        (contrat.pk, contrat.date_signature, contrat.signataire.nom)
        for contrat in Contrat.objects.select_related("signataire")
    }
    assert told == {(one.identifiant, one.signature, one.personne.fiche.nom) for one in loaded}
    assert {one.histoire for one in loaded} == {ligne.histoire for ligne in LIGNES}


def test_every_state_of_the_bilan_is_present(loaded: list[Dossier]) -> None:
    assert set(Bilan.objects.values_list("etat", flat=True)) == set(Etat.values)


def test_every_situation_an_agent_can_see_is_present(loaded: list[Dossier]) -> None:
    seen = set(with_situation(Bilan.objects.all()).values_list("situation", flat=True))
    assert seen == set(Situation.values)


@pytest.mark.parametrize(
    ("rows", "field", "absent"),
    [
        (Prestation, "statut", {"sans_objet"}),  # whom nothing concerns has nothing to show
        (PropositionPrefet, "type", set()),
        (PropositionPrefet, "statut", {"proposee", "abandonnee"}),  # a day between two others, and its end
        (Contrat, "statut", set()),
        (Suivi, "echeance", set()),
        (Suivi, "statut", {"refuse"}),
        (Courrier, "genre", {"suivi"}),
        (SeancePrestation, "presence", set()),
        (EvaluationPreArrivee, "resultat_1", set()),
        (ContratFamille, "conjoint", {"signe", "ne_signe_pas"}),
        (Retour, "origine", {"flux"}),
    ],
    ids=lambda value: value if isinstance(value, str) else getattr(value, "__name__", ""),
)
def test_what_stands_around_the_bilan_is_shown_in_each_state(
    loaded: list[Dossier], rows: type[Model], field: str, absent: set[str]
) -> None:
    known = {value for value, _ in rows._meta.get_field(field).choices}
    assert known - set(rows.objects.values_list(field, flat=True)) <= absent


def test_the_exchange_was_real(loaded: list[Dossier], partner: SimulateurEnProcessus) -> None:
    rows = Transmission.objects.all()
    received = set(rows.filter(etat="accusee").values_list("accuse_identifiant", flat=True))
    assert received
    assert received <= {deposit["identifiant"] for deposit in partner.depots()}
    assert {"accusee", "rejetee", "incertaine", "echec_definitif", "annulee", "effacee"} == set(
        rows.values_list("etat", flat=True)
    )
    refusals = set(rows.filter(etat="rejetee").values_list("erreur_code", flat=True))
    assert refusals == {"NUMERO_CAI_INCONNU", "CODE_ROME_OBSOLETE", "CONSENTEMENT_PERIME"}


def test_the_four_grounds_of_exemption_are_present(loaded: list[Dossier]) -> None:
    exempt = Bilan.objects.filter(etat=Etat.EXEMPTE)
    grounds = {motif for bilan in exempt for motif in bilan.contrat.evaluations.latest("evaluee_at").motifs}
    assert grounds == {"mineur_scolarise", "plus_de_55_ans", "titre_l313_8_9_10", "en_emploi_non_demandeur"}


def test_contents_are_both_kept_and_destroyed(loaded: list[Dossier]) -> None:
    assert Synthese.objects.filter(detruite_at=None, date_validation__isnull=False).exists()
    reasons = set(SyntheseDetruite.objects.values_list("motif", flat=True))
    assert {"signature_refusee", "sans_decision", "terme_conservation", "transmission_accusee"} <= reasons


def test_every_journal_is_intact(loaded: list[Dossier]) -> None:
    assert {one.identifiant: journal.verify(one.identifiant) for one in loaded} == {
        one.identifiant: [] for one in loaded
    }


def test_nothing_happened_in_the_future_nor_before_the_signature(loaded: list[Dossier]) -> None:
    signatures = {one.identifiant: one.signature for one in loaded}
    days = [
        (event.survenu_at.astimezone(clock.PARIS).date(), signatures[event.dossier])
        for event in Evenement.objects.filter(dossier__in=signatures)
    ]
    assert all(signature <= day <= JOUR for day, signature in days)
    assert not Evenement.objects.filter(survenu_at__gt=clock.now()).exists()


def test_advisers_receive_somebody_on_the_first_open_day_and_nobody_twice_at_once(loaded: list[Dossier]) -> None:
    held = RendezVous.objects.exclude(statut__in=(RendezVous.Statut.ANNULE, RendezVous.Statut.REPORTE))
    assert not held.filter(debut__date=JOUR).exists()  # a Sunday, and a public holiday
    assert held.filter(debut__date=JOUR + timedelta(days=1), statut=RendezVous.Statut.PREVU).exists()
    by_adviser: dict[Agent, list[RendezVous]] = {}
    for one in held.select_related("conseiller").order_by("debut"):
        by_adviser.setdefault(one.conseiller, []).append(one)
    for taken in by_adviser.values():
        assert all(first.fin <= second.debut for first, second in itertools.pairwise(taken))


def test_a_second_loading_does_nothing(loaded: list[Dossier]) -> None:
    before = Evenement.objects.count()
    said = StringIO()
    call_command("load_demo", processus=1, stdout=said)
    assert Evenement.objects.count() == before
    assert "rien à faire" in said.getvalue()
