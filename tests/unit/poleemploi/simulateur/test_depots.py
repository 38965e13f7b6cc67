"""The deposit of a synthesis: key, version, business rules, look-up, erasure."""

import json
import threading
import time
from pathlib import Path
from uuid import uuid4

import pytest

from tests.simulateur import un_depot

CLE = "0f0e0d0c-0b0a-4908-8706-050403020100"


def test_a_conforming_deposit_is_acknowledged_and_kept(partenaire):
    answer = partenaire.deposer(cle=CLE, X_Correlation_Id="trace-1")

    assert answer.status_code == 201
    assert set(answer.get_json()) == {"identifiant", "recuLe", "rapprochement"}
    [depot] = partenaire.controle("depots")["depots"]
    assert (depot["cle"], depot["corps"], depot["etat"]) == (CLE, un_depot(), "EN_VIGUEUR")
    assert (depot["identifiant"], depot["receptions"]) == (answer.get_json()["identifiant"], 1)
    assert depot["correlation"] == "trace-1"


@pytest.mark.parametrize(("inscrit", "rapprochement"), [(True, "TROUVE"), (False, "NON_TROUVE")])
def test_a_person_already_registered_is_found(partenaire, inscrit, rapprochement):
    depot = un_depot()
    depot["rechercheEmploi"]["inscritPoleEmploi"] = inscrit

    assert partenaire.deposer(depot).get_json()["rapprochement"] == rapprochement


def test_the_same_key_and_body_give_the_first_answer_again(partenaire):
    first = partenaire.deposer(cle=CLE)
    second = partenaire.deposer(cle=CLE.upper())

    assert (second.status_code, second.data) == (201, first.data)
    assert second.headers["Idempotency-Replayed"] == "true"
    assert "Idempotency-Replayed" not in first.headers
    [depot] = partenaire.controle("depots")["depots"]
    assert depot["receptions"] == 2


def test_the_same_key_with_another_body_is_refused(partenaire):
    partenaire.deposer(cle=CLE)

    answer = partenaire.deposer(un_depot(version=2), cle=CLE)

    assert (answer.status_code, answer.get_json()["code"]) == (409, "CLE_REUTILISEE")
    assert len(partenaire.controle("depots")["depots"]) == 1


def test_a_body_written_otherwise_is_another_body(partenaire):
    partenaire.deposer(json.dumps(un_depot()).encode(), cle=CLE)

    answer = partenaire.deposer(json.dumps(un_depot(), indent=1).encode(), cle=CLE)

    assert answer.get_json()["code"] == "CLE_REUTILISEE"


def test_a_refusal_of_the_body_is_replayed_too(partenaire):
    partenaire.panne("NUMERO_CAI_INCONNU", nombre=1)
    first = partenaire.deposer(cle=CLE)
    second = partenaire.deposer(cle=CLE)

    assert first.status_code == 422
    assert (second.status_code, second.data) == (422, first.data)
    assert second.headers["Idempotency-Replayed"] == "true"
    assert partenaire.deposer().status_code == 201


@pytest.mark.parametrize("genre", ["CORPS_INVALIDE", "CODE_ROME_OBSOLETE", "CONSENTEMENT_PERIME"])
def test_a_refused_key_is_bound_to_its_body_for_ever(partenaire, genre):
    partenaire.panne(genre, nombre=1)
    refused = partenaire.deposer(cle=CLE)

    other = partenaire.deposer(un_depot(version=2), cle=CLE)

    assert (other.status_code, other.get_json()["code"]) == (409, "CLE_REUTILISEE")
    assert partenaire.deposer(cle=CLE).data == refused.data
    assert partenaire.controle("depots")["depots"] == []


def test_an_acceptance_is_replayed_whatever_has_become_of_the_deposit(partenaire):
    first = partenaire.deposer(un_depot(version=1), cle=CLE)
    newer = partenaire.deposer(un_depot(version=2))

    for _ in range(2):
        again = partenaire.deposer(un_depot(version=1), cle=CLE)
        assert (again.status_code, again.data, again.headers["Idempotency-Replayed"]) == (201, first.data, "true")
        assert partenaire.retrouver(CLE).data == first.data
        partenaire.effacer(newer.get_json()["identifiant"])
    assert {depot["etat"] for depot in partenaire.controle("depots")["depots"]} == {"EFFACE"}


@pytest.mark.parametrize("genre", ["QUOTA_SECONDES", "INDISPONIBLE_503", "ERREUR_500", "JETON_REFUSE", "EN_COURS"])
def test_an_answer_that_says_nothing_of_the_body_does_not_bind_the_key(partenaire, genre):
    partenaire.panne(genre, nombre=1)
    partenaire.deposer(cle=CLE)

    answer = partenaire.deposer(un_depot(version=7), cle=CLE)

    assert answer.status_code == 201
    assert "Idempotency-Replayed" not in answer.headers


def test_a_key_whose_first_request_is_running_is_refused_with_a_delay(app, partenaire):
    partenaire.panne("LENTEUR", operation="deposerSynthese", secondes=1.5, nombre=1)
    answers = []
    started = threading.Thread(target=lambda: answers.append(type(partenaire)(app).deposer(cle=CLE)))
    started.start()
    while not partenaire.simulateur.store._running and started.is_alive():
        time.sleep(0.01)

    meanwhile = partenaire.deposer(cle=CLE)
    started.join()

    assert (meanwhile.status_code, meanwhile.get_json()["code"]) == (409, "EN_COURS")
    assert int(meanwhile.headers["Retry-After"]) >= 1
    assert answers[0].status_code == 201
    assert partenaire.deposer(cle=CLE).headers["Idempotency-Replayed"] == "true"


