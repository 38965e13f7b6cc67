"""What an agent answers about the trainings of a contract and about what was evaluated before the arrival."""

import uuid
from typing import Any

from django import forms

from cai import regles_prestations as regles
from cai.controles_prestations import FicheCertificat, FicheSeance
from cai.models import SEANCE_MINUTES_MAX, Certificat, EvaluationPreArrivee, Prestation, SeancePrestation
from cai.pre_arrivee import PreArrivee
from cai.prestations import DECISIONS, SANS_PRESCRIPTION, decisions_of
from core import clock
from core.form_fields import ChoixField, DateField, NombreField, YesNoField
from core.forms import BaseForm

HEURES_MAX = 2000  # of a typing error, whatever the texts foresee
STATUTS_DECIDES = [(statut.value, statut.label) for statut in DECISIONS]


class PrescriptionForm(BaseForm):
    """A training becomes due."""

    date_prescription = DateField(label="Prescrite le")
    heures = NombreField(label="Nombre d’heures", min_value=1, max_value=HEURES_MAX)
    examen_prevu_le = DateField(
        label="Examen du DILF prévu le", required=False, help_text="Le premier jour des épreuves, s’il est connu."
    )

    def __init__(self, *args: Any, type_prestation: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        least, most = regles.HEURES[type_prestation]
        foreseen = f"{most} heures" if least == most else f"{least} à {most} heures"
        if type_prestation != regles.FORMATION_LINGUISTIQUE:
            del self.fields["examen_prevu_le"]
        self.fields["heures"].help_text = f"Les textes prévoient {foreseen}."


class SeanceForm(BaseForm):
    """One session and whether the person came."""

    identifiant = forms.UUIDField(widget=forms.HiddenInput, required=False)
    jour = DateField(label="Date de la séance")
    minutes = NombreField(
        label="Durée en minutes", help_text="180 pour trois heures.", min_value=1, max_value=SEANCE_MINUTES_MAX
    )
    presence = ChoixField(
        label="La personne est-elle venue\u00a0?", choices=SeancePrestation.Presence.choices, radios=True
    )
    justificatif_vu_le = DateField(
        label="Justificatif vu le",
        required=False,
        help_text="Pour une absence excusée seulement. Ne conservez ni le document ni la raison.",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial.setdefault("identifiant", uuid.uuid4())

    def fiche(self) -> FicheSeance:
        """What was typed, once it is valid."""
        return FicheSeance(**{name: self.cleaned_data[name] for name in FicheSeance.__dataclass_fields__})


class CertificatForm(BaseForm):
    """One paper of a given kind; only the questions of that kind are asked."""

    jour = DateField(label="Date du document")
    date_fin = DateField(
        label="Formation terminée le", required=False, help_text="Par défaut, le jour de la dernière présence."
    )
    niveau = ChoixField(label="Niveau de français atteint", choices=Prestation.Niveau.choices, required=False)
    reussi = YesNoField(label="L’examen est-il réussi\u00a0?")
    gratuit = YesNoField(
        label="Était-ce l’examen gratuit\u00a0?", help_text="L’examen n’est gratuit qu’une fois par personne."
    )

    def __init__(self, *args: Any, genre: str = regles.PREUVES[regles.FORMATION_LINGUISTIQUE], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.genre = genre
        if genre == regles.DILF:
            self.fields["jour"].label = "Premier jour des épreuves"
        else:
            del self.fields["reussi"], self.fields["gratuit"]
        if genre not in regles.PREUVES.values():
            del self.fields["date_fin"]
        if genre != regles.PREUVES[regles.FORMATION_LINGUISTIQUE]:
            del self.fields["niveau"]

    def fiche(self) -> FicheCertificat:
        """What was typed, once it is valid."""
        return FicheCertificat(genre=self.genre, **self.cleaned_data)


class DecisionForm(BaseForm):
    """What OFII decides of a training; what attendance and papers show is not typed."""

    statut = ChoixField(label="Que décidez-vous\u00a0?", choices=STATUTS_DECIDES, radios=True)

    def __init__(self, *args: Any, training: Prestation | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if training is not None:
            known = not training._state.adding
            self.fields["statut"].choices = [  # type: ignore[attr-defined]
                (statut.value, statut.label)
                for statut in decisions_of(training.type)
                if statut != training.statut and (known or statut in SANS_PRESCRIPTION)
            ]


class PreArriveeForm(BaseForm):
    """The papers brought from abroad, in their order."""

    qualite = ChoixField(label="Venue au titre de", choices=EvaluationPreArrivee.Qualite.choices, radios=True)
    date_depot = DateField(
        label="Dossier complet ou récépissé de visa",
        help_text="Attestation de dépôt du dossier complet, ou présentation du récépissé de la demande de visa.",
    )
    test_dispense = YesNoField(
        label="Le test de langue a-t-il été dispensé pour scolarité\u00a0?",
        help_text="Trois ans d’études secondaires en français, ou un an d’études supérieures en France.",
    )
    date_evaluation_1 = DateField(label="Première évaluation", required=False, help_text="")
    resultat_1 = ChoixField(
        label="Résultat de la première évaluation", choices=EvaluationPreArrivee.Resultat.choices, required=False
    )
    date_notification = DateField(label="Résultats notifiés le", required=False, help_text="")
    formation = ChoixField(
        label="Formation linguistique à l’étranger", choices=EvaluationPreArrivee.Formation.choices, required=False
    )
    motif_dispense = ChoixField(
        label="Pourquoi la formation a-t-elle été dispensée\u00a0?",
        choices=EvaluationPreArrivee.MotifDispense.choices,
        required=False,
    )
    formation_debut = DateField(label="Début de la formation", required=False, help_text="")
    formation_fin = DateField(label="Fin de la formation", required=False, help_text="")
    formation_heures = NombreField(
        label="Heures de formation suivies", required=False, min_value=0, max_value=HEURES_MAX
    )
    date_evaluation_2 = DateField(label="Seconde évaluation", required=False, help_text="")
    resultat_2 = ChoixField(
        label="Résultat de la seconde évaluation", choices=EvaluationPreArrivee.Resultat.choices, required=False
    )
    date_valeurs = DateField(
        label="Formation aux valeurs de la République", required=False, help_text="Une demi-journée."
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            if isinstance(field, DateField):
                field.max_date = clock.today()

    def fiche(self) -> PreArrivee:
        """What was typed, once it is valid."""
        return PreArrivee(**self.cleaned_data)


def titre_du_certificat(genre: str) -> str:
    """« Enregistrer le certificat d’assiduité »: the act, for a button and a page."""
    return {
        Certificat.Genre.ATTESTATION_NOMINATIVE: "Enregistrer l’attestation nominative",
        Certificat.Genre.CERTIFICAT_ASSIDUITE: "Enregistrer le certificat d’assiduité",
        Certificat.Genre.ATTESTATION_ASSIDUITE: "Enregistrer l’attestation d’assiduité",
        Certificat.Genre.AMDFL: "Enregistrer l’AMDFL",
        Certificat.Genre.DILF: "Enregistrer le résultat du DILF",
    }[Certificat.Genre(genre)]
