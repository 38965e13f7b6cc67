"""What advisers and prescribers read from the first session to the closing: code, field and words of each refusal."""

from datetime import date, timedelta
from typing import Any

import pytest

from bilan import conduite, fin, redaction, suivi
from bilan.models import Bilan, Consentement, Seance, Suivi
from bilan.states import Etat
from cai.models import Contrat
from core import clock
from core.errors import RuleViolation
from core.french import NBSP
from tests.factories.conduite import JOUR, advance, consent
from tests.factories.transitions import APRES_LE_SUIVI, APRES_MIDI, Monde, fresh, lay

pytestmark = pytest.mark.django_db
SIX_MOIS = date(2010, 11, 10)  # conclusion on 10 May
LENDEMAIN = date(2011, 3, 16)  # of the contract
SIGNATURES = ("date_presentation", "date_signature", "date_remise")


@pytest.fixture
def no_paper(monkeypatch: pytest.MonkeyPatch) -> None:
    """The paper of the synthesis is not the subject."""
    monkeypatch.setattr("bilan.redaction.synthese_pdf", lambda *_: b"%PDF-1.7")


def refused(service: Any, **arguments: Any) -> tuple[str, list[str], str]:
    """The code, the fields and the words of a refusal."""
    with pytest.raises(RuleViolation) as caught:
        service(**arguments)
    return caught.value.code, list(caught.value.fields), caught.value.message.replace(NBSP, " ")


@pytest.mark.rule("D.2-10")
def test_a_bilan_that_may_not_begin_says_why(monde: Monde) -> None:
    bilan = monde.convoque()
    start = {"service": conduite.start_bilan, "bilan": bilan, "by": monde.conseiller}
    with clock.travel(JOUR):
        assert refused(**start, informe=False) == (
            "information_manquante",
            ["informe"],
            "Informez la personne des buts, des méthodes, du secret et des destinataires, puis confirmez-le.",
        )
    with clock.travel(LENDEMAIN):
        assert refused(**start, informe=True) == (
            "jour_du_rendez_vous",
            [],
            "Le bilan commence le jour du rendez-vous, le 10 mai 2010. Le contrat a pris fin le 15 mars 2011.",
        )


@pytest.mark.rule("C.6-180", "C.6-depassement", "C.6-validite")
def test_minutes_refused_say_how_many_are_left_and_days_refused_which_ones_count(monde: Monde) -> None:
    bilan = advance(monde.convoque(duree_fixee=120), Etat.PHASE_PRELIMINAIRE)
    record = {"service": conduite.record_seance, "bilan": bilan, "by": monde.conseiller}
    with clock.travel(APRES_MIDI):
        conduite.record_seance(bilan=bilan, jour=JOUR, minutes=20, by=monde.conseiller)
        for minutes, code, words in [
            (0, "minutes_invalides", "Indiquez au moins une minute."),
            (161, "duree_legale_depassee", "Le bilan dure 180 minutes au plus : il en reste 160."),
            (
                160,
                "duree_fixee_depassee",
                "La durée fixée est de 120 minutes, il en reste 100 : demandez au prescripteur de fixer une nouvelle "
                "durée.",
            ),
            (
                101,
                "duree_fixee_depassee",
                "La durée fixée est de 120 minutes, il en reste 100 : demandez au prescripteur de fixer une nouvelle "
                "durée.",
            ),
        ]:
            assert refused(**record, jour=JOUR, minutes=minutes) == (code, ["minutes"], words)
        for jour, code, words in [
            (
                JOUR + timedelta(days=1),
                "date_future",
                "Une séance s’enregistre une fois tenue : cette date est à venir.",
            ),
            (
                date(2010, 3, 14),
                "hors_contrat",
                "Le bilan se déroule pendant le contrat, à partir du jour où la personne est venue : du 10 mai 2010 "
                "au 15 mars 2011.",
            ),
        ]:
            assert refused(**record, jour=jour, minutes=1) == (code, ["jour"], words)
        conduite.record_seance(bilan=bilan, jour=JOUR, minutes=100, by=monde.conseiller)


@pytest.mark.rule("D.2-11", "D.2-12")
def test_a_phase_that_may_not_begin_says_what_to_write(monde: Monde) -> None:
    bilan = advance(monde.convoque(), Etat.PHASE_PRELIMINAIRE)
    with clock.travel(APRES_MIDI):
        conduite.save_note(bilan=bilan, phase=Etat.PHASE_INVESTIGATION, texte="Plus tard.", by=monde.conseiller)
        assert refused(conduite.enter_investigation, bilan=bilan, by=monde.conseiller) == (
            "besoins_non_notes",
            ["texte"],
            "Notez d’abord les besoins et les buts de la personne dans la phase préliminaire.",
        )
        lay(bilan, Etat.PHASE_INVESTIGATION, date_fin_conclusion=None)
        assert refused(conduite.enter_conclusion, bilan=bilan, by=monde.conseiller) == (
            "competences_non_notees",
            ["competences_aptitudes", "metiers"],
            "Notez dans la synthèse une compétence ou une expérience. Notez dans la synthèse un métier visé, ou que le "
            "projet n’est pas encore défini.",
        )


