"""The synthesis form: drafts, lines added without scripts, what is missing, two tabs, the sheet on demand."""

import re
from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from agents.models import Agent
from bilan import redaction
from bilan.contenu import Experience, SyntheseContenu
from bilan.forms_synthese import LIGNES, METIERS, SaisieSynthese
from bilan.models import Bilan, Synthese
from bilan.states import Etat
from tests.factories.conduite import advance, make_contenu
from tests.nasty import NASTY
from tests.paper import text_of

pytestmark = pytest.mark.django_db
Connect = Callable[[Agent], Client]


def typed(contenu: SyntheseContenu, **changes: str) -> dict[str, str]:
    """What a browser would send for this content."""
    saisie = SaisieSynthese(None, contenu)
    values: dict[str, object] = {}
    for form in [saisie.form, *(form for name in LIGNES for form in saisie.lignes[name].forms)]:
        for bound in form:
            value = bound.field.prepare_value(bound.value()) if bound.value() is not None else ""
            if isinstance(value, bool):
                if value:
                    values[bound.html_name] = "on"
            elif value not in ("", None, []):
                values[bound.html_name] = value
    for name in LIGNES:
        formset = saisie.lignes[name]
        values |= {
            f"{name}-TOTAL_FORMS": len(formset.forms),
            f"{name}-INITIAL_FORMS": 0,
            f"{name}-MIN_NUM_FORMS": 0,
            f"{name}-MAX_NUM_FORMS": 50,
        }
    return {**values, **changes}


@pytest.fixture
def bilan(convoque: Bilan, le_jour: None) -> Bilan:
    """In the conclusion, with an empty draft."""
    bilan = advance(convoque, Etat.PHASE_CONCLUSION)
    redaction.save_draft(bilan=bilan, contenu=SyntheseContenu(), by=bilan.conseiller)
    return bilan


@pytest.fixture
def client(bilan: Bilan, conseiller: Agent, connect: Connect) -> Client:
    return connect(conseiller)


@pytest.fixture
def url(bilan: Bilan) -> str:
    return reverse("bilan:write_synthese", args=[bilan.pk])


def attendu(bilan: Bilan) -> str:
    return redaction.revision(redaction.current_draft(bilan))


def stored(bilan: Bilan) -> SyntheseContenu:
    return SyntheseContenu.from_dict(bilan.syntheses.order_by("-version")[0].contenu)


def test_what_is_typed_is_the_content_that_is_kept(bilan: Bilan, client: Client, url: str) -> None:
    contenu = make_contenu(inscription_pe=True, identifiant_pe="1234567A")
    response = client.post(url, typed(contenu, attendu=attendu(bilan)))
    assert response.url == url
    assert stored(bilan) == contenu


def test_the_form_shows_again_what_was_kept(bilan: Bilan, client: Client, url: str) -> None:
    redaction.save_draft(bilan=bilan, contenu=make_contenu(), by=bilan.conseiller)
    html = client.get(url).content.decode()
    for said in ("Cuisine familiale et collective", 'value="02/2001"', "Français en cuisine", 'value="G1602" selected'):
        assert said in html


def test_an_incomplete_draft_is_kept(bilan: Bilan, client: Client, url: str) -> None:
    contenu = SyntheseContenu.from_dict({"experiences": [{"metier": "Maçon"}], "projet_defini": False})
    assert client.post(url, typed(contenu, attendu=attendu(bilan))).status_code == 302
    assert stored(bilan) == contenu


def test_what_the_form_does_not_show_survives_it(bilan: Bilan, client: Client, url: str) -> None:
    redaction.save_draft(bilan=bilan, contenu=SyntheseContenu(niveau_cec="3"), by=bilan.conseiller)
    client.post(url, typed(make_contenu(), attendu=attendu(bilan)))
    assert stored(bilan).niveau_cec == "3"


