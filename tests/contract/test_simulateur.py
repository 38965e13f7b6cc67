"""The simulator over the wire: the partner's contract, faults on real sockets, and what survives kill -9."""

import json
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from email.utils import parsedate_to_datetime
from uuid import uuid4

import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis import GenerationMode
from schemathesis.specs.openapi.checks import positive_data_acceptance

from tests.simulateur import API, JETON, RACINE, SCOPE, SimulateurEnProcessus, free_port, un_depot

schema = schemathesis.openapi.from_path(RACINE / "poleemploi" / "contrat" / "poleemploi.openapi.yaml")


@pytest.fixture(scope="module")
def simulateur(tmp_path_factory) -> Iterator[SimulateurEnProcessus]:
    # Half of what comes here is broken on purpose.
    store = tmp_path_factory.mktemp("partenaire") / "store.sqlite3"
    with SimulateurEnProcessus(store, exigeant=False) as simulateur:
        yield simulateur


@pytest.fixture
def partenaire(simulateur) -> Iterator["Client"]:
    simulateur.reset()
    with Client(simulateur) as client:
        yield client


class Client(requests.Session):
    def __init__(self, simulateur: SimulateurEnProcessus) -> None:
        super().__init__()
        self.simulateur = simulateur
        self.renew()

    def renew(self) -> None:
        self.headers["Authorization"] = f"Bearer {self.simulateur.jeton()}"

    def deposer(self, depot=None, *, cle: str | None = None, timeout: float = 10) -> requests.Response:
        return self.post(
            f"{self.simulateur.url}{API}/syntheses",
            json=un_depot() if depot is None else depot,
            headers={"Idempotency-Key": cle or str(uuid4())},
            timeout=timeout,
        )

    def retrouver(self, cle: str) -> requests.Response:
        return self.get(f"{self.simulateur.url}{API}/syntheses/par-cle/{cle}", timeout=10)

    def effacer(self, identifiant: str) -> requests.Response:
        url = f"{self.simulateur.url}{API}/syntheses/{identifiant}"
        return self.delete(url, params={"motif": "RETRAIT_CONSENTEMENT"}, timeout=10)

    def lire(self, **params: str) -> requests.Response:
        return self.get(f"{self.simulateur.url}{API}/evenements", params=params, timeout=10)


@schema.parametrize()
@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
def test_any_request_is_answered_as_the_contract_says(case, simulateur):
    simulateur.oublier_entorses()
    # A conforming body can still be refused: a client that is not known, a version that is not newer.
    case.call_and_validate(
        base_url=simulateur.url,
        headers={"Authorization": f"Bearer {simulateur.jeton()}"},
        excluded_checks=[positive_data_acceptance],
    )
    # What schemathesis calls conforming, the reception of the simulator blames for nothing.
    if case.meta.generation.mode is GenerationMode.POSITIVE:
        assert simulateur.entorses() == []


def test_requests_that_conform_and_requests_that_do_not_are_both_made():
    assert set(schema.config.generation.modes) == {GenerationMode.POSITIVE, GenerationMode.NEGATIVE}


def test_conforming_bodies_of_any_shape_are_accepted(partenaire):
    """Each has a number of its own, so that nothing but its shape can be refused."""
    operation = schema[f"{API}/syntheses"]["POST"]
    statuts: list[int] = []

    @settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
    @given(case=operation.as_strategy())
    def deposit(case) -> None:
        answer = partenaire.deposer({**case.body, "numeroCai": f"75-2010-{len(statuts):06d}"})
        statuts.append(answer.status_code)
        assert answer.status_code == 201, answer.text

    deposit()

    assert len(partenaire.simulateur.depots()) == len(statuts) >= 30


@pytest.mark.parametrize("genre", ["COUPURE_AVANT", "COUPURE_APRES", "REPONSE_TRONQUEE"])
def test_a_cut_connection_tells_nothing_and_the_key_tells_all(partenaire, simulateur, genre):
    simulateur.panne(genre, operation="deposerSynthese", nombre=1)
    cle = str(uuid4())

    with pytest.raises((requests.ConnectionError, requests.exceptions.ChunkedEncodingError)):
        partenaire.deposer(cle=cle)

    done = genre != "COUPURE_AVANT"
    assert partenaire.retrouver(cle).status_code == (200 if done else 404)
    again = partenaire.deposer(cle=cle)
    assert (again.status_code, "Idempotency-Replayed" in again.headers) == (201, done)
    assert len(simulateur.depots()) == 1


