"""What an agent answers about a whole file."""

from typing import Any

from django import forms

from cai.models import Contrat, Prestation
from core.form_fields import ChoixField, DateField
from core.forms import BaseForm

FORMATIONS = [(value, label) for value, label in Prestation.Type.choices if value != Prestation.Type.BILAN]
STATUTS_FORMATION = [
    (value, label) for value, label in Prestation.Statut.choices if value != Prestation.Statut.EXEMPTEE
]


class VerificationForm(BaseForm):
    """The last word before a file opens; with possible duplicates, that none of them is this person."""

    autre_personne = forms.BooleanField(
        label="J’ai vérifié : aucun de ces dossiers n’est celui de cette personne.",
        error_messages={"required": "Vérifiez les dossiers proches, puis cochez cette case."},
    )

    def __init__(self, *args: Any, doublons: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not doublons:
            del self.fields["autre_personne"]


class AnnulationForm(BaseForm):
    """Why a whole file is cancelled."""

    motif = ChoixField(label="Pourquoi annuler ce dossier ?", choices=Contrat.MotifAnnulation.choices, radios=True)


class PrestationForm(BaseForm):
    """Where one training of the contract stands."""

    type_prestation = ChoixField(label="Formation", choices=FORMATIONS)
    statut = ChoixField(label="Où en est-elle ?", choices=STATUTS_FORMATION)
    date_fin = DateField(label="Terminée le", required=False)
    niveau_atteint = ChoixField(
        label="Niveau de français atteint",
        choices=Prestation.Niveau.choices,
        required=False,
        help_text="Pour la formation linguistique seulement.",
    )
