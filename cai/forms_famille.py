"""The forms of the family's contract."""

from django import forms

from cai.models import ContratFamille
from cai.services_famille import ENFANTS_MAX
from core.form_fields import ChoixField, DateField
from core.forms import BaseForm, lignes_formset

_AUJOURD_HUI = "Au plus tard aujourd’hui."


class FamilleForm(BaseForm):
    date_signature = DateField(label="Date de signature du contrat famille")
    conjoint = ChoixField(
        label="Le conjoint venu rejoindre la personne", choices=ContratFamille.Conjoint.choices, radios=True
    )


class EnfantForm(BaseForm):
    date_naissance = DateField(label="Date de naissance")


EnfantFormSet = lignes_formset(EnfantForm, un="Enfant", max_num=ENFANTS_MAX, extra=1)


class JourneeForm(BaseForm):
    journee = ChoixField(label="La journée des parents", choices=ContratFamille.Journee.choices, radios=True)
    attestation_le = DateField(
        label="Date de l’attestation de suivi", required=False, help_text="Seulement si la journée a été suivie."
    )

    def clean(self) -> dict[str, object]:
        values: dict[str, object] = super().clean() or {}
        if values.get("journee") == ContratFamille.Journee.SUIVIE and not values.get("attestation_le"):
            self.add_error("attestation_le", forms.ValidationError("Indiquez la date de l’attestation de suivi."))
        return values


class InformationForm(BaseForm):
    informe_le = DateField(label="Informé le", help_text=_AUJOURD_HUI)


class InscriptionForm(BaseForm):
    vue_le = DateField(label="Certificat d’inscription vu le", help_text=_AUJOURD_HUI)
