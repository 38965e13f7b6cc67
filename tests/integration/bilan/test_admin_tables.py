"""The reference tables in the administration: what may be written, what is fixed, what is kept."""

import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from agents.models import Agent, DirectionTerritoriale, Lieu, Marche, Prestataire
from bilan.models import Metier
from bilan.rome import TAILLE_MAX
from cai.models import Langue, Pays, TitreAdmission
from core.admin import is_used
from core.models import JournalAcces

IMPORT = reverse("admin:bilan_metier_import")
ROME = (
    "code_rome,libelle_rome\nG1602,Personnel de cuisine\nG1603,Personnel polyvalent en restauration\n"
    "K1304,Services domestiques\nA1101,Conduite d'engins\n"
)


@pytest.fixture
def office(connect, administrateur: Agent, reference_tables: None) -> Client:
    return connect(administrateur)


def change(model: type, pk: object) -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_change", args=[pk])


def delete(model: type, pk: object) -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_delete", args=[pk])


def add(model: type) -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_add")


def test_a_permit_keeps_its_code_and_may_change_its_label(office: Client) -> None:
    sent = {"code": "L313-8", "libelle": "Autre titre ou récépissé", "ordre": "99"}
    office.post(change(TitreAdmission, "AUTRE"), sent)
    titre = TitreAdmission.objects.get(code="AUTRE")
    assert (titre.libelle, titre.ordre) == ("Autre titre ou récépissé", 99)
    assert office.get(add(TitreAdmission)).status_code == 403
    assert office.post(delete(TitreAdmission, "AUTRE"), {"post": "yes"}).status_code == 403
    line = JournalAcces.objects.get(action="administration_modification")
    assert (line.objet_type, line.objet_id) == ("cai.titreadmission", "AUTRE")


def test_a_language_is_added_and_found_by_its_search_key(office: Client) -> None:
    office.post(add(Langue), {"code": "zgh", "nom": "amazighe standard", "synonymes": "", "frequent": ""})
    assert Langue.objects.get(code="zgh").cle == "amazighe standard"
    assert JournalAcces.objects.filter(action="administration_ajout", objet_id="zgh").exists()


def test_a_country_keeps_its_name_and_may_be_offered_first(office: Client) -> None:
    office.post(change(Pays, "UKR"), {"nom": "Autre", "synonymes": "ukrainien", "frequent": "on"})
    pays = Pays.objects.get(code="UKR")
    assert (pays.nom, pays.synonymes, pays.frequent) == ("Ukraine", "ukrainien", True)


def test_what_is_used_stays_and_what_is_not_may_go(office: Client, prescripteur: Agent) -> None:
    paris = DirectionTerritoriale.objects.get(code="75")
    assert is_used(paris)
    assert office.post(delete(DirectionTerritoriale, paris.pk), {"post": "yes"}).status_code == 403
    assert "deletelink" not in office.get(change(DirectionTerritoriale, paris.pk)).content.decode()

    assert not is_used(Pays.objects.get(code="LKA"))
    office.post(delete(Pays, "LKA"), {"post": "yes"})
    assert not Pays.objects.filter(code="LKA").exists()
    assert JournalAcces.objects.filter(action="administration_suppression", objet_id="LKA").exists()


def test_a_market_alone_makes_a_direction_used(prestataire: Prestataire, direction: DirectionTerritoriale) -> None:
    assert is_used(direction)


def test_rows_are_never_deleted_in_bulk(office: Client) -> None:
    for model in (Pays, Langue, TitreAdmission, Metier):
        address = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")
        assert "delete_selected" not in office.get(address).content.decode()
        before = model.objects.count()
        chosen = {"action": "delete_selected", "_selected_action": [str(model.objects.first().pk)], "post": "yes"}
        office.post(address, chosen)
        assert model.objects.count() == before


