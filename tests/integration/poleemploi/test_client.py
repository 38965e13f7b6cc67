"""Whatever the partner does, the adapter tells it and never raises."""

import json
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID, uuid4

import pytest

from poleemploi import contrat
from poleemploi.client import CORPS_MAX, Coupure, Delais, Jeton, PartnerClient, Reponse
from poleemploi.payload import canonical
from tests.simulateur import SimulateurEnProcessus, free_port, un_depot

CORPS = canonical(un_depot())
RECU = b'{"identifiant": "PE-1", "recuLe": "2010-05-12T12:00:00Z", "rapprochement": "TROUVE"}'


def deposit(client: PartnerClient, jeton: str, cle: UUID | None = None, corps: bytes = CORPS) -> Reponse:
    return client.deposit(cle or uuid4(), corps, correlation="essai", jeton=jeton)


def test_a_deposit_gives_its_receipt(client: PartnerClient, simulateur: SimulateurEnProcessus, jeton: str) -> None:
    cle = uuid4()
    reponse = deposit(client, jeton, cle)
    [depot] = simulateur.depots()
    assert reponse.statut == 201
    assert reponse.recu is not None
    assert (reponse.recu.identifiant, reponse.recu.rapprochement) == (depot["identifiant"], "NON_TROUVE")
    assert (depot["cle"], depot["correlation"], depot["corps"]) == (str(cle), "essai", json.loads(CORPS))
    assert contrat.faults("DepotSynthese", depot["corps"]) == []


def test_the_same_key_and_bytes_give_the_same_receipt(client: PartnerClient, jeton: str) -> None:
    cle = uuid4()
    assert deposit(client, jeton, cle).recu == deposit(client, jeton, cle).recu


def test_a_deposit_is_found_again_by_its_key(client: PartnerClient, jeton: str) -> None:
    cle = uuid4()
    first = deposit(client, jeton, cle)
    found = client.find_by_key(cle, correlation="essai", jeton=jeton)
    assert (found.statut, found.recu) == (200, first.recu)


def test_an_unknown_key_is_not_found(client: PartnerClient, jeton: str) -> None:
    found = client.find_by_key(uuid4(), correlation="essai", jeton=jeton)
    assert (found.statut, found.code) == (404, "INCONNU")


def test_a_deposit_is_erased_and_may_be_erased_again(
    client: PartnerClient, simulateur: SimulateurEnProcessus, jeton: str
) -> None:
    recu = deposit(client, jeton).recu
    assert recu is not None
    for _ in range(2):
        erased = client.erase(recu.identifiant, motif="RETRAIT_CONSENTEMENT", correlation="essai", jeton=jeton)
        assert erased.statut == 204
    [depot] = simulateur.depots()
    assert (depot["etat"], depot["motif"], depot["corps"]) == ("EFFACE", "RETRAIT_CONSENTEMENT", None)


def test_a_refusal_tells_its_code_and_where_the_fault_is(
    client: PartnerClient, simulateur: SimulateurEnProcessus, jeton: str
) -> None:
    simulateur.panne("CODE_ROME_OBSOLETE")
    reponse = deposit(client, jeton)
    assert (reponse.statut, reponse.code, reponse.recu) == (422, "CODE_ROME_OBSOLETE", None)
    assert set(reponse.chemins) == {"/experiences/0/codeRome", "/synthese/metiers/0/codeRome"}


@pytest.mark.parametrize("genre", ["QUOTA_SECONDES", "QUOTA_DATE", "QUOTA_SANS_DELAI"])
def test_a_quota_tells_how_long_to_wait(
    client: PartnerClient, simulateur: SimulateurEnProcessus, jeton: str, genre: str
) -> None:
    simulateur.panne(genre)
    reponse = deposit(client, jeton)
    assert (reponse.statut, reponse.code) == (429, "QUOTA_DEPASSE")
    assert (reponse.retry_after is None) == (genre == "QUOTA_SANS_DELAI")


@pytest.mark.parametrize("genre", ["DELAI_AVANT", "DELAI_APRES", "COUPURE_AVANT", "COUPURE_APRES", "REPONSE_TRONQUEE"])
def test_a_lost_answer_is_told_as_one(
    client: PartnerClient, simulateur: SimulateurEnProcessus, jeton: str, genre: str
) -> None:
    simulateur.panne(genre, operation="deposerSynthese")
    cle = uuid4()
    assert deposit(client, jeton, cle) == Reponse(coupure=Coupure.APRES)
    simulateur.sans_panne()
    carried_out = genre in ("DELAI_APRES", "COUPURE_APRES", "REPONSE_TRONQUEE")
    assert len(simulateur.depots()) == carried_out