def test_a_line_is_added_without_scripts_and_nothing_is_judged(bilan: Bilan, client: Client, url: str) -> None:
    sent = typed(make_contenu(), **{"experiences-0-debut": "hier", "experiences-ajouter": "1"})
    response = client.post(url, sent)
    html = response.content.decode()
    assert response.status_code == 200
    assert 'name="experiences-2-metier"' in html
    assert 'value="hier"' in html
    assert "resume-erreurs" not in html
    assert stored(bilan) == SyntheseContenu()


def test_a_removed_line_is_not_kept(bilan: Bilan, client: Client, url: str) -> None:
    client.post(url, typed(make_contenu(), attendu=attendu(bilan), **{"langues-0-DELETE": "on"}))
    assert [langue.langue for langue in stored(bilan).langues] == ["fr"]


def test_a_wrong_month_comes_back_at_its_field_with_everything_typed(bilan: Bilan, client: Client, url: str) -> None:
    sent = typed(make_contenu(), attendu=attendu(bilan), **{"experiences-0-debut": "13/2001"})
    html = client.post(url, sent).content.decode()
    assert 'href="#id_experiences-0-debut"' in html
    assert "<title>Erreur - " in html
    assert "Cuisine familiale et collective" in html
    assert stored(bilan) == SyntheseContenu()


def test_finishing_tells_every_error_at_once_each_once_with_the_name_of_its_line(
    bilan: Bilan, client: Client, url: str
) -> None:
    contenu = SyntheseContenu.from_dict(
        {
            "circonstances": "Bilan",
            "identifiant_pe": "123",
            "experiences": [{"metier": "Maçon", "pays": "MLI", "debut": "2001-02"}, {"metier": "Plombier"}],
            "diplomes": [{"intitule": "Brevet"}],
        }
    )
    changes = {
        "experiences-1-debut": "13/2001", "experiences-0-code_rome": "12", "diplomes-0-annee": "hier",
        "langues-0-niveau": "Z9",
    }  # fmt: skip
    page = client.post(url, typed(contenu, attendu=attendu(bilan), terminer="1", **changes))
    html = page.content.decode()
    summary = html[html.index('id="resume-erreurs"') : html.index("</ul>", html.index('id="resume-erreurs"'))]
    told = re.findall(r'<a href="#([^"]+)">(.*?)</a>', summary)
    assert len(told) == len(dict(told)), told
    said = {anchor: text.replace("\u00a0", " ") for anchor, text in told}
    assert said["id_experiences-1-debut"].startswith("Expérience 2 — mois de début : ")
    assert said["id_experiences-0-code_rome"].startswith("Expérience 1 — code ROME : ")
    assert said["id_experiences-1-pays"] == "Expérience 2 — Choisissez le pays de l’expérience."
    assert said["id_diplomes-0-annee"].startswith("Diplôme 1 — année : ")
    assert said["id_diplomes-0-pays"] == "Diplôme 1 — Choisissez le pays du diplôme."
    assert said["id_langues-0-niveau"].startswith("Langue 1 — niveau : ")
    assert said["id_langues-0-langue"] == "Langue 1 — Choisissez la langue."
    assert (
        said["id_identifiant_pe"].startswith("Identifiant Pôle emploi")
        or "huit caractères" in said["id_identifiant_pe"]
    )
    assert {"id_competences_aptitudes", "id_projet", "id_niveau_formation", "id_preconisations-0-texte"} <= set(said)
    assert "n’est pas encore enregistré" in html
    assert "data-modifie" in html
    assert all(f'id="{anchor}"' in html for anchor in said)
    assert stored(bilan) == SyntheseContenu()


def test_a_draft_that_no_version_could_hold_is_told_at_its_line(bilan: Bilan, client: Client, url: str) -> None:
    sent = typed(make_contenu(), attendu=attendu(bilan), **{"experiences-0-code_rome": "12"})
    page = client.post(url, sent)
    assert not page.context["form"].errors
    assert 'href="#id_experiences-0-code_rome"' in page.content.decode()
    assert page.content.decode().count("Ce code n’existe pas") == 2  # in the summary, at the field
    assert stored(bilan) == SyntheseContenu()


