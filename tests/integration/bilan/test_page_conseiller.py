"""The adviser's page of a bilan: what it shows, what it offers, whom it refuses."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from agents.models import Agent
from agents.roles import Role
from bilan import redaction
from bilan.conduite import BESOINS_A_NOTER
from bilan.models import Bilan, Consentement, NotePhase, Seance
from bilan.states import Etat
from core import clock
from core.models import JournalAcces
from tests.factories.agents import make_agent
from tests.factories.conduite import JOUR, advance, consent, make_contenu

pytestmark = pytest.mark.django_db
Connect = Callable[[Agent], Client]


def page_of(bilan: Bilan) -> str:
    return reverse("bilan:voir_bilan", args=[bilan.pk])


def work_of(bilan: Bilan) -> str:
    return reverse("bilan:record_work", args=[bilan.pk])


def work(phase: str = "phase_preliminaire", **typed: str) -> dict[str, str]:
    """What the page's one form sends, the day being the one it proposes."""
    return {"phase": phase, "texte": "", "jour": "10/05/2010", "minutes": "", **typed}


@pytest.mark.parametrize(
    ("state", "button"),
    [
        (Etat.CONVOQUE, "Commencer le bilan"),
        (Etat.PHASE_INVESTIGATION, "Écrire la synthèse"),
        (Etat.PHASE_CONCLUSION, "Terminer la rédaction"),
        (Etat.SYNTHESE_REDIGEE, "Présenter la synthèse"),
        (Etat.SYNTHESE_PRESENTEE, "Valider la synthèse"),
    ],
)
def test_the_page_offers_the_next_act(
    convoque: Bilan, conseiller: Agent, connect: Connect, le_jour: None, state: Etat, button: str
) -> None:
    bilan = convoque if state == Etat.CONVOQUE else advance(convoque, state)
    response = connect(conseiller).get(page_of(bilan))
    assert response.status_code == 200
    assert response.context["page"].action.label == button
    assert response["Cache-Control"].startswith("max-age=0")


def test_the_way_out_of_the_preliminary_phase_asks_for_the_notes_at_their_field(
    convoque: Bilan, conseiller: Agent, connect: Connect, le_jour: None
) -> None:
    bilan = advance(convoque, Etat.PHASE_PRELIMINAIRE)
    client = connect(conseiller)
    assert "Enregistrer et passer à l’investigation" in client.get(page_of(bilan)).content.decode()
    page = client.post(work_of(bilan), work(suite="passer_en_investigation", minutes="20"))
    assert page.context["form"].errors == {"texte": [BESOINS_A_NOTER]}
    assert 'value="20"' in page.content.decode()
    assert not Seance.objects.exists()


def test_the_investigation_says_what_the_conclusion_waits_for_and_leads_there(
    convoque: Bilan, conseiller: Agent, connect: Connect, le_jour: None
) -> None:
    bilan = advance(convoque, Etat.PHASE_INVESTIGATION)
    client = connect(conseiller)
    html = client.get(page_of(bilan)).content.decode()
    assert "une compétence ou une expérience" in html
    assert "un métier visé, ou que le projet n’est pas encore défini" in html
    assert "Compléter la synthèse" in html
    assert 'value="passer_en_conclusion"' not in html
    redaction.save_draft(bilan=bilan, contenu=make_contenu(), by=conseiller)
    html = client.get(page_of(bilan)).content.decode()
    assert "Enregistrer et passer à la conclusion" in html
    assert "une compétence ou une expérience" not in html


def test_the_conclusion_counts_the_headings_that_are_missing_then_offers_to_finish(
    convoque: Bilan, conseiller: Agent, connect: Connect, le_jour: None
) -> None:
    bilan = advance(convoque, Etat.PHASE_CONCLUSION, contenu=make_contenu(circonstances="", niveau_formation=""))
    client = connect(conseiller)
    html = client.get(page_of(bilan)).content.decode()
    assert "Il reste 2 rubriques à compléter dans la synthèse." in html
    assert 'value="rediger_synthese"' not in html
    redaction.save_draft(bilan=bilan, contenu=make_contenu(niveau_formation=""), by=conseiller)
    assert "Il reste une rubrique à compléter" in client.get(page_of(bilan)).content.decode()
    redaction.save_draft(bilan=bilan, contenu=make_contenu(), by=conseiller)
    html = client.get(page_of(bilan)).content.decode()
    assert "Enregistrer et terminer la rédaction" in html
    answer = client.post(work_of(bilan), work("phase_conclusion", suite="rediger_synthese", minutes="40"))
    assert answer.url == reverse("bilan:act", args=[bilan.pk, "rediger_synthese"])
    assert client.post(answer.url).status_code == 302
    assert Bilan.objects.get(pk=bilan.pk).etat == Etat.SYNTHESE_REDIGEE


