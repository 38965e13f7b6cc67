"""What an agent answers about a whole file."""

import uuid
from typing import Any

from django import forms

from cai.forms import ContratForm, SignataireForm
from cai.models import Contrat
from core.form_fields import ChoixField, DateField, LigneField
from core.forms import BaseForm
from core.models import Evenement
from dossiers.chronologie import sentence_of
from dossiers.droit_acces import MotifExport


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


class DroitAccesForm(BaseForm):
    """How the person asked for their own data, when, and in which form they want them."""

    motif = ChoixField(label="Comment la personne l’a-t-elle demandé ?", choices=MotifExport.choices, radios=True)
    demande_recue_le = DateField(label="Date de la demande", help_text="JJ/MM/AAAA.")
    forme = ChoixField(
        label="Sous quelle forme\u00a0?",
        choices=[("pdf", "Document à imprimer (PDF)"), ("json", "Fichier lisible par un programme (JSON)")],
        radios=True,
    )


class _CorrectionForm(BaseForm):
    """Carries the last correction its page was opened on: what another window corrected meanwhile is not overwritten.

    The stale form is refused once with what changed; having read it, the next save goes through.
    """

    attendu = LigneField(widget=forms.HiddenInput, required=False)
    evenement: str  # the event that each correction leaves in the journal of the file

    def __init__(self, *args: Any, dossier: uuid.UUID, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.corrections = list(Evenement.objects.filter(dossier=dossier, nom=self.evenement).order_by("numero"))
        self.initial["attendu"] = self._revision

    @property
    def _revision(self) -> str:
        return str(self.corrections[-1].numero) if self.corrections else ""

    def clean(self) -> dict[str, Any]:
        typed: dict[str, Any] = super().clean() or {}
        opened_on = typed.get("attendu", "")
        if opened_on != self._revision:
            known = int(opened_on) if opened_on.isdecimal() else 0
            since = [event for event in self.corrections if event.numero > known]
            told = " ".join(sentence_of(event, sees_exemption=True) for event in since)
            self.add_error(
                None,
                "Ce dossier a été modifié dans une autre fenêtre depuis que vous avez ouvert cette page. "
                f"{told} Reprenez-le ici s’il le faut, puis enregistrez de nouveau.",
            )
            self.data = {**dict(self.data.items()), "attendu": self._revision}
        return typed


class CorrectionIdentiteForm(_CorrectionForm, SignataireForm):
    """The identity, corrected.

    When that makes the person a minor at the signature, the day on which their representative signed is asked for too.
    """

    evenement = "signataire.corrige"
    date_cosignature = DateField(
        label="Signature du représentant légal",
        required=False,
        help_text="À indiquer si la personne avait moins de 18 ans à la signature\u00a0: le jour où il a signé le "
        "contrat avec elle.",
    )

    def __init__(self, *args: Any, contrat: Contrat, **kwargs: Any) -> None:
        super().__init__(*args, dossier=contrat.pk, **kwargs)
        self.fields["date_cosignature"].mention = ""  # type: ignore[attr-defined]
        if contrat.date_cosignature is not None:
            del self.fields["date_cosignature"]


class CorrectionContratForm(_CorrectionForm, ContratForm):
    """The terms of the contract, corrected."""

    evenement = "contrat.corrige"


class AnnulationForm(BaseForm):
    """Why a whole file is cancelled."""

    motif = ChoixField(label="Pourquoi annuler ce dossier ?", choices=Contrat.MotifAnnulation.choices, radios=True)
