"""The return flow: order, cursor, limit, repeated deliveries, events about nobody."""

import base64

import pytest

EMPLOI = {"typeContrat": "CDI", "dateEmbauche": "2010-09-01", "metierExerce": "D1207", "domaineActivite": "D"}
DONNEES = {
    "INSCRIPTION": {"agence": "Paris 12e Reuilly"},
    "RADIATION": {"motifRadiation": "Reprise d’emploi"},
    "PPAE": {"dateEntretien": "2010-06-01", "metierVise": "D1207"},
    "PRESTATION": {"code": "EMT", "libelle": "Évaluation en milieu de travail", "debut": "2010-07-01"},
    "EMPLOI": EMPLOI,
}


def publish(partenaire, **wish):
    event = {"type": "EMPLOI", "numeroCai": "75-2010-000123", "donnees": EMPLOI, **wish}
    return partenaire.http.post("/_controle/evenements", json=event)


def test_an_empty_feed_gives_a_cursor_that_sees_what_comes_next(partenaire):
    page = partenaire.lire().get_json()
    event = publish(partenaire).get_json()

    assert (page["evenements"], page["encore"]) == ([], False)
    assert partenaire.lire(curseur=page["curseurSuivant"]).get_json()["evenements"] == [event]


@pytest.mark.parametrize("type_", DONNEES)
def test_every_kind_of_event_can_be_published(partenaire, type_):
    event = publish(partenaire, type=type_, donnees=DONNEES[type_]).get_json()

    assert partenaire.lire().get_json()["evenements"] == [event]


def test_pages_follow_each_other_in_the_order_of_publication(partenaire):
    published = [publish(partenaire).get_json()["id"] for _ in range(5)]

    seen, sizes, cursor, more = [], [], None, True
    while more:
        page = partenaire.lire(limite=2, **({"curseur": cursor} if cursor else {})).get_json()
        seen += [event["id"] for event in page["evenements"]]
        sizes.append(len(page["evenements"]))
        cursor, more = page["curseurSuivant"], page["encore"]

    assert (seen, sizes) == (published, [2, 2, 1])
    assert partenaire.lire(curseur=cursor).get_json() == {"evenements": [], "curseurSuivant": cursor, "encore": False}


def test_a_page_holds_100_events_unless_told_otherwise(partenaire):
    publish(partenaire, livraisons=100)
    publish(partenaire)

    page = partenaire.lire().get_json()

    assert (len(page["evenements"]), page["encore"]) == (100, True)
    assert len(partenaire.lire(limite=500).get_json()["evenements"]) == 101


@pytest.mark.parametrize("limite", ["0", "501", "-1", "abc", "", "1.5", "01", "1e2"])
def test_a_limit_out_of_bounds_is_refused(partenaire, limite):
    assert partenaire.lire(limite=limite).status_code == 400


@pytest.mark.parametrize("curseur", ["", "abc", "é", "=", base64.urlsafe_b64encode(b"rang:999").decode(), "cmFuZzow\n"])
def test_a_cursor_that_was_never_given_is_refused(partenaire, curseur):
    assert partenaire.lire(curseur=curseur).status_code == 400


@pytest.mark.parametrize("name", ["curseur", "limite"])
def test_a_parameter_given_twice_is_refused(partenaire, name):
    assert partenaire.lire(**{name: ["1", "1"]}).status_code == 400


def test_a_cursor_outlives_a_reset_and_skips_nothing(partenaire):
    publish(partenaire, livraisons=3)
    cursor = partenaire.lire().get_json()["curseurSuivant"]

    partenaire.http.post("/_controle/reset")
    partenaire.token = partenaire.demander_jeton().get_json()["access_token"]
    event = publish(partenaire).get_json()

    assert partenaire.lire(curseur=cursor).get_json()["evenements"] == [event]


def test_an_event_can_be_delivered_several_times(partenaire):
    first = publish(partenaire, livraisons=2).get_json()["id"]
    second = publish(partenaire).get_json()["id"]
    partenaire.http.post(f"/_controle/evenements/{first}/livraisons")

    delivered = [event["id"] for event in partenaire.lire().get_json()["evenements"]]

    assert delivered == [first, first, second, first]
    assert [event["livraisons"] for event in partenaire.controle("evenements")["evenements"]] == [1, 3]
    assert partenaire.http.post("/_controle/evenements/EVT-0/livraisons").status_code == 404


def test_an_event_refers_to_the_last_deposit_of_its_number(partenaire):
    receipt = partenaire.deposer().get_json()

    assert publish(partenaire).get_json()["referenceAccuse"] == receipt["identifiant"]
    assert publish(partenaire, referenceAccuse="PE-AUTRE").get_json()["referenceAccuse"] == "PE-AUTRE"


def test_an_event_can_concern_a_number_that_nobody_knows(partenaire):
    event = publish(partenaire, numeroCai="99-2010-999999").get_json()

    assert event["referenceAccuse"].startswith("PE-")


@pytest.mark.parametrize(
    "wish",
    [
        {"type": "MARIAGE"},
        {"numeroCai": "x"},
        {"survenuLe": "2010-02-30"},
        {"donnees": {"typeContrat": "CDI"}},
        {"type": "RADIATION"},
        {"livraisons": 0},
        {"inconnu": 1},
    ],
    ids=str,
)
def test_an_event_that_does_not_conform_is_not_published(partenaire, wish):
    assert publish(partenaire, **wish).status_code == 400
    assert partenaire.lire().get_json()["evenements"] == []


def test_a_faulty_event_can_be_published_on_purpose(partenaire):
    assert publish(partenaire, type="MARIAGE", survenuLe="2010-02-30", brut=True).status_code == 201

    [event] = partenaire.lire().get_json()["evenements"]
    assert (event["type"], event["survenuLe"]) == ("MARIAGE", "2010-02-30")