def test_once_the_person_has_answered_no_step_is_in_progress(
    convoque: Bilan, conseiller: Agent, connect: Connect, le_jour: None
) -> None:
    bilan = advance(convoque, Etat.SYNTHESE_VALIDEE)
    P, D = Consentement.Portee, Consentement.Decision

    def decisions() -> str:
        return connect(conseiller).get(page_of(bilan)).context["page"].etapes[-1]["etat"]

    assert decisions() == "present"
    consent(bilan, P.CONSERVATION, D.ACCORDE, at=clock.at(JOUR, 15), by=conseiller)
    assert decisions() == "present"
    consent(bilan, P.TRANSMISSION, D.REFUSE, at=clock.at(JOUR, 15), by=conseiller)
    assert decisions() == "fait"


def test_the_advised_minutes_agree_with_their_hours(
    convoque: Bilan, conseiller: Agent, connect: Connect, le_jour: None
) -> None:
    etapes = connect(conseiller).get(page_of(convoque)).context["page"].etapes
    assert [etape["detail"] for etape in etapes[:3]] == [
        "30\u00a0min conseillées",
        "1\u00a0h\u00a030 conseillée",
        "1\u00a0h conseillée",
    ]


def test_a_refused_signature_leaves_no_decision_to_collect(
    convoque: Bilan, conseiller: Agent, connect: Connect, le_jour: None
) -> None:
    bilan = advance(convoque, Etat.SYNTHESE_PRESENTEE)
    redaction.record_signature_refusal(bilan=bilan, date_presentation=JOUR, date_refus=JOUR, by=conseiller)
    page = connect(conseiller).get(page_of(bilan)).context["page"]
    assert [(etape["etat"], etape["detail"]) for etape in page.etapes[-2:]] == [("fait", "refusée"), ("sans_objet", "")]
    assert page.titre == "Rien n’est attendu de vous"


def test_the_signature_is_told_step_by_step_and_printed_from_there(
    convoque: Bilan, conseiller: Agent, connect: Connect, le_jour: None
) -> None:
    bilan = advance(convoque, Etat.SYNTHESE_PRESENTEE)
    html = connect(conseiller).get(page_of(bilan)).content.decode()
    assert html.index("Imprimer la synthèse à signer") < html.index(">Valider la synthèse</a>")
    assert f'action="{reverse("bilan:print_for_signature", args=[bilan.pk])}"' in html


def test_the_page_shows_minutes_and_languages_but_no_permit_and_no_birth_date(
    convoque: Bilan, conseiller: Agent, connect: Connect, le_jour: None
) -> None:
    bilan = advance(convoque, Etat.PHASE_CONCLUSION)
    html = connect(conseiller).get(page_of(bilan)).content.decode()
    assert "Fatoumata Diallo" in html
    assert "bambara" in html
    assert "1\u00a0h\u00a050" in html
    assert "L313-11" not in html
    assert "1980" not in html


def test_the_destroyed_synthesis_leaves_its_tombstone_on_the_page(
    convoque: Bilan, conseiller: Agent, connect: Connect, le_jour: None
) -> None:
    bilan = advance(convoque, Etat.SYNTHESE_VALIDEE)
    P, D = Consentement.Portee, Consentement.Decision
    consent(bilan, P.TRANSMISSION, D.REFUSE, at=clock.at(JOUR, 15), by=conseiller)
    html = connect(conseiller).get(page_of(bilan)).content.decode()
    assert "Le contenu a été détruit le 10\u00a0mai\u00a02010" in html


def test_opening_the_page_is_journalled(convoque: Bilan, conseiller: Agent, connect: Connect, le_jour: None) -> None:
    connect(conseiller).get(page_of(convoque))
    assert JournalAcces.objects.filter(action="voir_bilan", objet_id=str(convoque.pk), agent=conseiller).exists()


def test_ofii_knows_the_bilan_but_not_its_page(
    convoque: Bilan, prescripteur: Agent, directeur: Agent, agent_ofii: Agent, connect: Connect
) -> None:
    for agent in (prescripteur, directeur, agent_ofii):
        assert connect(agent).get(page_of(convoque)).status_code == 403
    assert JournalAcces.objects.filter(resultat="refuse", motif="droit_conduire_bilan").count() == 3


def test_the_bilan_of_another_is_not_to_be_found(
    convoque: Bilan, prestataire, autre_prestataire, agent_ailleurs: Agent, connect: Connect
) -> None:
    colleague = make_agent(Role.CONSEILLER_BILAN, prestataire)
    stranger = make_agent(Role.CONSEILLER_BILAN, autre_prestataire)
    for agent in (colleague, stranger, agent_ailleurs):
        assert connect(agent).get(page_of(convoque)).status_code == 404