@pytest.mark.parametrize("genre", ["CORPS_HTML", "CORPS_VIDE"])
@pytest.mark.parametrize("statut", [200, 404, 503])
def test_a_page_that_is_not_json_has_a_status_and_no_code(
    client: PartnerClient, simulateur: SimulateurEnProcessus, jeton: str, genre: str, statut: int
) -> None:
    simulateur.panne(genre, operation="deposerSynthese", statut=statut)
    assert deposit(client, jeton) == Reponse(statut)


def test_a_revoked_token_is_refused(client: PartnerClient, simulateur: SimulateurEnProcessus, jeton: str) -> None:
    simulateur.revoquer_jetons()
    assert deposit(client, jeton).statut == 401


def test_a_wrong_secret_gives_no_token(simulateur: SimulateurEnProcessus) -> None:
    client = PartnerClient(simulateur.url, "ofii-cai", "faux", delais=Delais(connexion=1, lecture=1))
    answer = client.obtain_token()
    client.close()
    assert isinstance(answer, Reponse)
    assert answer.statut in (400, 401)


@pytest.mark.parametrize("genre", ["CORPS_HTML", "CORPS_VIDE", "COUPURE_AVANT", "REPONSE_TRONQUEE", "ERREUR_500"])
def test_a_partner_that_gives_no_token_is_told(
    client: PartnerClient, simulateur: SimulateurEnProcessus, genre: str
) -> None:
    simulateur.panne(genre, operation="obtenirJeton")
    assert isinstance(client.obtain_token(), Reponse)


def test_nobody_listening_means_that_nothing_left() -> None:
    client = PartnerClient(f"http://127.0.0.1:{free_port()}", "x", "y", delais=Delais(connexion=1, lecture=1))
    assert deposit(client, "jeton") == Reponse(coupure=Coupure.AVANT)
    client.close()


def test_a_name_that_does_not_resolve_means_that_nothing_left() -> None:
    client = PartnerClient("http://partenaire.invalid", "x", "y", delais=Delais(connexion=1, lecture=1))
    assert deposit(client, "jeton") == Reponse(coupure=Coupure.AVANT)
    client.close()


@contextmanager
def server(answer: bytes, *, drip: float = 0) -> Iterator[PartnerClient]:
    """Answers these bytes to every request, slowly when asked to."""
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            with connection:
                try:
                    connection.recv(65_536)
                    for piece in [answer[i : i + 1] for i in range(len(answer))] if drip else [answer]:
                        connection.sendall(piece)
                        time.sleep(drip)
                except OSError:
                    continue

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    client = PartnerClient(
        f"http://127.0.0.1:{listener.getsockname()[1]}", "x", "y", delais=Delais(connexion=0.2, lecture=0.3)
    )
    try:
        yield client
    finally:
        client.close()
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join()


def http(status: str, body: bytes, *headers: str) -> bytes:
    head = "\r\n".join([f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", "Connection: close", *headers])
    return head.encode("latin-1") + b"\r\n\r\n" + body


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"null",
        b"[]",
        b'"texte"',
        b"{}",
        b'{"identifiant": 12, "recuLe": "2010-05-12T12:00:00Z", "rapprochement": "TROUVE"}',
        b'{"identifiant": "", "recuLe": "2010-05-12T12:00:00Z", "rapprochement": "TROUVE"}',
        b'{"identifiant": "..", "recuLe": "2010-05-12T12:00:00Z", "rapprochement": "TROUVE"}',
        b'{"identifiant": "' + b"x" * 81 + b'"}',
        b'{"identifiant": "deux\\nlignes"}',
        RECU[:-10],
        b"\xff\xfe",
        b"[" * 100_000,
    ],
)
def test_what_bears_no_identifier_is_no_receipt(body: bytes) -> None:
    with server(http("201 Created", body)) as client:
        assert deposit(client, "jeton") == Reponse(201)


