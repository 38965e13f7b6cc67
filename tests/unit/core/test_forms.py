"""The fields: what they accept, what they give, what they say otherwise."""

from datetime import date, time

import pytest
from django import forms
from django.http import QueryDict
from django.template import Context, Template

from core.form_fields import (
    ChoixField,
    CodePostalField,
    CourrielField,
    DateField,
    HeureField,
    LigneField,
    MoisField,
    NombreField,
    NomField,
    RechercheField,
    TelephoneField,
    TexteField,
    YesNoField,
    format_telephone,
)
from core.forms import BaseForm, all_valid, lignes_formset


def refusal(field: forms.Field, value: object) -> str:
    with pytest.raises(forms.ValidationError) as caught:
        field.clean(value)
    return " ".join(caught.value.messages)


def render(source: str, **context: object) -> str:
    return Template("{% load cai_ui %}" + source).render(Context(context))


# --- dates ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "typed",
    ["01/03/2011", "1/3/2011", "01032011", "2011-03-01", " 1.3.2011 ", "1-3-2011", "1 3 2011", "01 / 03 / 2011"],
)
def test_a_date_may_be_typed_in_many_ways(typed: str):
    assert DateField().clean(typed) == date(2011, 3, 1)


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("1/3/11", "quatre chiffres"),
        ("1/3/20111", "quatre chiffres"),
        ("30/02/2011", "n’existe pas"),
        ("29/02/2011", "n’existe pas"),
        ("31/13/2011", "n’existe pas"),
        ("00/01/2011", "n’existe pas"),
        ("01/01/0001", "entre 1900 et 2100"),
        ("31/12/9999", "entre 1900 et 2100"),
        ("hier", "JJ/MM/AAAA"),
        ("15 mars 2011", "JJ/MM/AAAA"),
        ("2011/03/01", "JJ/MM/AAAA"),
        ("1" * 5000, "JJ/MM/AAAA"),
        ("1/3/" + "1" * 5000, "quatre chiffres"),
        ("\x00", "JJ/MM/AAAA"),
        ("٠١/٠٣/٢٠١١", "JJ/MM/AAAA"),
    ],
)
def test_a_wrong_date_is_told_what_is_wrong(typed: str, words: str):
    assert words in refusal(DateField(), typed)


def test_the_leap_day_exists_in_leap_years():
    assert DateField().clean("29/02/2012") == date(2012, 2, 29)


@pytest.mark.parametrize(
    ("typed", "accepted"), [("28/02/2011", False), ("01/03/2011", True), ("15/03/2011", True), ("16/03/2011", False)]
)
def test_the_bounds_of_a_date_are_included(typed: str, accepted: bool):
    field = DateField(min_date=date(2011, 3, 1), max_date=date(2011, 3, 15))
    if accepted:
        field.clean(typed)
    else:
        assert "\u00a0mars\u00a02011." in refusal(field, typed)  # in words, as everywhere else


def test_an_empty_optional_date_is_none():
    assert DateField(required=False).clean("") is None


def test_a_date_is_shown_back_as_typed_by_the_french():
    class Formulaire(BaseForm):
        jour = DateField()

    assert 'value="01/03/2011"' in str(Formulaire(initial={"jour": date(2011, 3, 1)})["jour"])
    assert 'value="pas une date"' in str(Formulaire({"jour": "pas une date"})["jour"])


def test_a_shown_date_that_nobody_touched_has_not_changed():
    class Formulaire(BaseForm):
        jour = DateField()

    assert not Formulaire({"jour": "01/03/2011"}, initial={"jour": date(2011, 3, 1)}).has_changed()


@pytest.mark.parametrize("typed", ["09/2008", "9/2008", "092008", "2008-09", "9 2008"])
def test_a_month_is_stored_as_the_partner_writes_it(typed: str):
    assert MoisField().clean(typed) == "2008-09"