def test_a_greater_version_replaces_the_previous_one(partenaire):
    partenaire.deposer(un_depot(version=1))
    partenaire.deposer(un_depot(version=3))

    first, second = partenaire.controle("depots")["depots"]

    assert (first["etat"], first["corps"]) == ("REMPLACE", None)
    assert (second["etat"], second["version"]) == ("EN_VIGUEUR", 3)


@pytest.mark.parametrize("version", [1, 2])
def test_a_lower_or_equal_version_under_another_key_is_refused(partenaire, version):
    partenaire.deposer(un_depot(version=2))

    answer = partenaire.deposer(un_depot(version=version), cle=CLE)

    assert (answer.status_code, answer.get_json()["code"]) == (409, "VERSION_PERIMEE")
    assert partenaire.deposer(un_depot(version=version), cle=CLE).headers["Idempotency-Replayed"] == "true"
    assert partenaire.deposer(un_depot("69-2010-000001", version=version)).status_code == 201


def test_a_version_has_no_upper_bound(partenaire):
    assert partenaire.deposer(un_depot(version=10**30)).status_code == 201
    assert partenaire.deposer(un_depot(version=10**30 - 1)).status_code == 409
    assert partenaire.deposer(un_depot(version=10**30 + 1)).status_code == 201


@pytest.mark.parametrize("cle", ["", "1", CLE.replace("-", ""), "{" + CLE + "}", CLE + "\t0", "z" + CLE[1:]])
def test_a_key_that_is_no_uuid_is_refused(partenaire, cle):
    answer = partenaire.deposer(Idempotency_Key=cle)

    assert (answer.status_code, answer.get_json()["code"]) == (400, "CORPS_INVALIDE")
    assert partenaire.retrouver(cle or "x").status_code == 400


def test_a_correlation_identifier_has_at_most_64_characters(partenaire):
    assert partenaire.deposer(X_Correlation_Id="c" * 65).status_code == 400
    assert partenaire.deposer(X_Correlation_Id="c" * 64).status_code == 201


@pytest.mark.parametrize("content_type", ["text/plain", "application/xml", "application/json; charset=latin-1"])
def test_a_body_that_is_not_announced_as_utf8_json_is_refused(partenaire, content_type):
    assert partenaire.deposer(content_type=content_type).status_code == 400


def test_a_body_that_is_too_large_is_refused_and_leaves_its_key_free(partenaire):
    answer = partenaire.deposer(b" " * (512 * 1024 + 1), cle=CLE)

    assert (answer.status_code, answer.get_json()["code"]) == (413, "CORPS_TROP_GRAND")
    assert partenaire.deposer(cle=CLE).status_code == 201


def test_a_deposit_is_found_again_by_its_key(partenaire):
    receipt = partenaire.deposer(cle=CLE).get_json()

    assert partenaire.retrouver(CLE).get_json() == receipt
    assert partenaire.retrouver(CLE.upper()).status_code == 200


def test_a_key_that_was_refused_or_never_seen_is_not_found(partenaire):
    partenaire.panne("CONSENTEMENT_PERIME", nombre=1)
    partenaire.deposer(cle=CLE)

    for cle in (CLE, str(uuid4())):
        answer = partenaire.retrouver(cle)
        assert (answer.status_code, answer.get_json()["code"]) == (404, "INCONNU")


def test_erasure_is_idempotent_and_its_reason_is_checked(partenaire):
    identifiant = partenaire.deposer().get_json()["identifiant"]

    assert partenaire.effacer(identifiant, motif="PAR_PLAISIR").status_code == 400
    assert partenaire.effacer(identifiant).status_code == 204
    assert partenaire.effacer(identifiant, motif="ERREUR_SAISIE").status_code == 204
    assert partenaire.effacer("PE-INCONNU").status_code == 404
    [depot] = partenaire.controle("depots")["depots"]
    assert (depot["etat"], depot["motif"], depot["corps"]) == ("EFFACE", "RETRAIT_CONSENTEMENT", None)


def test_what_is_erased_is_gone_from_the_disk(partenaire, store_path):
    depot = un_depot()
    depot["signataire"]["nom"] = "Zyxwvutsrqponm"
    partenaire.deposer(depot)
    depot["synthese"]["version"] = 2
    identifiant = partenaire.deposer(depot).get_json()["identifiant"]
    assert b"Zyxwvutsrqponm" in _files(store_path)

    partenaire.effacer(identifiant)

    assert b"Zyxwvutsrqponm" not in _files(store_path)
    assert depot["numeroCai"].encode() not in _files(store_path)


def test_an_erased_deposit_still_answers_to_its_key_and_leaves_its_number_free(partenaire):
    receipt = partenaire.deposer(un_depot(version=2), cle=CLE)
    partenaire.effacer(receipt.get_json()["identifiant"])

    assert partenaire.deposer(un_depot(version=2), cle=CLE).data == receipt.data
    assert partenaire.retrouver(CLE).data == receipt.data
    assert partenaire.deposer(un_depot(version=2)).status_code == 201


def test_erasing_a_replaced_deposit_leaves_the_newer_one(partenaire):
    old = partenaire.deposer(un_depot(version=1)).get_json()["identifiant"]
    partenaire.deposer(un_depot(version=2))

    partenaire.effacer(old)

    assert [depot["etat"] for depot in partenaire.controle("depots")["depots"]] == ["EFFACE", "EN_VIGUEUR"]


def _files(store: Path) -> bytes:
    return b"".join(path.read_bytes() for path in store.parent.iterdir())
