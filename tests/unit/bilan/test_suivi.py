"""The follow-up after the conclusion (reference D.5), and the closing that it allows (D.2, transition 24)."""

from datetime import date, timedelta
from typing import Any

import pytest

from bilan import fin, redaction, suivi
from bilan.actions import actions_for, next_action
from bilan.models import Bilan, Consentement, Suivi
from bilan.states import Etat
from cai.models import Contrat
from core import clock
from core.errors import Forbidden, InvalidInput, RuleViolation
from core.models import Evenement
from dossiers.listes.conseiller import LISTES
from tests.factories.conduite import JOUR, advance, consent
from tests.factories.transitions import Monde, fresh

pytestmark = pytest.mark.django_db
SIX_MOIS = date(2010, 11, 10)  # conclusion on 10 May
A_FAIRE = next(liste for liste in LISTES if liste.code == "suivis-a-faire")


@pytest.fixture
def valide(monde: Monde) -> Bilan:
    return advance(monde.convoque(), Etat.SYNTHESE_VALIDEE)


def note(monde: Monde, bilan: Bilan, on: date, **changes: Any) -> Suivi:
    values = {"echeance": "six_mois", "statut": "realise", "situation": "formation", "fait_le": on, **changes}
    with clock.travel(on):
        return suivi.record_follow_up(bilan=bilan, **{"by": monde.conseiller, **values})


def refused(monde: Monde, bilan: Bilan, on: date, **changes: Any) -> str:
    with pytest.raises(RuleViolation) as caught:
        note(monde, bilan, on, **changes)
    return caught.value.code


@pytest.mark.rule("D.5-6-mois")
def test_the_follow_up_opens_as_the_conclusion_ends(monde: Monde) -> None:
    bilan = advance(monde.convoque(), Etat.SYNTHESE_REDIGEE)
    opened = Suivi.objects.get(bilan=bilan)
    assert (opened.echeance, opened.prevu_le, opened.statut) == ("six_mois", SIX_MOIS, "a_faire")


