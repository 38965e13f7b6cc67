"""What attendance and papers show of a training, and what looks odd in one without ever being refused."""

from datetime import date
from typing import Any

import pytest

from cai import regles_prestations as regles
from cai.regles_prestations import Presence, age_au_dilf_insuffisant, avertissements, minutes_suivies, statut_deduit

JOUR = date(2010, 4, 6)
VENUE = Presence(JOUR, 180, "present")
ABSENTE = Presence(date(2010, 4, 7), 180, "absent")
EXCUSEE = Presence(date(2010, 4, 8), 180, "absent_excuse")


@pytest.mark.rule("C.3-preuves", "C.3-statuts")
@pytest.mark.parametrize(
    ("genre", "certificats", "presences", "statut"),
    [
        ("formation_civique", [], [], "prescrite"),
        ("formation_civique", [], [ABSENTE, EXCUSEE], "prescrite"),
        ("formation_civique", [], [ABSENTE, VENUE], "en_cours"),
        ("formation_civique", ["attestation_nominative"], [], "suivie"),
        ("vivre_en_france", ["attestation_assiduite"], [VENUE], "suivie"),
        ("formation_linguistique", ["certificat_assiduite"], [VENUE], "suivie"),
        ("formation_linguistique", ["dilf"], [VENUE], "en_cours"),
        ("formation_linguistique", ["amdfl"], [], "dispensee"),
        ("formation_linguistique", ["amdfl", "certificat_assiduite"], [], "suivie"),
    ],
)
def test_the_state_is_what_attendance_and_papers_show(
    genre: str, certificats: list[str], presences: list[Presence], statut: str
) -> None:
    assert statut_deduit(genre, certificats=certificats, presences=presences) == statut


def test_only_the_sessions_attended_count() -> None:
    assert minutes_suivies([VENUE, ABSENTE, EXCUSEE, VENUE]) == 360


@pytest.mark.rule("C.3-civique", "C.3-linguistique", "C.3-vivre-en-france", "C.3-avertir")
@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({}, ""),
        ({"heures_prescrites": 7}, "les textes en prévoient 6 heures"),
        ({"heures_prescrites": 5}, "les textes en prévoient 6 heures"),
        ({"type_prestation": "formation_linguistique", "heures_prescrites": 400}, ""),
        ({"type_prestation": "formation_linguistique", "heures_prescrites": 401}, "1 à 400 heures"),
        ({"type_prestation": "vivre_en_france", "heures_prescrites": 7}, "1 à 6 heures"),
        ({"heures_prescrites": None}, "n’est pas indiqué"),
        ({"presences": [VENUE, Presence(date(2010, 4, 9), 181, "present")]}, "Plus d’heures suivies"),
        ({"presences": [VENUE, Presence(date(2010, 4, 9), 180, "present")]}, ""),
        ({"presences": [VENUE, Presence(JOUR, 60, "present")]}, "le même jour"),
        ({"presences": [Presence(JOUR, 421, "absent")]}, "plus de sept heures"),
        ({"presences": [Presence(date(2010, 3, 14), 60, "present")]}, "en dehors des dates"),
        ({"presences": [Presence(date(2010, 3, 15), 60, "present")]}, ""),
        ({"presences": [Presence(date(2011, 3, 15), 60, "present")]}, ""),
        ({"presences": [Presence(date(2011, 3, 16), 60, "present")]}, "en dehors des dates"),
        ({"statut": "suivie"}, "son justificatif n’est pas enregistré"),
        ({"statut": "suivie", "certificats": ["attestation_nominative"]}, ""),
        ({"certificats": ["attestation_nominative"], "presences": [ABSENTE]}, "mais aucune présence"),
        ({"statut": "non_suivie_sans_motif", "presences": [EXCUSEE]}, "Aucune absence sans excuse"),
        ({"statut": "non_suivie_sans_motif", "presences": [ABSENTE]}, ""),
        ({"statut": "dispensee"}, "Des heures sont pourtant suivies"),
    ],
)
def test_an_oddity_is_told_from_the_first_one_on(changes: dict[str, Any], told: str) -> None:
    facts: dict[str, Any] = {
        "type_prestation": "formation_civique",
        "statut": "en_cours",
        "heures_prescrites": 6,
        "presences": [VENUE],
        "certificats": [],
        **changes,
    }
    genre = facts.pop("type_prestation")
    found = avertissements(genre, **facts, date_signature=date(2010, 3, 15), echeance=date(2011, 3, 15))

    assert [told in one for one in found] == ([True] if told else [])


@pytest.mark.rule("C.3-dilf")
@pytest.mark.parametrize(("jour", "too_young"), [(date(2010, 6, 30), True), (date(2010, 7, 1), False)])
def test_the_exam_is_sat_from_the_sixteenth_birthday(jour: date, too_young: bool) -> None:
    assert age_au_dilf_insuffisant(date(1994, 7, 1), jour) is too_young


def test_each_training_has_the_paper_that_proves_it_among_its_papers() -> None:
    assert all(regles.PREUVES[genre] in regles.CERTIFICATS[genre] for genre in regles.HEURES)
