"""The trainings of a contract: what each act writes, deduces, refuses and remembers."""

import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from typing import Any

import pytest
from django.db import IntegrityError, connections, transaction

from agents.models import Agent
from cai import prestations
from cai.controles_prestations import FicheCertificat, FicheSeance
from cai.evaluation_pre_arrivee import record_pre_arrivee
from cai.models import Certificat, Contrat, EvaluationPreArrivee, Prestation, SeancePrestation
from cai.pre_arrivee import Effet, PreArrivee
from cai.presentation import formations_of, prealable_of
from core import clock
from core.errors import Conflict, Forbidden, InvalidInput, RuleViolation
from core.models import Evenement

CIVIQUE, LANGUE = "formation_civique", "formation_linguistique"
JOUR = date(2010, 4, 6)
AUJOURDHUI = date(2010, 5, 20)


@pytest.fixture(autouse=True)
def _on_a_later_day() -> Iterator[None]:
    with clock.travel(AUJOURDHUI):
        yield


def prescribe(contrat: Contrat, by: Agent, genre: str = CIVIQUE, heures: int = 6) -> Prestation:
    return prestations.prescribe(
        contrat=contrat, type_prestation=genre, date_prescription=contrat.date_signature, heures=heures, by=by
    )


def seance(contrat: Contrat, by: Agent, genre: str = CIVIQUE, **fields: Any) -> SeancePrestation:
    identifiant = fields.pop("identifiant", None)
    fiche = FicheSeance(**{"jour": JOUR, "minutes": 180, "presence": "present", **fields})
    return prestations.add_seance(contrat=contrat, type_prestation=genre, fiche=fiche, identifiant=identifiant, by=by)


def paper(contrat: Contrat, by: Agent, genre: str, kind: str = LANGUE, **fields: Any) -> Certificat:
    fiche = FicheCertificat(**{"genre": genre, "jour": date(2010, 5, 3), **fields})
    return prestations.add_certificat(contrat=contrat, type_prestation=kind, fiche=fiche, by=by)


def decide(contrat: Contrat, by: Agent, statut: str, genre: str = CIVIQUE) -> Prestation:
    return prestations.decide(contrat=contrat, type_prestation=genre, statut=statut, by=by)


def training(genre: str = CIVIQUE) -> Prestation:
    return Prestation.objects.get(type=genre)


def states(genre: str = CIVIQUE) -> list[tuple[str, str, str]]:
    told = Evenement.objects.filter(nom__startswith="prestation.", faits__type=genre).order_by("numero")
    return [(event.nom.removeprefix("prestation."), event.etat_avant, event.etat_apres) for event in told]


@pytest.mark.rule("C.3-types", "C.3-preuves")
def test_a_training_goes_from_its_prescription_to_its_paper(contrat: Contrat, agent_ofii: Agent) -> None:
    prescribe(contrat, agent_ofii)
    seance(contrat, agent_ofii, presence="absent")
    seance(contrat, agent_ofii, jour=date(2010, 4, 13))
    paper(contrat, agent_ofii, "attestation_nominative", CIVIQUE)

    assert states() == [
        ("prescrite", "", "prescrite"),
        ("seance_enregistree", "prescrite", "prescrite"),
        ("seance_enregistree", "prescrite", "en_cours"),
        ("certificat_enregistre", "en_cours", "suivie"),
    ]
    assert training().date_fin == date(2010, 4, 13)  # the last attendance
    assert all(event.faits["statut"] == event.etat_apres for event in Evenement.objects.filter(faits__type=CIVIQUE))


def test_the_same_prescription_and_decision_twice_write_once(contrat: Contrat, agent_ofii: Agent) -> None:
    for _ in range(2):
        prescribe(contrat, agent_ofii)
    for _ in range(2):
        decide(contrat, agent_ofii, "differee_motif_legitime")

    assert [act for act, _, _ in states()] == ["prescrite", "enregistree"]
    assert prescribe(contrat, agent_ofii).statut == "prescrite"  # due again


def test_to_correct_the_prescription_of_a_followed_training_takes_nothing_back(
    contrat: Contrat, agent_ofii: Agent
) -> None:
    Prestation.objects.create(contrat=contrat, type=LANGUE, statut="suivie", date_fin=date(2010, 5, 3))
    corrected = prescribe(contrat, agent_ofii, LANGUE, heures=200)
    assert (corrected.statut, corrected.heures_prescrites) == ("suivie", 200)


