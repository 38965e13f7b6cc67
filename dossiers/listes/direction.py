"""What waits for those who answer for a direction: its correspondant and its directeur territorial."""

from django.db.models import OuterRef, Subquery
from django.urls import reverse

from agents.models import Agent
from agents.permissions import direction_ids
from agents.roles import Permission
from bilan.models import Bilan
from bilan.states import Etat
from dossiers.listes.modele import ALERTE_JOURS, Bilans, Liste, at_risk, of_directions, to_file
from dossiers.situation import Situation, with_situation
from poleemploi.models import EvenementEcarte, Transmission
from poleemploi.states import A_TRAITER_PAR_UN_AGENT


def _unjustified_absences(agent: Agent) -> Bilans:
    return of_directions(agent, Permission.REATTRIBUER_DOSSIER).filter(etat=Etat.ABSENT_SANS_MOTIF)


def _at_risk(agent: Agent) -> Bilans:
    return at_risk(of_directions(agent, Permission.REATTRIBUER_DOSSIER))


def _deposits_to_settle(agent: Agent) -> Bilans:
    since = Transmission.objects.filter(bilan=OuterRef("pk")).order_by("-created_at").values("created_at")[:1]
    # Those few first, along their index: the situation of a file is asked of them alone.
    offices = direction_ids(agent, Permission.RELANCER_TRANSMISSION)
    stopped = Transmission.objects.filter(direction_id__in=offices, etat__in=A_TRAITER_PAR_UN_AGENT)
    bilans = of_directions(agent, Permission.RELANCER_TRANSMISSION).filter(
        pk__in=stopped.values("bilan"), etat=Etat.SYNTHESE_VALIDEE
    )
    return with_situation(bilans).filter(situation=Situation.TRANSMISSION_A_TRAITER).annotate(ordre=Subquery(since))


def _returns_to_examine(agent: Agent) -> Bilans:
    """Bilans of files that a return set aside names; those that name none are on the page of the returns alone."""
    waiting = EvenementEcarte.objects.visible_to(agent).to_examine()
    since = waiting.filter(contrat=OuterRef("contrat")).order_by("created_at").values("created_at")[:1]
    named = waiting.filter(contrat__isnull=False).values("contrat")
    return of_directions(agent, Permission.ENREGISTRER_RETOUR).filter(contrat__in=named).annotate(ordre=Subquery(since))


def to_returns(bilan: Bilan) -> str:
    return reverse("poleemploi:list_set_aside")


LISTES: tuple[Liste, ...] = (
    Liste("transmissions-a-traiter", "Transmissions à traiter", "Transmission à traiter",
          Permission.RELANCER_TRANSMISSION, _deposits_to_settle, "Traiter la transmission", to_file, "Demandée",
          est_limite=False),
    Liste("retours-a-examiner", "Dossiers dont un retour est à examiner", "Dossier dont un retour est à examiner",
          Permission.ENREGISTRER_RETOUR, _returns_to_examine, "Examiner le retour", to_returns, "Reçu",
          est_limite=False),
    Liste("absences-sans-motif", "Absences sans motif", "Absence sans motif", Permission.REATTRIBUER_DOSSIER,
          _unjustified_absences, "Décider de la suite", to_file, "Fin du contrat"),
    Liste("bilans-en-risque", "Bilans en risque avant la fin du contrat", "Bilan en risque avant la fin du contrat",
          Permission.REATTRIBUER_DOSSIER, _at_risk, "Voir le dossier", to_file, "Fin du contrat",
          alerte_jours=ALERTE_JOURS),
)  # fmt: skip