@pytest.mark.parametrize("typed", ["13/2008", "0/2008", "09/08", "2008", "septembre 2008", "09/1899"])
def test_a_wrong_month_is_refused(typed: str):
    refusal(MoisField(), typed)


def test_a_month_is_shown_back_as_typed():
    assert MoisField().prepare_value("2008-09") == "09/2008"
    assert MoisField().prepare_value("n’importe") == "n’importe"


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("14h30", time(14, 30)),
        ("14:30", time(14, 30)),
        ("14 h 30", time(14, 30)),
        ("14.30", time(14, 30)),
        ("1430", time(14, 30)),
        ("930", time(9, 30)),
        ("9h", time(9)),
        ("9", time(9)),
        ("0h00", time(0)),
        ("23H59", time(23, 59)),
    ],
)
def test_a_time_may_be_typed_in_many_ways(typed: str, expected: time):
    assert HeureField().clean(typed) == expected


@pytest.mark.parametrize("typed", ["24h00", "14h60", "midi", "14h3", "-1h00"])
def test_a_wrong_time_is_refused(typed: str):
    assert "14h30" in refusal(HeureField(), typed)


def test_a_time_is_shown_back_as_typed():
    assert HeureField().prepare_value(time(9, 5)) == "09h05"


# --- text ----------------------------------------------------------------------------------------


def test_a_text_too_long_says_how_long_it_may_be_and_how_long_it_is():
    assert "100\u00a0caractères au plus, vous en avez saisi\u00a0101" in refusal(LigneField(), "x" * 101)


def test_the_browser_is_not_asked_to_cut_what_is_pasted():
    class Formulaire(BaseForm):
        ligne = LigneField(max_length=5)

    assert "maxlength" not in str(Formulaire()["ligne"])


@pytest.mark.parametrize("field", [LigneField, TexteField, NomField, CourrielField, CodePostalField, TelephoneField])
def test_every_text_field_refuses_a_null_byte_with_a_sentence(field: type[forms.Field]):
    assert "Retapez-le" in refusal(field(), "a\x00b")


@pytest.mark.parametrize("field", [LigneField, TexteField, NomField, CourrielField, CodePostalField, TelephoneField])
def test_a_text_of_blanks_and_invisible_marks_is_empty(field: type[forms.Field]):
    assert field(required=False).clean(" \u200b \n") == ""
    assert refusal(field(), " \u200b ")


@pytest.mark.parametrize("typed", ["75 011", "75011", " 75011 "])
def test_a_postal_code_forgives_spaces(typed: str):
    assert CodePostalField().clean(typed) == "75011"


@pytest.mark.parametrize("typed", ["7501", "00100", "99000", "ABCDE", "750111"])
def test_a_wrong_postal_code_is_refused(typed: str):
    assert "cinq chiffres" in refusal(CodePostalField(), typed)


@pytest.mark.parametrize("typed", ["jean", "jean@", "@exemple.fr", "a b@exemple.fr"])
def test_a_wrong_address_is_shown_an_example(typed: str):
    assert "prenom.nom@exemple.fr" in refusal(CourrielField(), typed)


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("06 12 34 56 78", "+33612345678"),
        ("0612345678", "+33612345678"),
        ("+33 6 12 34 56 78", "+33612345678"),
        ("\u202a+33 6 12 34 56 78\u202c", "+33612345678"),
        ("+213 551 23 45 67", "+213551234567"),
        ("0262 20 30 40", "+262262203040"),
        ("0694 20 12 34", "+594694201234"),
    ],
)
def test_a_telephone_is_stored_in_the_international_form(typed: str, stored: str):
    assert TelephoneField().clean(typed) == stored


@pytest.mark.parametrize("typed", ["12", "06 12 34 56", "téléphone", "06 12 34 56 78 poste 12", "+999 123"])
def test_a_wrong_telephone_is_shown_an_example(typed: str):
    assert "06\u00a012" in refusal(TelephoneField(), typed)