@pytest.mark.parametrize(
    ("genre", "examen", "refused"),
    [(LANGUE, date(2010, 9, 6), False), (LANGUE, date(2010, 3, 14), True), (CIVIQUE, date(2010, 9, 6), True)],
)
def test_an_exam_is_planned_for_the_language_training_once_it_is_prescribed(
    contrat: Contrat, agent_ofii: Agent, genre: str, examen: date, refused: bool
) -> None:
    def _prescribe() -> Prestation:
        return prestations.prescribe(
            contrat=contrat, type_prestation=genre, date_prescription=contrat.date_signature, heures=6,
            examen_prevu_le=examen, by=agent_ofii,
        )  # fmt: skip

    if refused:
        with pytest.raises(InvalidInput) as refusal:
            _prescribe()
        assert list(refusal.value.fields) == ["examen_prevu_le"]
    else:
        assert _prescribe().examen_prevu_le == examen


def test_coming_ends_a_deferral_or_a_failure_and_no_other_decision(contrat: Contrat, agent_ofii: Agent) -> None:
    prescribe(contrat, agent_ofii)
    for rank, (decided, after) in enumerate(
        (("differee_motif_legitime", "en_cours"), ("non_suivie_sans_motif", "en_cours"), ("sans_objet", "sans_objet"))
    ):
        decide(contrat, agent_ofii, decided)
        seance(contrat, agent_ofii, jour=date(2010, 4, 6 + rank), minutes=60)
        assert training().statut == after


@pytest.mark.rule("C.8-motif-legitime")
@pytest.mark.parametrize("statut", ["differee_motif_legitime", "non_suivie_sans_motif"])
def test_what_is_noted_late_of_a_training_ends_neither_its_deferral_nor_its_failure(
    contrat: Contrat, agent_ofii: Agent, statut: str
) -> None:
    prescribe(contrat, agent_ofii)
    came = seance(contrat, agent_ofii)
    decide(contrat, agent_ofii, statut)
    missed = seance(contrat, agent_ofii, jour=date(2010, 4, 7), presence="absent")
    prestations.correct_seance(
        seance=came, fiche=FicheSeance(jour=JOUR, minutes=120, presence="present"), by=agent_ofii
    )
    prestations.remove_seance(seance=came, by=agent_ofii)
    assert training().statut == statut
    prestations.correct_seance(
        seance=missed, fiche=FicheSeance(jour=date(2010, 4, 7), minutes=180, presence="present"), by=agent_ofii
    )
    assert training().statut == "en_cours"


@pytest.mark.rule("D.2-9-proposition")
def test_nothing_is_decided_of_the_trainings_of_a_contract_that_has_ended(contrat: Contrat, agent_ofii: Agent) -> None:
    prescribe(contrat, agent_ofii)
    Contrat.objects.update(statut="resilie")
    seance(contrat, agent_ofii, presence="absent")
    for act in (
        lambda: prescribe(contrat, agent_ofii, heures=5),
        lambda: decide(contrat, agent_ofii, "sans_objet"),
    ):
        with pytest.raises(RuleViolation) as refused:
            act()
        assert refused.value.code == "contrat_termine"
    assert training().statut == "prescrite"


def test_an_absence_is_excused_without_keeping_its_reason(contrat: Contrat, agent_ofii: Agent) -> None:
    prescribe(contrat, agent_ofii)
    missed = seance(contrat, agent_ofii, presence="absent")
    excused = FicheSeance(jour=JOUR, minutes=180, presence="absent_excuse", justificatif_vu_le=date(2010, 4, 9))
    for _ in range(2):
        prestations.correct_seance(seance=missed, fiche=excused, by=agent_ofii)

    (event,) = Evenement.objects.filter(nom="prestation.seance_corrigee")
    assert event.faits["auparavant"]["presence"] == "absent"
    assert SeancePrestation.objects.get().justificatif_vu_le == date(2010, 4, 9)


def test_what_was_recorded_by_mistake_goes_and_the_state_follows(contrat: Contrat, agent_ofii: Agent) -> None:
    prescribe(contrat, agent_ofii, LANGUE, 200)
    came = seance(contrat, agent_ofii, LANGUE)
    proof = paper(contrat, agent_ofii, "certificat_assiduite", niveau="A2")
    paper(contrat, agent_ofii, "dilf", reussi=True, gratuit=True)
    assert (training(LANGUE).statut, training(LANGUE).niveau_atteint) == ("suivie", "A2")

    prestations.remove_certificat(certificat=proof, by=agent_ofii)
    after = training(LANGUE)
    assert (after.statut, after.niveau_atteint, after.date_fin) == ("en_cours", "A1_1", None)
    prestations.remove_seance(seance=came, by=agent_ofii)
    assert training(LANGUE).statut == "prescrite"
    with pytest.raises(Conflict):
        prestations.remove_seance(seance=came, by=agent_ofii)


