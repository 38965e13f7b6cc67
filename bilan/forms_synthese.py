"""The synthesis as a form: one form, five groups of repeated lines, and the content they stand for."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from django import forms
from django.http import QueryDict

from bilan.contenu import (
    ANNEE_DIPLOME_MAX,
    ANNEE_DIPLOME_MIN,
    LIGNE_MAX,
    LONGUEURS,
    MAXIMA,
    PRECONISATION_MAX,
    SyntheseContenu,
    malformed,
)
from bilan.models import Metier, NiveauFormation
from bilan.nomenclatures import DOMAINES_FORMATION, FREINS, NIVEAUX_CECRL, RECONNAISSANCES
from cai.models import Langue, Pays
from core.errors import Blocage
from core.form_fields import (
    ChoixField,
    ChoixMultiplesField,
    LigneField,
    MoisField,
    NombreField,
    RechercheField,
    TexteField,
    YesNoField,
)
from core.forms import BaseForm, BaseLignesFormSet, all_valid, anchor, lignes_formset

Choices = list[tuple[str, str]]
ANNEE_ILLISIBLE = -1  # so that a line whose year could not be read is still a line
LIGNES = ("experiences", "diplomes", "langues", "besoins_formation", "preconisations")  # in the order of the page


@dataclass(frozen=True)
class Listes:
    """The long lists that the form offers, read once for all its lines."""

    pays: Choices
    langues: Choices
    niveaux: Choices
    metiers: Choices
    synonymes_pays: dict[str, str]
    synonymes_langues: dict[str, str]

    @classmethod
    def read(cls) -> "Listes":
        pays = list(Pays.objects.order_by("-frequent", "cle"))
        langues = list(Langue.objects.order_by("-frequent", "cle"))
        return cls(
            pays=[(row.code, row.nom) for row in pays],
            langues=[(row.code, row.nom) for row in langues],
            niveaux=list(NiveauFormation.objects.values_list("code", "libelle")),
            metiers=[(row.code, str(row)) for row in Metier.objects.filter(actif=True)],
            synonymes_pays={row.code: row.synonymes for row in pays if row.synonymes},
            synonymes_langues={row.code: row.synonymes for row in langues if row.synonymes},
        )


class BrouillonForm(BaseForm):
    """A form whose required fields are those of the finished synthesis: a draft may leave them empty."""

    def __init__(self, *args: Any, listes: Listes, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.offer(listes)

    def offer(self, listes: Listes) -> None:
        """Fill the selects of the form."""

    def full_clean(self) -> None:
        needed = [field for field in self.fields.values() if field.required]
        for field in needed:
            field.required = False
        super().full_clean()
        for field in needed:
            field.required = True

    def _offer(self, name: str, choices: Choices, synonymes: dict[str, str] | None = None) -> None:
        field = self.fields[name]
        field.choices = [("", "Sélectionnez une option"), *choices]  # type: ignore[attr-defined]
        if synonymes:
            field.widget.synonymes = synonymes


class SyntheseForm(BrouillonForm):
    circonstances = TexteField(
        label="Circonstances du bilan",
        help_text="Ce qui a conduit au bilan, et ce que la personne en attend.",
        max_length=LONGUEURS["circonstances"],
    )
    parcours = TexteField(label="Parcours professionnel", max_length=LONGUEURS["parcours"], required=False)
    niveau_formation = ChoixField(label="Niveau de formation")
    competences_aptitudes = TexteField(
        label="Compétences et aptitudes",
        help_text="En lien avec les métiers visés. Ce qui a été appris ailleurs ou sans diplôme compte aussi.",
        max_length=LONGUEURS["competences_aptitudes"],
    )
    projet_defini = YesNoField(
        label="Le projet professionnel est-il défini\u00a0?",
        oui="Oui, la personne sait ce qu’elle vise",
        non="Non, pas encore",
        required=False,
    )
    projet = TexteField(
        label="Projet professionnel",
        help_text="Le projet, la formation envisagée, les principales étapes.",
        max_length=LONGUEURS["projet"],
    )
    metier_1 = RechercheField(label="Premier métier visé", url_name="bilan:search_rome", required=False)
    metier_2 = RechercheField(label="Deuxième métier visé", url_name="bilan:search_rome", required=False)
    metier_3 = RechercheField(label="Troisième métier visé", url_name="bilan:search_rome", required=False)
    orientation = LigneField(label="Orientation retenue", max_length=LONGUEURS["orientation"], required=False)
    freins = ChoixMultiplesField(label="Freins à l’emploi", choices=list(FREINS.items()), required=False)
    inscription_pe = YesNoField(
        label="La personne est-elle inscrite à Pôle emploi\u00a0?", oui="Oui, elle est inscrite", non="Non"
    )
    identifiant_pe = LigneField(
        label="Identifiant Pôle emploi",
        help_text="Huit caractères, par exemple 1234567A.",
        max_length=8,
        required=False,
    )
    parcours_recherche = TexteField(
        label="Recherche d’emploi",
        help_text="Ce que la personne a déjà fait pour chercher du travail.",
        max_length=LONGUEURS["parcours_recherche"],
        required=False,
    )

    def offer(self, listes: Listes) -> None:
        self._offer("niveau_formation", listes.niveaux)
        for name in METIERS:
            self._offer(name, listes.metiers)


METIERS = ("metier_1", "metier_2", "metier_3")


class LangueForm(BrouillonForm):
    langue = RechercheField(label="Langue")
    niveau = ChoixField(
        label="Niveau", help_text="Pour le français surtout.", choices=list(NIVEAUX_CECRL.items()), required=False
    )
    parlee = forms.BooleanField(label="Parlée", required=False)
    comprise = forms.BooleanField(label="Comprise", required=False)

    def offer(self, listes: Listes) -> None:
        self._offer("langue", listes.langues, listes.synonymes_langues)


class ExperienceForm(BrouillonForm):
    metier = LigneField(label="Métier exercé", max_length=LIGNE_MAX)
    pays = RechercheField(label="Pays")
    debut = MoisField(label="Mois de début")
    fin = MoisField(label="Mois de fin", help_text="Vide si la personne exerce encore ce métier.", required=False)
    code_rome = LigneField(
        label="Code ROME",
        help_text="Une lettre de A à N, puis quatre chiffres, par exemple G1602.",
        max_length=5,
        widget=forms.TextInput(attrs={"list": "codes-rome", "autocomplete": "off", "class": "champ-court"}),
        required=False,
    )

    def offer(self, listes: Listes) -> None:
        self._offer("pays", listes.pays, listes.synonymes_pays)

    def clean_code_rome(self) -> str:
        return str(self.cleaned_data["code_rome"]).upper()


class DiplomeForm(BrouillonForm):
    intitule = LigneField(label="Intitulé du diplôme", max_length=LIGNE_MAX)
    pays = RechercheField(label="Pays")
    annee = NombreField(label="Année", min_value=ANNEE_DIPLOME_MIN, max_value=ANNEE_DIPLOME_MAX, required=False)
    niveau = ChoixField(label="Niveau en France", required=False)
    reconnu = ChoixField(label="Reconnaissance", choices=list(RECONNAISSANCES.items()), required=False)

    def offer(self, listes: Listes) -> None:
        self._offer("pays", listes.pays, listes.synonymes_pays)
        self._offer("niveau", listes.niveaux)


class BesoinForm(BrouillonForm):
    domaine = ChoixField(label="Domaine", choices=list(DOMAINES_FORMATION.items()))
    intitule = LigneField(label="Formation utile", max_length=LIGNE_MAX)


class PreconisationForm(BrouillonForm):
    texte = TexteField(label="Préconisation", max_length=PRECONISATION_MAX, widget=forms.Textarea(attrs={"rows": 2}))


_FORMSETS = {
    name: lignes_formset(form, un=un, max_num=MAXIMA[name])
    for name, form, un in (
        ("experiences", ExperienceForm, "Expérience"),
        ("diplomes", DiplomeForm, "Diplôme"),
        ("langues", LangueForm, "Langue"),
        ("besoins_formation", BesoinForm, "Besoin de formation"),
        ("preconisations", PreconisationForm, "Préconisation"),
    )
}


class SaisieSynthese:
    """One form and its groups of lines, filled from a content or from what was typed, read back as a content."""

    def __init__(self, data: QueryDict | None, contenu: SyntheseContenu) -> None:
        self.depart = contenu
        values = contenu.to_dict()
        arguments = {"listes": Listes.read()}
        metiers = dict(zip(METIERS, contenu.metiers, strict=False))
        self.form = SyntheseForm(data, initial={**values, **metiers}, **arguments)
        preconisations = [{"texte": texte} for texte in contenu.preconisations]
        self.lignes: dict[str, BaseLignesFormSet] = {
            name: formset(
                data,
                prefix=name,
                initial=preconisations if name == "preconisations" else values[name],
                form_kwargs=arguments,
            )
            for name, formset in _FORMSETS.items()
        }
        self.metiers = arguments["listes"].metiers

    @property
    def parts(self) -> Sequence[BaseForm | BaseLignesFormSet]:
        """In the order of the page."""
        return [self.form, *self.lignes.values()]

    @property
    def has_errors_in_lines(self) -> bool:
        """For the title of the page, which says so by itself for the main form only."""
        return any(form.errors for formset in self.lignes.values() for form in formset.forms)

    @property
    def is_adding(self) -> bool:
        """Whether another line was asked for: nothing is judged then."""
        return any(lignes.is_adding for lignes in self.lignes.values())

    def is_valid(self) -> bool:
        """Whether everything typed can be kept, complete or not; no when only another line was asked for.

        What no version could hold is told at its field at once with what could not be read, never afterwards.
        """
        readable = all_valid(*self.parts)
        if self.is_adding:
            return False
        refused = malformed(self.contenu)
        self.show(refused)
        return readable and not refused

    @cached_property
    def contenu(self) -> SyntheseContenu:
        """What was typed, as it was typed where it could not be read. What the form does not show is kept as it was."""
        typed = _typed(self.form)
        values = {
            **typed,
            **{name: [_typed(form) for form in self._filled(name)] for name in LIGNES},
            "metiers": [typed[name] for name in METIERS],
        }
        values["preconisations"] = [line["texte"] for line in values["preconisations"]]
        return replace(SyntheseContenu.from_dict(values), niveau_cec=self.depart.niveau_cec)

    def show(self, blocages: Iterable[Blocage]) -> None:
        """Put what is missing at its field, unless something is already said there."""
        for blocage in blocages:
            form, field = self._place(blocage.field)
            if field is None or field not in form.errors:
                form.add_error(field, blocage.message)

    def places(self, blocages: Iterable[Blocage]) -> list[tuple[str, str]]:
        """Of a form as it was opened: what is missing, and the identifier of the field where it is written."""
        found = []
        for blocage in blocages:
            form, field = self._place(blocage.field)
            line = self._line_of(form) if "." in blocage.field else ""
            found.append((f"{line}{blocage.message}", anchor(form[field]) if field else "contenu"))
        return found

    def _line_of(self, form: forms.Form) -> str:
        """« Expérience 2 — » for a line; nothing for the main form."""
        for lignes in self.lignes.values():
            if form in lignes.forms:
                return f"{lignes.un} {lignes.forms.index(form) + 1} — "
        return ""

    def _filled(self, name: str) -> list[forms.Form]:
        """The lines that hold something, in order: those the content is made of."""
        lignes = self.lignes[name]
        if not lignes.is_bound:
            return list(lignes.forms)  # those of the content, then the empty ones
        return [form for form in lignes.forms if not form.cleaned_data.get("DELETE") and any(_typed(form).values())]

    def _place(self, path: str) -> tuple[forms.Form, str | None]:
        name, _, rest = path.partition(".")
        number, _, field = rest.partition(".")
        if name == "metiers" and number:
            chosen = [key for key in METIERS if _typed(self.form).get(key)] if self.form.is_bound else METIERS
            return self.form, chosen[int(number)]
        if name in self.lignes:
            lines = self._filled(name) if number else self.lignes[name].forms
            return lines[int(number or 0)], field or "texte"
        return self.form, name if name in self.form.fields else None


def _typed(form: forms.Form) -> dict[str, Any]:
    """The values of a form that was read; for those that could not be, what no judge would accept either."""
    unread = {
        name: ANNEE_ILLISIBLE if isinstance(form.fields[name], NombreField) else form[name].data
        for name in form.errors
        if name in form.fields
    }
    return {name: value for name, value in (form.cleaned_data | unread).items() if name != "DELETE"}
