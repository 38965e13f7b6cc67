"""Each fault does what it is named after, where, when and as often as it was told to."""

import time
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import pytest

from poleemploi.simulateur.faults import GENRES, Genre, Operation
from tests.simulateur import un_depot

CLE = "0f0e0d0c-0b0a-4908-8706-050403020100"


def call(partenaire, operation):
    match operation:
        case Operation.OBTENIR_JETON:
            return partenaire.demander_jeton()
        case Operation.DEPOSER_SYNTHESE:
            return partenaire.deposer()
        case Operation.RETROUVER_DEPOT:
            return partenaire.retrouver(CLE)
        case Operation.EFFACER_SYNTHESE:
            return partenaire.effacer("PE-INCONNU")
        case _:
            return partenaire.lire()


def test_a_quota_gives_its_delay_in_seconds(partenaire):
    partenaire.panne("QUOTA_SECONDES", secondes=7)
    answer = partenaire.deposer()

    assert (answer.status_code, answer.get_json()["code"]) == (429, "QUOTA_DEPASSE")
    assert answer.headers["Retry-After"] == "7"


def test_a_quota_gives_its_delay_as_a_date(partenaire):
    partenaire.panne("QUOTA_DATE", secondes=60)
    until = parsedate_to_datetime(partenaire.deposer().headers["Retry-After"])

    assert 58 <= (until - datetime.now(UTC)).total_seconds() <= 60


def test_a_quota_may_give_no_delay(partenaire):
    partenaire.panne("QUOTA_SANS_DELAI")
    answer = partenaire.deposer()

    assert answer.status_code == 429
    assert "Retry-After" not in answer.headers


@pytest.mark.parametrize(("genre", "statut"), [("ERREUR_500", 500), ("INDISPONIBLE_503", 503)])
@pytest.mark.parametrize("apres", [False, True])
def test_a_server_error_says_nothing_of_what_was_done(partenaire, genre, statut, apres):
    partenaire.panne(genre, nombre=1, apres=apres)
    answer = partenaire.deposer(cle=CLE)

    assert (answer.status_code, answer.get_json()["code"]) == (statut, "INDISPONIBLE")
    assert partenaire.retrouver(CLE).status_code == (200 if apres else 404)


@pytest.mark.parametrize(("genre", "content_type"), [("CORPS_HTML", "text/html"), ("CORPS_VIDE", "application/json")])
@pytest.mark.parametrize("statut", [200, 502, 503])
def test_an_answer_that_is_not_json_can_bear_any_status(partenaire, genre, content_type, statut):
    partenaire.panne(genre, statut=statut)
    answer = partenaire.deposer()

    assert (answer.status_code, answer.mimetype) == (statut, content_type)
    assert (answer.data == b"") is (genre == "CORPS_VIDE")


@pytest.mark.parametrize("apres", [False, True])
def test_a_slow_answer_comes_in_the_end(partenaire, apres):
    partenaire.panne("LENTEUR", secondes=0.3, nombre=1, apres=apres)
    before = time.monotonic()

    assert partenaire.lire().status_code == 200
    assert time.monotonic() - before >= 0.3


@pytest.mark.parametrize("genre", ["COUPURE_AVANT", "DELAI_AVANT", "COUPURE_APRES", "DELAI_APRES", "REPONSE_TRONQUEE"])
def test_an_answer_that_never_leaves_is_logged_without_a_status(partenaire, genre):
    # The test client lends no socket to cut; tests/contract does it over the wire.
    partenaire.panne(genre, nombre=1, secondes=0)
    with pytest.raises(ConnectionAbortedError):
        partenaire.deposer(cle=CLE)

    last = partenaire.controle("requetes")["requetes"][-1]
    assert (last["statut"], last["panne"], last["cle"]) == (None, genre, CLE)
    assert partenaire.retrouver(CLE).status_code == (404 if genre.endswith("AVANT") else 200)


def test_the_client_itself_can_be_refused(partenaire):
    partenaire.panne("CLIENT_REFUSE", nombre=1)
    answer = partenaire.demander_jeton()

    assert (answer.status_code, answer.get_json()["error"]) == (401, "invalid_client")
    assert partenaire.demander_jeton().status_code == 200


@pytest.mark.parametrize(
    ("genre", "statut", "code"),
    [("JETON_REFUSE", 401, "JETON_INVALIDE"), ("PORTEE_INSUFFISANTE", 403, "PORTEE_INSUFFISANTE")],
)
def test_a_good_token_can_be_refused(partenaire, genre, statut, code):
    partenaire.panne(genre, nombre=1)
    answer = partenaire.lire()

    assert (answer.status_code, answer.get_json()["code"]) == (statut, code)
    assert partenaire.lire().status_code == 200


def test_a_deposit_can_be_said_to_be_running_still(partenaire):
    partenaire.panne("EN_COURS", nombre=1, secondes=4)
    answer = partenaire.deposer(cle=CLE)

    assert (answer.status_code, answer.get_json()["code"]) == (409, "EN_COURS")
    assert answer.headers["Retry-After"] == "4"
    assert partenaire.retrouver(CLE).status_code == 404


