"""What an agent types about a person and their contract; the API reads its bodies with the same forms."""

import uuid
from typing import Any

from agents.models import Agent, DirectionTerritoriale
from agents.permissions import direction_ids
from agents.roles import Permission
from cai.controles import Errors, contrat_errors, signataire_errors
from cai.delais import is_working_day
from cai.feries import jours_feries_depuis
from cai.fiches import FicheContrat, FicheSignataire
from cai.models import Contrat, Langue, Pays, Signataire, TitreAdmission
from cai.services import NUMERO_PRIS
from core import clock
from core.form_fields import (
    ChoixField,
    CodePostalField,
    CourrielField,
    DateField,
    LigneField,
    NomField,
    RechercheField,
    TelephoneField,
)
from core.forms import BaseForm


class SignataireForm(BaseForm):
    """Identity and address, as the residence permit and the person say them."""

    nom = NomField(label="Nom", help_text="Comme sur le titre de séjour, accents compris.")
    prenom = NomField(label="Prénom", required=False, help_text="Laissez vide si la personne n’a qu’un seul nom.")
    sexe = ChoixField(label="Sexe", choices=Signataire.Sexe.choices, radios=True)
    date_naissance = DateField(label="Date de naissance")
    nationalite = RechercheField(label="Nationalité")
    langue_comprise = RechercheField(
        label="Langue comprise", help_text="La langue dans laquelle la personne comprend un courrier."
    )
    adresse = LigneField(
        label="Adresse", max_length=200, help_text="Numéro et voie : elle paraît sur les convocations."
    )
    adresse_complement = LigneField(
        label="Complément d’adresse", max_length=200, required=False, help_text="Chez, bâtiment, escalier, foyer."
    )
    code_postal = CodePostalField(label="Code postal")
    ville = LigneField(label="Ville", max_length=80)
    telephone = TelephoneField(label="Téléphone", required=False, help_text="Pour prévenir d’un rendez-vous changé.")
    courriel = CourrielField(label="Courriel", required=False)
    representant_nom = NomField(
        label="Représentant légal",
        max_length=200,
        required=False,
        help_text="Obligatoire si la personne a moins de 18 ans à la signature : il signe avec elle.",
    )
    representant_qualite = LigneField(
        label="Qualité du représentant", required=False, help_text="Par exemple : mère, père, tuteur."
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _offer_reference(self, "nationalite", Pays)
        _offer_reference(self, "langue_comprise", Langue)

    def clean(self) -> dict[str, Any]:
        """Tell at once what the service would refuse, of every answer that could be read."""
        known = dict.fromkeys(self.fields, "") | {"date_naissance": clock.today()} | self.cleaned_data
        _tell(self, signataire_errors(FicheSignataire.from_values(known)))
        return self.cleaned_data

    def fiche(self) -> FicheSignataire:
        """What was typed, once it is valid."""
        return FicheSignataire.from_values(self.cleaned_data)


# Rules that weigh an answer against others: nothing is said of it as long as one of them could not be read.
JUGES_AVEC = {
    "date_cosignature": ("date_entretien", "date_signature"),
    "representant_nom": ("date_signature",),
}


def _tell(form: BaseForm, errors: Errors) -> None:
    """Add what is refused of the answers that could be read, at their fields."""
    unread = set(form.errors)
    for field, messages in errors.items():
        if not unread.intersection((field, *JUGES_AVEC.get(field, ()))):
            for message in messages:
                form.add_error(field if field in form.fields else None, message)


def _offer_reference(form: BaseForm, name: str, model: type[Pays] | type[Langue]) -> None:
    """The rows of a code list, most frequent first, findable by their other names."""
    rows = list(model.objects.order_by("-frequent", "cle"))
    field = form.fields[name]
    field.choices = [("", "Sélectionnez une option"), *((row.code, row.nom) for row in rows)]  # type: ignore[attr-defined]
    field.widget.synonymes = {row.code: row.synonymes for row in rows if row.synonymes}  # type: ignore[attr-defined]


class ContratForm(BaseForm):
    """Terms of the contract. ``signataire`` is who signs, stored or not yet; ``agent`` who opens the file.

    ``identifiant`` is the file's when the form opens it: sent again, its own number is not taken by another.
    """

    direction = ChoixField(label="Direction territoriale")
    numero_cai = LigneField(
        label="Numéro CAI",
        max_length=20,
        required=False,
        help_text="Celui du contrat papier, par exemple 75-2010-000123. Laissez vide pour en attribuer un.",
    )
    date_entretien = DateField(label="Date de l’entretien", help_text="Jour où le contrat a été présenté : JJ/MM/AAAA.")
    date_signature = DateField(
        label="Date de signature", help_text="Le contrat dure un an à partir de ce jour : JJ/MM/AAAA."
    )
    titre_admission = ChoixField(
        label="Titre d’admission au séjour",
        help_text="Le titre avec lequel la personne a été admise, même si elle en a changé depuis.",
    )
    titre_actuel = ChoixField(
        label="Titre actuel", required=False, help_text="À indiquer s’il n’est plus celui de l’admission."
    )
    date_premier_titre = DateField(
        label="Date du premier titre", required=False, help_text="Les services de l’office courent cinq ans après elle."
    )

    date_cosignature = DateField(
        label="Signature du représentant légal",
        required=False,
        help_text="Le contrat d’un mineur porte aussi la signature de son représentant légal.",
    )

    def __init__(
        self,
        *args: Any,
        signataire: Signataire,
        agent: Agent,
        contrat: Contrat | None = None,
        identifiant: uuid.UUID | None = None,
        **kwargs: Any,
    ) -> None:
        self.signataire, self.contrat, self.agent = signataire, contrat, agent
        self.numero_pris = False
        self.pris: Contrat | None = None  # the file that has the number typed, when the agent may see it
        self.identifiant = contrat.pk if contrat else identifiant  # the file whose own number is not taken
        super().__init__(*args, **kwargs)
        if not signataire.representant_nom:
            del self.fields["date_cosignature"]
        titres = [(titre.code, str(titre)) for titre in TitreAdmission.objects.all()]
        for name in ("titre_admission", "titre_actuel"):
            self.fields[name].choices = [("", "Sélectionnez une option"), *titres]  # type: ignore[attr-defined]
        self.directions = self._directions_of(agent)
        if contrat is not None or len(self.directions) == 1:
            del self.fields["direction"]
        else:
            choices = [(str(direction.pk), direction.nom) for direction in self.directions]
            self.fields["direction"].choices = [("", "Sélectionnez une option"), *choices]  # type: ignore[attr-defined]
        if contrat is None:
            # The file is opened with the person, on the day they sign, more often than not: on no other day than one
            # when people are received.
            today = clock.today()
            if is_working_day(today, jours_feries_depuis(today)):
                self.initial = {"date_entretien": today, "date_signature": today, **self.initial}
        else:
            self.fields["numero_cai"].required = True
            self.fields["numero_cai"].help_text = "Celui du contrat papier, par exemple 75-2010-000123."

    @staticmethod
    def _directions_of(agent: Agent) -> list[DirectionTerritoriale]:
        return list(DirectionTerritoriale.objects.filter(pk__in=direction_ids(agent, Permission.OUVRIR_DOSSIER)))

    def clean_numero_cai(self) -> str:
        numero = str(self.cleaned_data["numero_cai"]).replace(" ", "").upper()
        taken = Contrat.objects.filter(numero_cai=numero).exclude(statut=Contrat.Statut.ANNULE)
        if self.identifiant:
            taken = taken.exclude(pk=self.identifiant)
        self.numero_pris = bool(numero) and taken.exists()
        self.pris = taken.visible_to(self.agent).first() if self.numero_pris else None
        return numero

    def clean(self) -> dict[str, Any]:
        """Tell at once what the service would refuse, of every answer that could be read."""
        typed = self.cleaned_data
        signature = typed.get("date_signature") or typed.get("date_entretien") or clock.today()
        blank = {"numero_cai": "", "titre_admission": "", "date_signature": signature, "date_entretien": signature}
        _tell(self, contrat_errors(FicheContrat.from_values(blank | typed), self.signataire))
        if self.numero_pris:
            self.add_error("numero_cai", NUMERO_PRIS)
        return self.cleaned_data

    def fiche(self) -> FicheContrat:
        """What was typed, once it is valid."""
        return FicheContrat.from_values(self.cleaned_data)

    def chosen_direction(self) -> DirectionTerritoriale:
        """Where the file opens: the direction chosen, or the agent's only one."""
        chosen = self.cleaned_data.get("direction")
        return next(direction for direction in self.directions if chosen in (None, str(direction.pk)))