@pytest.mark.rule("D.2-14", "D.2-16")
def test_a_synthesis_refused_says_which_session_or_which_date_is_wrong(monde: Monde, no_paper: None) -> None:
    bilan = advance(monde.convoque(), Etat.PHASE_CONCLUSION)
    complete = {"service": redaction.complete_synthese, "bilan": bilan, "by": monde.conseiller}
    with clock.travel(APRES_MIDI):
        held = list(bilan.seances.all())
        bilan.seances.all().delete()
        assert refused(**complete) == (
            "aucune_seance",
            [],
            "Enregistrez d’abord les minutes passées avec la personne.",
        )
        Seance.objects.bulk_create(held)
        bilan.seances.update(jour=LENDEMAIN)
        assert refused(**complete) == (
            "echeance_passee",
            [],
            "La dernière séance doit avoir lieu au plus tard le 15 mars 2011.",
        )
        bilan.seances.update(jour=date(2011, 3, 15))
        assert redaction.complete_synthese(bilan=bilan, by=monde.conseiller).etat == Etat.SYNTHESE_REDIGEE
        redaction.present_synthese(bilan=bilan, by=monde.conseiller)
    eve, after = JOUR - timedelta(days=1), JOUR + timedelta(days=1)
    with clock.travel(after):
        for days, code, fields, words in [
            ((eve, JOUR, JOUR), "ordre_des_dates", ["date_presentation"], "Indiquez une date à partir du 10 mai 2010."),
            ((after, JOUR, after), "ordre_des_dates", ["date_signature"], "Indiquez une date à partir du 11 mai 2010."),
            ((JOUR, JOUR, after + timedelta(days=1)), "date_future", ["date_remise"], "Cette date est à venir."),
        ]:
            dates = dict(zip(SIGNATURES, days, strict=True))
            assert refused(redaction.validate_synthese, bilan=bilan, observations="", by=monde.conseiller, **dates) == (
                code,
                fields,
                words,
            )
        dates = dict(zip(SIGNATURES, (JOUR, JOUR, after), strict=True))
        redaction.validate_synthese(bilan=bilan, observations="", by=monde.conseiller, **dates)


@pytest.mark.rule("D.5-statuts", "D.5-situation", "C.10-borne")
def test_a_follow_up_refused_says_from_when_and_what_to_choose(monde: Monde) -> None:
    bilan = lay(monde.convoque(), Etat.SYNTHESE_VALIDEE)
    values = {"echeance": "six_mois", "statut": "realise", "situation": "formation", "fait_le": SIX_MOIS}
    for changes, code, fields, words in [
        (
            {"fait_le": date(2010, 10, 25)},
            "suivi_trop_tot",
            ["fait_le"],
            "Ce suivi est prévu le 10 novembre 2010 : il se note à partir du 26 octobre 2010.",
        ),
        (
            {"fait_le": date(2010, 5, 9), "statut": "refuse", "situation": ""},
            "suivi_trop_tot",
            ["fait_le"],
            "Ce suivi est prévu le 10 novembre 2010 : il se note à partir du 10 mai 2010.",
        ),
        (
            {"fait_le": date(2010, 11, 9), "statut": "sans_reponse", "situation": ""},
            "suivi_trop_tot",
            ["fait_le"],
            "Ce suivi est prévu le 10 novembre 2010 : il se note à partir du 10 novembre 2010.",
        ),
        (
            {"fait_le": SIX_MOIS + timedelta(days=1)},
            "date_future",
            ["fait_le"],
            "Indiquez une date au plus tard aujourd’hui.",
        ),
        (
            {"echeance": "trois_mois", "fait_le": date(2010, 7, 25)},
            "suivi_trop_tot",
            ["fait_le"],
            "Ce suivi est prévu le 10 août 2010 : il se note à partir du 26 juillet 2010.",
        ),
        (
            {"echeance": "trois_mois", "fait_le": date(2010, 10, 26)},
            "suivi_de_six_mois",
            ["echeance"],
            "À cette date, notez le suivi à six mois.",
        ),
        ({"situation": ""}, "situation_absente", ["situation"], "Choisissez la situation de la personne."),
        (
            {"statut": "refuse"},
            "situation_sans_entretien",
            ["situation"],
            "Sans entretien, aucune situation n’est notée.",
        ),
        (
            {"statut": "refuse", "situation": "", "date_embauche": JOUR},
            "situation_sans_entretien",
            ["situation"],
            "Sans entretien, aucune situation n’est notée.",
        ),
        (
            {"date_embauche": SIX_MOIS},
            "embauche_sans_emploi",
            ["date_embauche"],
            "Une date d’embauche suppose un emploi.",
        ),
        (
            {"situation": "emploi", "date_embauche": SIX_MOIS + timedelta(days=1)},
            "embauche_future",
            ["date_embauche"],
            "L’embauche ne peut pas suivre l’entretien.",
        ),
    ]:
        with clock.travel(SIX_MOIS):
            found = refused(suivi.record_follow_up, bilan=bilan, by=monde.conseiller, **{**values, **changes})
        assert found == (code, fields, words), changes
    assert not Suivi.objects.exists()
    Contrat.objects.update(date_premier_titre=date(2005, 11, 9))
    with clock.travel(SIX_MOIS):
        assert refused(suivi.record_follow_up, bilan=bilan, by=monde.conseiller, **values) == (
            "periode_services_finie",
            [],
            "Les cinq ans de services ont pris fin le 9 novembre 2010 : aucun suivi nominatif n’est tenu.",
        )
    Contrat.objects.update(date_premier_titre=SIX_MOIS.replace(year=2005))
    with clock.travel(SIX_MOIS):
        hired = {**values, "situation": "emploi", "date_embauche": SIX_MOIS}
        assert suivi.record_follow_up(bilan=bilan, by=monde.conseiller, **hired).statut == "realise"