@pytest.mark.parametrize("genre", ["DELAI_AVANT", "DELAI_APRES"])
def test_a_silence_lasts_longer_than_the_client_and_the_key_tells_all(partenaire, simulateur, genre):
    simulateur.panne(genre, operation="deposerSynthese", nombre=1, secondes=30)
    cle = str(uuid4())

    with pytest.raises(requests.ReadTimeout):
        partenaire.deposer(cle=cle, timeout=0.5)

    assert partenaire.retrouver(cle).status_code == (200 if genre == "DELAI_APRES" else 404)
    assert partenaire.deposer(cle=cle).status_code == 201
    assert len(simulateur.depots()) == 1


def test_a_silence_ends_with_a_closed_connection(partenaire, simulateur):
    simulateur.panne("DELAI_AVANT", nombre=1, secondes=0.3)

    with pytest.raises(requests.ConnectionError):
        partenaire.lire()


def test_clients_that_left_do_not_keep_the_partner_from_answering(partenaire, simulateur):
    simulateur.panne("DELAI_AVANT", operation="lireEvenements", nombre=40, secondes=30)
    url, headers = f"{simulateur.url}{API}/evenements", dict(partenaire.headers)

    def give_up(_: int) -> None:
        with pytest.raises(requests.ReadTimeout):
            requests.get(url, headers=headers, timeout=0.4)

    with ThreadPoolExecutor(20) as pool:
        list(pool.map(give_up, range(40)))

    before = time.monotonic()
    assert partenaire.lire().status_code == 200
    assert time.monotonic() - before < 5


def test_a_slow_partner_goes_on_after_the_client_has_left(partenaire, simulateur):
    simulateur.panne("LENTEUR", operation="deposerSynthese", nombre=1, secondes=1.5)
    cle = str(uuid4())
    with pytest.raises(requests.ReadTimeout):
        partenaire.deposer(cle=cle, timeout=0.3)

    assert partenaire.retrouver(cle).status_code == 404
    again = partenaire.deposer(cle=cle)
    assert (again.status_code, again.json()["code"]) == (409, "EN_COURS")

    time.sleep(2)
    assert partenaire.deposer(cle=cle).headers["Idempotency-Replayed"] == "true"
    assert partenaire.retrouver(cle).status_code == 200


def test_twenty_requests_with_one_key_make_one_deposit(partenaire, simulateur):
    cle = str(uuid4())
    simulateur.panne("LENTEUR", operation="deposerSynthese", nombre=1, secondes=0.5)

    def deposer(_: int) -> requests.Response:
        with Client(simulateur) as client:
            return client.deposer(cle=cle)

    with ThreadPoolExecutor(20) as pool:
        answers = list(pool.map(deposer, range(20)))

    refusals = [answer for answer in answers if answer.status_code == 409]
    accepted = [answer for answer in answers if answer.status_code == 201]
    assert len(refusals) + len(accepted) == 20
    assert {answer.json()["code"] for answer in refusals} <= {"EN_COURS"}
    assert all(int(answer.headers["Retry-After"]) >= 1 for answer in refusals)
    assert len({answer.content for answer in accepted}) == 1
    assert len(simulateur.depots()) == 1


def test_rival_versions_leave_the_greatest_in_force(partenaire, simulateur):
    def deposer(version: int) -> int:
        with Client(simulateur) as client:
            return client.deposer(un_depot(version=version)).status_code

    with ThreadPoolExecutor(10) as pool:
        statuts = list(pool.map(deposer, range(1, 21)))

    assert set(statuts) <= {201, 409}
    [in_force] = [depot for depot in simulateur.depots() if depot["etat"] == "EN_VIGUEUR"]
    assert in_force["version"] == 20


