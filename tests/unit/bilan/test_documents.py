from dataclasses import replace
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from bilan.courriers import Consentement, Convocation, Direction, Information, Personne
from bilan.documents import consentement_pdf, convocation_pdf, information_pdf
from bilan.textes import CE_QUE_RECOIT_POLE_EMPLOI, CONSENTEMENTS, VERSION_TEXTE
from bilan.traductions import traductions
from tests.paper import fonts_of, opened, page_count, rules_in_left_margin, sizes_of, text_of, words_of

AT = datetime(2011, 2, 21, 10, tzinfo=UTC)
LYON = Direction(
    nom="Lyon",
    ville="Lyon",
    adresse=("7 rue Quivogne", "69286 Lyon Cedex 02"),
    telephone="04 72 77 15 40",
    courriel="lyon@ofii.example",
)
CONVOCATION = Convocation(
    numero="69-C2011-000042",
    numero_cai="69-2010-000123",
    date_lettre=date(2011, 2, 21),
    direction=LYON,
    personne=Personne(nom="Diallo", prenom="Mamadou"),
    civilite="Monsieur",
    adresse=("Résidence Les Peupliers", "", "12 bis avenue du Maréchal-de-Saxe", "69003 Lyon"),
    debut=datetime(2011, 3, 15, 9, 30, tzinfo=ZoneInfo("Europe/Paris")),
    duree_minutes=180,
    prestataire_nom="Atelier des compétences",
    lieu_nom="Espace Part-Dieu",
    lieu_adresse=("45 rue Garibaldi", "69006 Lyon"),
    lieu_acces="Métro B, station Part-Dieu",
    conseiller_nom="Hélène Le Guennec",
    langue="fr",
    signataire_nom="Jean-Marc Perrin",
    signataire_qualite="Prescripteur",
    delai_justification_jours=15,
)
LONGUE = replace(
    CONVOCATION,
    personne=Personne(
        nom="Rajaonarimampianinarakotondrazafindrabe-Wijesekara Mudiyanselage",
        prenom="Jean-Baptiste Marie-Emmanuel Tiémoko",
    ),
    adresse=(
        "Chez Monsieur et Madame Andriamampianina-Razafindrakoto, bâtiment C, escalier 4",
        "Résidence universitaire Saint-Jean-de-Dieu-les-Hauts, appartement 1204",
        "1248 boulevard de l’Europe-Réunie-et-des-Nations-Unies",
        "97490 Sainte-Clotilde Saint-Denis de La Réunion",
    ),
    prestataire_nom="Association régionale pour la formation et l’insertion professionnelle (ARFIP)",
    lieu_nom="Maison de l’emploi et de la formation professionnelle du bassin de Saint-Denis",
    lieu_adresse=(
        "Zone d’activités économiques du Grand-Chaudron, bâtiment administratif 3, entrée B",
        "97490 Sainte-Clotilde",
    ),
    lieu_acces="Bus 12 et 15, arrêt Grand-Chaudron ; interphone « Formation », quatrième étage, bureau 412",
)
CONSENTEMENT = Consentement(
    portee="transmission_pole_emploi",
    personne=CONVOCATION.personne,
    numero_cai="69-2010-000123",
    date_bilan=date(2011, 3, 15),
    prestataire_nom="Atelier des compétences",
    direction=LYON,
    version_synthese=2,
)
INFORMATION = Information(
    numero="69-I2011-000007",
    numero_cai="69-2010-000123",
    date_remise=date(2011, 2, 1),
    direction=LYON,
    personne=CONVOCATION.personne,
)


@pytest.fixture(scope="module", params=["ordinaire", "longue"])
def letter(request):
    """A convocation and its paper: an ordinary address, then the longest that fields allow in practice."""
    convocation = {"ordinaire": CONVOCATION, "longue": LONGUE}[request.param]
    return convocation, convocation_pdf(convocation, AT)


def _bare(text: str) -> str:
    return "".join(text.split()).replace("-", "")


def test_a_convocation_is_one_page_whatever_its_length(letter):
    _, pdf = letter
    assert page_count(pdf) == 1
    assert {size for size in sizes_of(pdf) if size < 8.5} == {7.5}


def test_the_window_shows_the_address_and_nothing_else(letter):
    # DL envelope, window 100 x 45 mm at 20 mm from the right and the bottom; the sheet can slide by 10 and 11 mm.
    convocation, pdf = letter
    seen = [
        word for word in words_of(pdf) if word.right > 90 and word.left < 200 and word.bottom > 34 and word.top < 90
    ]

    assert _bare("".join(word.text for word in seen)) == _bare("".join(convocation.lignes_adresse))


def test_the_address_stays_in_the_window_however_the_sheet_slides(letter):
    _, pdf = letter
    address = [word for word in words_of(pdf) if word.left > 100 and word.bottom < 90]

    assert address
    assert min(word.left for word in address) == pytest.approx(105, abs=0.5)
    assert max(word.right for word in address) <= 190
    assert min(word.top for word in address) >= 45
    assert max(word.bottom for word in address) <= 79.5


def test_the_subject_begins_under_the_window(letter):
    _, pdf = letter
    assert min(word.top for word in words_of(pdf) if word.text == "compétences") > 90