# --- how it ends ----------------------------------------------------------------------------------


def said(bilan: Bilan, on: Any, blocages: Any) -> list[tuple[str, str]]:
    with clock.travel(on):
        return [(found.code, found.message.replace(NBSP, " ")) for found in blocages(fresh(bilan))]


@pytest.mark.rule("D.2-24")
def test_a_bilan_that_may_not_close_says_what_it_waits_for(monde: Monde, no_paper: None) -> None:
    bilan = advance(monde.convoque(), Etat.SYNTHESE_VALIDEE)
    for portee in (Consentement.Portee.CONSERVATION, Consentement.Portee.TRANSMISSION):
        consent(bilan, portee, at=clock.at(JOUR, 15), by=monde.conseiller)
    on_its_way = ("transmission_attendue", "La transmission à Pôle emploi est encore en cours.")
    assert said(bilan, date(2010, 12, 10), fin.closing_blocages) == [
        (
            "suivi_attendu",
            "Le suivi est prévu le 10 novembre 2010 : le bilan se clôt après ce suivi, ou trente jours plus tard.",
        ),
        on_its_way,
    ]
    assert said(bilan, APRES_LE_SUIVI, fin.closing_blocages) == [on_its_way]
    lay(bilan, Etat.SYNTHESE_PRESENTEE)
    assert said(bilan, APRES_LE_SUIVI, fin.closing_blocages)[0] == (
        "synthese_en_cours",
        "La synthèse n’est pas encore signée : le bilan se clôt après.",
    )
    lay(bilan, Etat.EXEMPTE)
    assert said(bilan, date(2011, 3, 15), fin.closing_blocages) == [
        ("contrat_en_cours", "Le contrat court jusqu’au 15 mars 2011 : l’exemption peut encore changer.")
    ]
    assert said(bilan, LENDEMAIN, fin.closing_blocages) == []


@pytest.mark.rule("D.2-25")
def test_a_bilan_that_may_still_take_place_says_until_when(monde: Monde) -> None:
    bilan = monde.convoque()
    assert said(bilan, date(2011, 3, 15), fin.not_done_blocages) == [
        ("contrat_en_cours", "Le contrat court jusqu’au 15 mars 2011 : le bilan peut avoir lieu.")
    ]
    assert said(bilan, LENDEMAIN, fin.not_done_blocages) == []
    Contrat.objects.update(statut=Contrat.Statut.RESILIE)
    assert said(bilan, date(2011, 3, 15), fin.not_done_blocages) == [
        ("contrat_en_cours", "Jusqu’au 15 mars 2011 : le bilan peut avoir lieu.")
    ]
    lay(bilan, Etat.REPORTE)
    assert said(bilan, date(2011, 3, 15), fin.not_done_blocages) == []
    bilan.seances.create(phase=Etat.PHASE_CONCLUSION, jour=JOUR, minutes=30, par=monde.conseiller)
    assert said(bilan, LENDEMAIN, fin.not_done_blocages) == []
    lay(bilan, Etat.PHASE_CONCLUSION)
    assert said(bilan, LENDEMAIN, fin.not_done_blocages) == [
        ("bilan_conclu", "La phase de conclusion a eu lieu à temps : la synthèse peut être rédigée.")
    ]
    bilan.seances.update(phase=Etat.PHASE_INVESTIGATION)
    assert said(bilan, LENDEMAIN, fin.not_done_blocages) == []
