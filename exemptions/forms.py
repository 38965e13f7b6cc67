"""What an agent asks the person about exemption, and the documents shown."""

from dataclasses import fields
from datetime import date
from typing import Any

from cai.models import Contrat
from core.form_fields import ChoixField, DateField, FichierField, LigneField, YesNoField
from core.forms import BaseForm
from exemptions.models import Justificatif
from exemptions.services import Declarations, check_date_reference


class EvaluationForm(BaseForm):
    """The four questions and the day they are judged on; an unanswered question is not a no."""

    scolarise = YesNoField(
        label="La personne suit-elle une scolarité ?",
        required=False,
        help_text="Ne compte que pour une personne de moins de 18\u00a0ans.",
    )
    declare_activite = YesNoField(label="La personne déclare-t-elle une activité professionnelle ?", required=False)
    declare_ne_recherche_pas = YesNoField(
        label="La personne déclare-t-elle ne pas rechercher d’emploi ?", required=False
    )
    inscrit_pole_emploi = YesNoField(
        label="La personne est-elle inscrite à Pôle emploi comme demandeur d’emploi ?", required=False
    )
    date_reference = DateField(
        label="Jour où l’exemption s’apprécie",
        help_text="Le jour de l’entretien la première fois, puis aujourd’hui ou le jour d’un rendez-vous : JJ/MM/AAAA.",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for question in fields(Declarations):
            # To be asked, although no answer is not refused: the page says what it entails.
            self.fields[question.name].mention = ""  # type: ignore[attr-defined]

    def declarations(self) -> Declarations:
        """The answers, once the form is valid."""
        return Declarations.from_values(self.cleaned_data)

    def is_valid_for(self, contrat: Contrat) -> bool:
        """Whether everything typed can be read, and the day can be judged under this contract."""
        return self.is_valid() and self.accepted_by(check_date_reference, contrat=contrat, date_reference=self.jour())

    def jour(self) -> date:
        """The reference date, once the form is valid."""
        day: date = self.cleaned_data["date_reference"]
        return day


class JustificatifForm(BaseForm):
    """A document received; it proves nothing until it is verified."""

    type_piece = ChoixField(label="Pièce", choices=Justificatif.Type.choices)
    date_document = DateField(label="Date du document")
    fin_validite = DateField(label="Valable jusqu’au", required=False, help_text="Si le document le dit : JJ/MM/AAAA.")
    fichier = FichierField(
        label="Copie de la pièce",
        required=False,
        help_text="PDF, JPEG ou PNG, 5\u00a0Mo au plus. Une pièce vue en original se vérifie sans copie.",
    )


class FichierForm(BaseForm):
    """The copy of a document already recorded."""

    fichier = FichierField(
        label="Copie de la pièce",
        help_text="PDF, JPEG ou PNG, 5\u00a0Mo au plus. Elle remplace la copie déjà jointe, qui est détruite.",
    )


class RejetForm(BaseForm):
    """Why a document does not hold."""

    motif = LigneField(
        label="Pourquoi la pièce est-elle rejetée ?",
        max_length=200,
        help_text="Par exemple : illisible, au nom d’une autre personne. N’écrivez rien sur la santé.",
    )