def test_an_accepted_deposit_survives_kill_9(tmp_path):
    with SimulateurEnProcessus(tmp_path / "store.sqlite3") as simulateur:
        with Client(simulateur) as client:
            receipts = {}
            for rang in range(5):
                cle = str(uuid4())
                receipts[cle] = client.deposer(un_depot(f"75-2010-00000{rang}"), cle=cle).content
            erased = simulateur.depots()[0]["identifiant"]
            assert client.effacer(erased).status_code == 204
            cursor = client.lire().json()["curseurSuivant"]
            simulateur.kill()
            simulateur.start()
        with Client(simulateur) as client:
            assert {cle: client.retrouver(cle).content for cle in receipts} == receipts
            assert simulateur.depots()[0]["etat"] == "EFFACE"
            again = client.deposer(un_depot("75-2010-000004"), cle=cle)
            assert (again.content, again.headers["Idempotency-Replayed"]) == (receipts[cle], "true")
            assert len(simulateur.requetes("deposerSynthese")) == 6
            event = simulateur.publier("INSCRIPTION", "75-2010-000001", {"agence": "Créteil"})
            assert client.lire(curseur=cursor).json()["evenements"] == [event]


def test_a_deposit_under_way_at_kill_9_can_be_sent_again(tmp_path):
    with SimulateurEnProcessus(tmp_path / "store.sqlite3") as simulateur:
        simulateur.panne("LENTEUR", operation="deposerSynthese", secondes=30)
        cle, lost = str(uuid4()), []

        def deposer() -> None:
            try:
                Client(simulateur).deposer(cle=cle)
            except requests.ConnectionError as error:
                lost.append(error)

        sender = threading.Thread(target=deposer)
        sender.start()
        while not simulateur.requetes("deposerSynthese"):
            time.sleep(0.05)
        simulateur.kill()
        sender.join()
        simulateur.start()

        with Client(simulateur) as client:
            assert lost
            assert client.retrouver(cle).status_code == 404
            assert client.deposer(cle=cle).status_code == 201


def test_a_token_comes_by_the_front_door_too(simulateur):
    form = {"grant_type": "client_credentials", "client_id": simulateur.client_id, "scope": SCOPE}
    form["client_secret"] = simulateur.client_secret
    answer = requests.post(f"{simulateur.url}{JETON}", params={"realm": "/partenaire"}, data=form, timeout=10)
    headers = {"Authorization": f"Bearer {answer.json()['access_token']}"}

    assert requests.get(f"{simulateur.url}{API}/evenements", headers=headers, timeout=10).status_code == 200


def test_a_date_of_retry_is_one_that_a_client_can_read(partenaire, simulateur):
    simulateur.panne("QUOTA_DATE", nombre=1, secondes=5)

    answer = partenaire.lire()
    assert parsedate_to_datetime(answer.headers["Retry-After"]) >= parsedate_to_datetime(answer.headers["Date"])


def test_a_port_that_is_taken_is_told_in_one_sentence(simulateur, tmp_path):
    told = run("--port", str(simulateur.port), "--store", str(tmp_path / "autre.sqlite3"))

    assert told.returncode == 1
    assert told.stderr.strip().splitlines() == [
        f"Le port {simulateur.port} est déjà pris : arrêtez ce qui l’occupe ou choisissez-en un autre avec --port."
    ]


def test_a_store_that_cannot_be_written_is_told_in_one_sentence(tmp_path):
    (tmp_path / "fichier").write_text("")
    told = run("--port", str(free_port()), "--store", str(tmp_path / "fichier" / "store.sqlite3"))

    assert told.returncode == 1
    [sentence] = told.stderr.strip().splitlines()
    assert sentence.startswith("Impossible d’écrire dans ")


def run(*options: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "poleemploi.simulateur", *options]
    return subprocess.run(command, capture_output=True, text=True, timeout=20, check=False)


@pytest.mark.parametrize("share", [0.0, 0.5])
def test_a_client_that_dies_while_it_sends_has_asked_nothing(partenaire, simulateur, share: float) -> None:
    cle, corps = str(uuid4()), json.dumps(un_depot()).encode()
    head = (
        f"POST {API}/syntheses HTTP/1.1\r\nHost: partenaire\r\nAuthorization: {partenaire.headers['Authorization']}\r\n"
        f"Idempotency-Key: {cle}\r\nContent-Type: application/json\r\nContent-Length: {len(corps)}\r\n\r\n"
    )
    with socket.create_connection(("127.0.0.1", simulateur.port)) as half:
        half.sendall(head.encode() + corps[: int(len(corps) * share)])
        half.shutdown(socket.SHUT_WR)
        assert b" 400 " in half.recv(100)
    assert partenaire.deposer(cle=cle).status_code == 201