@pytest.mark.rule("C.3-civique")
def test_the_civic_training_is_always_due_and_never_dispensed(contrat: Contrat, agent_ofii: Agent) -> None:
    with pytest.raises(RuleViolation, match="toujours due"):
        decide(contrat, agent_ofii, "dispensee")
    assert decide(contrat, agent_ofii, "dispensee", LANGUE).statut == "dispensee"


def test_a_training_followed_without_its_paper_can_still_be_decided(contrat: Contrat, agent_ofii: Agent) -> None:
    Prestation.objects.create(contrat=contrat, type=CIVIQUE, statut="suivie")
    assert decide(contrat, agent_ofii, "non_suivie_sans_motif").statut == "non_suivie_sans_motif"


def test_a_failed_exam_says_nothing_of_the_level_nor_of_the_training(contrat: Contrat, agent_ofii: Agent) -> None:
    prescribe(contrat, agent_ofii, LANGUE, 200)
    paper(contrat, agent_ofii, "dilf", reussi=False, gratuit=True)
    assert (training(LANGUE).statut, training(LANGUE).niveau_atteint) == ("prescrite", "")
    paper(contrat, agent_ofii, "dilf", jour=date(2010, 5, 18), reussi=True, gratuit=False)
    assert training(LANGUE).niveau_atteint == "A1_1"


@pytest.mark.parametrize(
    ("genre", "fields", "field"),
    [
        ("attestation_nominative", {}, "genre"),
        ("certificat_assiduite", {"jour": date(2010, 5, 21)}, "jour"),
        ("certificat_assiduite", {"date_fin": date(2010, 5, 21)}, "date_fin"),
        ("certificat_assiduite", {"date_fin": date(2010, 3, 14)}, "date_fin"),
        ("certificat_assiduite", {"niveau": "Z9"}, "niveau"),
        ("certificat_assiduite", {"reussi": True}, "reussi"),
        ("dilf", {"gratuit": False}, "reussi"),
        ("dilf", {"reussi": True}, "gratuit"),
        ("dilf", {"reussi": True, "gratuit": True}, "gratuit"),
        ("dilf", {"reussi": True, "gratuit": False, "jour": date(1996, 6, 30)}, "jour"),
    ],
)
def test_a_paper_that_cannot_be_is_refused_at_its_field(
    contrat: Contrat, agent_ofii: Agent, genre: str, fields: dict[str, Any], field: str
) -> None:
    paper(contrat, agent_ofii, "dilf", jour=date(2010, 5, 1), reussi=False, gratuit=True)
    before = Evenement.objects.count()

    with pytest.raises(InvalidInput) as refusal:
        paper(contrat, agent_ofii, genre, **fields)

    assert list(refusal.value.fields) == [field]
    assert (Certificat.objects.count(), Evenement.objects.count()) == (1, before)


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"jour": date(2010, 5, 21)}, "jour"),
        ({"minutes": 0}, "minutes"),
        ({"minutes": 721}, "minutes"),
        ({"presence": "retard"}, "presence"),
        ({"presence": "absent_excuse"}, "justificatif_vu_le"),
        ({"presence": "absent_excuse", "justificatif_vu_le": date(2010, 5, 21)}, "justificatif_vu_le"),
        ({"justificatif_vu_le": JOUR}, "justificatif_vu_le"),
    ],
)
def test_a_session_that_cannot_be_is_refused_at_its_field(
    contrat: Contrat, agent_ofii: Agent, fields: dict[str, Any], field: str
) -> None:
    prescribe(contrat, agent_ofii)
    with pytest.raises(InvalidInput) as refusal:
        seance(contrat, agent_ofii, **fields)
    assert field in refusal.value.fields


@pytest.mark.rule("C.3-bilan", "C.3-statuts")
def test_acts_that_make_no_sense_are_refused_with_a_sentence(
    contrat: Contrat, agent_ofii: Agent, directeur: Agent
) -> None:
    with pytest.raises(RuleViolation, match="prescrivez-la d’abord"):
        seance(contrat, agent_ofii)
    with pytest.raises(RuleViolation, match="prescrivez-la d’abord"):
        decide(contrat, agent_ofii, "non_suivie_sans_motif")
    with pytest.raises(RuleViolation, match="ne se saisit pas"):
        decide(contrat, agent_ofii, "suivie", "bilan")
    for deduced in ("suivie", "en_cours", "exemptee", "inconnu"):
        with pytest.raises(InvalidInput):
            decide(contrat, agent_ofii, deduced)
    with pytest.raises(InvalidInput):
        prescribe(contrat, agent_ofii, heures=0)
    with pytest.raises(Forbidden):
        prescribe(contrat, directeur)
    assert decide(contrat, agent_ofii, "sans_objet", LANGUE).statut == "sans_objet"
    paper(contrat, agent_ofii, "attestation_nominative", CIVIQUE)
    with pytest.raises(RuleViolation, match="retirez d’abord le justificatif"):
        decide(contrat, agent_ofii, "sans_objet")
    with pytest.raises(Conflict):
        paper(contrat, agent_ofii, "attestation_nominative", CIVIQUE)


