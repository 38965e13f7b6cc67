"""Files that only need an end: contracts over without a bilan, bilans and exemptions to close."""

from django.db.models import Exists, OuterRef, Q

from agents.models import Agent
from agents.roles import Permission
from bilan.fin import AVANT_SIGNATURE, DELAI_APRES_SUIVI, EN_ROUTE
from bilan.models import Seance, Suivi
from bilan.propositions import Type
from bilan.states import BEFORE_SYNTHESE, Etat
from cai import delais
from cai.models import Contrat, PropositionPrefet
from core import clock
from dossiers.listes.modele import Bilans, Liste, has_proposal, of_directions, to_act
from dossiers.situation import Situation, with_situation


def _contracts_over(agent: Agent) -> Bilans:
    """Not those whose prorogation the préfet decides, nor those concluded in time that can still be written up."""
    seances = Seance.objects.filter(bilan=OuterRef("pk"))
    year_ago = delais.add_years(clock.today(), -delais.CONSERVATION_ANNEES)
    concluded = Exists(seances.filter(phase=Etat.PHASE_CONCLUSION)) & Exists(seances.filter(jour__gt=year_ago))
    return (
        of_directions(agent, Permission.CONSTATER_NON_REALISATION)
        .filter(
            ~has_proposal(Type.PROROGATION, PropositionPrefet.PROPOSES),
            Q(ordre__lt=clock.today()) | ~Q(contrat__statut__in=Contrat.EN_COURS) & ~Q(etat__in=EN_ROUTE),
            etat__in=BEFORE_SYNTHESE,
        )
        .exclude(Q(etat=Etat.PHASE_CONCLUSION) & concluded)
    )


def _to_close(agent: Agent) -> Bilans:
    followed = Exists(Suivi.objects.over().filter(bilan=OuterRef("pk")))
    concluded_before = delais.add_months(clock.today() - DELAI_APRES_SUIVI, -delais.SUIVI_MOIS)
    done = of_directions(agent, Permission.CLOTURER_BILAN).filter(
        Q(etat__in=[Etat.SYNTHESE_VALIDEE, Etat.SIGNATURE_REFUSEE])
        | Q(etat__in=AVANT_SIGNATURE, synthese_detruite__isnull=False),
        followed | Q(date_fin_conclusion__lt=concluded_before),
    )
    waiting = [Situation.TRANSMISSION_CONSENTIE, Situation.TRANSMISSION_A_TRAITER]
    return with_situation(done).exclude(situation__in=waiting)


def _exemptions_to_close(agent: Agent) -> Bilans:
    return of_directions(agent, Permission.CLOTURER_BILAN).filter(
        ~has_proposal(Type.PROROGATION, PropositionPrefet.PROPOSES),
        Q(ordre__lt=clock.today()) | ~Q(contrat__statut__in=Contrat.EN_COURS),
        etat=Etat.EXEMPTE,
    )


LISTES: tuple[Liste, ...] = (
    Liste("contrats-echus", "Contrats finis sans bilan", "Contrat fini sans bilan",
          Permission.CONSTATER_NON_REALISATION, _contracts_over, "Constater la non-réalisation",
          to_act("constater_non_realisation"), "Fin du contrat"),
    Liste("bilans-a-clore", "Bilans à clore", "Bilan à clore", Permission.CLOTURER_BILAN, _to_close, "Clore le bilan",
          to_act("cloturer"), "Fin du contrat", est_limite=False),
    Liste("exemptions-a-clore", "Exemptions à clore", "Exemption à clore", Permission.CLOTURER_BILAN,
          _exemptions_to_close, "Clore le bilan", to_act("cloturer"), "Fin du contrat", est_limite=False),
)  # fmt: skip
