"""The lists of files that wait for somebody: whose they are, what is to be done on each, by when."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.conf import settings
from django.db.models import DateField, DateTimeField, Exists, ExpressionWrapper, F, OuterRef, Q, Subquery
from django.db.models.functions import Cast, Coalesce
from django.urls import reverse

from agents.models import Agent
from agents.permissions import direction_ids, has_permission, prestataire_ids
from agents.roles import Permission
from bilan.fin import AVANT_SIGNATURE, DELAI_APRES_SUIVI
from bilan.models import Bilan, RendezVous, Synthese
from bilan.states import ABSENCES, BEFORE_SYNTHESE, PHASES, Etat
from cai import delais
from cai.feries import jours_feries_depuis
from core import clock
from core.french import day_of
from dossiers.situation import Situation, with_situation
from exemptions.models import Evaluation, Justificatif
from exemptions.selectors import contrats_to_reexamine
from poleemploi.models import Transmission

RISQUE_JOURS = 90  # D.6: bilans at risk are listed from ninety days before the end of the contract
SUIVI_RAPPEL = timedelta(days=15)  # D.6

Bilans = Any  # a queryset of Bilan with annotations, which types cannot follow from function to function
Selection = Callable[[Agent], Bilans]


@dataclass(frozen=True)
class Liste:
    """One kind of waiting. ``selection`` gives the agent's bilans, with ``ordre``: the date they are urgent by."""

    code: str
    titre: str
    permission: Permission
    selection: Selection
    acte: str
    adresse: Callable[[Bilan], str]
    date_label: str
    est_limite: bool = True
    a_une_heure: bool = False
    au_prestataire: bool = False
    rang: int = 1  # on the desk: 0 before everything else, 2 after
    jours_ouvrables: bool = False  # a limit given to the person: a weekend or a holiday carries it further (C.7)

    def concerns(self, agent: Agent) -> bool:
        """Whether the agent holds the right, on the right side: at OFII, or as the adviser of a prestataire."""
        if self.au_prestataire:
            return bool(prestataire_ids(agent, self.permission))
        return has_permission(agent, self.permission) and bool(direction_ids(agent, self.permission))

    def limite(self, ordre: date | datetime) -> date | datetime:
        """The day to show: that of the order, carried to the next working day where the law does so."""
        if not self.jours_ouvrables:
            return ordre
        jour = day_of(ordre)
        return delais.next_working_day(jour, jours_feries_depuis(jour))

    def bilans(self, agent: Agent) -> Bilans:
        """The bilans of this list for the agent, the most urgent first."""
        return self.selection(agent).order_by("ordre", "pk")


def listes_of(agent: Agent) -> list[Liste]:
    """The lists that concern an agent, in the order of the desk."""
    return [liste for liste in LISTES if liste.concerns(agent)]


# --- where a line leads ------------------------------------------------------------------------


def _file(bilan: Bilan) -> str:
    return reverse("dossiers:view_file", args=[bilan.contrat_id])


def _exemption(bilan: Bilan) -> str:
    return reverse("exemptions:evaluate_contrat", args=[bilan.contrat_id])


def _interview_exemption(bilan: Bilan) -> str:
    return f"{_exemption(bilan)}?date={bilan.contrat.date_entretien.isoformat()}"


def _convocation(bilan: Bilan) -> str:
    return reverse("bilan:convoke", args=[bilan.pk])


def _act(name: str) -> Callable[[Bilan], str]:
    return lambda bilan: reverse("bilan:act", args=[bilan.pk, name])


def _consents(bilan: Bilan) -> str:
    return reverse("poleemploi:collect_consents", args=[bilan.pk])


def _bilan(bilan: Bilan) -> str:
    return reverse("bilan:voir_bilan", args=[bilan.pk])


# --- whose files -------------------------------------------------------------------------------


def _of_directions(agent: Agent, permission: Permission) -> Bilans:
    """Living bilans of the directions where the agent holds the right, urgent by the end of their contract."""
    return (
        Bilan.objects.live()
        .filter(contrat__direction_id__in=direction_ids(agent, permission))
        .annotate(ordre=Coalesce("contrat__date_echeance_prorogee", "contrat__date_echeance"))
    )