def test_a_telephone_is_shown_as_it_is_dialled():
    assert format_telephone("+33612345678") == "06 12 34 56 78"
    assert format_telephone("+262262203040") == "0262 20 30 40"
    assert format_telephone("+213551234567").startswith("+213 ")
    assert format_telephone("06 12") == "06 12"
    assert format_telephone("+") == "+"


@pytest.mark.parametrize("typed", ["0", "181", "1,5", "dix", "1e3", "9" * 5000])
def test_a_number_out_of_bounds_is_told_the_bounds(typed: str):
    assert "entre 1 et 180" in refusal(NombreField(min_value=1, max_value=180), typed)


# --- choices -------------------------------------------------------------------------------------


def test_yes_and_no_start_unanswered():
    class Formulaire(BaseForm):
        scolarise = YesNoField(label="Scolarisé ?")

    assert "checked" not in render("{% champ form.scolarise %}", form=Formulaire())
    assert Formulaire({}).errors["scolarise"] == ["Répondez par oui ou par non."]


@pytest.mark.parametrize(("answer", "value"), [("oui", True), ("non", False)])
def test_yes_and_no_give_true_and_false_and_show_back(answer: str, value: bool):
    assert YesNoField().clean(answer) is value
    assert YesNoField().prepare_value(value) == answer


def test_an_unanswered_optional_yes_or_no_is_none():
    assert YesNoField(required=False).clean("") is None


def test_a_select_starts_with_nothing_chosen():
    class Formulaire(BaseForm):
        niveau = ChoixField(label="Niveau", choices=[("V", "CAP")])

    assert '<option value="" selected>Sélectionnez une option</option>' in str(Formulaire()["niveau"])
    assert Formulaire({"niveau": ""}).errors["niveau"] == ["Renseignez «\u00a0Niveau\u00a0»."]
    assert Formulaire({"niveau": "Z\x00"}).errors["niveau"] == ["Choisissez une réponse de la liste."]


def test_a_search_field_is_a_select_with_its_synonyms():
    class Formulaire(BaseForm):
        pays = RechercheField(label="Pays", choices=[("CI", "Côte d’Ivoire")], synonymes={"CI": "ivoirien"})

    html = str(Formulaire()["pays"])
    assert html.startswith("<select")
    assert 'data-recherche=""' in html
    assert 'data-synonymes="ivoirien"' in html


# --- what the page shows -----------------------------------------------------------------------------


class Exemple(BaseForm):
    nom = NomField(label="Nom", help_text="Comme sur le titre.")
    scolarise = YesNoField(label="Scolarisé ?", help_text="À ce jour.")
    prenom = NomField(label="Prénom", required=False)


def test_hint_and_error_are_both_tied_to_their_field():
    html = render("{% champ form.nom %}", form=Exemple({"nom": "123"}))
    assert 'aria-describedby="id_nom_helptext id_nom_error"' in html
    assert 'id="id_nom_helptext"' in html
    assert 'id="id_nom_error"' in html
    assert 'aria-invalid="true"' in html
    assert 'value="123"' in html


def test_hint_and_error_are_both_tied_to_their_radios():
    html = render("{% champ form.scolarise %}", form=Exemple({}))
    assert 'aria-describedby="id_scolarise_helptext id_scolarise_error"' in html
    assert "<fieldset" in html


def test_what_is_optional_says_so():
    html = render("{% champ form.prenom %}", form=Exemple())
    assert "(facultatif)" in html
    assert "(facultatif)" not in render("{% champ form.nom %}", form=Exemple())


def test_a_whole_form_prints_each_field_once():
    html = str(Exemple())
    assert [html.count(f'name="{name}"') for name in ("nom", "prenom", "scolarise")] == [1, 1, 2]


def test_the_summary_links_each_error_to_a_control_of_the_page():
    form = Exemple({"nom": "123"})
    form.add_error(None, "La personne existe déjà.")
    html = render("{% resume_erreurs form %}", form=form)
    assert 'href="#id_nom"' in html
    assert 'href="#id_scolarise_0"' in html
    assert "Scolarisé ? Répondez par oui ou par non." in html
    assert 'href="#contenu"' in html
    assert "3 réponses sont à corriger" in html