@pytest.mark.parametrize(
    ("genre", "statut", "chemins"),
    [
        ("NUMERO_CAI_INCONNU", 422, ["/numeroCai"]),
        ("CONSENTEMENT_PERIME", 422, ["/consentement/recueilliLe"]),
        ("CODE_ROME_OBSOLETE", 422, ["/synthese/metiers/0/codeRome", "/experiences/0/codeRome"]),
        ("CORPS_INVALIDE", 400, ["/numeroCai"]),
    ],
)
def test_a_business_refusal_names_the_fields(partenaire, genre, statut, chemins):
    partenaire.panne(genre)
    answer = partenaire.deposer()

    assert (answer.status_code, answer.get_json()["code"]) == (statut, genre)
    assert [champ["chemin"] for champ in answer.get_json()["champs"]] == chemins
    assert partenaire.controle("depots")["depots"] == []


def test_one_rome_code_can_be_obsolete_and_the_others_not(partenaire):
    partenaire.panne("CODE_ROME_OBSOLETE", codesRome=["B1803"])
    without = un_depot("69-2010-000001")
    without["experiences"] = []

    [champ] = partenaire.deposer().get_json()["champs"]
    assert champ["chemin"] == "/experiences/0/codeRome"
    assert partenaire.deposer(without).status_code == 201


def test_a_business_refusal_never_contradicts_a_stored_answer(partenaire):
    partenaire.deposer(cle=CLE)
    partenaire.panne("NUMERO_CAI_INCONNU", nombre=1)

    assert partenaire.deposer(cle=CLE).status_code == 201
    assert partenaire.deposer(un_depot("69-2010-000001")).status_code == 422


def test_a_receipt_can_say_that_several_persons_match(partenaire):
    partenaire.panne("RAPPROCHEMENT_PLUSIEURS", nombre=1)

    assert partenaire.deposer().get_json()["rapprochement"] == "PLUSIEURS"


def test_a_fault_is_spent_after_its_count(partenaire):
    partenaire.panne("INDISPONIBLE_503", nombre=2)

    assert [partenaire.lire().status_code for _ in range(3)] == [503, 503, 200]
    assert partenaire.controle("pannes")["pannes"] == []


def test_a_fault_without_a_count_lasts_until_it_is_switched_off(partenaire):
    panne = partenaire.panne("INDISPONIBLE_503")
    assert [partenaire.lire().status_code for _ in range(3)] == [503] * 3
    [in_force] = partenaire.controle("pannes")["pannes"]
    assert (in_force["declenchements"], in_force["restantes"]) == (3, None)

    assert partenaire.http.delete(f"/_controle/pannes/{panne['id']}").status_code == 204
    assert partenaire.http.delete(f"/_controle/pannes/{panne['id']}").status_code == 404
    assert partenaire.lire().status_code == 200


def test_all_faults_can_be_switched_off_at_once(partenaire):
    partenaire.panne("INDISPONIBLE_503")
    partenaire.panne("QUOTA_DATE")
    partenaire.http.delete("/_controle/pannes")

    assert partenaire.lire().status_code == 200


@pytest.mark.parametrize("operation", Operation)
def test_a_fault_keeps_to_its_operation(partenaire, operation):
    partenaire.panne("INDISPONIBLE_503", operation=operation)

    struck = [other for other in Operation if call(partenaire, other).status_code == 503]
    assert struck == [operation]


def test_a_fault_keeps_to_its_cai_number(partenaire):
    kept = partenaire.deposer(un_depot("69-2010-000001"), cle=CLE).get_json()["identifiant"]
    partenaire.panne("INDISPONIBLE_503", numeroCai="69-2010-000001")

    assert partenaire.deposer(un_depot("75-2010-000001")).status_code == 201
    assert partenaire.deposer(un_depot("69-2010-000001", version=2)).status_code == 503
    assert partenaire.retrouver(CLE).status_code == 503
    assert partenaire.effacer(kept).status_code == 503
    assert partenaire.lire().status_code == 200
    assert partenaire.deposer(b"[").status_code == 400


def test_a_probability_draws_the_same_faults_from_the_same_seed(partenaire):
    def run():
        partenaire.http.delete("/_controle/pannes")
        partenaire.panne("INDISPONIBLE_503", probabilite=0.5, graine=42)
        return [partenaire.lire().status_code for _ in range(40)]

    first, second = run(), run()

    assert first == second
    assert 10 <= first.count(503) <= 30


def test_the_first_fault_that_strikes_wins(partenaire):
    partenaire.panne("INDISPONIBLE_503", probabilite=0)
    partenaire.panne("ERREUR_500", nombre=1)
    partenaire.panne("QUOTA_SANS_DELAI", nombre=1)

    assert [partenaire.lire().status_code for _ in range(3)] == [500, 429, 200]


@pytest.mark.parametrize(
    "wish",
    [
        {},
        {"genre": "ORAGE"},
        {"genre": "LENTEUR", "operation": "dormir"},
        {"genre": "LENTEUR", "nombre": 0},
        {"genre": "LENTEUR", "secondes": -1},
        {"genre": "LENTEUR", "probabilite": 2},
        {"genre": "LENTEUR", "inconnu": 1},
        {"genre": "CORPS_HTML", "statut": 99},
        {"genre": "NUMERO_CAI_INCONNU", "operation": "lireEvenements"},
        {"genre": "JETON_COURT", "operation": "deposerSynthese"},
        [],
        "LENTEUR",
    ],
    ids=str,
)
def test_a_fault_that_makes_no_sense_is_refused(partenaire, wish):
    assert partenaire.http.post("/_controle/pannes", json=wish).status_code == 400
    assert partenaire.controle("pannes")["pannes"] == []


def test_every_kind_of_fault_is_described(partenaire):
    assert set(GENRES) == set(Genre)
    assert [one["genre"] for one in partenaire.controle("pannes")["genres"]] == list(Genre)