def _rendez_vous(statut: RendezVous.Statut) -> Subquery:
    rows = RendezVous.objects.filter(bilan=OuterRef("pk"), statut=statut).order_by("-debut")
    return Subquery(rows.values("debut")[:1])


def _last_validation() -> Subquery:
    rows = Synthese.objects.filter(bilan=OuterRef("pk")).order_by("-version")
    return Subquery(rows.values("date_validation")[:1])


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), tzinfo=clock.PARIS)


# --- OFII --------------------------------------------------------------------------------------


def _assessed(agent: Agent, permission: Permission, *, exempte: bool | None) -> Bilans:
    """Bilans to assess whose last evaluation at the interview says so; None for those it no longer speaks of."""
    at_interview: Any = (
        Evaluation.objects.filter(contrat=OuterRef("contrat"), date_reference=OuterRef("contrat__date_entretien"))
        .with_verdict()
        .latest_first()
    )
    return (
        _of_directions(agent, permission)
        .filter(etat=Etat.A_EVALUER)
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
    return _of_directions(agent, Permission.VERIFIER_JUSTIFICATIF).filter(
        Exists(received), etat__in=[*BEFORE_SYNTHESE, Etat.EXEMPTE]
    )


def _exemptions_to_reexamine(agent: Agent) -> Bilans:
    return _of_directions(agent, Permission.CONSTATER_EXEMPTION).filter(
        etat=Etat.EXEMPTE, contrat__in=contrats_to_reexamine(clock.today())
    )


def _to_convoke(agent: Agent) -> Bilans:
    return _of_directions(agent, Permission.CONVOQUER).filter(
        prescripteur=agent,
        etat__in=[Etat.A_PROGRAMMER, Etat.REPORTE, Etat.ABSENT_MOTIF_LEGITIME],
        ordre__gte=clock.today(),
    )


def _appointments_without_news(agent: Agent) -> Bilans:
    """Appointments of a past day on which the adviser said nothing."""
    return (
        _of_directions(agent, Permission.CONSTATER_ABSENCE)
        .filter(etat=Etat.CONVOQUE)
        .annotate(ordre=_rendez_vous(RendezVous.Statut.PREVU))
        .filter(ordre__lt=_midnight(clock.today()))
    )


def _absences_to_qualify(agent: Agent) -> Bilans:
    limite = ExpressionWrapper(
        _rendez_vous(RendezVous.Statut.MANQUE) + timedelta(days=settings.BILAN_DELAI_JUSTIFICATION_JOURS),
        output_field=DateTimeField(),
    )
    return (
        _of_directions(agent, Permission.QUALIFIER_ABSENCE).filter(etat=Etat.ABSENT_A_QUALIFIER).annotate(ordre=limite)
    )


def _contracts_over(agent: Agent) -> Bilans:
    return _of_directions(agent, Permission.CONSTATER_NON_REALISATION).filter(
        etat__in=BEFORE_SYNTHESE, ordre__lt=clock.today()
    )


def _undecided(bilans: Bilans) -> Bilans:
    """Validated, and the person has not yet answered about the transmission."""
    # A date to which SQL adds days becomes a moment without a zone, which no page key could give back.
    limite = Cast(_last_validation() + timedelta(days=settings.SYNTHESE_CONSERVATION_SANS_DECISION_JOURS), DateField())
    return (
        with_situation(bilans.filter(etat=Etat.SYNTHESE_VALIDEE, synthese_detruite=None))
        .filter(situation=Situation.SYNTHESE_VALIDEE)
        .annotate(ordre=limite)
    )


def _consents_to_ask(agent: Agent) -> Bilans:
    return _undecided(_of_directions(agent, Permission.RECUEILLIR_CONSENTEMENT).filter(prescripteur=agent))


def _to_close(agent: Agent) -> Bilans:
    concluded_before = delais.add_months(clock.today() - DELAI_APRES_SUIVI, -delais.SUIVI_MOIS)
    done = _of_directions(agent, Permission.CLOTURER_BILAN).filter(
        Q(etat__in=[Etat.SYNTHESE_VALIDEE, Etat.SIGNATURE_REFUSEE])
        | Q(etat__in=AVANT_SIGNATURE, synthese_detruite__isnull=False),
        date_fin_conclusion__lt=concluded_before,
    )
    waiting = [Situation.TRANSMISSION_CONSENTIE, Situation.TRANSMISSION_A_TRAITER]
    return with_situation(done).exclude(situation__in=waiting)


def _exemptions_to_close(agent: Agent) -> Bilans:
    return _of_directions(agent, Permission.CLOTURER_BILAN).filter(etat=Etat.EXEMPTE, ordre__lt=clock.today())


def _unjustified_absences(agent: Agent) -> Bilans:
    return _of_directions(agent, Permission.REATTRIBUER_DOSSIER).filter(etat=Etat.ABSENT_SANS_MOTIF)


def _at_risk(agent: Agent) -> Bilans:
    today = clock.today()
    return _of_directions(agent, Permission.REATTRIBUER_DOSSIER).filter(
        etat__in=[Etat.A_EVALUER, Etat.A_PROGRAMMER, Etat.REPORTE, *ABSENCES],
        ordre__gte=today,
        ordre__lte=today + timedelta(days=RISQUE_JOURS),
    )


def _deposits_to_settle(agent: Agent) -> Bilans:
    since = Transmission.objects.filter(bilan=OuterRef("pk")).order_by("-created_at").values("created_at")[:1]
    bilans = _of_directions(agent, Permission.RELANCER_TRANSMISSION).filter(etat=Etat.SYNTHESE_VALIDEE)
    return with_situation(bilans).filter(situation=Situation.TRANSMISSION_A_TRAITER).annotate(ordre=Subquery(since))


# --- the adviser -------------------------------------------------------------------------------


def _summoned(agent: Agent) -> Bilans:
    return (
        Bilan.objects.entrusted_to(agent)
        .filter(etat=Etat.CONVOQUE)
        .annotate(ordre=_rendez_vous(RendezVous.Statut.PREVU))
    )


def _today_appointments(agent: Agent) -> Bilans:
    start = _midnight(clock.today())
    return _summoned(agent).filter(ordre__gte=start, ordre__lt=start + timedelta(days=1))


def _past_appointments(agent: Agent) -> Bilans:
    return _summoned(agent).filter(ordre__lt=_midnight(clock.today()))


def _next_appointments(agent: Agent) -> Bilans:
    return _summoned(agent).filter(ordre__gte=_midnight(clock.today() + timedelta(days=1)))


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
    return _undecided(Bilan.objects.entrusted_to(agent))


LISTES: tuple[Liste, ...] = (
    Liste("rendez-vous-du-jour", "Rendez-vous du jour", Permission.CONDUIRE_BILAN, _today_appointments,
          "Ouvrir le bilan", _bilan, "Rendez-vous", est_limite=False, a_une_heure=True, au_prestataire=True, rang=0),
    Liste("rendez-vous-passes", "Venue ou absence à noter", Permission.CONDUIRE_BILAN, _past_appointments,
          "Noter la venue ou l’absence", _bilan, "Rendez-vous", au_prestataire=True),
    Liste("bilans-en-cours", "Bilans en cours", Permission.CONDUIRE_BILAN, _entrusted_in(*PHASES),
          "Poursuivre le bilan", _bilan, "Fin du contrat", au_prestataire=True),
    Liste("syntheses-a-presenter", "Synthèses à présenter", Permission.ECRIRE_SYNTHESE,
          _concluded_in(Etat.SYNTHESE_REDIGEE), "Présenter la synthèse", _bilan, "Bilan conclu", est_limite=False,
          au_prestataire=True),
    Liste("syntheses-a-signer", "Synthèses à faire signer", Permission.ECRIRE_SYNTHESE,
          _concluded_in(Etat.SYNTHESE_PRESENTEE), "Faire signer la synthèse", _bilan, "Bilan conclu",
          est_limite=False, au_prestataire=True),
    Liste("decisions-a-recueillir", "Décisions à recueillir", Permission.RECUEILLIR_CONSENTEMENT, _adviser_consents,
          "Recueillir la décision", _consents, "Avant destruction de la synthèse", au_prestataire=True),
    Liste("rendez-vous-a-venir", "Rendez-vous à venir", Permission.CONDUIRE_BILAN, _next_appointments,
          "Voir le rendez-vous", _bilan, "Rendez-vous", est_limite=False, a_une_heure=True, au_prestataire=True,
          rang=2),
    Liste("transmissions-a-traiter", "Transmissions à traiter", Permission.RELANCER_TRANSMISSION,
          _deposits_to_settle, "Traiter la transmission", _file, "Demandée", est_limite=False),
    Liste("absences-sans-motif", "Absences sans motif", Permission.REATTRIBUER_DOSSIER, _unjustified_absences,
          "Décider de la suite", _file, "Fin du contrat"),
    Liste("bilans-en-risque", "Bilans en risque avant la fin du contrat", Permission.REATTRIBUER_DOSSIER, _at_risk,
          "Voir le dossier", _file, "Fin du contrat"),
    Liste("exemptions-a-evaluer", "Exemptions à évaluer", Permission.EVALUER_EXEMPTION, _to_assess,
          "Évaluer l’exemption", _interview_exemption, "Fin du contrat"),
    Liste("exemptions-a-constater", "Exemptions à constater", Permission.CONSTATER_EXEMPTION, _to_exempt,
          "Constater l’exemption", _file, "Fin du contrat"),
    Liste("bilans-a-prescrire", "Bilans à prescrire", Permission.PRESCRIRE_BILAN, _to_prescribe,
          "Prescrire le bilan", _act("prescrire"), "Fin du contrat"),
    Liste("personnes-a-convoquer", "Personnes à convoquer", Permission.CONVOQUER, _to_convoke,
          "Convoquer au bilan", _convocation, "Fin du contrat"),
    Liste("pieces-a-verifier", "Pièces à vérifier", Permission.VERIFIER_JUSTIFICATIF, _documents_to_verify,
          "Vérifier les pièces", _exemption, "Fin du contrat"),
    Liste("absences-a-constater", "Rendez-vous sans nouvelles", Permission.CONSTATER_ABSENCE,
          _appointments_without_news, "Constater l’absence", _act("constater_absence"), "Rendez-vous"),
    Liste("absences-a-qualifier", "Absences à qualifier", Permission.QUALIFIER_ABSENCE, _absences_to_qualify,
          "Qualifier l’absence", _file, "Justification", jours_ouvrables=True),
    Liste("consentements-a-recueillir", "Décisions à recueillir", Permission.RECUEILLIR_CONSENTEMENT,
          _consents_to_ask, "Recueillir la décision", _consents, "Avant destruction de la synthèse"),
    Liste("exemptions-a-reexaminer", "Exemptions à réexaminer", Permission.CONSTATER_EXEMPTION,
          _exemptions_to_reexamine, "Réexaminer l’exemption", _exemption, "Fin du contrat"),
    Liste("contrats-echus", "Contrats finis sans bilan", Permission.CONSTATER_NON_REALISATION, _contracts_over,
          "Constater la non-réalisation", _act("constater_non_realisation"), "Fin du contrat"),
    Liste("bilans-a-clore", "Bilans à clore", Permission.CLOTURER_BILAN, _to_close,
          "Clore le bilan", _act("cloturer"), "Fin du contrat", est_limite=False),
    Liste("exemptions-a-clore", "Exemptions à clore", Permission.CLOTURER_BILAN, _exemptions_to_close,
          "Clore le bilan", _act("cloturer"), "Fin du contrat", est_limite=False),
)  # fmt: skip
