"""The operator's pages, used as an operator would: reading, posting forms, following redirections."""

import re

import pytest

from poleemploi.simulateur.formulaires import EVENEMENTS, read_date
from tests.simulateur import un_depot

NASTY = "<script>alert('é')</script>\u202e😀"
FORMS = {
    "INSCRIPTION": {"agence": "Paris 12e"},
    "PPAE": {"dateEntretien": "1/6/2010", "metierVise": "D1207"},
    "PRESTATION": {"code": "EMT", "libelle": "Évaluation", "debut": "01/07/2010", "fin": "2010-07-15"},
    "EMPLOI": {"typeContrat": "CDI", "dateEmbauche": "01/09/2010"},
    "RADIATION": {"motifRadiation": "Absence"},
}


def page(partenaire, path, statut=200):
    answer = partenaire.http.get(path)
    assert answer.status_code == statut
    return answer.text


def post(partenaire, path, **form):
    return partenaire.http.post(path, data=form, follow_redirects=True)


def test_an_empty_simulator_says_so(partenaire):
    text = page(partenaire, "/")

    assert "Aucune panne" in text
    assert "Aucun dépôt" in text
    assert "Aucun événement" in page(partenaire, "/evenements/")


@pytest.mark.parametrize("path", ["/", "/evenements/", "/evenements/EMPLOI/", "/requetes/", "/remise-a-zero/"])
def test_a_page_runs_no_script_and_has_one_title(partenaire, path):
    answer = partenaire.http.get(path)

    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.text.count("<h1") == 1
    assert 'lang="fr"' in answer.text
    assert not re.search(r"<script|<style| style=| on[a-z]+=", answer.text)


def test_a_deposit_is_listed_and_shown_inert(partenaire):
    depot = un_depot()
    depot["signataire"]["nom"] = NASTY
    identifiant = partenaire.deposer(depot, X_Correlation_Id="<b>trace</b>").get_json()["identifiant"]

    home, shown = page(partenaire, "/"), page(partenaire, f"/depots/{identifiant}/")

    assert f"/depots/{identifiant}/" in home
    assert depot["numeroCai"] in home
    assert "&lt;script&gt;alert(&#39;é&#39;)" in shown
    assert "&lt;b&gt;trace" in shown
    assert "<script>" not in shown
    assert "<b>trace" not in shown + page(partenaire, "/requetes/")


def test_an_erased_deposit_shows_that_its_content_is_gone(partenaire):
    identifiant = partenaire.deposer().get_json()["identifiant"]
    partenaire.effacer(identifiant)

    shown = page(partenaire, f"/depots/{identifiant}/")

    assert "Le contenu est détruit" in shown
    assert "retrait du consentement" in shown
    assert un_depot()["numeroCai"] not in shown + page(partenaire, "/")


def test_older_deposits_are_on_the_next_page(partenaire):
    for rang in range(27):
        partenaire.deposer(un_depot(f"75-2010-{rang:06d}"))

    first = page(partenaire, "/")
    after = re.search(r'href="(/\?avant=\d+)"', first)[1]
    second = page(partenaire, after)

    assert "75-2010-000002" in first
    assert "75-2010-000001" not in first
    assert "75-2010-000001" in second
    assert "Dépôts plus anciens" not in second


@pytest.mark.parametrize("path", ["/depots/inconnu/", "/evenements/MARIAGE/"])
def test_an_unknown_page_says_so_in_french(partenaire, path):
    assert "Cette page n’existe pas" in page(partenaire, path, 404)


def test_a_fault_is_switched_on_and_off(partenaire):
    answer = post(
        partenaire, "/", genre="CORPS_HTML", operation="lireEvenements", nombre="2", statut="502", probabilite="1,0"
    )
    assert "La panne est provoquée." in answer.text
    assert "Page HTML au lieu de JSON" in answer.text
    [panne] = partenaire.simulateur.pannes.in_force()
    assert (panne.operation, panne.nombre, panne.statut) == ("lireEvenements", 2, 502)
    assert partenaire.lire().status_code == 502

    assert "La panne est arrêtée." in post(partenaire, f"/pannes/{panne.id}/arret/").text
    assert partenaire.lire().status_code == 200


def test_a_fault_without_a_count_lasts(partenaire):
    post(partenaire, "/", genre="ERREUR_500", nombre="", apres="1", numeroCai=" 75-2010-000123 ")

    [panne] = partenaire.simulateur.pannes.in_force()
    assert (panne.nombre, panne.apres, panne.numeroCai) == (None, True, "75-2010-000123")
    assert "Toutes les pannes sont arrêtées." in post(partenaire, "/pannes/arret/").text
    assert partenaire.simulateur.pannes.in_force() == []


@pytest.mark.parametrize(
    ("form", "field"),
    [
        ({}, "genre"),
        ({"genre": "ORAGE"}, "genre"),
        ({"genre": "LENTEUR", "nombre": "deux"}, "nombre"),
        ({"genre": "LENTEUR", "nombre": "0"}, "nombre"),
        ({"genre": "LENTEUR", "nombre": "1.5"}, "nombre"),
        ({"genre": "LENTEUR", "secondes": "99999"}, "secondes"),
        ({"genre": "LENTEUR", "probabilite": "2"}, "probabilite"),
        ({"genre": "CORPS_VIDE", "statut": "42"}, "statut"),
        ({"genre": "LENTEUR", "numeroCai": NASTY}, "numeroCai"),
    ],
    ids=str,
)
def test_a_faulty_form_is_shown_again_with_the_error_at_its_field(partenaire, form, field):
    answer = post(partenaire, "/", **form)

    assert answer.status_code == 400
    assert f'href="#{field}"' in answer.text
    assert f'id="erreur-{field}"' in answer.text
    assert "<script>" not in answer.text
    assert partenaire.simulateur.pannes.in_force() == []