def test_what_is_left_to_complete_leads_to_each_field(bilan: Bilan, client: Client, url: str) -> None:
    contenu = make_contenu(circonstances="", experiences=(Experience(metier="Maçon", pays="MLI"),), inscription_pe=None)
    redaction.save_draft(bilan=bilan, contenu=contenu, by=bilan.conseiller)
    html = client.get(url).content.decode()
    assert 'href="#id_circonstances">Rédigez les circonstances du bilan.</a>' in html
    assert 'href="#id_experiences-0-debut">Expérience 1 — Indiquez le mois de début.</a>' in html
    assert 'href="#id_inscription_pe_0"' in html
    redaction.save_draft(bilan=bilan, contenu=make_contenu(preconisations=()), by=bilan.conseiller)
    assert (
        'href="#id_preconisations-0-texte">Indiquez au moins une préconisation.</a>' in client.get(url).content.decode()
    )


def test_finishing_completes_the_synthesis(bilan: Bilan, client: Client, url: str) -> None:
    response = client.post(url, typed(make_contenu(), attendu=attendu(bilan), terminer="1"))
    assert response.url == reverse("bilan:voir_bilan", args=[bilan.pk])
    assert Bilan.objects.get(pk=bilan.pk).etat == Etat.SYNTHESE_REDIGEE


def test_finishing_keeps_the_draft_and_says_what_is_missing_at_its_field(
    bilan: Bilan, client: Client, url: str
) -> None:
    contenu = SyntheseContenu.from_dict(
        {
            "circonstances": "Bilan",
            "experiences": [{"pays": "MLI", "debut": "2001-02", "fin": "2001-01"}],
            "metiers": ["G1602"],
            "langues": [{"langue": "fr"}],
        }
    )
    sent = typed(contenu, attendu=attendu(bilan), terminer="1")
    # A blank line before the experience must not shift the errors of the lines after it.
    moved = {key.replace("experiences-0", "experiences-1"): value for key, value in sent.items()}
    html = client.post(url, {**moved, "experiences-TOTAL_FORMS": 2}).content.decode()
    for anchor in (
        "id_competences_aptitudes", "id_projet", "id_niveau_formation", "id_inscription_pe_0",
        "id_preconisations-0-texte", "id_experiences-1-metier", "id_experiences-1-fin", "id_langues-0-parlee",
    ):  # fmt: skip
        assert f'href="#{anchor}"' in html, anchor
    assert "Le brouillon est enregistré." in html
    assert stored(bilan) == contenu
    assert f'name="attendu" value="{attendu(bilan)}"' in html
    assert Bilan.objects.get(pk=bilan.pk).etat == Etat.PHASE_CONCLUSION


def test_an_occupation_that_no_longer_exists_is_told_at_its_field(bilan: Bilan, client: Client, url: str) -> None:
    sent = typed(make_contenu(), attendu=attendu(bilan), terminer="1", **{"experiences-0-code_rome": "n9999"})
    html = client.post(url, sent).content.decode()
    assert "Le code ROME N9999 n’existe pas." in html
    assert 'href="#id_experiences-0-code_rome"' in html


def test_finishing_without_any_session_says_so(bilan: Bilan, client: Client, url: str) -> None:
    bilan.seances.all().delete()
    html = client.post(url, typed(make_contenu(), attendu=attendu(bilan), terminer="1")).content.decode()
    assert "Enregistrez d’abord les minutes passées avec la personne." in html


def test_once_written_finishing_again_only_keeps_and_checks(bilan: Bilan, client: Client, url: str) -> None:
    client.post(url, typed(make_contenu(), attendu=attendu(bilan), terminer="1"))
    corrected = make_contenu(orientation="Restauration rapide")
    response = client.post(url, typed(corrected, attendu=attendu(bilan), terminer="1"))
    assert response.status_code == 302
    assert stored(bilan) == corrected