@pytest.mark.rule("C.6-apres-echeance", "C.6-suivi-a-part")
def test_all_but_the_sessions_may_come_after_the_contract_and_the_follow_up_takes_no_minute(
    monde: Monde, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bilan.redaction.synthese_pdf", lambda *_: b"%PDF-1.7")  # its paper is not the subject
    bilan = advance(monde.convoque(jour=date(2011, 3, 14)), Etat.PHASE_CONCLUSION)
    minutes = bilan.minutes_utilisees
    after = date(2011, 4, 4)
    assert bilan.contrat.echeance_effective < after
    with clock.travel(after):
        redaction.complete_synthese(bilan=bilan, by=monde.conseiller)
        redaction.present_synthese(bilan=bilan, by=monde.conseiller)
        redaction.validate_synthese(
            bilan=bilan, date_presentation=after, observations="", date_signature=after, date_remise=after,
            by=monde.conseiller,
        )  # fmt: skip
    consent(bilan, Consentement.Portee.TRANSMISSION, at=clock.at(after, 10), by=monde.conseiller)
    assert note(monde, bilan, date(2011, 9, 14)).statut == "realise"
    assert fresh(bilan).minutes_utilisees == minutes


@pytest.mark.rule("D.6-suivi")
@pytest.mark.parametrize(("on", "shown"), [(date(2010, 10, 25), False), (date(2010, 10, 26), True)])
def test_the_adviser_is_reminded_fifteen_days_before(monde: Monde, valide: Bilan, on: date, shown: bool) -> None:
    consent(valide, Consentement.Portee.SUIVI, at=clock.at(JOUR, 17), by=monde.conseiller)
    with clock.travel(on):
        assert A_FAIRE.bilans(monde.conseiller).exists() is shown
        assert ("noter_suivi" in {action.name for action in actions_for(monde.conseiller, valide)}) is shown
        assert not A_FAIRE.bilans(monde.autre_conseiller).exists()


@pytest.mark.rule("E.2-contact")
def test_nothing_is_awaited_of_whom_nobody_may_contact_but_their_own_visit_is_noted(
    monde: Monde, valide: Bilan
) -> None:
    early = date(2010, 11, 1)
    with clock.travel(early):
        assert not A_FAIRE.bilans(monde.conseiller).exists()
        offered = actions_for(monde.conseiller, valide)
        assert next_action(offered) is None
        assert "noter_venue" in {action.name for action in offered}
    assert refused(monde, valide, early, statut="sans_reponse", situation="") == "suivi_trop_tot"
    assert note(monde, valide, early).statut == "realise"


@pytest.mark.rule("C.10-borne")
@pytest.mark.parametrize(("on", "awaited"), [(SIX_MOIS, True), (SIX_MOIS + timedelta(days=1), False)])
def test_nothing_is_awaited_beyond_the_period_of_services(monde: Monde, valide: Bilan, on: date, awaited: bool) -> None:
    Contrat.objects.update(date_premier_titre=date(2005, SIX_MOIS.month, SIX_MOIS.day))
    valide = fresh(valide)
    assert valide.contrat.fin_periode_services == SIX_MOIS
    with clock.travel(on):
        offered = {action.name for action in actions_for(monde.conseiller, valide)}
        assert (suivi.is_due(valide), "noter_venue" in offered) == (awaited, awaited)


@pytest.mark.rule("D.5-situation")
def test_a_follow_up_done_says_where_the_person_stands_and_the_journal_does_not(monde: Monde, valide: Bilan) -> None:
    noted = note(monde, valide, SIX_MOIS, situation="emploi", date_embauche=date(2010, 10, 1))
    assert (noted.situation, noted.date_embauche, noted.par) == ("emploi", date(2010, 10, 1), monde.conseiller)
    assert "emploi" not in str(Evenement.objects.get(nom="bilan.suivi_note").faits)
    with clock.travel(SIX_MOIS):
        assert not A_FAIRE.bilans(monde.conseiller).exists()


@pytest.mark.rule("D.5-3-mois")
def test_a_contact_at_three_months_is_optional_and_leaves_the_other_to_be_done(monde: Monde, valide: Bilan) -> None:
    note(monde, valide, date(2010, 8, 10), echeance="trois_mois", situation="recherche")
    assert Suivi.objects.get(echeance="six_mois").statut == "a_faire"


@pytest.mark.rule("D.5-statuts")
def test_a_follow_up_is_noted_once_and_silence_may_still_be_answered(monde: Monde, valide: Bilan) -> None:
    note(monde, valide, SIX_MOIS, statut="sans_reponse", situation="")
    with clock.travel(SIX_MOIS):
        assert "noter_venue" in {action.name for action in actions_for(monde.conseiller, valide)}
    assert refused(monde, valide, SIX_MOIS, statut="sans_reponse", situation="") == "suivi_deja_note"
    note(monde, valide, date(2010, 11, 20))
    assert refused(monde, valide, date(2010, 11, 21)) == "suivi_deja_note"
    assert Suivi.objects.get().statut == "realise"


def test_only_the_adviser_in_charge_notes_a_follow_up(monde: Monde, valide: Bilan) -> None:
    for other in (monde.autre_conseiller, monde.prescripteur):
        with pytest.raises(Forbidden):
            note(monde, valide, SIX_MOIS, by=other)


def test_a_follow_up_cannot_be_left_to_be_done(monde: Monde, valide: Bilan) -> None:
    with pytest.raises(InvalidInput) as caught:
        note(monde, valide, SIX_MOIS, statut="a_faire", echeance="un_an")
    assert set(caught.value.fields) == {"statut", "echeance"}


@pytest.mark.rule("C.10-borne")
def test_nobody_is_followed_by_name_after_the_five_years_of_services(monde: Monde) -> None:
    bilan = advance(monde.convoque(), Etat.SYNTHESE_VALIDEE)
    bilan.contrat.date_premier_titre = date(2005, 11, 9)  # the services end the day before the follow-up is due
    bilan.contrat.save()
    assert refused(monde, bilan, SIX_MOIS) == "periode_services_finie"
    with clock.travel(SIX_MOIS):
        assert not A_FAIRE.bilans(monde.conseiller).exists()


@pytest.mark.rule("D.2-24", "D.5-sans-consequence")
@pytest.mark.parametrize("statut", ["realise", "refuse", "sans_reponse"])
def test_a_bilan_closes_as_soon_as_its_follow_up_is_noted(monde: Monde, valide: Bilan, statut: str) -> None:
    situation = "autre" if statut == "realise" else ""
    note(monde, valide, SIX_MOIS, statut=statut, situation=situation)
    with clock.travel(SIX_MOIS):
        fin.close(bilan=valide, by=monde.prescripteur)
    assert fresh(valide).etat == Etat.CLOS
    assert valide.contrat.prestations.get(type="bilan").statut == "suivie"  # unanswered or refused, nothing follows
    assert refused(monde, valide, date(2010, 11, 20)) == "transition_impossible"


def test_a_refusal_may_be_said_before_its_time(monde: Monde, valide: Bilan) -> None:
    assert note(monde, valide, date(2010, 6, 1), statut="refuse", situation="").statut == "refuse"


@pytest.mark.rule("D.5-3-mois")
@pytest.mark.parametrize(("on", "offered"), [(date(2010, 7, 25), False), (date(2010, 7, 26), True)])
def test_the_contact_at_three_months_is_offered_at_its_time(
    monde: Monde, valide: Bilan, on: date, offered: bool
) -> None:
    consent(valide, Consentement.Portee.SUIVI, at=clock.at(JOUR, 17), by=monde.conseiller)
    with clock.travel(on):
        assert ("noter_contact" in {action.name for action in actions_for(monde.conseiller, valide)}) is offered