def test_the_database_keeps_one_free_exam_and_no_result_outside_an_exam(contrat: Contrat, agent_ofii: Agent) -> None:
    paper(contrat, agent_ofii, "dilf", reussi=False, gratuit=True)
    known = {"prestation": training(LANGUE), "jour": date(2010, 5, 4), "saisi_par": agent_ofii}
    for impossible in (
        {"genre": "dilf", "reussi": True, "gratuit": True},
        {"genre": "dilf", "reussi": None, "gratuit": False},
        {"genre": "amdfl", "reussi": True},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            Certificat.objects.create(**known, **impossible)


@pytest.mark.django_db(transaction=True)
def test_the_same_session_sent_at_once_is_recorded_once(contrat: Contrat, agent_ofii: Agent) -> None:
    prescribe(contrat, agent_ofii)
    identifiant = uuid.uuid4()

    def send(_: int) -> bool:
        try:
            with clock.travel(AUJOURDHUI):
                seance(contrat, agent_ofii, identifiant=identifiant)
        except Conflict:
            return False
        finally:
            connections.close_all()
        return True

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(send, range(4))) == [False, False, False, True]
    assert SeancePrestation.objects.count() == 1
    assert Evenement.objects.filter(nom="prestation.seance_enregistree").count() == 1


# --- what was evaluated before the arrival --------------------------------------------------------

ACQUIS = PreArrivee(
    qualite="regroupement_familial", date_depot=date(2009, 9, 1), date_evaluation_1=date(2009, 10, 1),
    resultat_1="suffisant",
)  # fmt: skip
INSUFFISANT = PreArrivee(
    qualite="conjoint_francais", date_depot=date(2009, 9, 1), date_evaluation_1=date(2009, 10, 1),
    resultat_1="insuffisant", formation="prescrite", formation_debut=date(2009, 11, 2),
    formation_fin=date(2009, 12, 18), formation_heures=40, date_evaluation_2=date(2009, 12, 21),
    resultat_2="insuffisant",
)  # fmt: skip


@pytest.mark.rule("C.1-effet-amdfl", "C.1-effet-prescrite")
def test_the_language_training_takes_the_state_that_follows(contrat: Contrat, agent_ofii: Agent) -> None:
    assert record_pre_arrivee(contrat=contrat, fiche=INSUFFISANT, by=agent_ofii) == Effet.FORMATION_PRESCRITE
    assert training(LANGUE).statut == "prescrite"
    for _ in range(2):
        record_pre_arrivee(contrat=contrat, fiche=ACQUIS, by=agent_ofii)

    assert training(LANGUE).statut == "dispensee"
    assert list(Evenement.objects.filter(nom__startswith="prearrivee").values_list("nom", "faits__effet")) == [
        ("prearrivee.enregistree", "formation_prescrite"),
        ("prearrivee.corrigee", "amdfl"),
    ]


@pytest.mark.rule("C.1-effet-ordinaire")
def test_a_correction_that_leaves_the_ordinary_regime_dispenses_nobody(contrat: Contrat, agent_ofii: Agent) -> None:
    record_pre_arrivee(contrat=contrat, fiche=ACQUIS, by=agent_ofii)
    ordinary = PreArrivee(**{**vars(ACQUIS), "resultat_1": "insuffisant"})
    assert record_pre_arrivee(contrat=contrat, fiche=ordinary, by=agent_ofii) == Effet.REGIME_ORDINAIRE
    assert not Prestation.objects.filter(type=LANGUE).exists()
    assert states(LANGUE) == [("enregistree", "", "dispensee"), ("enregistree", "dispensee", "")]


@pytest.mark.rule("C.1-avertir")
def test_what_an_agent_prescribed_or_decided_is_kept_and_the_contradiction_told(
    contrat: Contrat, agent_ofii: Agent
) -> None:
    prescribe(contrat, agent_ofii, LANGUE, heures=200)
    record_pre_arrivee(contrat=contrat, fiche=ACQUIS, by=agent_ofii)
    _, langue, _ = formations_of(contrat, prealable_of(contrat))
    assert training(LANGUE).statut == "prescrite"
    assert any("dit autre chose" in one for one in langue.avertissements)


