"""What an agent reads when an act is refused: of each guard the code, the field where to repair it, and the words."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

import pytest
from pytest_django import Settings

from agents.models import Agent, DirectionTerritoriale, Lieu
from agents.roles import Role
from bilan import guards
from bilan.guards import Proposition
from bilan.models import Bilan, RendezVous, Seance
from bilan.states import Etat
from cai.models import Contrat, Prestation, Signataire
from core import clock
from core.errors import Blocage
from core.french import NBSP
from exemptions.models import Evaluation
from tests.factories.agents import make_agent, make_lieu, make_marche, make_prestataire
from tests.factories.conduite import JOUR, SIGNATURE, make_convoque
from tests.factories.programmation import proposition
from tests.factories.transitions import APRES_MIDI, Monde

pytestmark = pytest.mark.django_db
AVRIL = date(2010, 4, 1)
AGEE = date(1950, 1, 1)
Said = tuple[str, str, str]

PERIMEE = (
    "evaluation_perimee",
    "",
    "La naissance ou le titre d’admission ont été corrigés depuis l’évaluation, ou une pièce examinée : évaluez de "
    "nouveau.",
)
HORAIRES = ("heure_non_ouverte", "heure", "Un rendez-vous commence entre 8 h et 18 h.")
ECHU = ("contrat_echu", "", "Le contrat a pris fin le 15 mars 2011.")
CLOTURE = ("contrat_termine", "", "Le contrat est à l’état « Clôturé ».")


def plain(text: str) -> str:
    return text.replace(NBSP, " ")


def said(blocages: Iterable[Blocage]) -> list[Said]:
    return [(blocage.code, blocage.field, plain(blocage.message)) for blocage in blocages]


@pytest.fixture
def planned(lieu: Lieu, conseiller: Agent) -> Proposition:
    return proposition(lieu, conseiller, JOUR)


def convocation(bilan: Bilan, planned: Proposition, *, on: date | datetime = AVRIL, **changes: Any) -> list[Said]:
    with clock.travel(on):
        return said(guards.convocation(bilan, Proposition(**{**vars(planned), **changes})))


# --- the appointment ------------------------------------------------------------------------------


CONVOCATIONS: list[tuple[dict[str, Any], Said | None]] = [
    ({}, None),
    (
        {"debut": clock.at(date(2010, 3, 31), 9)},
        ("rendez_vous_passe", "jour", "Indiquez une date et une heure à venir."),
    ),
    (
        {"on": date(2010, 2, 1), "debut": clock.at(date(2010, 3, 12), 9)},
        (
            "rendez_vous_avant_signature",
            "jour",
            "Indiquez une date à partir du 15 mars 2010, signature du contrat.",
        ),
    ),
    (
        {"debut": clock.at(date(2011, 3, 16), 9)},
        ("rendez_vous_apres_echeance", "jour", "Indiquez une date au plus tard le 15 mars 2011, fin du contrat."),
    ),
    (
        {"debut": clock.at(date(2010, 4, 15), 9)},
        (
            "delai_trop_court",
            "jour",
            "La personne doit être prévenue 15 jours avant : choisissez une date à partir du 16 avril 2010, ou notez "
            "son accord pour un délai plus court.",
        ),
    ),
    (
        {"debut": clock.at(date(2010, 5, 16), 9)},
        ("jour_non_ouvert", "jour", "Le dimanche 16 mai 2010 est un dimanche : choisissez un autre jour."),
    ),
    (
        {"debut": clock.at(date(2010, 5, 13), 9)},
        ("jour_non_ouvert", "jour", "Le jeudi 13 mai 2010 est férié (Ascension) : choisissez un autre jour."),
    ),
    ({"debut": clock.at(JOUR, 7, 59)}, HORAIRES),
    ({"debut": clock.at(JOUR, 18, 1), "duree_fixee_minutes": 1}, HORAIRES),
    (
        {"debut": clock.at(JOUR, 17, 1)},
        (
            "heure_non_ouverte",
            "heure",
            "Ce rendez-vous finirait à 20 h 01 : il doit finir à 20 h au plus tard. Avancez l’heure ou réduisez la "
            "durée.",
        ),
    ),
    (
        {"duree_fixee_minutes": 181},
        (
            "duree_illegale",
            "duree_fixee_minutes",
            "La durée va de 1 à 180 minutes : le bilan ne dépasse pas trois heures.",
        ),
    ),
]


@pytest.mark.rule("D.2-4", "D.2-refus")
def test_a_refused_appointment_says_what_to_change_and_in_which_field(
    a_programmer: Bilan, planned: Proposition
) -> None:
    for changes, refused in CONVOCATIONS:
        assert convocation(a_programmer, planned, **changes) == ([refused] if refused else []), changes


@pytest.mark.rule("C.6-duree-fixee")
def test_the_minutes_already_used_count_in_the_duration_and_not_in_the_appointment(
    a_programmer: Bilan, planned: Proposition, conseiller: Agent
) -> None:
    Seance.objects.create(bilan=a_programmer, phase=Etat.PHASE_PRELIMINAIRE, jour=JOUR, minutes=100, par=conseiller)
    assert convocation(a_programmer, planned, duree_fixee_minutes=100) == [
        (
            "duree_illegale",
            "duree_fixee_minutes",
            "La durée totale va de 101 à 180 minutes : 100 ont déjà été utilisées.",
        )
    ]
    # Eighty minutes are left: they end at twenty past seven.
    assert convocation(a_programmer, planned, debut=clock.at(JOUR, 18)) == []


@pytest.mark.rule("D.2-4-marche")
def test_a_refused_place_or_adviser_is_named(
    a_programmer: Bilan, planned: Proposition, direction: DirectionTerritoriale, prescripteur: Agent, conseiller: Agent
) -> None:
    house = make_prestataire("Sans marché")
    stranger = make_agent(Role.CONSEILLER_BILAN, house, prenom="Jeanne", nom="Marchand")
    assert convocation(a_programmer, planned, lieu=make_lieu(house), conseiller=stranger) == [
        (
            "marche_absent",
            "lieu",
            "Sans marché n’a pas de marché couvrant Paris le 10 mai 2010 : choisissez un autre prestataire ou une "
            "autre date.",
        )
    ]
    closed = Lieu(nom="Espace Hauteville", prestataire=planned.lieu.prestataire, actif=False)
    assert convocation(a_programmer, planned, lieu=closed) == [
        ("lieu_ferme", "lieu", "Espace Hauteville ne reçoit plus : choisissez un autre lieu.")
    ]
    assert convocation(a_programmer, planned, conseiller=stranger) == [
        (
            "conseiller_inconnu",
            "conseiller",
            f"Jeanne Marchand n’est pas en poste chez {planned.lieu.prestataire.nom} : choisissez un de ses "
            "conseillers.",
        )
    ]
    other = make_convoque(direction, prescripteur, conseiller)
    assert guards.creneau(other, conseiller, planned.debut, 180) == [], "nobody stands in their own way"
    assert convocation(a_programmer, planned) == [
        (
            "conseiller_occupe",
            "heure",
            f"{conseiller} reçoit déjà une autre personne à cette heure : changez l’heure ou le conseiller.",
        )
    ]


@pytest.mark.rule("C.7-paris")
def test_days_and_hours_are_those_of_paris_wherever_the_server_stands(
    a_programmer: Bilan, planned: Proposition, direction: DirectionTerritoriale, settings: Settings
) -> None:
    settings.TIME_ZONE = "Pacific/Auckland"  # there, five in the afternoon in Paris is early the next day
    house = make_prestataire("Marché d’un mois")
    make_marche(house, direction, debut=AVRIL, fin=date(2010, 5, 15))
    here = {"lieu": make_lieu(house), "conseiller": make_agent(Role.CONSEILLER_BILAN, house)}
    saturday, friday = clock.at(date(2010, 5, 15), 17), clock.at(date(2010, 5, 14), 17)
    assert convocation(a_programmer, planned, debut=saturday, **here) == []
    assert convocation(a_programmer, planned, debut=clock.at(date(2011, 3, 15), 17)) == []
    assert guards.avertissements(a_programmer, friday) == []
    assert guards.limite_justification(RendezVous(debut=clock.at(JOUR, 17))) == date(2010, 5, 25)


@pytest.mark.rule("C.3-bilan-apres-langue")
def test_a_second_thought_is_offered_on_a_day_off_or_during_the_french_course(a_programmer: Bilan) -> None:
    def warnings(jour: date = JOUR) -> list[str]:
        return [plain(warning) for warning in guards.avertissements(a_programmer, clock.at(jour, 9))]

    assert warnings() == []
    closed = "n’est pas un jour ouvré : vérifiez que le prestataire reçoit."
    assert warnings(date(2010, 5, 15)) == [f"Le samedi 15 mai 2010 {closed}"]
    assert warnings(date(2010, 7, 14)) == [f"Le mercredi 14 juillet 2010 {closed}"]
    course = Prestation.objects.create(
        contrat=a_programmer.contrat, type=Prestation.Type.FORMATION_LINGUISTIQUE, statut=Prestation.Statut.EN_COURS
    )
    assert warnings() == ["La formation linguistique est en cours : le bilan se tient d’ordinaire après elle."]
    Prestation.objects.filter(pk=course.pk).update(type=Prestation.Type.FORMATION_CIVIQUE)
    assert warnings() == []
    Prestation.objects.filter(pk=course.pk).update(type=course.type, statut=Prestation.Statut.SUIVIE)
    assert warnings() == []


# --- the evaluation -------------------------------------------------------------------------------


def correct(bilan: Bilan, naissance: date) -> None:
    Signataire.objects.filter(pk=bilan.contrat.signataire_id).update(date_naissance=naissance)


@pytest.mark.rule("C.5-jour-entretien", "C.5-sans-volontaire")
def test_a_prescription_waits_for_an_evaluation_of_this_file_at_its_interview_without_a_ground(
    monde: Monde, a_programmer: Bilan
) -> None:
    other = monde.convoque(date_naissance=AGEE)
    with clock.travel(APRES_MIDI):
        monde.evaluate(other, SIGNATURE)
        monde.evaluate(a_programmer, JOUR)
        assert said(guards.evaluation_sans_motif(a_programmer)) == [
            (
                "evaluation_absente",
                "",
                "Évaluez d’abord l’exemption à la date de l’entretien, le 15 mars 2010.",
            )
        ]
        monde.evaluate(a_programmer, SIGNATURE)
        assert guards.evaluation_sans_motif(a_programmer) == []
        correct(a_programmer, AGEE)
        assert said(guards.evaluation_sans_motif(a_programmer)) == [PERIMEE]
    assert said(guards.evaluation_sans_motif(other)) == [
        ("personne_exemptee", "", "La personne est dispensée du bilan : constatez l’exemption.")
    ]


@pytest.mark.rule("D.2-2", "C.5-depuis-2008")
def test_a_prescription_is_for_a_running_contract_signed_since_the_law_and_a_prescriber_of_the_direction(
    monde: Monde, a_programmer: Bilan, agent_ofii: Agent
) -> None:
    contrat = a_programmer.contrat
    contrat.date_signature = date(2008, 12, 1)
    with clock.travel(date(2011, 3, 15)):
        monde.evaluate(a_programmer, SIGNATURE)
        assert guards.prescription(a_programmer, monde.prescripteur) == []
    contrat.date_signature, contrat.statut = date(2008, 11, 30), Contrat.Statut.CLOTURE
    with clock.travel(date(2011, 3, 16)):
        assert said(guards.prescription(a_programmer, agent_ofii)) == [
            CLOTURE,
            ECHU,
            (
                "contrat_anterieur",
                "",
                "Ce contrat a été signé avant le 1er décembre 2008 : le bilan n’était pas encore prévu.",
            ),
            ("prescripteur_inconnu", "prescripteur", "Choisissez un prescripteur de cette direction."),
        ]


@pytest.mark.rule("D.2-1")
def test_an_exemption_rests_on_a_ground_true_to_the_file_at_a_day_that_counts(monde: Monde) -> None:
    bilan = monde.convoque()
    neighbour = monde.convoque(date_naissance=AGEE)
    RendezVous.objects.filter(bilan=neighbour).update(debut=clock.at(date(2010, 5, 12), 9))
    autre_jour = (
        "date_reference_autre",
        "",
        "Évaluez l’exemption à la date de l’entretien, à aujourd’hui ou, une fois le bilan prescrit, à celle du "
        "rendez-vous.",
    )

    def exemption(jour: date) -> list[Said]:
        with clock.travel(AVRIL):
            monde.evaluate(bilan, jour)
            last = Evaluation.objects.filter(contrat=bilan.contrat).with_verdict().latest_first().first()
            assert last is not None
            return said(guards.exemption(bilan, last))

    assert exemption(JOUR) == [("aucun_motif", "", "L’évaluation du jour ne retient aucun motif d’exemption.")]
    correct(bilan, AGEE)
    assert exemption(JOUR) == []
    assert exemption(date(2010, 5, 12)) == [autre_jour], "the day of somebody else's appointment"
    RendezVous.objects.filter(bilan=bilan).update(statut=RendezVous.Statut.REPORTE)
    assert exemption(JOUR) == [autre_jour], "the day of an appointment put off"
    sealed = Evaluation.objects.filter(contrat=bilan.contrat).with_verdict().latest_first()
    correct(bilan, date(1980, 7, 1))
    assert said(guards.exemption(bilan, sealed[0])) == [PERIMEE]


@pytest.mark.rule("D.2-3")
def test_an_exemption_is_lifted_during_the_contract_on_an_evaluation_of_today_without_a_ground(monde: Monde) -> None:
    bilan = monde.convoque(date_naissance=AGEE)
    absente = ("evaluation_du_jour_absente", "", "Évaluez d’abord l’exemption à la date d’aujourd’hui.")
    with clock.travel(APRES_MIDI):
        assert said(guards.levee(bilan)) == [absente]
        monde.evaluate(bilan, JOUR)
        assert said(guards.levee(bilan)) == [
            ("toujours_exemptee", "", "L’évaluation d’aujourd’hui retient encore un motif d’exemption.")
        ]
        correct(bilan, date(1980, 7, 1))
        assert said(guards.levee(bilan)) == [PERIMEE]
    bilan.contrat.statut = Contrat.Statut.CLOTURE
    with clock.travel(date(2011, 3, 16)):
        assert said(guards.levee(bilan)) == [
            CLOTURE,
            ECHU,
            absente,
        ]


# --- what is written and what is shown ------------------------------------------------------------


@pytest.mark.rule("E.4-terme")
def test_nothing_is_written_from_a_year_after_the_person_last_came(a_programmer: Bilan) -> None:
    for informe_le, on, refused in [
        (None, date(2012, 1, 1), False),
        (JOUR, date(2011, 5, 9), False),
        (JOUR, date(2011, 5, 10), True),
    ]:
        a_programmer.informe_le = informe_le
        with clock.travel(on):
            found = said(guards.ecriture(a_programmer))
        assert bool(found) is refused, on
    assert found == [
        (
            "terme_atteint",
            "",
            "Un an a passé depuis la dernière séance : les notes et le brouillon sont détruits, la synthèse ne peut "
            "plus être écrite.",
        )
    ]


@pytest.mark.rule("C.8-motifs", "C.8-sante")
def test_a_reason_for_an_absence_says_what_is_still_to_be_told_and_shown() -> None:
    with clock.travel(JOUR):
        assert said(guards.motif_absence("autre_motive", " ", None)) == [
            ("precision_absente", "precision", "Précisez la raison en quelques mots."),
            (
                "justificatif_non_vu",
                "justificatif_vu_le",
                "Indiquez le jour où vous avez vu le justificatif, au plus tard aujourd’hui.",
            ),
        ]
