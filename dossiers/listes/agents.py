"""What waits for the agents and prescripteurs of a direction, from the interview to the person's decision."""

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db.models import DateTimeField, Exists, ExpressionWrapper, OuterRef, Subquery

from agents.models import Agent
from agents.roles import Permission
from bilan.models import RendezVous
from bilan.states import BEFORE_SYNTHESE, Etat
from cai.models import Contrat
from core import clock
from dossiers.listes.modele import (
    ALERTE_JOURS,
    Bilans,
    Liste,
    appointment,
    at_risk,
    midnight,
    of_directions,
    to_act,
    to_consents,
    to_convocation,
    to_exemption,
    to_file,
    to_interview_exemption,
    undecided,
)
from dossiers.reexamen import to_reexamine
from exemptions.models import Evaluation, Justificatif


def _assessed(agent: Agent, permission: Permission, *, exempte: bool | None) -> Bilans:
    """Bilans to assess whose last evaluation at the interview says so; None for those it no longer speaks of."""
    at_interview: Any = (
        Evaluation.objects.filter(contrat=OuterRef("contrat"), date_reference=OuterRef("contrat__date_entretien"))
        .with_verdict()
        .latest_first()
    )
    return (
        of_directions(agent, permission)
        .filter(etat=Etat.A_EVALUER, contrat__statut__in=Contrat.EN_COURS)
        .alias(_exempte=Subquery(at_interview.values("verdict")[:1]))
        .filter(_exempte=exempte)
    )


def _to_assess(agent: Agent) -> Bilans:
    return _assessed(agent, Permission.EVALUER_EXEMPTION, exempte=None)


def _to_exempt(agent: Agent) -> Bilans:
    return _assessed(agent, Permission.CONSTATER_EXEMPTION, exempte=True)


def _to_prescribe(agent: Agent) -> Bilans:
    return _assessed(agent, Permission.PRESCRIRE_BILAN, exempte=False)


def _documents_to_verify(agent: Agent) -> Bilans:
    received = Justificatif.objects.filter(contrat=OuterRef("contrat"), statut=Justificatif.Statut.RECUE)
    return of_directions(agent, Permission.VERIFIER_JUSTIFICATIF).filter(
        Exists(received), etat__in=[*BEFORE_SYNTHESE, Etat.EXEMPTE]
    )


# rule: C.5-reexamen
def _exemptions_to_reexamine(agent: Agent) -> Bilans:
    return of_directions(agent, Permission.CONSTATER_EXEMPTION).filter(
        etat=Etat.EXEMPTE, contrat__in=to_reexamine(clock.today())
    )


def _to_convoke(agent: Agent) -> Bilans:
    return of_directions(agent, Permission.CONVOQUER).filter(
        prescripteur=agent,
        etat__in=[Etat.A_PROGRAMMER, Etat.REPORTE, Etat.ABSENT_MOTIF_LEGITIME],
        contrat__statut__in=Contrat.EN_COURS,
        ordre__gte=clock.today(),
    )


def _mine_at_risk(agent: Agent) -> Bilans:
    return at_risk(of_directions(agent, Permission.CONVOQUER).filter(prescripteur=agent))


def _appointments_without_news(agent: Agent) -> Bilans:
    """Appointments of a past day on which the adviser said nothing."""
    return (
        of_directions(agent, Permission.CONSTATER_ABSENCE)
        .filter(etat=Etat.CONVOQUE)
        .annotate(ordre=appointment(RendezVous.Statut.PREVU))
        .filter(ordre__lt=midnight(clock.today()))
    )


# rule: D.6-absence
def _absences_to_qualify(agent: Agent) -> Bilans:
    limite = ExpressionWrapper(
        appointment(RendezVous.Statut.MANQUE) + timedelta(days=settings.BILAN_DELAI_JUSTIFICATION_JOURS),
        output_field=DateTimeField(),
    )
    return (
        of_directions(agent, Permission.QUALIFIER_ABSENCE).filter(etat=Etat.ABSENT_A_QUALIFIER).annotate(ordre=limite)
    )


def _consents_to_ask(agent: Agent) -> Bilans:
    return undecided(of_directions(agent, Permission.RECUEILLIR_CONSENTEMENT).filter(prescripteur=agent))


LISTES: tuple[Liste, ...] = (
    Liste("exemptions-a-evaluer", "Exemptions à évaluer", "Exemption à évaluer", Permission.EVALUER_EXEMPTION,
          _to_assess, "Évaluer l’exemption", to_interview_exemption, "Fin du contrat"),
    Liste("exemptions-a-constater", "Exemptions à constater", "Exemption à constater", Permission.CONSTATER_EXEMPTION,
          _to_exempt, "Constater l’exemption", to_file, "Fin du contrat"),
    Liste("bilans-a-prescrire", "Bilans à prescrire", "Bilan à prescrire", Permission.PRESCRIRE_BILAN, _to_prescribe,
          "Prescrire le bilan", to_act("prescrire"), "Fin du contrat"),
    Liste("personnes-a-convoquer", "Personnes à convoquer", "Personne à convoquer", Permission.CONVOQUER, _to_convoke,
          "Convoquer au bilan", to_convocation, "Fin du contrat"),
    Liste("mes-bilans-en-risque", "Mes bilans en risque avant la fin du contrat",
          "De mes bilans en risque avant la fin du contrat", Permission.CONVOQUER, _mine_at_risk, "Voir le dossier",
          to_file, "Fin du contrat", alerte_jours=ALERTE_JOURS, rappel=True),
    Liste("pieces-a-verifier", "Dossiers dont une pièce est à vérifier", "Dossier dont une pièce est à vérifier",
          Permission.VERIFIER_JUSTIFICATIF, _documents_to_verify, "Vérifier les pièces", to_exemption,
          "Fin du contrat"),
    Liste("absences-a-constater", "Rendez-vous sans nouvelles", "Rendez-vous sans nouvelles",
          Permission.CONSTATER_ABSENCE, _appointments_without_news, "Constater l’absence",
          to_act("constater_absence"), "Rendez-vous"),
    Liste("absences-a-qualifier", "Absences à qualifier", "Absence à qualifier", Permission.QUALIFIER_ABSENCE,
          _absences_to_qualify, "Qualifier l’absence", to_file, "Justification", jours_ouvrables=True),
    Liste("consentements-a-recueillir", "Décisions à recueillir", "Décision à recueillir",
          Permission.RECUEILLIR_CONSENTEMENT, _consents_to_ask, "Recueillir la décision", to_consents,
          "Avant destruction de la synthèse"),
    Liste("exemptions-a-reexaminer", "Exemptions à réexaminer", "Exemption à réexaminer",
          Permission.CONSTATER_EXEMPTION, _exemptions_to_reexamine, "Réexaminer l’exemption", to_exemption,
          "Fin du contrat"),
)  # fmt: skip