@pytest.mark.parametrize("recu_le", ["2010-06-30T23:59:60Z", "hier", None, 12, "2010-05-12T12:00:00"])
def test_a_receipt_is_not_lost_for_its_date(recu_le: object) -> None:
    body = json.dumps({"identifiant": "PE-1", "recuLe": recu_le, "rapprochement": "INÉDIT"}).encode()
    with server(http("201 Created", body)) as client:
        recu = deposit(client, "jeton").recu
    assert recu is not None
    assert (recu.identifiant, recu.rapprochement) == ("PE-1", "")
    assert recu.recu_at.utcoffset() is not None


def test_a_redirection_is_not_followed() -> None:
    with server(http("307 Temporary Redirect", b"", "Location: http://127.0.0.1:9/ailleurs")) as client:
        assert deposit(client, "jeton") == Reponse(307)


def test_an_answer_without_end_is_given_up() -> None:
    with server(http("201 Created", b"x" * (CORPS_MAX + 1))) as client:
        assert deposit(client, "jeton") == Reponse(coupure=Coupure.APRES)


def test_an_answer_that_drips_is_given_up_in_time() -> None:
    started = time.monotonic()
    with server(http("201 Created", b"x" * 400), drip=0.01) as client:
        assert deposit(client, "jeton") == Reponse(coupure=Coupure.APRES)
        assert time.monotonic() - started < client.delais.total + 2


def test_what_is_not_http_is_a_lost_answer() -> None:
    with server(b"bonjour\r\n\r\n") as client:
        assert deposit(client, "jeton") == Reponse(coupure=Coupure.APRES)


@pytest.mark.parametrize(
    ("champs", "kept"),
    [
        ([{"chemin": "/numeroCai", "motif": "Traoré est inconnue"}], ("/numeroCai",)),
        ([{"chemin": "/a b"}, {"chemin": 12}, "x", None, {"motif": "?"}], ()),
        ({"chemin": "/numeroCai"}, ()),
        ([{"chemin": "/numeroCai"}] * 500, ("/numeroCai",) * 20),
        ([{"chemin": "/" + "x" * 500}], ()),
    ],
)
def test_only_pointers_are_kept_of_a_refusal(champs: object, kept: tuple[str, ...]) -> None:
    body = json.dumps({"code": "CORPS_INVALIDE", "message": "Traoré", "champs": champs}).encode()
    with server(http("400 Bad Request", body)) as client:
        reponse = deposit(client, "jeton")
    assert reponse == Reponse(400, code="CORPS_INVALIDE", chemins=kept)


@pytest.mark.parametrize(("code", "told"), [("un code\n", "ILLISIBLE"), (12, ""), (None, ""), ("X" * 41, "ILLISIBLE")])
def test_a_code_that_is_none_is_not_repeated(code: object, told: str) -> None:
    with server(http("422 Unprocessable", json.dumps({"code": code}).encode())) as client:
        assert deposit(client, "jeton") == Reponse(422, code=told)


@pytest.mark.parametrize(
    "body",
    [
        b"{}",
        b'{"access_token": 12, "expires_in": 60}',
        b'{"access_token": "a b", "expires_in": 60}',
        b'{"access_token": "", "expires_in": 60}',
        b'{"access_token": "a", "expires_in": 0}',
        b'{"access_token": "a", "expires_in": "60"}',
        b'{"access_token": "a\\r\\nX: y", "expires_in": 60}',
    ],
)
def test_a_token_that_would_not_fit_in_a_header_is_none(body: bytes) -> None:
    with server(http("200 OK", body)) as client:
        assert client.obtain_token() == Reponse(200)


def test_a_token_tells_its_life(client: PartnerClient) -> None:
    jeton = client.obtain_token()
    assert isinstance(jeton, Jeton)
    assert jeton.vie.total_seconds() == 1499


def test_a_request_that_breaks_the_contract_fails_the_test_that_made_it(
    client: PartnerClient, simulateur: SimulateurEnProcessus, jeton: str
) -> None:
    simulateur.panne("ERREUR_500", operation="deposerSynthese")
    deposit(client, jeton, corps=canonical({**un_depot(), "dateNaissance": "1980-07-01"}))
    with pytest.raises(AssertionError, match="/corps/dateNaissance"):
        simulateur.check_requests()
    simulateur.check_requests()


def test_nothing_is_logged_of_bodies_and_tokens(
    client: PartnerClient, simulateur: SimulateurEnProcessus, jeton: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    deposit(client, jeton)
    simulateur.panne("COUPURE_AVANT")
    deposit(client, jeton)
    assert "N’Guessan" not in caplog.text
    assert jeton not in caplog.text
