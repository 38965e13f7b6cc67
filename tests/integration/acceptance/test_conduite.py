"""Acceptance scenarios AS-31 to AS-34 and AS-38 of the domain reference."""

from collections.abc import Callable
from datetime import date

import pytest
from django.test import Client
from django.urls import reverse

from agents.models import Agent, DirectionTerritoriale
from bilan import conduite, redaction
from bilan.models import Bilan, Consentement, Synthese, SyntheseDetruite
from bilan.states import Etat
from bilan.tasks import appliquer_conservation
from core import clock
from core.errors import RuleViolation
from core.models import JournalAcces
from tests.factories.conduite import JOUR, advance, consent, make_contenu, make_convoque

pytestmark = pytest.mark.django_db


@pytest.fixture
def convoque(direction: DirectionTerritoriale, prescripteur: Agent, conseiller: Agent) -> Bilan:
    return make_convoque(direction, prescripteur, conseiller)


@pytest.mark.rule("C.6-180")
def test_as_31_the_sessions_hold_in_one_hundred_and_eighty_minutes(convoque: Bilan, conseiller: Agent) -> None:
    advance(convoque, Etat.PHASE_PRELIMINAIRE)
    with clock.travel(clock.at(JOUR, 15)):
        conduite.record_seance(bilan=convoque, jour=JOUR, minutes=100, by=conseiller)
        conduite.record_seance(bilan=convoque, jour=JOUR, minutes=70, by=conseiller)
        with pytest.raises(RuleViolation) as caught:
            conduite.record_seance(bilan=convoque, jour=JOUR, minutes=15, by=conseiller)
        assert caught.value.code == "duree_legale_depassee"
        conduite.record_seance(bilan=convoque, jour=JOUR, minutes=10, by=conseiller)
    assert Bilan.objects.get(pk=convoque.pk).minutes_restantes == 0


@pytest.mark.rule("D.2-14", "D.4-rubriques")
def test_as_32_no_synthesis_without_its_mandatory_headings(convoque: Bilan, conseiller: Agent) -> None:
    advance(convoque, Etat.PHASE_CONCLUSION, contenu=make_contenu(competences_aptitudes=""))
    with clock.travel(clock.at(JOUR, 15)), pytest.raises(RuleViolation) as caught:
        redaction.complete_synthese(bilan=convoque, by=conseiller)
    assert list(caught.value.fields) == ["competences_aptitudes"]
    assert Bilan.objects.get(pk=convoque.pk).etat == Etat.PHASE_CONCLUSION


@pytest.mark.rule("D.5-6-mois")
def test_as_33_the_follow_up_is_due_six_months_after_the_conclusion(
    direction: DirectionTerritoriale, prescripteur: Agent, conseiller: Agent
) -> None:
    bilan = make_convoque(direction, prescripteur, conseiller, jour=date(2010, 8, 31))
    assert advance(bilan, Etat.SYNTHESE_REDIGEE).date_suivi == date(2011, 2, 28)


@pytest.mark.rule("E.4-un-an")
def test_as_38_a_conserved_content_lives_one_year_and_not_a_day_more(convoque: Bilan, conseiller: Agent) -> None:
    advance(convoque, Etat.SYNTHESE_PRESENTEE)
    day = date(2010, 5, 12)
    with clock.travel(clock.at(day, 15)):
        redaction.validate_synthese(
            bilan=convoque, date_presentation=JOUR, observations="", date_signature=day, date_remise=day, by=conseiller
        )
    consent(convoque, Consentement.Portee.CONSERVATION, at=clock.at(day, 15), by=conseiller)

    with clock.travel(date(2011, 5, 11)):
        appliquer_conservation()
    assert Synthese.objects.get().contenu is not None
    assert not SyntheseDetruite.objects.exists()

    with clock.travel(date(2011, 5, 12)):
        appliquer_conservation()
    assert Synthese.objects.get().contenu is None
    assert SyntheseDetruite.objects.get(bilan=convoque).motif == "terme_conservation"


@pytest.mark.rule("E.3-personne")
def test_as_34_no_content_for_the_administrator_and_no_pdf_for_the_director(
    convoque: Bilan, administrateur: Agent, directeur: Agent, connect: Callable[[Agent], Client]
) -> None:
    synthese = advance(convoque, Etat.SYNTHESE_VALIDEE).syntheses.get()
    with clock.travel(clock.at(JOUR, 15)):
        shown = connect(administrateur).get(f"/administration/bilan/synthese/{synthese.pk}/change/", follow=True)
        assert "restauration collective" not in shown.content.decode()

        refused = connect(directeur).post(
            reverse("bilan:print_copy", args=[synthese.pk]),
            {"motif": "remise_beneficiaire", "demande_recue_le": "10/05/2010"},
        )
    assert refused.status_code == 403
    line = JournalAcces.objects.get(agent=directeur, resultat=JournalAcces.Resultat.REFUSE)
    assert (line.action, line.objet_id, line.motif) == (
        "bilan:print_copy", str(synthese.pk), "droit_imprimer_copie"
    )  # fmt: skip
