"""What prescribers and agents type to bring a file to its appointment."""

from collections.abc import Iterable
from datetime import datetime
from itertools import groupby
from typing import Any
from uuid import UUID

from django.conf import settings

from agents.models import Affectation, Agent, Lieu, Marche
from agents.roles import Role
from bilan.guards import Proposition, limite_justification
from bilan.models import DUREE_MAX_MINUTES, Bilan, RendezVous
from bilan.planning import advisers_of, busy_advisers
from bilan.selectors import last_missed
from bilan.states import MotifAbsence, MotifAnnulation, MotifReport
from cai import delais
from cai.models import Contrat
from core import clock
from core.form_fields import ChoixField, DateField, HeureField, LigneField, NombreField, YesNoField
from core.forms import BaseForm
from core.french import date_sans_jour


class BilanForm(BaseForm):
    """A form about one bilan, asked by one agent."""

    def __init__(self, *args: Any, bilan: Bilan, agent: Agent, **kwargs: Any) -> None:
        self.bilan = bilan
        self.agent = agent
        super().__init__(*args, **kwargs)

    def arguments(self) -> dict[str, Any]:
        """What the service is given, besides the bilan and the author."""
        return dict(self.cleaned_data)


class PrescriptionForm(BilanForm):
    prescripteur = ChoixField(
        label="Prescripteur en charge du dossier",
        help_text="Il convoquera la personne et lui remettra sa synthèse.",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        holders = Agent.objects.get_queryset().holding(Role.PRESCRIPTEUR, direction_id=self.bilan.contrat.direction_id)
        self.holders = {str(agent.pk): agent for agent in holders if agent.pk != self.bilan.prescripteur_id}
        _offer(self, "prescripteur", [(key, str(agent)) for key, agent in self.holders.items()])
        if str(self.agent.pk) in self.holders:
            self.initial.setdefault("prescripteur", str(self.agent.pk))

    def arguments(self) -> dict[str, Any]:
        typed = super().arguments()
        if prescripteur := typed.pop("prescripteur", None):
            typed["prescripteur"] = self.holders[prescripteur]
        return typed


class LeveeForm(PrescriptionForm):
    """Why the exemption is lifted; a prescriber is asked for only when the file has none yet."""

    motif = LigneField(label="Raison", help_text="En une phrase, sans détail de la vie privée.", max_length=200)
    field_order = ("motif", "prescripteur")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.bilan.prescripteur_id:
            del self.fields["prescripteur"]


def _offer(form: BaseForm, field: str, choices: list[Any]) -> None:
    form.fields[field].choices = [("", "Sélectionnez une option"), *choices]  # type: ignore[attr-defined]


def _grouped(pairs: Iterable[tuple[str, str, str]]) -> list[tuple[str, list[tuple[str, str]]]]:
    """Choices by prestataire, named above each group, from (prestataire, key, label) already in order."""
    return [
        (f"Prestataire\u00a0: {prestataire}", [(key, label) for _, key, label in members])
        for prestataire, members in groupby(pairs, key=lambda pair: pair[0])
    ]


class ConvocationForm(BilanForm):
    jour = DateField(label="Date du rendez-vous")
    heure = HeureField(
        label="Heure", help_text="Par exemple 9h ou 14h30. De 8\u00a0h à 18\u00a0h, fin à 20\u00a0h au plus tard."
    )
    duree_fixee_minutes = NombreField(
        label="Durée totale du bilan, en minutes",
        min_value=1,
        max_value=DUREE_MAX_MINUTES,
    )
    lieu = ChoixField(label="Lieu", help_text="Les lieux des prestataires dont le marché couvre la direction.")
    conseiller = ChoixField(label="Conseiller", help_text="Un conseiller du prestataire de ce lieu.")
    accord_delai_reduit = YesNoField(
        label="La personne accepte-t-elle d’être prévenue moins de quinze jours avant\u00a0?",
        required=False,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        contrat = self.bilan.contrat
        earliest = delais.add_days(clock.today(), settings.BILAN_DELAI_CONVOCATION_JOURS)
        fin, libre = date_sans_jour(contrat.echeance_effective), date_sans_jour(earliest)
        hint = f"Au plus tard le {fin}, fin du contrat. Avant le {libre}, il faut l’accord de la personne."
        self.fields["jour"].help_text = f"{hint} Ni dimanche, ni jour férié."
        # Told with the other errors of the page: the service, which knows the rest, is asked once all is filled in.
        self.fields["jour"].min_date = clock.today()  # type: ignore[attr-defined]
        self.fields["jour"].max_date = contrat.echeance_effective  # type: ignore[attr-defined]
        self.fields["jour"].max_raison = "fin du contrat"  # type: ignore[attr-defined]
        self.fields["accord_delai_reduit"].mention = f"obligatoire avant le {libre}"  # type: ignore[attr-defined]
        self.fields["duree_fixee_minutes"].help_text = _duree_hint(self.bilan)
        self.lieux = {str(lieu.pk): lieu for lieu in usable_lieux(contrat)}
        _offer(self, "lieu", _grouped((lieu.prestataire.nom, key, str(lieu)) for key, lieu in self.lieux.items()))
        held = conseillers_of(lieu.prestataire_id for lieu in self.lieux.values())
        self.conseillers = {str(affectation.agent_id): affectation.agent for affectation in held}
        _offer(
            self,
            "conseiller",
            _grouped((str(held_at.prestataire), str(held_at.agent_id), str(held_at.agent)) for held_at in held),
        )
        # A person summoned again most often meets the same adviser at the same place.
        last = self.bilan.rendez_vous.first()
        self.initial.setdefault("lieu", str(last.lieu_id) if last else "")
        self.initial.setdefault("conseiller", str(self.bilan.conseiller_id or ""))
        self.initial.setdefault("duree_fixee_minutes", self.bilan.duree_fixee_minutes)

    def arguments(self) -> dict[str, Any]:
        return {"proposition": self.proposition()}

    def proposition(self) -> Proposition:
        """The appointment typed, at its wall-clock time in Paris."""
        typed = self.cleaned_data
        return Proposition(
            debut=datetime.combine(typed["jour"], typed["heure"], tzinfo=clock.PARIS),
            duree_fixee_minutes=typed["duree_fixee_minutes"],
            lieu=self.lieux[typed["lieu"]],
            conseiller=self.conseillers[typed["conseiller"]],
            accord_delai_reduit=bool(typed["accord_delai_reduit"]),
        )


def usable_lieux(contrat: Contrat) -> list[Lieu]:
    """Places of the prestataires whose market covers the direction between today and the end of the contract."""
    markets = Marche.objects.filter(
        directions=contrat.direction_id, fin__gte=clock.today(), debut__lte=contrat.echeance_effective
    )
    return list(
        Lieu.objects.filter(actif=True, prestataire__in=markets.values("prestataire_id"))
        .select_related("prestataire")
        .order_by("prestataire__nom", "ville", "nom")
    )


def conseillers_of(prestataires: Iterable[UUID]) -> list[Affectation]:
    """Advisers in post today, by prestataire then by name."""
    return list(
        Affectation.objects.in_force()
        .filter(role=Role.CONSEILLER_BILAN, prestataire__in=set(prestataires), agent__is_active=True)
        .select_related("agent", "prestataire")
        .order_by("prestataire__nom", "agent__nom", "agent__prenom")
    )


class ReportForm(BilanForm):
    motif = ChoixField(label="Raison du report", choices=MotifReport.choices, radios=True)


class MotifAbsenceForm(BilanForm):
    motif = ChoixField(label="Raison de l’absence", choices=MotifAbsence.choices)
    precision = LigneField(
        label="Précision",
        help_text="Quelques mots si la raison n’est pas dans la liste. N’écrivez rien de la santé ni de la vie privée.",
        max_length=200,
        required=False,
    )
    justificatif_vu_le = DateField(
        label="Justificatif vu le",
        help_text="Le document est regardé puis rendu\u00a0: il n’est jamais conservé.",
    )


class AbsenceSansMotifForm(BilanForm):
    """What the person wrote matters only while they may still justify themselves: afterwards nothing is asked."""

    declare_sans_motif = YesNoField(
        label="La personne a-t-elle écrit qu’elle n’a pas de raison à donner\u00a0?",
        help_text="Sinon, attendez la fin du délai de justification.",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if clock.today() > limite_justification(last_missed(self.bilan)):
            del self.fields["declare_sans_motif"]

    def arguments(self) -> dict[str, Any]:
        return {"declare_sans_motif": False, **super().arguments()}


class DureeForm(BilanForm):
    duree_fixee_minutes = NombreField(
        label="Durée totale du bilan, en minutes",
        min_value=1,
        max_value=DUREE_MAX_MINUTES,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial.setdefault("duree_fixee_minutes", self.bilan.duree_fixee_minutes)
        self.fields["duree_fixee_minutes"].help_text = _duree_hint(self.bilan)


def _duree_hint(bilan: Bilan) -> str:
    hint = f"Trois heures, soit {DUREE_MAX_MINUTES}\u00a0minutes, au plus."
    if used := bilan.minutes_utilisees:
        hint += f" {used}\u00a0minutes ont déjà été utilisées\u00a0: elles comptent dans cette durée."
    return hint


class AnnulationForm(BilanForm):
    motif = ChoixField(label="Raison de l’annulation", choices=MotifAnnulation.choices, radios=True)


class AffectationForm(BaseForm):
    """Who else of the house is free at the hour of an appointment to come, or may go on with the bilan it began."""

    conseiller = ChoixField(label="Nouveau conseiller", radios=True)

    def __init__(self, *args: Any, rendez_vous: RendezVous, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        busy = busy_advisers(rendez_vous) if rendez_vous.statut == RendezVous.Statut.PREVU else set()
        present = rendez_vous.bilan.conseiller_id
        others = [adviser for adviser in advisers_of([rendez_vous.prestataire_id]) if adviser.pk != present]
        self.free = {str(adviser.pk): adviser for adviser in others if adviser.pk not in busy}
        self.fields["conseiller"].choices = [(key, str(adviser)) for key, adviser in self.free.items()]  # type: ignore[attr-defined]
        taken = ", ".join(str(adviser) for adviser in others if adviser.pk in busy)
        self.fields["conseiller"].help_text = f"Pris à cette heure\u00a0: {taken}." if taken else ""

    def arguments(self) -> dict[str, Any]:
        return {"conseiller": self.free[self.cleaned_data["conseiller"]]}
