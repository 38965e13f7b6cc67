"""The pages where a person's decisions are asked for, written down and withdrawn."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from agents.models import Agent, DirectionTerritoriale
from bilan.models import Bilan, Consentement, Synthese
from bilan.states import Etat
from bilan.traductions import traductions
from cai.models import Langue, Signataire
from core.models import JournalAcces
from poleemploi.models import Transmission
from poleemploi.states import EtatTransmission
from tests.factories.transmissions import agree, make_valide
from tests.paper import text_of

pytestmark = pytest.mark.usefixtures("le_lendemain")
T = EtatTransmission
Portee = Consentement.Portee
Connect = Callable[[Agent], Client]
REPONSE: dict[str, Any] = {
    "decision": "accorde",
    "mode": "formulaire_signe",
    "jour": "13/05/2010",
    "langue": "bm",
    "interprete": "non",
    "commentaire": "",
}
RETRAIT = {"mode": "declaration_guichet", "langue": "bm", "interprete": "non"}


@pytest.fixture
def bilan(direction: DirectionTerritoriale, prescripteur: Agent, conseiller: Agent) -> Bilan:
    return make_valide(direction, prescripteur, conseiller, conserver=False)


def address(name: str, bilan: Bilan, *more: str) -> str:
    return reverse(f"poleemploi:{name}", args=[bilan.pk, *more])


def reads(bilan: Bilan, langue: str) -> None:
    Langue.objects.get_or_create(code=langue, defaults={"nom": "une langue"})
    Signataire.objects.filter(pk=bilan.contrat.signataire_id).update(langue_comprise=langue)


@pytest.mark.rule("E.2-langue")
def test_the_text_stands_in_the_language_of_the_person_beside_the_french(
    connect: Connect, conseiller: Agent, bilan: Bilan
) -> None:
    reads(bilan, "ary")  # spoken in Morocco, written as Arabic
    page = connect(conseiller).get(address("ask_consent", bilan, "transmission"))
    html = page.content.decode()

    assert 'lang="ar"\n             dir="rtl"' in html
    accepte = traductions()["ar"].accords["transmission_pole_emploi"].accepte
    assert accepte.replace("Pôle emploi", "Pôle\u00a0emploi") in html
    assert "La synthèse de mon bilan m’appartient." in html
    assert f"{address('print_consent_form', bilan, 'transmission')}?langue=ary" in html
    assert page.context["form"]["langue"].value() == "ary"


@pytest.mark.rule("E.2-langue")
def test_another_language_is_chosen_for_the_text_the_form_and_the_row(
    connect: Connect, conseiller: Agent, bilan: Bilan
) -> None:
    client = connect(conseiller)
    ask = address("ask_consent", bilan, "conservation")
    page = client.get(ask, {"langue": "ta"})
    assert traductions()["ta"].accords["conservation_synthese"].question in page.content.decode()
    assert page.context["form"]["langue"].value() == "ta"
    pdf = client.get(address("print_consent_form", bilan, "conservation"), {"langue": "ta"}).content
    assert "français et tamoul" in text_of(pdf)

    client.post(f"{ask}?langue=ta", REPONSE | {"langue": "ta"})
    row = Consentement.objects.get(bilan=bilan)
    assert (row.langue_id, row.version_texte) == ("ta", traductions()["ta"].version)


def test_a_language_without_translation_is_said_to_be_so(connect: Connect, conseiller: Agent, bilan: Bilan) -> None:
    reads(bilan, "bm")
    client = connect(conseiller)
    html = client.get(address("ask_consent", bilan, "transmission"), {"langue": "<script>"}).content.decode()
    assert "Le texte n’est pas traduit en bambara" in html
    assert "La synthèse de mon bilan m’appartient." in html


@pytest.mark.rule("D.2-note-ordre")
def test_conservation_is_asked_first(connect: Connect, conseiller: Agent, bilan: Bilan) -> None:
    page = connect(conseiller).get(address("collect_consents", bilan))
    assert page.status_code == 200
    assert "(transmission à Pôle emploi)" in page.content.decode()  # a name keeps its capital
    assert page.context["suivante"].portee == Portee.CONSERVATION
    assert [question.portee for question, _ in page.context["questions"]] == [
        Portee.CONSERVATION,
        Portee.TRANSMISSION,
        Portee.SUIVI,
    ]


def test_the_contact_for_the_follow_up_is_optional_and_never_to_do(
    connect: Connect, conseiller: Agent, bilan: Bilan
) -> None:
    agree(bilan, Portee.CONSERVATION, by=conseiller)
    agree(bilan, Portee.TRANSMISSION, by=conseiller)
    client = connect(conseiller)
    page = client.get(address("collect_consents", bilan))
    assert page.context["suivante"] is None
    for html in (page.content.decode(), client.get(reverse("bilan:voir_bilan", args=[bilan.pk])).content.decode()):
        assert "Facultatif, pas demandé" in html
        assert "Pas encore demandé" not in html
    assert address("ask_consent", bilan, "suivi") in page.content.decode()


def test_a_reworked_version_promises_nothing_of_the_next_one(connect: Connect, conseiller: Agent, bilan: Bilan) -> None:
    agree(bilan, Portee.TRANSMISSION, by=conseiller)
    client = connect(conseiller)
    client.post(address("rework_synthese", bilan), {"motif": "erreur_materielle"})
    html = client.get(address("collect_consents", bilan)).content.decode()
    assert "Seule une nouvelle version, signée et acceptée, peut être envoyée" in html
    assert "La nouvelle version partira" not in html


def test_each_reader_goes_back_to_their_own_page(
    connect: Connect, conseiller: Agent, prescripteur: Agent, bilan: Bilan
) -> None:
    for agent, name, home in [
        (conseiller, "bilan", reverse("bilan:voir_bilan", args=[bilan.pk])),
        (prescripteur, "dossier", reverse("dossiers:view_file", args=[bilan.contrat_id])),
    ]:
        html = connect(agent).get(address("collect_consents", bilan)).content.decode()
        assert f'href="{home}">Revenir au {name}</a>' in html


@pytest.mark.rule("E.2-portees")
def test_nothing_is_ticked_beforehand(connect: Connect, conseiller: Agent, bilan: Bilan) -> None:
    for portee in ("conservation", "transmission", "suivi"):
        page = connect(conseiller).get(address("ask_consent", bilan, portee))
        assert page.status_code == 200
        assert "checked" not in page.content.decode()


def test_the_words_to_be_signed_are_on_the_page(connect: Connect, conseiller: Agent, bilan: Bilan) -> None:
    page = connect(conseiller).get(address("ask_consent", bilan, "transmission"))
    text = page.content.decode()
    assert "Ne sont jamais transmis" in text
    assert "Je suis libre d’accepter ou de refuser" in text


def test_agreeing_to_the_transmission_shows_first_who_receives_what(
    connect: Connect, conseiller: Agent, bilan: Bilan
) -> None:
    client, url = connect(conseiller), address("ask_consent", bilan, "transmission")
    page = client.post(url, REPONSE)
    assert "Pôle emploi reçoit" in page.content.decode()
    assert not Consentement.objects.exists()
    assert client.post(url, REPONSE | {"modifier": "1"}).context["form"]["mode"].value() == "formulaire_signe"
    assert not Consentement.objects.exists()
    answer = client.post(url, REPONSE | {"confirmer": "1"})
    assert answer.status_code == 302
    assert Transmission.objects.get().etat == T.EN_FILE


def test_another_scope_is_written_down_at_once(connect: Connect, prescripteur: Agent, bilan: Bilan) -> None:
    answer = connect(prescripteur).post(address("ask_consent", bilan, "conservation"), REPONSE)
    assert answer.status_code == 302
    consent = Consentement.objects.get()
    assert (consent.portee, consent.decision, consent.recueilli_par) == (Portee.CONSERVATION, "accorde", prescripteur)
    assert not Transmission.objects.exists()


def test_a_refusal_is_written_down_at_once(connect: Connect, conseiller: Agent, bilan: Bilan) -> None:
    agree(bilan, Portee.CONSERVATION, by=conseiller)
    answer = connect(conseiller).post(
        address("ask_consent", bilan, "transmission"), REPONSE | {"decision": "refuse"}, follow=True
    )
    assert "Rien ne sera transmis" in answer.content.decode()
    assert not Transmission.objects.exists()


def test_a_refusal_that_destroys_says_so_and_proposes_the_conservation_first(
    connect: Connect, conseiller: Agent, bilan: Bilan
) -> None:
    client, url = connect(conseiller), address("ask_consent", bilan, "transmission")
    refused = REPONSE | {"decision": "refuse"}
    conservation = address("ask_consent", bilan, "conservation")
    for page in (client.get(url), client.post(url, refused)):
        assert "tout de suite" in page.content.decode()
        assert conservation in page.content.decode()
    assert not Consentement.objects.exists()
    assert client.post(url, refused | {"confirmer": "1"}).status_code == 302
    assert Synthese.objects.get().contenu is None


def test_once_the_conservation_is_granted_a_refusal_destroys_nothing_and_warns_of_nothing(
    connect: Connect, conseiller: Agent, bilan: Bilan
) -> None:
    agree(bilan, Portee.CONSERVATION, by=conseiller)
    page = connect(conseiller).get(address("ask_consent", bilan, "transmission"))
    assert page.context["detruit"] is False
    assert "tout de suite" not in page.content.decode()


@pytest.mark.parametrize(
    ("field", "value"),
    [("decision", ""), ("decision", "peut-être"), ("mode", "declaration_guichet"), ("jour", "14/05/2010"),
     ("jour", "hier"), ("langue", "zz"), ("interprete", ""), ("commentaire", "a\x00b")],
)  # fmt: skip
def test_a_wrong_answer_is_told_at_its_field_and_nothing_is_lost(
    connect: Connect, conseiller: Agent, bilan: Bilan, field: str, value: str
) -> None:
    page = connect(conseiller).post(address("ask_consent", bilan, "conservation"), REPONSE | {field: value})
    assert page.status_code == 200
    assert page.context["form"].errors[field]
    assert not Consentement.objects.exists()


def test_a_refusal_of_the_service_comes_back_on_the_form(connect: Connect, conseiller: Agent, bilan: Bilan) -> None:
    agree(bilan, Portee.CONSERVATION, by=conseiller)
    page = connect(conseiller).post(address("ask_consent", bilan, "conservation"), REPONSE)
    assert "déjà enregistré" in page.content.decode()


def test_a_minor_needs_the_name_of_their_representative(
    connect: Connect, direction: DirectionTerritoriale, prescripteur: Agent, conseiller: Agent
) -> None:
    bilan = make_valide(direction, prescripteur, conseiller, conserver=False, date_naissance=date(1993, 1, 10))
    client, url = connect(conseiller), address("ask_consent", bilan, "conservation")
    page = client.post(url, REPONSE)
    assert page.context["form"].errors["representant_legal"]
    assert client.post(url, REPONSE | {"representant_legal": "Awa Diallo, mère"}).status_code == 302


def test_the_form_to_sign_is_a_sheet_of_paper(connect: Connect, conseiller: Agent, bilan: Bilan) -> None:
    answer = connect(conseiller).get(address("print_consent_form", bilan, "transmission"))
    assert answer["Content-Type"] == "application/pdf"
    assert answer.content.startswith(b"%PDF")
    assert "no-store" in answer["Cache-Control"]
    assert JournalAcces.objects.filter(action="imprimer_formulaire", motif=Portee.TRANSMISSION).exists()


@pytest.mark.rule("E.2-retrait")
def test_withdrawing_takes_one_click_on_the_file_and_one_on_its_page(
    connect: Connect, agent_ofii: Agent, conseiller: Agent, bilan: Bilan
) -> None:
    agree(bilan, Portee.CONSERVATION, by=conseiller)
    agree(bilan, Portee.TRANSMISSION, by=conseiller)
    client, url = connect(agent_ofii), address("withdraw_consent", bilan, "transmission")
    assert url in client.get(reverse("dossiers:view_file", args=[bilan.contrat_id])).content.decode()
    langue = client.get(url).context["form"]["langue"].value()
    refused = client.post(url, {"langue": langue})
    assert refused.context["form"].errors["mode"], "how the person withdraws is never supposed"
    assert client.post(url, {"langue": langue, "mode": "courrier", "interprete": "oui"}).status_code == 302
    assert Consentement.objects.latest("date_heure").interprete is None, "a letter has no interpreter"
    assert Transmission.objects.get().etat == T.ANNULEE
    assert Consentement.objects.filter(portee=Portee.TRANSMISSION).first().decision == "retire"


@pytest.mark.parametrize("kept", [True, False])
def test_a_withdrawal_says_first_what_will_be_gone(
    connect: Connect, agent_ofii: Agent, conseiller: Agent, bilan: Bilan, kept: bool
) -> None:
    if kept:
        agree(bilan, Portee.CONSERVATION, by=conseiller)
    agree(bilan, Portee.TRANSMISSION, by=conseiller)
    text = connect(agent_ofii).get(address("withdraw_consent", bilan, "transmission")).content.decode()
    assert ("Ce qui ne sera plus là" in text) is not kept


def test_withdrawing_the_conservation_destroys_the_content(connect: Connect, conseiller: Agent, bilan: Bilan) -> None:
    agree(bilan, Portee.CONSERVATION, by=conseiller)
    connect(conseiller).post(address("withdraw_consent", bilan, "conservation"), RETRAIT)
    assert Synthese.objects.get().contenu is None


def test_one_withdraws_only_what_was_agreed_to(connect: Connect, agent_ofii: Agent, bilan: Bilan) -> None:
    page = connect(agent_ofii).post(address("withdraw_consent", bilan, "transmission"), RETRAIT)
    assert "il n’y a rien à retirer" in page.content.decode()


def test_reworking_opens_a_version_and_stops_the_sending(connect: Connect, conseiller: Agent, bilan: Bilan) -> None:
    agree(bilan, Portee.TRANSMISSION, by=conseiller)
    client, url = connect(conseiller), address("rework_synthese", bilan)
    assert "Ce qui ne sera plus là" in client.get(url).content.decode()
    assert client.post(url, {"motif": ""}).status_code == 200
    assert client.post(url, {"motif": "erreur_materielle"}).status_code == 302
    assert Bilan.objects.get(pk=bilan.pk).etat == Etat.SYNTHESE_REDIGEE
    assert Transmission.objects.get().etat == T.ANNULEE


@pytest.mark.parametrize(
    ("name", "more", "allowed"),
    [
        ("collect_consents", (), {"conseiller", "prescripteur"}),
        ("ask_consent", ("conservation",), {"conseiller", "prescripteur"}),
        ("print_consent_form", ("suivi",), {"conseiller", "prescripteur"}),
        ("withdraw_consent", ("suivi",), {"conseiller", "prescripteur", "agent_ofii", "correspondant"}),
        ("rework_synthese", (), {"conseiller"}),
    ],
)
@pytest.mark.parametrize("role", ["conseiller", "prescripteur", "agent_ofii", "correspondant", "directeur"])
def test_each_page_opens_to_those_who_may_act(
    connect: Connect,
    bilan: Bilan,
    request: pytest.FixtureRequest,
    name: str,
    more: tuple[str, ...],
    allowed: set[str],
    role: str,
) -> None:
    answer = connect(request.getfixturevalue(role)).get(address(name, bilan, *more))
    assert answer.status_code == (200 if role in allowed else 403)


@pytest.mark.parametrize("role", ["agent_ailleurs", "responsable", "administrateur"])
def test_another_territory_finds_nothing(
    connect: Connect, bilan: Bilan, request: pytest.FixtureRequest, role: str
) -> None:
    assert connect(request.getfixturevalue(role)).get(address("collect_consents", bilan)).status_code == 404


def test_an_unknown_scope_is_nowhere(connect: Connect, conseiller: Agent, bilan: Bilan) -> None:
    assert connect(conseiller).get(address("ask_consent", bilan, "publicite")).status_code == 404


def test_a_question_that_makes_no_sense_is_not_asked(connect: Connect, conseiller: Agent, bilan: Bilan) -> None:
    agree(bilan, Portee.TRANSMISSION, by=conseiller)
    client = connect(conseiller)
    asked = client.get(address("ask_consent", bilan, "transmission"), follow=True)
    assert asked.redirect_chain == [(address("collect_consents", bilan), 302)]
    assert "il n’y a rien à demander" in asked.content.decode()
