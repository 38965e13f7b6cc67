"""One row about nobody for each bilan that ends (reference G.4), and the bilans that the system ends by itself."""

from datetime import date

import pytest
from django.db import DatabaseError, IntegrityError, transaction

from bilan import echeances, fin, instantane, retention, suivi
from bilan.models import Bilan, Consentement, Instantane
from bilan.states import Etat, MotifDestruction
from bilan.tasks import count_missing
from core import clock
from exemptions.models import Evaluation
from tests.factories.conduite import JOUR, advance, consent
from tests.factories.transitions import APRES_LE_CONTRAT, APRES_LE_SUIVI, APRES_MIDI, Monde, fresh, lay

pytestmark = [pytest.mark.django_db, pytest.mark.rule("D.2-24-instantane")]
SIX_MOIS = date(2010, 11, 10)


def close(monde: Monde, bilan: Bilan) -> Instantane:
    with clock.travel(APRES_LE_SUIVI):
        fin.close(bilan=bilan, by=monde.prescripteur)
    return Instantane.objects.get()


def test_a_closed_bilan_leaves_one_row_about_nobody(monde: Monde) -> None:
    bilan = advance(monde.convoque(), Etat.SYNTHESE_VALIDEE)
    row = close(monde, bilan)
    assert (row.direction, row.trimestre, row.sexe, row.tranche_age) == (monde.direction, "2010T1", "F", "26-35")
    assert (row.issue, row.niveau, row.delai_jours, row.minutes) == ("realise", "V", 56, 160)
    assert (row.prescrit, row.convoque, row.absent_sans_motif, row.transmise) == (True, True, False, False)
    assert (row.decision_transmission, row.six_mois_passes, row.emploi_obtenu) == ("", True, False)
    assert fresh(bilan).instantane_pris_at == APRES_LE_SUIVI
    linked = {"bilan", "contrat", "signataire", "numero_cai", "created_at", "updated_at"}
    assert not linked & {field.name for field in Instantane._meta.get_fields()}
    assert bilan.contrat.numero_cai not in str(Instantane.objects.values().get())


def test_the_level_is_taken_before_the_destruction_and_unknown_after(monde: Monde) -> None:
    bilan = advance(monde.convoque(), Etat.SYNTHESE_VALIDEE)
    with clock.travel(APRES_MIDI):
        retention.destroy_content(bilan, MotifDestruction.SANS_DECISION)
    assert close(monde, bilan).niveau == ""


def test_a_follow_up_and_a_first_decision_are_counted(monde: Monde) -> None:
    bilan = advance(monde.convoque(), Etat.SYNTHESE_VALIDEE)
    consent(bilan, Consentement.Portee.CONSERVATION, at=clock.at(JOUR, 15), by=monde.conseiller)
    consent(
        bilan, Consentement.Portee.TRANSMISSION, Consentement.Decision.REFUSE, at=clock.at(JOUR, 16),
        by=monde.conseiller,
    )  # fmt: skip
    with clock.travel(SIX_MOIS):
        suivi.record_follow_up(
            bilan=bilan, echeance="six_mois", statut="realise", fait_le=SIX_MOIS, situation="emploi",
            by=monde.conseiller,
        )  # fmt: skip
    row = close(monde, bilan)
    assert (row.decision_transmission, row.emploi_a_six_mois, row.emploi_durable) == ("refuse", True, None)


@pytest.mark.parametrize("fin_de", ["non_realise", "annule", "exempte"])
def test_every_end_is_counted_under_its_own_name(monde: Monde, fin_de: str) -> None:
    if fin_de == "exempte":
        bilan = monde.exempte()
        Evaluation.objects.filter(contrat=bilan.contrat).first()
        _exempt_once(monde, bilan)
    else:
        bilan = monde.absent()
    with clock.travel(APRES_LE_CONTRAT):
        match fin_de:
            case "non_realise":
                fin.record_not_done(bilan=bilan, by=monde.prescripteur)
            case "annule":
                fin.cancel(bilan=bilan, motif="doublon", by=None)
            case _:
                fin.close(bilan=bilan, by=None)
    row = Instantane.objects.get()
    assert (row.issue, row.niveau, row.delai_jours) == (fin_de, "", None)
    assert row.motif_annulation == ("doublon" if fin_de == "annule" else "")
    assert row.motif_principal == ("plus_de_55_ans" if fin_de == "exempte" else "")