def test_notes_and_session_are_kept_by_one_button_and_read_back(
    convoque: Bilan, conseiller: Agent, connect: Connect, le_jour: None
) -> None:
    bilan = advance(convoque, Etat.PHASE_PRELIMINAIRE)
    client = connect(conseiller)
    assert client.post(work_of(bilan), work(texte="Un <b>emploi</b>", minutes="45")).url == page_of(bilan)
    assert Seance.objects.get().minutes == 45
    assert "Un &lt;b&gt;emploi&lt;/b&gt;" in client.get(page_of(bilan)).content.decode()
    assert b"emploi" not in bytes(_stored(NotePhase.objects.get()))


def test_notes_are_kept_without_a_session(convoque: Bilan, conseiller: Agent, connect: Connect, le_jour: None) -> None:
    bilan = advance(convoque, Etat.PHASE_PRELIMINAIRE)
    assert connect(conseiller).post(work_of(bilan), work(texte="Cuisine")).status_code == 302
    assert NotePhase.objects.get().contenu == {"texte": "Cuisine"}
    assert not Seance.objects.exists()


def test_the_button_that_leads_on_keeps_what_was_typed_first(
    convoque: Bilan, conseiller: Agent, connect: Connect, le_jour: None
) -> None:
    bilan = advance(convoque, Etat.PHASE_PRELIMINAIRE)
    client = connect(conseiller)
    for suite, url in [
        ("passer_en_investigation", reverse("bilan:act", args=[bilan.pk, "passer_en_investigation"])),
        ("ecrire_synthese", reverse("bilan:write_synthese", args=[bilan.pk])),
        ("interrompre", reverse("bilan:act", args=[bilan.pk, "interrompre"])),
        ("annuler", page_of(bilan)),  # not the adviser's
    ]:
        seen = client.get(page_of(bilan)).context["page"].travail["attendu"].value()
        assert client.post(work_of(bilan), work(texte=f"Avant {suite}", suite=suite, attendu=seen)).url == url
        assert NotePhase.objects.get().contenu == {"texte": f"Avant {suite}"}


@pytest.mark.parametrize(
    ("typed", "field", "sentence"),
    [
        ({"minutes": "181"}, "minutes", "Indiquez un nombre entier entre 1 et 180."),
        ({"jour": "11/05/2010", "minutes": "10"}, "jour", "cette date est à venir"),
        ({"jour": "32/05/2010", "minutes": "10"}, "jour", "Cette date n’existe pas"),
        ({"jour": "", "minutes": "10"}, "jour", "Indiquez le jour de cette séance."),
        ({"jour": "09/05/2010"}, "minutes", "Indiquez les minutes de cette séance"),
        ({"phase": "phase_investigation", "minutes": "10"}, "minutes", "depuis que vous avez ouvert cette page"),
    ],
)
def test_a_wrong_session_comes_back_with_everything_typed_and_nothing_is_kept(
    convoque: Bilan, conseiller: Agent, connect: Connect, le_jour: None, typed: dict, field: str, sentence: str
) -> None:
    bilan = advance(convoque, Etat.PHASE_PRELIMINAIRE)
    page = connect(conseiller).post(work_of(bilan), work(texte="Des notes", **typed))
    html = page.content.decode()
    assert sentence in str(page.context["form"].errors[field])
    assert "Des notes</textarea>" in html
    assert f'href="#id_{field}"' in html
    assert "data-modifie" in html
    assert all(f'value="{value}"' in html for value in typed.values() if value)
    assert not Seance.objects.exists()
    assert not NotePhase.objects.exists()


def test_a_page_left_open_does_not_wipe_the_notes_of_another_window(
    convoque: Bilan, conseiller: Agent, connect: Connect, le_jour: None
) -> None:
    bilan = advance(convoque, Etat.PHASE_PRELIMINAIRE)
    client = connect(conseiller)
    client.post(work_of(bilan), work(texte="Écrites ailleurs"))
    for button in ({}, {"suite": "ecrire_synthese"}):
        page = client.post(work_of(bilan), work(texte="", **button))
        assert "modifiées dans une autre fenêtre" in page.content.decode()
        assert "<p>Écrites ailleurs</p>" in page.content.decode()
        assert NotePhase.objects.get().contenu == {"texte": "Écrites ailleurs"}
    seen = page.context["page"].travail["attendu"].value()
    assert client.post(work_of(bilan), work(texte="Les deux", attendu=seen)).status_code == 302
    assert NotePhase.objects.get().contenu == {"texte": "Les deux"}