def test_no_error_no_summary():
    assert render("{% resume_erreurs form %}", form=Exemple()).strip() == ""


def test_what_was_typed_is_shown_inert():
    html = render("{% champ form.nom %}{% resume_erreurs form %}", form=Exemple({"nom": "<script>\"'"}))
    assert "<script>" not in html
    assert "&lt;script&gt;&quot;&#x27;" in html


# --- repeated lines ------------------------------------------------------------------------------


class Langue(BaseForm):
    langue = LigneField(label="Langue")
    maternelle = YesNoField(label="Maternelle ?", required=False)


LangueFormSet = lignes_formset(Langue, un="Langue", max_num=3)


def posted(*langues: str, total: str | None = None, **others: str) -> QueryDict:
    query = QueryDict(mutable=True)
    query.update({"l-TOTAL_FORMS": total or str(len(langues)), "l-INITIAL_FORMS": "0", **others})
    query.update({f"l-{number}-langue": langue for number, langue in enumerate(langues)})
    return query


def test_empty_and_removed_lines_are_left_out():
    lignes = LangueFormSet(posted("wolof", "", "peul", **{"l-2-DELETE": "on"}), prefix="l")
    assert all_valid(lignes)
    assert lignes.rows == [{"langue": "wolof", "maternelle": None}]


def test_saved_lines_come_back_whole_when_nothing_was_touched():
    lignes = LangueFormSet(posted("wolof"), prefix="l", initial=[{"langue": "wolof"}])
    assert all_valid(lignes)
    assert [row["langue"] for row in lignes.rows] == ["wolof"]


def test_asking_for_a_line_adds_it_and_judges_nothing():
    form = Exemple({"nom": "123"})
    lignes = LangueFormSet(posted("x" * 200, **{"l-ajouter": "1"}), prefix="l")
    assert not all_valid(form, lignes)
    assert lignes.is_adding
    html = render('{% lignes lignes titre="Langues" ajouter="Ajouter" %}', lignes=lignes)
    assert 'value="' + "x" * 200 in html
    assert 'name="l-1-langue"' in html
    assert 'name="l-TOTAL_FORMS" value="2"' in html
    assert render("{% resume_erreurs form lignes %}", form=form, lignes=lignes).strip() == ""


def test_lines_stop_at_their_maximum():
    lignes = LangueFormSet(posted("a", "b", "c", **{"l-ajouter": "1"}), prefix="l")
    assert len(lignes.forms) == 3
    assert "l-ajouter" not in render('{% lignes l titre="L" ajouter="A" %}', l=lignes)


@pytest.mark.parametrize("total", ["1000000", "-1", "abc", "\x00"])
def test_a_forged_count_of_lines_is_no_accident(total: str):
    lignes = LangueFormSet(posted("a", total=total, **{"l-ajouter": "1"}), prefix="l")
    assert not lignes.is_valid()
    assert len(lignes.forms) <= 3


def test_a_page_without_its_counts_is_refused_with_a_sentence():
    lignes = LangueFormSet(QueryDict("x=1"), prefix="l")
    assert not all_valid(lignes)
    assert "Rechargez-la" in str(lignes.non_form_errors())


def test_an_error_of_a_line_says_which_line():
    lignes = LangueFormSet(posted("wolof", "x" * 200), prefix="l")
    assert not all_valid(lignes)
    html = render("{% resume_erreurs lignes %}", lignes=lignes)
    assert "Langue 2 — " in html
    assert 'href="#id_l-1-langue"' in html


def test_all_parts_are_judged_so_that_all_errors_show_at_once():
    form, lignes = Exemple({}), LangueFormSet(posted("x" * 200), prefix="l")
    assert not all_valid(form, lignes)
    assert form.errors
    assert lignes.total_error_count() == 1