def test_a_convocation_says_when_where_with_whom_and_how_long(letter):
    convocation, pdf = letter
    text = text_of(pdf)
    for words in (
        "mardi 15 mars 2011 à 9 h 30", "durée : 3 h au plus", convocation.lieu_nom, *convocation.lieu_adresse,
        convocation.lieu_acces, convocation.prestataire_nom, "Hélène Le Guennec", "Convocation n° 69-C2011-000042",
        "Contrat n° 69-2010-000123", "Lyon, le 21 février 2011", "Le bilan est gratuit", "Ce que vous apportez",
        "04 72 77 15 40", "lyon@ofii.example", "15 jours après le rendez-vous", "un interprète peut être prévu",
        "Jean-Marc Perrin", "Monsieur,",
    ):  # fmt: skip
        assert _bare(words) in _bare(text)


def test_a_preview_has_no_number():
    text = text_of(convocation_pdf(replace(CONVOCATION, numero=""), AT))

    assert "Projet de convocation" in text
    assert "Convocation n°" not in text


def test_the_hour_is_that_of_paris():
    in_utc = replace(CONVOCATION, debut=datetime(2011, 7, 5, 7, 5, tzinfo=UTC))
    assert "mardi 5 juillet 2011 à 9 h 05" in text_of(convocation_pdf(in_utc, AT))


def test_fold_marks_are_at_the_thirds_of_the_sheet():
    assert rules_in_left_margin(convocation_pdf(CONVOCATION, AT)) == [99, 198]


@pytest.mark.rule("E.2-portees")
@pytest.mark.parametrize("portee", CONSENTEMENTS)
def test_a_form_of_consent_is_one_page_with_both_answers_and_neither_ticked(portee):
    version = 2 if portee == "transmission_pole_emploi" else None
    pdf = consentement_pdf(replace(CONSENTEMENT, portee=portee, version_synthese=version), AT)
    text = text_of(pdf)

    assert page_count(pdf) == 1
    for words in (CONSENTEMENTS[portee].question, CONSENTEMENTS[portee].accepte, CONSENTEMENTS[portee].refuse):
        assert " ".join(words.split()) in text
    assert not {"☑", "☒", "✓", "✔", "✗", "×"} & set(text)
    assert "Mon refus n’a aucune conséquence" in text
    assert "Je peux retirer mon accord à tout moment" in text
    assert f"Texte version {VERSION_TEXTE}" in text
    assert "Interprète" in text


def test_the_form_of_transmission_lists_what_is_sent_and_names_the_version():
    text = text_of(consentement_pdf(CONSENTEMENT, AT))

    assert [words for words in CE_QUE_RECOIT_POLE_EMPLOI if words not in text] == []
    assert "version 2, que j’ai lue" in text
    assert "ma date de naissance, mon adresse, mon titre de séjour" in text


def test_the_other_forms_name_no_version():
    form = replace(CONSENTEMENT, portee="conservation_synthese", version_synthese=None)
    assert "que j’ai lue" not in text_of(consentement_pdf(form, AT))


def test_a_form_of_transmission_without_version_is_refused():
    with pytest.raises(ValueError, match="version"):
        replace(CONSENTEMENT, version_synthese=None)


def test_an_unknown_scope_is_refused():
    with pytest.raises(ValueError, match="scope"):
        replace(CONSENTEMENT, portee="autre")


def test_the_representative_of_a_minor_signs_too():
    assert "Représentant légal" in text_of(consentement_pdf(replace(CONSENTEMENT, mineur=True), AT))
    assert "Représentant légal" not in text_of(consentement_pdf(CONSENTEMENT, AT))


def test_the_notice_says_what_is_compulsory_who_sees_what_and_which_rights():
    pdf = information_pdf(replace(INFORMATION, langue="tr"), AT)
    text = text_of(pdf)

    assert page_count(pdf) == 1
    assert traductions()["tr"].avis in text
    for words in (
        "article R. 311-26", "Il est gratuit", "trois heures au plus", "secret professionnel",
        "Venir au bilan fait partie",
        "La préfecture ne reçoit ni la synthèse ni vos réponses", "loi du 6 janvier 1978", "1er février 2011",
        "Mamadou Diallo", "69-I2011-000007",
    ):  # fmt: skip
        assert words in text


def test_an_office_that_is_not_the_state_prints_no_mark_of_the_state(settings):
    settings.MARQUE_ETAT = False
    for pdf in (
        convocation_pdf(CONVOCATION, AT),
        consentement_pdf(CONSENTEMENT, AT),
        information_pdf(INFORMATION, AT),
    ):
        assert "République" not in text_of(pdf)
        assert "Office français" not in text_of(pdf)
        assert "Direction territoriale : Lyon" in text_of(pdf)


def test_the_state_signs_its_paper(settings):
    settings.MARQUE_ETAT = True
    text = text_of(convocation_pdf(CONVOCATION, AT))

    assert text.startswith("République française Office français de l’immigration et de l’intégration")


def test_hostile_text_stays_text():
    hostile = '<b onclick=x>{{ lettre }}</b><img src="file:///etc/passwd">'
    pdf = convocation_pdf(replace(CONVOCATION, personne=Personne(nom=hostile), lieu_acces=hostile), AT)

    assert text_of(pdf).count("{{ lettre }}") == 2


@pytest.mark.parametrize(
    ("render", "letter"),
    [(convocation_pdf, CONVOCATION), (consentement_pdf, CONSENTEMENT), (information_pdf, INFORMATION)],
)
def test_letters_are_reproducible_tagged_french_archives(render, letter):
    pdf = render(letter, AT)
    document = opened(pdf)

    assert render(letter, AT) == pdf
    assert document.Root.MarkInfo.Marked
    assert document.Root.Lang == "fr"
    assert document.check_pdf_syntax() == []
    assert all(fonts_of(pdf).values())
