"""What is written down of a person's decision. Nothing is ever ticked beforehand."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any
from uuid import UUID

from bilan.forms_programmation import BilanForm
from bilan.models import Bilan, Consentement
from bilan.states import MotifReprise
from bilan.textes import CONSENTEMENTS, versions_texte_on
from cai import delais
from cai.models import Langue
from core import clock
from core.form_fields import (
    ChoixField,
    ChoixMultiplesField,
    DateField,
    LigneField,
    NomField,
    RechercheField,
    YesNoField,
)
from core.forms import BaseForm
from poleemploi.models import Retour, Transmission
from poleemploi.selectors import is_refused
from poleemploi.states import MotifClassement

Mode, Decision = Consentement.Mode, Consentement.Decision


def _langues() -> list[tuple[str, str]]:
    rows = Langue.objects.order_by("-frequent", "cle").values_list("code", "nom")
    return list(rows)


class RecueilForm(BaseForm):
    """How a decision was taken down, whatever it is."""

    langue = RechercheField(label="Langue de l’échange", choices=_langues)
    interprete = YesNoField(label="Un interprète était-il présent\u00a0?")

    def __init__(self, *args: Any, bilan: Bilan, **kwargs: Any) -> None:
        self.bilan = bilan
        super().__init__(*args, **kwargs)
        self.initial.setdefault("langue", bilan.contrat.signataire.langue_comprise_id)

    def recueil(self) -> dict[str, Any]:
        """The arguments of the service."""
        return {
            "mode": Mode(self.cleaned_data["mode"]),
            "langue": self.cleaned_data["langue"],
            "interprete": self.cleaned_data.get("interprete"),
        }


# rule: E.2-portees
class DecisionForm(RecueilForm):
    """The answer to one question, as the person signed it."""

    decision = ChoixField(
        label="Réponse de la personne",
        radios=True,
        error_messages={"required": "Notez la réponse que la personne a signée."},
    )
    mode = ChoixField(
        label="La réponse est écrite sur",
        choices=[(Mode.FORMULAIRE, "le formulaire signé"), (Mode.COURRIER, "un courrier de la personne")],
        radios=True,
        error_messages={"required": "Dites sur quoi la réponse est écrite."},
    )
    jour = DateField(label="Date de la signature")
    representant_legal = NomField(
        label="Représentant légal qui signe avec la personne",
        help_text="Nom et qualité. La personne a moins de 18\u00a0ans\u00a0: son accord est aussi celui de son "
        "représentant.",
        max_length=200,
        required=False,
    )
    commentaire = LigneField(
        label="Remarque",
        help_text="Rien de personnel\u00a0: ni santé, ni famille, ni opinion.",
        max_length=200,
        required=False,
    )
    version_texte = ChoixField(
        label="Version du texte que la personne a signé",
        help_text="Son numéro est imprimé au bas du formulaire.",
        radios=True,
        error_messages={"required": "Dites quelle version porte le formulaire signé."},
    )
    field_order = [
        "decision",
        "mode",
        "jour",
        "version_texte",
        "langue",
        "interprete",
        "representant_legal",
        "commentaire",
    ]

    def __init__(self, *args: Any, bilan: Bilan, portee: Consentement.Portee, **kwargs: Any) -> None:
        super().__init__(*args, bilan=bilan, **kwargs)
        texte = CONSENTEMENTS[portee]
        decision, jour = self.fields["decision"], self.fields["jour"]
        decision.choices = [(Decision.ACCORDE, texte.accepte), (Decision.REFUSE, texte.refuse)]  # type: ignore[attr-defined]
        decision.label = texte.question
        jour.max_date = clock.today()  # type: ignore[attr-defined]
        self.fields["langue"].help_text = "Celle dans laquelle la personne a lu ou entendu le texte."
        self.initial.setdefault("jour", clock.today())
        # An agreement signed at seventeen may be written down after the eighteenth birthday.
        asked_from = bilan.date_fin_conclusion or clock.today()
        if bilan.contrat.signataire.age_on(asked_from) >= delais.AGE_MAJORITE:
            del self.fields["representant_legal"]
        # Only words that changed after the synthesis was written could have been printed before, and signed since.
        written = bilan.date_fin_conclusion or clock.today()
        versions = versions_texte_on(clock.today())[len(versions_texte_on(written)) - 1 :]
        if len(versions) == 1:
            del self.fields["version_texte"]
        else:
            choices = [(version, version) for version in versions]
            self.fields["version_texte"].choices = choices  # type: ignore[attr-defined]

    def recueil(self) -> dict[str, Any]:
        cleaned = self.cleaned_data
        return super().recueil() | {
            "representant_legal": cleaned.get("representant_legal", ""),
            "commentaire": cleaned["commentaire"],
            "date_heure": _moment(cleaned["jour"]),
            "version_texte": cleaned.get("version_texte", ""),
        }


class RetraitForm(RecueilForm):
    """Withdrawing is as easy as giving (E.2): how the person withdraws is the button that is pressed.

    Nothing else has to be answered, and what nobody said is not written down.
    """

    BOUTONS = (
        (Mode.GUICHET, "La personne le dit (au guichet, au téléphone)"),
        (Mode.COURRIER, "La personne l’écrit (courrier, courriel)"),
        (Mode.FORMULAIRE, "La personne a signé un formulaire"),
    )

    mode = ChoixField(
        label="La personne retire son accord par",
        choices=BOUTONS,
        error_messages={"required": "Dites comment la personne retire son accord, par le bouton qui convient."},
    )

    def __init__(self, *args: Any, bilan: Bilan, **kwargs: Any) -> None:
        super().__init__(*args, bilan=bilan, **kwargs)
        langue, interprete = self.fields["langue"], self.fields["interprete"]
        langue.help_text = "D’après le dossier. Changez-la si l’échange a eu lieu dans une autre."
        interprete.required = False
        interprete.help_text = "Pour un retrait de vive voix. Sans réponse, rien n’en est noté."
        if bilan.contrat.signataire.langue_comprise_id == "fr":
            del self.fields["interprete"]

    def recueil(self) -> dict[str, Any]:
        spoken = self.cleaned_data["mode"] == Mode.GUICHET
        return super().recueil() | {"interprete": self.cleaned_data.get("interprete") if spoken else None}


class RetourForm(BilanForm):
    """What the paper or the message of Pôle emploi says; everything but the day it came is optional, not all of it."""

    recu_le = DateField(label="Retour reçu le", help_text="Le jour où Pôle emploi vous l’a donné.")
    date_entretien_ppae = DateField(
        label="Date de l’entretien PPAE",
        help_text="Projet personnalisé d’accès à l’emploi. Elle vaut prise en charge par Pôle emploi.",
        required=False,
    )
    date_inscription = DateField(label="Date d’inscription à Pôle emploi", required=False)
    date_embauche = DateField(label="Date d’embauche", help_text="Avec le type de contrat.", required=False)
    type_contrat = ChoixField(label="Type de contrat", choices=Retour.TypeContrat.choices, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial.setdefault("recu_le", clock.today())


class ClassementForm(BaseForm):
    motif = ChoixField(
        label="Pourquoi classer ce retour sans l’appliquer\u00a0?",
        choices=MotifClassement.choices,
        radios=True,
        error_messages={"required": "Choisissez pourquoi ce retour est classé."},
    )


class RepriseForm(BaseForm):
    motif = ChoixField(
        label="Pourquoi reprendre la synthèse\u00a0?",
        choices=MotifReprise.choices,
        radios=True,
        error_messages={"required": "Choisissez pourquoi la synthèse est reprise."},
    )

    def __init__(self, *args: Any, bilan: Bilan, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not is_refused(bilan):
            choices = [choice for choice in MotifReprise.choices if choice[0] != MotifReprise.REJET_PARTENAIRE]
            self.fields["motif"].choices = choices  # type: ignore[attr-defined]


def _moment(jour: date) -> datetime | None:
    """A decision of an earlier day is dated at the end of it: nobody notes the hour of a signature."""
    return None if jour == clock.today() else clock.at(jour, 23, 59)


class RelancesForm(BaseForm):
    """The transmissions to start again, all ticked: whoever is here has chosen them on the list."""

    transmissions = ChoixMultiplesField(
        label="Transmissions à relancer", error_messages={"required": "Cochez au moins une transmission."}
    )

    def __init__(self, *args: Any, rows: Iterable[Transmission], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(str(row.pk), _named(row)) for row in rows]
        self.fields["transmissions"].choices = choices  # type: ignore[attr-defined]
        self.initial["transmissions"] = [value for value, _ in choices]

    def identifiants(self) -> list[UUID]:
        """The argument of the service."""
        return [UUID(value) for value in self.cleaned_data["transmissions"]]


def _named(row: Transmission) -> str:
    contrat = row.bilan.contrat
    return f"{contrat.signataire.nom_complet}, {contrat.numero_cai}\u00a0: {row.get_etat_display()}"