def _stored(note: NotePhase) -> bytes:
    return NotePhase.objects.extra(select={"raw": "contenu"}).values_list("raw", flat=True).get(pk=note.pk)


def test_notes_too_long_come_back_and_an_unknown_phase_is_refused(
    convoque: Bilan, conseiller: Agent, connect: Connect, le_jour: None
) -> None:
    bilan = advance(convoque, Etat.PHASE_PRELIMINAIRE)
    client = connect(conseiller)
    html = client.post(work_of(bilan), work(texte="x" * 10_001)).content.decode()
    assert "Ce texte est trop long" in html
    assert "x" * 10_001 in html
    assert client.post(work_of(bilan), work("convoque", texte="x")).context["form"].errors["phase"]
    assert not NotePhase.objects.exists()


def test_notes_sent_from_a_page_left_open_too_long_are_shown_again(
    convoque: Bilan, conseiller: Agent, connect: Connect, le_jour: None
) -> None:
    bilan = advance(convoque, Etat.SYNTHESE_REDIGEE)
    page = connect(conseiller).post(work_of(bilan), work("phase_conclusion", texte="Écrites trop tard"))
    assert "Les notes s’écrivent pendant les trois phases du bilan." in page.content.decode()
    assert "Écrites trop tard</textarea>" in page.content.decode()


def test_the_whole_conduct_goes_through_the_pages(
    convoque: Bilan, conseiller: Agent, connect: Connect, le_jour: None
) -> None:
    client = connect(conseiller)

    def act(name: str, **typed: str) -> str:
        response = client.post(reverse("bilan:act", args=[convoque.pk, name]), typed)
        assert response.status_code == 302, response.content.decode()
        return Bilan.objects.get(pk=convoque.pk).etat

    assert act("demarrer", informe="on") == Etat.PHASE_PRELIMINAIRE
    client.post(work_of(convoque), work(texte="Cuisine"))
    assert act("passer_en_investigation") == Etat.PHASE_INVESTIGATION
    assert act("interrompre", motif="depart_personne") == Etat.REPORTE


def test_starting_from_the_page_asks_that_the_person_be_informed(
    convoque: Bilan, conseiller: Agent, connect: Connect, le_jour: None
) -> None:
    html = connect(conseiller).post(reverse("bilan:act", args=[convoque.pk, "demarrer"]), {}).content.decode()
    assert "Informez la personne, puis cochez cette case." in html


def test_validation_from_the_page(convoque: Bilan, conseiller: Agent, connect: Connect, le_jour: None) -> None:
    bilan = advance(convoque, Etat.SYNTHESE_PRESENTEE)
    client, url = connect(conseiller), reverse("bilan:act", args=[bilan.pk, "valider_synthese"])
    html = client.get(url).content.decode()
    assert 'value="10/05/2010"' in html
    assert "Représentant légal" not in html
    typed = {
        "date_presentation": "10/05/2010",
        "observations": "Rien à ajouter",
        "date_signature": "10/05/2010",
        "date_remise": "11/05/2010",
    }
    html = client.post(url, typed).content.decode()
    assert "Indiquez une date au plus tard le 10\u00a0mai\u00a02010." in html
    assert "Rien à ajouter" in html
    assert client.post(url, {**typed, "date_remise": "10/05/2010"}).status_code == 302
    assert Bilan.objects.get(pk=bilan.pk).etat == Etat.SYNTHESE_VALIDEE


def test_the_sheet_to_sign_is_printed_from_the_page_and_kept_in_no_cache(
    convoque: Bilan, conseiller: Agent, prescripteur: Agent, connect: Connect, le_jour: None
) -> None:
    url = reverse("bilan:print_for_signature", args=[convoque.pk])
    client = connect(conseiller)
    assert client.post(url).status_code == 409
    advance(convoque, Etat.SYNTHESE_PRESENTEE)
    response = client.post(url)
    assert (response.status_code, response["Content-Type"]) == (200, "application/pdf")
    assert "no-store" in response["Cache-Control"]
    assert "Diallo" not in response["Content-Disposition"]
    assert connect(prescripteur).post(url).status_code == 403
    assert client.get(url).status_code == 405


def test_the_page_costs_a_constant_number_of_queries(
    convoque: Bilan, conseiller: Agent, connect: Connect, le_jour: None, django_assert_max_num_queries
) -> None:
    bilan = advance(convoque, Etat.SYNTHESE_PRESENTEE)
    client = connect(conseiller)
    client.get(page_of(bilan))
    with django_assert_max_num_queries(25):
        client.get(page_of(bilan))