def test_the_second_tab_is_warned_then_may_replace(bilan: Bilan, client: Client, url: str) -> None:
    seen = attendu(bilan)
    client.post(url, typed(SyntheseContenu(projet="Première fenêtre"), attendu=seen))
    html = client.post(url, typed(SyntheseContenu(projet="Seconde fenêtre"), attendu=seen)).content.decode()
    assert "modifié dans une autre fenêtre" in html
    assert "Seconde fenêtre" in html
    assert stored(bilan).projet == "Première fenêtre"
    assert f'name="attendu" value="{attendu(bilan)}"' in html
    client.post(url, typed(SyntheseContenu(projet="Seconde fenêtre"), attendu=attendu(bilan)))
    assert stored(bilan).projet == "Seconde fenêtre"


def test_the_sheet_on_demand_keeps_nothing(bilan: Bilan, client: Client) -> None:
    url = reverse("bilan:preview_synthese", args=[bilan.pk])
    for contenu in (make_contenu(), SyntheseContenu()):
        response = client.post(url, typed(contenu))
        assert response["Content-Type"] == "application/pdf"
        assert "no-store" in response["Cache-Control"]
        assert "à ne pas signer" in " ".join(text_of(response.content).split())
    assert stored(bilan) == SyntheseContenu()
    assert client.post(url, typed(make_contenu(), **{"experiences-0-debut": "x"})).status_code == 200


def test_a_frozen_synthesis_has_no_form(convoque: Bilan, conseiller: Agent, connect: Connect, le_jour: None) -> None:
    bilan = advance(convoque, Etat.SYNTHESE_PRESENTEE)
    assert connect(conseiller).get(reverse("bilan:write_synthese", args=[bilan.pk])).status_code == 409


def test_nobody_but_the_adviser_opens_the_form(
    bilan: Bilan, url: str, prescripteur: Agent, directeur: Agent, agent_ailleurs: Agent, connect: Connect
) -> None:
    assert connect(prescripteur).get(url).status_code == 403
    assert connect(directeur).get(url).status_code == 403
    assert connect(agent_ailleurs).get(url).status_code == 404


def test_nasty_strings_are_refused_with_a_sentence_or_shown_inert(bilan: Bilan, client: Client, url: str) -> None:
    names = [
        "circonstances", "parcours", "competences_aptitudes", "projet", "orientation", "parcours_recherche",
        "experiences-0-metier", "diplomes-0-intitule", "besoins_formation-0-intitule", "preconisations-0-texte",
    ]  # fmt: skip
    codes = ["niveau_formation", "identifiant_pe", "experiences-0-debut", "langues-0-langue", *METIERS]
    strings = [text for text in NASTY if len(text) < 50_000]
    for start in range(0, len(strings), len(names)):
        chunk = strings[start : start + len(names)]
        sent = typed(make_contenu(), attendu=attendu(bilan), **dict(zip(names, chunk, strict=False)))
        refused = client.post(url, {**sent, **dict.fromkeys(codes, chunk[0])})
        assert refused.status_code == 200
        kept = client.post(url, sent, follow=True)
        assert kept.status_code == 200
        for page in (refused, kept):
            assert "<script>alert" not in page.content.decode()
    assert client.post(url, {**sent, "projet": "x" * 2_000_000}).status_code == 400
    assert Synthese.objects.filter(bilan=bilan).count() == 1


def test_occupations_are_found_by_code_and_by_words_without_accents(client: Client) -> None:
    url = reverse("bilan:search_rome")
    for query in ("G1602", "g16", "personnel cuisine", "CUISINE", "cuisíne"):
        page = client.get(url, {"q": query}).content.decode()
        assert ">G1602</td>" in page
        assert ">Personnel de cuisine</td>" in page
    assert "Aucun métier trouvé" in client.get(url, {"q": "astronaute"}).content.decode()
    partial = client.get(url, {"q": "macon"}, headers={"HX-Request": "true"}).content.decode()
    assert 'data-value="F1703"' in partial
    assert "<html" not in partial
    assert client.get(url, {"q": "x\x00'\"<%"}).status_code == 200
