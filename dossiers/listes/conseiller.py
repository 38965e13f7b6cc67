"""What waits for an adviser: appointments of the day, syntheses to finish, decisions to collect."""

from datetime import timedelta

from django.db.models import F, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce

from agents.models import Agent
from agents.roles import Permission
from bilan.models import Bilan, Consentement, RendezVous, Suivi
from bilan.states import PHASES, Etat
from bilan.suivi import RAPPEL, SUIVIS
from cai import delais
from core import clock
from dossiers.listes.modele import (
    Bilans,
    Liste,
    Selection,
    appointment,
    midnight,
    to_bilan,
    to_consents,
    to_follow_up,
    undecided,
)


def _summoned(agent: Agent) -> Bilans:
    return (
        Bilan.objects.entrusted_to(agent)
        .filter(etat=Etat.CONVOQUE)
        .annotate(ordre=appointment(RendezVous.Statut.PREVU))
    )


def _today_appointments(agent: Agent) -> Bilans:
    start = midnight(clock.today())
    return _summoned(agent).filter(ordre__gte=start, ordre__lt=start + timedelta(days=1))


def _past_appointments(agent: Agent) -> Bilans:
    return _summoned(agent).filter(ordre__lt=midnight(clock.today()))


def _next_appointments(agent: Agent) -> Bilans:
    return _summoned(agent).filter(ordre__gte=midnight(clock.today() + timedelta(days=1)))


def _entrusted_in(*etats: Etat) -> Selection:
    def _select(agent: Agent) -> Bilans:
        return (
            Bilan.objects.entrusted_to(agent)
            .filter(etat__in=etats)
            .annotate(ordre=Coalesce("contrat__date_echeance_prorogee", "contrat__date_echeance"))
        )

    return _select


def _concluded_in(*etats: Etat) -> Selection:
    def _select(agent: Agent) -> Bilans:
        return Bilan.objects.entrusted_to(agent).filter(etat__in=etats).annotate(ordre=F("date_fin_conclusion"))

    return _select


def _adviser_consents(agent: Agent) -> Bilans:
    return undecided(Bilan.objects.entrusted_to(agent))


# rule: D.6-suivi
def _follow_ups(agent: Agent) -> Bilans:
    """Six-month interviews to hold, from fifteen days before (D.6), within the period of services (C.10).

    Of those alone who agreed to be contacted (E.2): the others come if they wish, and nothing is waited for.
    """
    contact = Consentement.objects.filter(bilan=OuterRef("pk"), portee=Consentement.Portee.SUIVI).order_by("-rang")
    due = Suivi.objects.filter(bilan=OuterRef("pk"), statut=Suivi.Statut.A_FAIRE).values("prevu_le")[:1]
    services = Q(contrat__date_premier_titre=None) | Q(
        contrat__date_premier_titre__gte=delais.add_years(clock.today(), -delais.PERIODE_SERVICES_ANNEES)
    )
    return (
        Bilan.objects.entrusted_to(agent)
        .alias(_contact=Subquery(contact.values("decision")[:1]))
        .filter(services, etat__in=SUIVIS, _contact=Consentement.Decision.ACCORDE)
        .annotate(ordre=Subquery(due))
        .filter(ordre__lte=clock.today() + RAPPEL)
    )


LISTES: tuple[Liste, ...] = (
    Liste("rendez-vous-du-jour", "Rendez-vous du jour", "Rendez-vous du jour", Permission.CONDUIRE_BILAN,
          _today_appointments, "Ouvrir le bilan", to_bilan, "Rendez-vous", est_limite=False, a_une_heure=True,
          au_prestataire=True, rang=0),
    Liste("rendez-vous-passes", "Venue ou absence à noter", "Venue ou absence à noter", Permission.CONDUIRE_BILAN,
          _past_appointments, "Noter la venue ou l’absence", to_bilan, "Rendez-vous", au_prestataire=True),
    Liste("bilans-en-cours", "Bilans en cours", "Bilan en cours", Permission.CONDUIRE_BILAN, _entrusted_in(*PHASES),
          "Poursuivre le bilan", to_bilan, "Fin du contrat", au_prestataire=True),
    Liste("syntheses-a-presenter", "Synthèses à présenter", "Synthèse à présenter", Permission.ECRIRE_SYNTHESE,
          _concluded_in(Etat.SYNTHESE_REDIGEE), "Présenter la synthèse", to_bilan, "Bilan conclu", est_limite=False,
          au_prestataire=True),
    Liste("syntheses-a-signer", "Synthèses à faire signer", "Synthèse à faire signer", Permission.ECRIRE_SYNTHESE,
          _concluded_in(Etat.SYNTHESE_PRESENTEE), "Faire signer la synthèse", to_bilan, "Bilan conclu",
          est_limite=False, au_prestataire=True),
    Liste("decisions-a-recueillir", "Décisions à recueillir", "Décision à recueillir",
          Permission.RECUEILLIR_CONSENTEMENT, _adviser_consents, "Recueillir la décision", to_consents,
          "Avant destruction de la synthèse", au_prestataire=True),
    Liste("suivis-a-faire", "Suivis à faire", "Suivi à faire", Permission.ENREGISTRER_SUIVI, _follow_ups,
          "Noter le suivi", to_follow_up, "Suivi prévu", au_prestataire=True),
    Liste("rendez-vous-a-venir", "Rendez-vous à venir", "Rendez-vous à venir", Permission.CONDUIRE_BILAN,
          _next_appointments, "Voir le rendez-vous", to_bilan, "Rendez-vous", est_limite=False, a_une_heure=True,
          au_prestataire=True, rang=2),
)  # fmt: skip
