"""What stands between a file and its appointment: day before, day, day after (reference C.5 to C.8, D.2)."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from agents.models import Agent, DirectionTerritoriale, Lieu
from agents.roles import Role
from bilan import guards
from bilan.guards import Proposition
from bilan.models import Bilan, RendezVous, Seance
from bilan.states import Etat
from cai.models import Contrat
from core import clock
from tests.factories.agents import make_agent, make_lieu, make_marche, make_prestataire
from tests.factories.conduite import JOUR, make_convoque
from tests.factories.programmation import proposition

pytestmark = pytest.mark.django_db


@pytest.fixture
def planned(lieu: Lieu, conseiller: Agent) -> Proposition:
    return proposition(lieu, conseiller, JOUR)


def codes(bilan: Bilan, planned: Proposition, *, on: date | datetime, **changes: Any) -> list[str]:
    values = {**vars(planned), **changes}
    with clock.travel(on):
        return [blocage.code for blocage in guards.convocation(bilan, Proposition(**values))]


@pytest.mark.rule("D.2-4")
@pytest.mark.parametrize(
    ("now", "refused"),
    [
        (clock.at(JOUR, 9, 29), []),
        (clock.at(JOUR, 9, 30), ["rendez_vous_passe"]),
        (clock.at(JOUR, 9, 31), ["rendez_vous_passe"]),
    ],
)
def test_an_appointment_is_to_come(
    a_programmer: Bilan, planned: Proposition, now: datetime, refused: list[str]
) -> None:
    assert codes(a_programmer, planned, on=now, accord_delai_reduit=True) == refused


@pytest.mark.rule("C.6-validite")
@pytest.mark.parametrize(
    ("jour", "refused"),
    [
        (date(2010, 3, 13), ["rendez_vous_avant_signature"]),
        (date(2010, 3, 15), []),
        (date(2011, 3, 15), []),
        (date(2011, 3, 16), ["rendez_vous_apres_echeance"]),
    ],
)
def test_an_appointment_lies_within_the_contract_first_and_last_day_included(
    a_programmer: Bilan, planned: Proposition, jour: date, refused: list[str]
) -> None:
    on = date(2010, 2, 1)
    assert codes(a_programmer, planned, on=on, debut=clock.at(jour, 9), accord_delai_reduit=True) == refused


@pytest.mark.rule("C.7-paris")
def test_the_day_is_that_of_paris_whatever_the_time_zone_given(a_programmer: Bilan, planned: Proposition) -> None:
    late = datetime.fromisoformat("2011-03-15T23:30:00+00:00")  # half past midnight on the 16th in Paris
    assert "rendez_vous_apres_echeance" in codes(a_programmer, planned, on=JOUR, debut=late)


@pytest.mark.parametrize(
    ("jour", "reason"),
    [
        (date(2010, 5, 2), "est un dimanche"),
        (date(2010, 5, 13), "est férié (Ascension)"),
        (date(2010, 5, 24), "est férié (Lundi de Pentecôte)"),
        (date(2011, 1, 1), "est férié (Jour de l'an)"),
        (date(2010, 5, 15), ""),  # a Saturday
    ],
)
def test_nobody_is_summoned_on_a_sunday_or_a_public_holiday(
    a_programmer: Bilan, planned: Proposition, jour: date, reason: str
) -> None:
    with clock.travel(date(2010, 4, 1)):
        found = guards.convocation(a_programmer, replace(planned, debut=clock.at(jour, 9)))
    assert [(blocage.code, blocage.field) for blocage in found] == ([("jour_non_ouvert", "jour")] if reason else [])
    assert not reason or reason in found[0].message


@pytest.mark.parametrize(
    ("hour", "minute", "minutes", "refused"),
    [
        (3, 0, 180, True),
        (7, 59, 60, True),
        (8, 0, 180, False),
        (17, 0, 180, False),
        (17, 1, 180, True),  # ends at 20 h 01
        (18, 0, 120, False),
        (18, 0, 121, True),
        (18, 1, 30, True),
        (23, 30, 60, True),  # ends the next day
    ],
)
def test_a_person_is_received_during_office_hours(
    a_programmer: Bilan, planned: Proposition, hour: int, minute: int, minutes: int, refused: bool
) -> None:
    debut = clock.at(JOUR, hour, minute)
    found = codes(a_programmer, planned, on=date(2010, 4, 1), debut=debut, duree_fixee_minutes=minutes)
    assert found == (["heure_non_ouverte"] if refused else [])


@pytest.mark.rule("D.2-4-delai")
@pytest.mark.parametrize(
    ("days", "accord", "refused"),
    [(14, False, ["delai_trop_court"]), (14, True, []), (15, False, []), (1, True, []), (0, True, [])],
)
def test_notice_is_fifteen_days_unless_the_person_agrees(
    a_programmer: Bilan, planned: Proposition, days: int, accord: bool, refused: list[str]
) -> None:
    on = clock.at(JOUR - timedelta(days=days), 8)
    assert codes(a_programmer, planned, on=on, accord_delai_reduit=accord) == refused


@pytest.mark.rule("C.6-duree-fixee")
@pytest.mark.parametrize(
    ("used", "fixed", "refused"),
    [(0, 1, False), (0, 0, True), (0, 180, False), (0, 181, True), (100, 100, True), (100, 101, False)],
)
def test_the_duration_leaves_at_least_a_minute_within_three_hours(
    a_programmer: Bilan, planned: Proposition, conseiller: Agent, used: int, fixed: int, refused: bool
) -> None:
    if used:
        Seance.objects.create(
            bilan=a_programmer, phase=Etat.PHASE_PRELIMINAIRE, jour=JOUR, minutes=used, par=conseiller
        )
    found = codes(a_programmer, planned, on=date(2010, 4, 1), duree_fixee_minutes=fixed)
    assert found == (["duree_illegale"] if refused else [])


@pytest.mark.parametrize(
    ("changes", "refused"),
    [
        ({"duree_fixee_minutes": 10**30}, "duree_illegale"),
        ({"duree_fixee_minutes": 10**11}, "duree_illegale"),
        ({"duree_fixee_minutes": -(10**30)}, "duree_illegale"),
        ({"debut": datetime(9999, 12, 31, 23, 30, tzinfo=clock.PARIS)}, "rendez_vous_apres_echeance"),
        ({"debut": datetime(9999, 12, 31, 17, 30, tzinfo=clock.PARIS)}, "rendez_vous_apres_echeance"),
        ({"debut": datetime(1, 1, 2, 9, 30, tzinfo=clock.PARIS)}, "rendez_vous_passe"),
    ],
)
def test_the_end_of_all_calendars_is_refused_like_any_other_mistake(
    a_programmer: Bilan, planned: Proposition, changes: dict[str, Any], refused: str
) -> None:
    assert refused in codes(a_programmer, planned, on=date(2010, 4, 1), **changes)


@pytest.mark.rule("D.2-4-marche")
@pytest.mark.parametrize(
    ("jour", "refused"),
    [(date(2010, 6, 1), True), (date(2010, 6, 2), False), (date(2010, 6, 30), False), (date(2010, 7, 1), True)],
)
def test_the_market_covers_the_day_first_and_last_included(
    a_programmer: Bilan, planned: Proposition, direction: DirectionTerritoriale, jour: date, refused: bool
) -> None:
    house = make_prestataire("Marché de juin")
    make_marche(house, direction, debut=date(2010, 6, 2), fin=date(2010, 6, 30))
    adviser = make_agent(Role.CONSEILLER_BILAN, house)
    found = codes(
        a_programmer,
        planned,
        on=date(2010, 4, 1),
        lieu=make_lieu(house),
        conseiller=adviser,
        debut=clock.at(jour, 9),
    )
    assert found == (["marche_absent"] if refused else [])


@pytest.mark.rule("D.2-4-marche")
def test_the_market_covers_the_direction(
    a_programmer: Bilan, planned: Proposition, autre_direction: DirectionTerritoriale
) -> None:
    house = make_prestataire("Lyonnaise")
    make_marche(house, autre_direction)
    adviser = make_agent(Role.CONSEILLER_BILAN, house)
    found = codes(a_programmer, planned, on=date(2010, 4, 1), lieu=make_lieu(house), conseiller=adviser)
    assert found == ["marche_absent"]


def test_the_adviser_is_of_the_house_today(
    a_programmer: Bilan, planned: Proposition, autre_prestataire: Any, prestataire: Any
) -> None:
    of_another_house = make_agent(Role.CONSEILLER_BILAN, autre_prestataire)
    gone = make_agent(Role.CONSEILLER_BILAN, prestataire, fin=date(2010, 3, 31))
    manager = make_agent(Role.RESPONSABLE_PRESTATAIRE, prestataire)
    for adviser in (of_another_house, gone, manager):
        assert codes(a_programmer, planned, on=date(2010, 4, 1), conseiller=adviser) == ["conseiller_inconnu"]


def test_a_closed_place_is_refused(a_programmer: Bilan, planned: Proposition, lieu: Lieu) -> None:
    lieu.actif = False
    lieu.save()
    assert codes(a_programmer, planned, on=date(2010, 4, 1)) == ["lieu_ferme"]


@pytest.mark.parametrize(
    ("hour", "minute", "minutes", "refused"),
    [
        (8, 0, 90, False),  # ends when the other begins
        (8, 0, 91, True),
        (9, 30, 1, True),
        (10, 0, 30, True),
        (12, 29, 60, True),
        (12, 30, 60, False),  # begins when the other ends
    ],
)
def test_an_adviser_receives_one_person_at_a_time(
    a_programmer: Bilan,
    planned: Proposition,
    direction: DirectionTerritoriale,
    prescripteur: Agent,
    conseiller: Agent,
    hour: int,
    minute: int,
    minutes: int,
    refused: bool,
) -> None:
    make_convoque(direction, prescripteur, conseiller)  # half past nine to half past twelve
    debut = clock.at(JOUR, hour, minute)
    found = codes(a_programmer, planned, on=date(2010, 4, 1), debut=debut, duree_fixee_minutes=minutes)
    assert found == (["conseiller_occupe"] if refused else [])


def test_an_appointment_called_off_frees_its_adviser(
    a_programmer: Bilan,
    planned: Proposition,
    direction: DirectionTerritoriale,
    prescripteur: Agent,
    conseiller: Agent,
) -> None:
    make_convoque(direction, prescripteur, conseiller)
    for statut, free in [("honore", False), ("manque", True), ("reporte", True), ("annule", True)]:
        RendezVous.objects.update(statut=statut)
        assert codes(a_programmer, planned, on=date(2010, 4, 1)) == ([] if free else ["conseiller_occupe"]), statut


@pytest.mark.rule("D.2-4")
def test_every_fault_is_told_at_once_each_at_its_field(
    a_programmer: Bilan, planned: Proposition, autre_direction: DirectionTerritoriale
) -> None:
    house = make_prestataire("Sans marché")
    Contrat.objects.update(statut=Contrat.Statut.CLOTURE)
    wrong = Proposition(**{**vars(planned), "lieu": make_lieu(house), "duree_fixee_minutes": 200})
    with clock.travel(date(2011, 6, 1)):
        blocages = guards.convocation(Bilan.objects.get(), wrong)
    assert [(b.code, b.field) for b in blocages] == [
        ("contrat_termine", ""),
        ("rendez_vous_passe", "jour"),
        ("duree_illegale", "duree_fixee_minutes"),
        ("marche_absent", "lieu"),
        ("conseiller_inconnu", "conseiller"),
    ]


@pytest.mark.rule("C.8-delai")
@pytest.mark.parametrize(
    ("missed", "limite"),
    [
        (date(2010, 5, 10), date(2010, 5, 25)),
        (date(2010, 5, 7), date(2010, 5, 25)),  # 22 May is a Saturday, 24 May Whit Monday
        (date(2010, 6, 29), date(2010, 7, 15)),  # 14 July
        (date(2010, 12, 17), date(2011, 1, 3)),  # 1 January
    ],
)
def test_an_absence_is_justified_until_a_working_day(a_programmer: Bilan, missed: date, limite: date) -> None:
    bilan = a_programmer
    rendez_vous = RendezVous(bilan=bilan, debut=clock.at(missed, 23, 59), duree_minutes=60)
    assert guards.limite_justification(rendez_vous) == limite


@pytest.mark.rule("C.8-motifs", "C.8-sante")
@pytest.mark.parametrize(
    ("motif", "precision", "vu_le", "refused"),
    [
        ("garde_enfant_imprevue", "", JOUR, []),
        ("autre_motive", "", JOUR, ["precision_absente"]),
        ("autre_motive", "  ", JOUR, ["precision_absente"]),
        ("autre_motive", "Déménagement", JOUR, []),
        ("garde_enfant_imprevue", "", JOUR + timedelta(days=1), ["justificatif_non_vu"]),
        ("garde_enfant_imprevue", "", None, ["justificatif_non_vu"]),
    ],
)
def test_a_reason_is_shown_before_it_is_accepted(
    motif: str, precision: str, vu_le: date | None, refused: list[str]
) -> None:
    with clock.travel(JOUR):
        assert [b.code for b in guards.motif_absence(motif, precision, vu_le)] == refused