def test_the_code_of_a_direction_is_fixed_once_created(office: Client, direction: DirectionTerritoriale) -> None:
    sent = {
        "code": "99", "nom": "Paris", "region": "11", "adresse": "44, rue Bargue", "code_postal": "75015",
        "ville": "Paris", "telephone": "01 99 00 00 00", "courriel": "dt@ofii.test",
    }  # fmt: skip
    assert office.post(change(DirectionTerritoriale, direction.pk), sent).status_code == 302
    direction.refresh_from_db()
    assert (direction.code, direction.adresse) == ("75", "44, rue Bargue")


def test_a_market_whose_end_precedes_its_start_is_refused(
    office: Client, prestataire: Prestataire, direction: DirectionTerritoriale
) -> None:
    sent = {
        "prestataire": str(prestataire.pk), "numero": "M-2011", "directions": [str(direction.pk)],
        "debut": "01/01/2012", "fin": "31/12/2011",
    }  # fmt: skip
    answer = office.post(add(Marche), sent)
    assert "Le dernier jour précède le premier." in answer.content.decode()
    office.post(add(Marche), {**sent, "fin": "01/01/2012"})
    assert list(Marche.objects.get(numero="M-2011").directions.all()) == [direction]


def test_a_place_is_added_to_a_prestataire_with_its_access(office: Client, prestataire: Prestataire) -> None:
    sent = {
        "nom": prestataire.nom, "adresse": "x", "code_postal": "75010", "ville": "Paris", "telephone": "01 99 00 00 00",
        "courriel": "c@prestataire.test", "lieux-TOTAL_FORMS": "1", "lieux-INITIAL_FORMS": "0",
        "lieux-0-nom": "Espace Nation", "lieux-0-actif": "on", "lieux-0-adresse": "9, avenue du Trône",
        "lieux-0-code_postal": "75012", "lieux-0-ville": "Paris", "lieux-0-acces": "Métro Nation",
    }  # fmt: skip
    office.post(change(Prestataire, prestataire.pk), sent)
    assert Lieu.objects.get(nom="Espace Nation").acces == "Métro Nation"


# --- the ROME -----------------------------------------------------------------------------------


def upload(office: Client, content: bytes, name: str = "unix_referentiel_code_rome_v3_utf8.csv"):
    return office.post(IMPORT, {"fichier": SimpleUploadedFile(name, content, "text/csv")})


def test_the_file_is_imported_and_its_effects_are_shown(office: Client) -> None:
    page = re.sub(r"\s+", " ", upload(office, ROME.encode()).content.decode())
    assert "<h3>1 ajouté</h3> <p>A1101</p>" in page
    assert "<h3>1 retiré</h3> <p>F1703</p>" in page
    assert not Metier.objects.get(code="F1703").actif
    assert JournalAcces.objects.filter(action="rome_importe").count() == 1


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"nom;prenom\n", "n’est pas le référentiel ROME"),
        (b"\xff\xfe\x00", "UTF-8"),
        (b"", "vide"),
        (b"x" * (TAILLE_MAX + 10), "trop gros"),
        (b"code_rome,libelle_rome\nG1602,Cuisine\n", "incomplet"),
    ],
)
def test_another_file_is_refused_above_the_field(office: Client, content: bytes, sentence: str) -> None:
    before = list(Metier.objects.values())
    answer = upload(office, content)
    assert answer.status_code == 200
    assert sentence in answer.content.decode()
    assert list(Metier.objects.values()) == before


def test_no_file_is_asked_for(office: Client) -> None:
    assert "obligatoire" in office.post(IMPORT, {}).content.decode()


def test_an_occupation_is_withdrawn_but_neither_renamed_nor_added(office: Client) -> None:
    office.post(change(Metier, "G1602"), {"libelle": "Autre", "actif": ""})
    metier = Metier.objects.get(code="G1602")
    assert (metier.libelle, metier.actif) == ("Personnel de cuisine", False)
    assert office.get(add(Metier)).status_code == 403


def test_the_import_is_closed_to_agents(connect, directeur: Agent) -> None:
    assert connect(directeur).get(IMPORT).status_code == 403