def test_a_fault_that_the_operation_does_not_know_is_refused_in_a_sentence(partenaire):
    answer = post(partenaire, "/", genre="EN_COURS", operation="lireEvenements")

    assert "Cette panne n’existe pas pour cette opération." in answer.text


def test_tokens_are_revoked(partenaire):
    assert "Tous les jetons sont révoqués." in post(partenaire, "/jetons/revocation/").text
    assert partenaire.lire().status_code == 401


@pytest.mark.parametrize("type_", EVENEMENTS)
def test_every_kind_of_event_is_published_from_its_form(partenaire, type_):
    receipt = partenaire.deposer().get_json()

    answer = post(
        partenaire,
        f"/evenements/{type_}/",
        numeroCai="75-2010-000123",
        survenuLe="15/3/2011",
        livraisons="2",
        **FORMS[type_],
    )

    assert "L’événement est publié." in answer.text
    first, second = partenaire.lire().get_json()["evenements"]
    assert first == second
    assert (first["type"], first["survenuLe"]) == (type_, "2011-03-15")
    assert first["referenceAccuse"] == receipt["identifiant"]


def test_an_event_form_comes_filled_from_its_deposit(partenaire):
    identifiant = partenaire.deposer().get_json()["identifiant"]
    link = re.search(r'href="(/evenements/EMPLOI/[^"]+)"', page(partenaire, f"/depots/{identifiant}/"))[1]

    text = page(partenaire, link.replace("&amp;", "&"))

    assert 'value="75-2010-000123"' in text
    assert f'value="{identifiant}"' in text


@pytest.mark.parametrize(
    ("form", "field"),
    [
        ({"dateEntretien": ""}, "dateEntretien"),
        ({"dateEntretien": "32/01/2011"}, "dateEntretien"),
        ({"metierVise": "couture"}, "metierVise"),
        ({"numeroCai": NASTY}, "numeroCai"),
        ({"survenuLe": "hier"}, "survenuLe"),
        ({"livraisons": "101"}, "livraisons"),
        ({"livraisons": "x"}, "livraisons"),
        ({"livraisons": "1,5"}, "livraisons"),
        ({"livraisons": ""}, "livraisons"),
    ],
    ids=str,
)
def test_a_faulty_event_is_shown_again_with_the_error_at_its_field(partenaire, form, field):
    typed = {"numeroCai": "75-2010-000123", "livraisons": "1", **FORMS["PPAE"], **form}

    answer = post(partenaire, "/evenements/PPAE/", **typed)

    assert answer.status_code == 400
    assert f'id="erreur-{field}"' in answer.text
    assert "Erreur" in re.search(r"<title>(.*?)</title>", answer.text, re.DOTALL)[1]
    assert "<script>" not in answer.text
    assert partenaire.lire().get_json()["evenements"] == []


def test_an_event_is_delivered_again(partenaire):
    post(partenaire, "/evenements/RADIATION/", numeroCai="75-2010-000123", livraisons="1", motifRadiation=NASTY)
    [event] = partenaire.lire().get_json()["evenements"]

    answer = post(partenaire, f"/evenements/{event['id']}/livraisons/")

    assert "livré une fois de plus" in answer.text
    assert "<script>" not in answer.text
    assert len(partenaire.lire().get_json()["evenements"]) == 2
    assert post(partenaire, "/evenements/EVT-0/livraisons/").status_code == 404


def test_a_faulty_event_published_on_purpose_is_shown(partenaire):
    wish = {"type": "<b>", "numeroCai": "?", "survenuLe": "hier", "donnees": {"items": {"x": 1}}, "brut": True}
    partenaire.http.post("/_controle/evenements", json=wish)

    assert "&lt;b&gt;" in page(partenaire, "/evenements/")


def test_a_reset_asks_first(partenaire):
    partenaire.deposer()
    assert "sans retour possible" in page(partenaire, "/remise-a-zero/")
    assert len(partenaire.controle("depots")["depots"]) == 1

    assert "remis à zéro" in post(partenaire, "/remise-a-zero/").text
    assert partenaire.controle("depots")["depots"] == []


def test_a_form_of_another_site_is_refused(partenaire):
    answer = partenaire.http.post("/remise-a-zero/", headers={"Origin": "https://ailleurs.example"})

    assert answer.status_code == 403
    assert "vient d’un autre site" in answer.text


@pytest.mark.parametrize(
    ("typed", "read"), [("15/3/2011", "2011-03-15"), ("2011-03-15", "2011-03-15"), ("hier", "hier"), ("", "")]
)
def test_a_french_date_is_read_and_anything_else_left_as_it_is(typed, read):
    assert read_date(typed) == read


def test_the_pages_have_an_icon_that_their_own_policy_lets_in(partenaire):
    answer = partenaire.http.get("/")
    icon = re.search(r'<link rel="icon"[^>]*href="([^"]+)"', answer.text)

    assert icon
    with partenaire.http.get(icon[1]) as served:
        assert served.mimetype == "image/svg+xml"
    assert "img-src 'self'" in answer.headers["Content-Security-Policy"]
