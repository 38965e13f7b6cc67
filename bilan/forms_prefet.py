"""What agents and directeurs territoriaux type about a proposal to the préfet."""

from typing import Any

from bilan.propositions import Type, fin_observations
from cai import delais
from cai.models import MOTIVATION_MIN, Contrat, PropositionPrefet
from core.form_fields import ChoixField, DateField, LigneField, TexteField
from core.forms import BaseForm
from core.french import date_longue, date_sans_jour

DISCRETION = (
    "Seulement ce que le préfet doit savoir\u00a0: rien sur la santé, la religion, les opinions ni la vie de famille, "
    "et rien de ce que la personne a dit ou écrit pendant son bilan."
)


class ProrogationForm(BaseForm):
    """The terms of a prorogation; the two other types have none."""

    titre_renouvele_le = DateField(label="Titre de séjour renouvelé le")
    echeance_proposee = DateField(label="Nouvelle fin du contrat")

    def __init__(
        self, *args: Any, contrat: Contrat, type_proposition: str, brouillon: PropositionPrefet | None, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        if type_proposition != Type.PROROGATION:
            del self.fields["titre_renouvele_le"], self.fields["echeance_proposee"]
            return
        premier = date_sans_jour(contrat.echeance_effective)
        dernier = date_sans_jour(delais.max_prorogation(contrat.date_echeance))
        self.fields["echeance_proposee"].help_text = f"Après le {premier}, et au plus tard le {dernier}."
        if brouillon:
            self.initial.setdefault("titre_renouvele_le", brouillon.titre_renouvele_le)
            self.initial.setdefault("echeance_proposee", brouillon.echeance_proposee)


class PreparationForm(ProrogationForm):
    faits = TexteField(
        label="Faits à porter à la connaissance du directeur territorial", help_text=DISCRETION, max_length=4000
    )

    def __init__(self, *args: Any, brouillon: PropositionPrefet | None, **kwargs: Any) -> None:
        super().__init__(*args, brouillon=brouillon, **kwargs)
        if brouillon:
            self.initial.setdefault("faits", brouillon.faits)


class SignatureForm(ProrogationForm):
    motivation = TexteField(
        label="Motivation, pour cette personne",
        help_text=f"{MOTIVATION_MIN}\u00a0signes au moins, écrits par vous. {DISCRETION}",
        max_length=4000,
    )


class PropositionForm(BaseForm):
    """A form about one proposal."""

    def __init__(self, *args: Any, proposition: PropositionPrefet, **kwargs: Any) -> None:
        self.proposition = proposition
        super().__init__(*args, **kwargs)


class IntentionForm(PropositionForm):
    date_reception = DateField(
        label="Lettre du préfet reçue par la personne le",
        help_text="La date de l’accusé de réception. Le mois pour répondre court de ce jour.",
    )


class CorrectionForm(IntentionForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial.setdefault("date_reception", self.proposition.date_reception)


class ObservationsForm(PropositionForm):
    date_observations = DateField(label="Observations arrivées le")
    observations = TexteField(
        label="Ce que la personne répond, en quelques mots", help_text=DISCRETION, max_length=2000
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial.setdefault("date_observations", self.proposition.date_observations)
        self.initial.setdefault("observations", self.proposition.observations)


class DecisionForm(PropositionForm):
    decision = ChoixField(label="Que décide le préfet\u00a0?", choices=PropositionPrefet.Decision.choices, radios=True)
    date_decision = DateField(label="Date de l’acte")
    reference_acte = LigneField(label="Référence de l’acte", max_length=60)
    echeance_accordee = DateField(label="Nouvelle fin du contrat", required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if fin := fin_observations(self.proposition):
            earliest = date_longue(delais.add_days(fin, 1))
            self.fields["date_decision"].help_text = f"Au plus tôt le {earliest}, après le mois d’observations."
        if self.proposition.type != Type.PROROGATION:
            del self.fields["echeance_accordee"]
            return
        self.fields["echeance_accordee"].mention = "obligatoire si le préfet proroge"  # type: ignore[attr-defined]
        self.initial.setdefault("echeance_accordee", self.proposition.echeance_proposee)


class AbandonForm(PropositionForm):
    motif = LigneField(label="Raison", help_text="En une phrase, sans détail de la vie privée.", max_length=200)