def _exempt_once(monde: Monde, bilan: Bilan) -> None:
    """An evaluation with a ground, as the file had when it was exempted."""
    personne = bilan.contrat.signataire
    personne.date_naissance = date(1950, 1, 1)
    personne.save()
    with clock.travel(APRES_MIDI):
        monde.evaluate(bilan, JOUR)
    Bilan.objects.filter(pk=bilan.pk).update(date_fin_conclusion=None)


def test_a_row_is_taken_once_and_never_changed(monde: Monde) -> None:
    bilan = advance(monde.convoque(), Etat.SYNTHESE_VALIDEE)
    row = close(monde, bilan)
    with clock.travel(APRES_LE_SUIVI):
        echeances.sweep(clock.today())
    assert Instantane.objects.count() == 1
    with pytest.raises(DatabaseError), transaction.atomic():
        Instantane.objects.filter(pk=row.pk).update(minutes=1)
    with pytest.raises(DatabaseError), transaction.atomic():
        Instantane.objects.all().delete()


def test_a_bilan_that_goes_on_is_not_counted(monde: Monde) -> None:
    bilan = monde.convoque()
    instantane.take(bilan)
    assert not Instantane.objects.exists()
    with pytest.raises(IntegrityError), transaction.atomic():
        Bilan.objects.filter(pk=bilan.pk).update(instantane_pris_at=clock.now())


def test_a_bilan_ended_before_snapshots_existed_is_counted_by_the_next_sweep(monde: Monde) -> None:
    lay(monde.convoque(), Etat.CLOS)
    with clock.travel(APRES_LE_SUIVI):
        count_missing()
        count_missing()
    assert Instantane.objects.get().issue == "realise"


# --- what the system closes -----------------------------------------------------------------------


@pytest.mark.rule("D.2-24")
@pytest.mark.parametrize(("on", "closed"), [(date(2010, 12, 10), 0), (date(2010, 12, 11), 1)])
def test_the_system_closes_what_nobody_closed(monde: Monde, on: date, closed: int) -> None:
    bilan = advance(monde.convoque(), Etat.SYNTHESE_VALIDEE)
    with clock.travel(on):
        assert echeances.sweep(on).faits == closed
        assert echeances.sweep(on).faits == 0
    assert (fresh(bilan).etat == Etat.CLOS) == bool(closed)


@pytest.mark.rule("D.2-24")
@pytest.mark.parametrize(("on", "closed"), [(date(2011, 4, 14), 0), (date(2011, 4, 15), 1)])  # contract to 15 March
def test_an_exempt_file_waits_thirty_days_before_the_system_closes_it(monde: Monde, on: date, closed: int) -> None:
    bilan = monde.exempte()
    _exempt_once(monde, bilan)
    with clock.travel(on):
        assert echeances.sweep(on).faits == closed


@pytest.mark.rule("D.2-24")
def test_the_system_leaves_what_the_guards_refuse_and_goes_on(monde: Monde) -> None:
    waiting, idle = (advance(monde.convoque(), Etat.SYNTHESE_VALIDEE) for _ in range(2))
    consent(waiting, Consentement.Portee.CONSERVATION, at=clock.at(JOUR, 15), by=monde.conseiller)
    consent(waiting, Consentement.Portee.TRANSMISSION, at=clock.at(JOUR, 16), by=monde.conseiller)
    with clock.travel(APRES_LE_SUIVI):
        assert echeances.sweep(clock.today()).faits == 1
    assert {fresh(waiting).etat, fresh(idle).etat} == {Etat.SYNTHESE_VALIDEE, Etat.CLOS}


@pytest.mark.parametrize(
    ("age", "band"), [(16, "16-25"), (25, "16-25"), (26, "26-35"), (45, "36-45"), (46, "46-55"), (56, "56+")]
)
def test_age_bands(age: int, band: str) -> None:
    assert instantane.age_band(age) == band


@pytest.mark.parametrize(
    ("day", "expected"), [(date(2010, 3, 31), "2010T1"), (date(2010, 4, 1), "2010T2"), (date(2011, 12, 31), "2011T4")]
)
def test_quarters(day: date, expected: str) -> None:
    assert instantane.quarter(day) == expected