@pytest.mark.rule("C.1-avertir")
def test_a_training_that_began_keeps_its_state_and_the_contradiction_is_told(
    contrat: Contrat, agent_ofii: Agent
) -> None:
    prescribe(contrat, agent_ofii, LANGUE, 200)
    seance(contrat, agent_ofii, LANGUE)
    record_pre_arrivee(contrat=contrat, fiche=ACQUIS, by=agent_ofii)

    assert training(LANGUE).statut == "en_cours"
    _, langue, _ = formations_of(contrat, prealable_of(contrat))
    assert any("dit autre chose" in one for one in langue.avertissements)


@pytest.mark.rule("C.1-lecture-seule")
def test_what_was_recorded_changes_no_more_after_its_day(contrat: Contrat, agent_ofii: Agent) -> None:
    record_pre_arrivee(contrat=contrat, fiche=ACQUIS, by=agent_ofii)
    with clock.travel(date(2010, 5, 21)), pytest.raises(RuleViolation, match="ne se corrige que ce jour-là"):
        record_pre_arrivee(contrat=contrat, fiche=INSUFFISANT, by=agent_ofii)
    assert EvaluationPreArrivee.objects.get().resultat_1 == "suffisant"


@pytest.mark.rule("C.1-dispense")
@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"date_valeurs": date(2010, 5, 21)}, "date_valeurs"),
        ({"resultat_1": ""}, "resultat_1"),
        ({"date_evaluation_2": None}, "date_evaluation_2"),
        ({"formation": "dispensee"}, "motif_dispense"),
        ({"motif_dispense": "contraintes"}, "motif_dispense"),
        ({"formation_fin": date(2009, 11, 1)}, "formation_fin"),
        ({"qualite": "touriste"}, "qualite"),
    ],
)
def test_half_an_answer_is_refused_at_its_field(
    contrat: Contrat, agent_ofii: Agent, changes: dict[str, Any], field: str
) -> None:
    with pytest.raises(InvalidInput) as refusal:
        record_pre_arrivee(contrat=contrat, fiche=PreArrivee(**{**vars(INSUFFISANT), **changes}), by=agent_ofii)
    assert list(refusal.value.fields) == [field]


@pytest.mark.rule("C.1-effet-dilf", "C.3-dilf")
def test_the_exam_is_due_after_the_training_and_until_it_is_passed(contrat: Contrat, agent_ofii: Agent) -> None:
    def proof() -> str:
        return formations_of(contrat, prealable_of(contrat))[1].preuve

    suffisant = PreArrivee(**{**vars(INSUFFISANT), "resultat_2": "suffisant"})
    record_pre_arrivee(contrat=contrat, fiche=suffisant, by=agent_ofii)
    assert proof() == "DILF à passer"
    paper(contrat, agent_ofii, "dilf", reussi=True, gratuit=True)
    assert "à passer" not in proof()


def test_an_exam_recorded_by_mistake_leaves_nothing_and_a_decision_survives_a_paper(
    contrat: Contrat, agent_ofii: Agent
) -> None:
    exam = paper(contrat, agent_ofii, "dilf", reussi=True, gratuit=True)
    assert training(LANGUE).statut == "sans_objet"
    prestations.remove_certificat(certificat=exam, by=agent_ofii)
    assert not Prestation.objects.filter(type=LANGUE).exists()

    decide(contrat, agent_ofii, "dispensee", LANGUE)
    level = paper(contrat, agent_ofii, "amdfl")
    prestations.remove_certificat(certificat=level, by=agent_ofii)
    assert training(LANGUE).statut == "dispensee"


@pytest.mark.parametrize("recorded", [False, True])
def test_a_paper_removed_from_a_training_never_prescribed_leaves_what_was_known_before(
    contrat: Contrat, agent_ofii: Agent, recorded: bool
) -> None:
    if recorded:
        record_pre_arrivee(contrat=contrat, fiche=ACQUIS, by=agent_ofii)
    proof = paper(contrat, agent_ofii, "certificat_assiduite")
    prestations.remove_certificat(certificat=proof, by=agent_ofii)
    assert list(Prestation.objects.values_list("statut", flat=True)) == (["dispensee"] if recorded else [])
    assert states(LANGUE)[-1] == ("certificat_retire", "suivie", "dispensee" if recorded else "")
