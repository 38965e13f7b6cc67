"""The body says what the contract asks for, and can say nothing else."""

import dataclasses
import json
from datetime import UTC, date, datetime, timedelta, timezone
from uuid import UUID

import pytest

from poleemploi import contrat
from poleemploi.payload import (
    Accord,
    BesoinFormation,
    Depot,
    Diplome,
    Experience,
    FormationLinguistique,
    Langue,
    Metier,
    canonical,
    sha256,
    to_wire,
)

ACCORD = Accord(
    reference=UUID("8d9f3c1e-6d0a-4c55-9f6e-2f6a1f1c2b3d"),
    date_heure=datetime(2010, 5, 12, 14, 0, tzinfo=timezone(timedelta(hours=2))),
    version_texte="2010-05",
)
MINIMAL = Depot(
    numero_cai="75-2010-000123",
    nom="Traoré",
    prenom=None,
    age=29,
    sexe="F",
    nationalite="MLI",
    niveau_formation="VI",
    langues=(),
    diplomes=(),
    experiences=(),
    inscrit_pole_emploi=False,
    freins=(),
    besoins_formation=(),
    version=1,
    date_bilan=date(2010, 5, 10),
    duree_minutes=170,
    metiers=(),
    preconisations=("Suivre un cours de français.",),
    accord=ACCORD,
)
FULL = dataclasses.replace(
    MINIMAL,
    prenom="Aïssata",
    langues=(
        Langue(code="fr", parlee=True, comprise=True, niveau="A2"),
        Langue(code="bm", parlee=False, comprise=True),
    ),
    diplomes=(
        Diplome(intitule="Baccalauréat", pays="MLI", annee=1999, niveau="IV", reconnu="OUI"),
        Diplome(intitule="Couture", pays="MLI"),
    ),
    experiences=(
        Experience(metier="Couturière", pays="MLI", debut="2001-09", fin="2008-06", code_rome="B1803"),
        Experience(metier="Garde d’enfants", pays="FRA", debut="2009-01"),
    ),
    inscrit_pole_emploi=True,
    identifiant_pole_emploi="1234567A",
    freins=("GARDE_ENFANTS",),
    besoins_formation=(BesoinFormation(domaine="FRANCAIS_GENERAL", intitule="Français du soir"),),
    metiers=(Metier(code_rome="D1207", rang=1),),
    parcours="Dix ans d’atelier.",
    parcours_recherche="Agences d’intérim.",
    orientation="Retouche",
    formation_linguistique=FormationLinguistique(statut="SUIVIE", niveau_atteint="A1_1", date_fin=date(2010, 4, 1)),
)


@pytest.mark.parametrize("depot", [MINIMAL, FULL], ids=["minimal", "full"])
def test_the_body_conforms_to_the_contract(depot: Depot) -> None:
    assert contrat.faults("DepotSynthese", to_wire(depot)) == []


@pytest.mark.rule("E.3-pole-emploi")
def test_every_value_of_a_full_deposit_is_written_under_its_wire_name() -> None:
    assert to_wire(FULL) == {
        "numeroCai": "75-2010-000123",
        "signataire": {"nom": "Traoré", "prenom": "Aïssata", "age": 29, "sexe": "F", "nationalite": "MLI"},
        "niveauFormation": "VI",
        "langues": [
            {"langue": "fr", "parlee": True, "comprise": True, "niveau": "A2"},
            {"langue": "bm", "parlee": False, "comprise": True},
        ],
        "diplomes": [
            {"intitule": "Baccalauréat", "pays": "MLI", "annee": 1999, "niveau": "IV", "reconnu": "OUI"},
            {"intitule": "Couture", "pays": "MLI"},
        ],
        "experiences": [
            {"metier": "Couturière", "codeRome": "B1803", "pays": "MLI", "debut": "2001-09", "fin": "2008-06"},
            {"metier": "Garde d’enfants", "pays": "FRA", "debut": "2009-01"},
        ],
        "parcoursProfessionnel": "Dix ans d’atelier.",
        "formationLinguistique": {"statut": "SUIVIE", "niveauAtteint": "A1_1", "dateFin": "2010-04-01"},
        "rechercheEmploi": {
            "inscritPoleEmploi": True,
            "identifiantPoleEmploi": "1234567A",
            "parcours": "Agences d’intérim.",
            "freins": ["GARDE_ENFANTS"],
            "besoinsFormation": [{"domaine": "FRANCAIS_GENERAL", "intitule": "Français du soir"}],
        },
        "synthese": {
            "version": 1,
            "realiseLe": "2010-05-10",
            "dureeMinutes": 170,
            "metiers": [{"codeRome": "D1207", "rang": 1}],
            "preconisations": ["Suivre un cours de français."],
            "orientation": "Retouche",
        },
        "consentement": {
            "reference": "8d9f3c1e-6d0a-4c55-9f6e-2f6a1f1c2b3d",
            "recueilliLe": "2010-05-12T14:00:00+02:00",
            "versionTexte": "2010-05",
        },
    }


def test_a_single_name_is_sent_as_null_and_never_as_a_dash() -> None:
    assert to_wire(MINIMAL)["signataire"]["prenom"] is None


def test_the_bytes_do_not_depend_on_the_order_of_members() -> None:
    body = to_wire(FULL)
    shuffled = {name: body[name] for name in reversed(body)}
    assert canonical(shuffled) == canonical(body)
    assert sha256(canonical(shuffled)) == sha256(canonical(body))


def test_the_bytes_are_the_json_of_the_body_in_utf_8() -> None:
    assert json.loads(canonical(to_wire(FULL))) == to_wire(FULL)
    assert "Aïssata".encode() in canonical(to_wire(FULL))


def test_the_same_deposit_always_gives_the_same_fingerprint() -> None:
    again = dataclasses.replace(FULL)
    assert sha256(canonical(to_wire(again))) == sha256(canonical(to_wire(FULL)))


def test_another_age_gives_another_fingerprint() -> None:
    older = dataclasses.replace(FULL, age=30)
    assert sha256(canonical(to_wire(older))) != sha256(canonical(to_wire(FULL)))


@pytest.mark.rule("E.3-pole-emploi")
@pytest.mark.parametrize(
    "word",
    ["naissance", "titre", "exempt", "absence", "famille", "adresse", "telephone", "courriel", "sante", "convocation"],
)
def test_a_deposit_has_no_room_for_what_is_never_sent(word: str) -> None:
    assert not [field.name for field in dataclasses.fields(Depot) if word in field.name]


def test_the_moment_of_the_consent_keeps_its_offset() -> None:
    accord = dataclasses.replace(ACCORD, date_heure=datetime(2010, 1, 5, 9, 30, 12, 999, tzinfo=UTC))
    wire = to_wire(dataclasses.replace(MINIMAL, accord=accord))
    assert wire["consentement"]["recueilliLe"] == "2010-01-05T09:30:12+00:00"
    assert contrat.faults("DepotSynthese", wire) == []
