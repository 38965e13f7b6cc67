"""The facts of each event told in French, as the services write them."""

from datetime import date
from typing import Any

import pytest

from core import clock
from core.models import Evenement
from dossiers.chronologie import may_tell, sentence_of


@pytest.mark.parametrize(
    ("nom", "faits", "phrase"),
    [
        (
            "bilan.convoquer",
            {"rendez_vous": "2010-05-10 09:30:00+02:00", "convocation": "75-C2010-000001", "accord_delai_reduit": True},
            "Personne convoquée. Rendez-vous le 10 mai 2010 à 9 h 30. Convocation n° 75-C2010-000001. "
            "La personne a accepté un délai plus court.",
        ),
        (
            "bilan.reporter",
            {"motif": "decision_office", "report": 1},
            "Rendez-vous reporté. Raison : Décision de l’office.",
        ),
        (
            "bilan.constater_absence",
            {"limite_justification": "2010-05-25"},
            "Absence constatée. La personne pouvait se justifier jusqu’au 25 mai 2010 inclus.",
        ),
        (
            "bilan.reconnaitre_motif_legitime",
            {"motif": "garde_enfant_imprevue", "justificatif_vu_le": "2010-05-12"},
            "Motif légitime reconnu. Raison : Garde d’enfant imprévue. Justificatif vu le 12 mai 2010.",
        ),
        ("bilan.lever_exemption", {"motif": "Scolarité finie"}, "Exemption levée. Raison : Scolarité finie."),
        (
            "bilan.refixer_duree",
            {"duree_avant": 180, "duree_fixee_minutes": 90},
            "Durée du bilan changée. De 3 h à 1 h 30.",
        ),
        (
            "bilan.contenu_detruit",
            {"motif": "sans_decision", "versions": 1},
            "Contenu de la synthèse détruit. Raison : Trente jours sans décision.",
        ),
        (
            "bilan.synthese_imprimee",
            {"motif": "remise_beneficiaire", "version": 2, "exemplaire": 3},
            "Synthèse imprimée. Remise à la personne. Version 2, exemplaire 3.",
        ),
        (
            "bilan.consentement_recueilli",
            {"portee": "conservation_synthese", "decision": "retire", "version": None},
            "Décision de la personne enregistrée. Conservation de la synthèse : retiré.",
        ),
        (
            "transmission.accusee",
            {"version": 1, "accuse": "PE-42"},
            "Accusé de réception de Pôle emploi. Version 1. Accusé n° PE-42.",
        ),
        (
            "courrier.emis",
            {"genre": "convocation", "numero": "75-C2010-000001"},
            "Courrier émis. Convocation au bilan n° 75-C2010-000001.",
        ),
        ("un_jour.autre_chose", {}, "Le dossier a changé."),
    ],
)
def test_an_event_is_told_with_its_facts(nom: str, faits: dict[str, Any], phrase: str) -> None:
    assert sentence_of(Evenement(nom=nom, faits=faits), sees_exemption=True).replace("\u00a0", " ") == phrase


def test_a_limit_still_to_come_is_told_in_the_present() -> None:
    event = Evenement(nom="bilan.constater_absence", faits={"limite_justification": "2010-05-25"})
    with clock.travel(date(2010, 5, 25)):
        assert "La personne peut se justifier" in sentence_of(event, sees_exemption=True)
    with clock.travel(date(2010, 5, 26)):
        assert "La personne pouvait se justifier" in sentence_of(event, sees_exemption=True)


@pytest.mark.rule("E.5-jamais")
@pytest.mark.parametrize(
    ("nom", "faits", "phrase"),
    [
        (
            "bilan.reconnaitre_motif_legitime",
            {"motif": "maladie_hospitalisation", "justificatif_vu_le": "2010-05-25"},
            "Motif légitime reconnu.",
        ),
        ("bilan.lever_exemption", {"motif": "Le diplôme présenté est un faux."}, "Exemption levée."),
        ("bilan.requalifier_absence", {"motif": "grossesse_maternite"}, "Absence requalifiée\u00a0: motif légitime."),
    ],
)
def test_who_only_follows_the_exchange_reads_no_reason_of_an_absence(
    nom: str, faits: dict[str, Any], phrase: str
) -> None:
    event = Evenement(nom=nom, faits=faits)

    assert may_tell(event, sees_exemption=False)
    assert sentence_of(event, sees_exemption=False) == phrase


@pytest.mark.parametrize(("genre", "told"), [("convocation", True), ("intention_resiliation", False)])
def test_who_only_follows_the_exchange_is_told_of_the_letters_they_may_open(genre: str, told: bool) -> None:
    event = Evenement(nom="courrier.emis", faits={"genre": genre, "numero": "75-R2010-000001"})
    assert may_tell(event, sees_exemption=False) is told


@pytest.mark.parametrize("nom", ["famille.signee", "prearrivee.enregistree", "exemption.evaluee", "justificatif.recu"])
def test_who_only_follows_the_exchange_is_told_nothing_of_family_and_grounds(nom: str) -> None:
    assert not may_tell(Evenement(nom=nom), sees_exemption=False)
    assert may_tell(Evenement(nom=nom), sees_exemption=True)
