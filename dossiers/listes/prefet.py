"""What waits around the préfet: drafts to sign, decisions to record, contracts to close, attestations (C.9)."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from django.db.models import Case, DateField, Exists, F, Func, Max, OuterRef, Q, QuerySet, Subquery, When
from django.db.models.functions import Coalesce, Greatest
from django.urls import reverse

from agents.models import Agent
from agents.permissions import direction_ids
from agents.roles import Permission
from bilan import attestation
from bilan.models import Bilan, Courrier
from bilan.propositions import INACHEVEES, Type
from bilan.states import BEFORE_SYNTHESE, Etat
from cai import delais
from cai.feries import jours_feries_depuis
from cai.models import Certificat, Contrat, MonthLater, Prestation, PropositionPrefet
from core import clock
from dossiers.listes.modele import Bilans, Liste, has_proposal, to_file

P, Statut = Permission, PropositionPrefet.Statut


def _of_contracts(agent: Agent, permission: Permission) -> Bilans:
    """One bilan for each contract, urgent by its end: the living one, else the one cancelled last."""
    others = Bilan.objects.filter(contrat=OuterRef("contrat"))
    before = others.filter(Q(created_at__gt=OuterRef("created_at")) | ~Q(etat=Etat.ANNULE))
    kept = ~Q(etat=Etat.ANNULE) | ~Exists(before)
    return Bilan.objects.filter(kept, contrat__direction_id__in=direction_ids(agent, permission)).annotate(
        ordre=Coalesce("contrat__date_echeance_prorogee", "contrat__date_echeance")
    )


def _with_proposal(agent: Agent, permission: Permission, rows: "QuerySet[PropositionPrefet]", ordre: str) -> Bilans:
    """Bilans of running contracts that have such a proposal, urgent by one of its columns."""
    found: Any = rows.filter(contrat=OuterRef("contrat")).order_by(ordre)
    running = _of_contracts(agent, permission).filter(Exists(found), contrat__statut__in=Contrat.EN_COURS)
    return running.annotate(ordre=Subquery(found.values(ordre)[:1]))


def _to_sign(agent: Agent) -> Bilans:
    drafts = PropositionPrefet.objects.filter(statut=Statut.BROUILLON, suspendue_at=None)
    return _with_proposal(agent, P.SIGNER_PROPOSITION, drafts, "prepare_at")


def _suspended(agent: Agent) -> Bilans:
    rows = PropositionPrefet.objects.open().exclude(suspendue_at=None)
    return _with_proposal(agent, P.SIGNER_PROPOSITION, rows, "suspendue_at")


# rule: C.9-reparation
def _made_good(agent: Agent) -> Bilans:
    """Résiliations before the préfet of which a failing was made good since, not excused."""
    failing = Prestation.objects.filter(contrat=OuterRef("contrat"), statut=Prestation.Statut.NON_SUIVIE)
    changed = Q()
    for kind in Prestation.Type:
        changed |= Q(~Exists(failing.filter(type=kind)), manquements__contains=[kind.value])
    rows = PropositionPrefet.objects.filter(changed, statut__in=PropositionPrefet.PROPOSES, suspendue_at=None)
    return _with_proposal(agent, P.SIGNER_PROPOSITION, rows, "propose_at")


def _latest_heard() -> date:
    """The latest day on which a letter was received whose month of observations is over today (C.7)."""
    received = delais.add_months(clock.today(), -delais.OBSERVATIONS_MOIS)
    while delais.fin_observations(received, jours_feries_depuis(received)) >= clock.today():
        received -= timedelta(days=1)
    return received


def _heard(agent: Agent) -> Bilans:
    rows = PropositionPrefet.objects.filter(statut=Statut.INTENTION, suspendue_at=None)
    return _with_proposal(
        agent, P.ENREGISTRER_DECISION, rows.filter(date_reception__lte=_latest_heard()), "date_reception"
    )


def _before_the_prefet(agent: Agent) -> Bilans:
    rows = PropositionPrefet.objects.filter(statut=Statut.PROPOSEE, suspendue_at=None)
    return _with_proposal(agent, P.PREPARER_PROPOSITION, rows, "propose_at")


class _TwoDaysLater(Func):
    """The second day after: one *jour franc*, as ``delais.limite_cloture_examen`` counts."""

    template = "(%(expressions)s + 2)"
    output_field = DateField()


def _limit() -> Greatest:
    """The last day to close of ``propositions.limite_cloture``, for a list; PostgreSQL leaves out what is null."""
    return Greatest(MonthLater(F("formations")), _TwoDaysLater(F("examen")), _TwoDaysLater(F("dilf")))


def _to_close(agent: Agent) -> Bilans:
    """Contracts over, or whose trainings are, and of which nobody proposed the closing; urgent by its limit (C.7)."""
    trainings: Any = (
        Prestation.objects.filter(contrat=OuterRef("contrat")).exclude(type=Prestation.Type.BILAN).order_by()
    )
    ended = trainings.filter(statut=Prestation.Statut.SUIVIE).values("contrat").annotate(fin=Max("date_fin"))
    exams = trainings.values("contrat").annotate(jour=Max("examen_prevu_le"))
    papers: Any = Certificat.objects.filter(prestation__contrat=OuterRef("contrat"), genre=Certificat.Genre.DILF)
    passed = papers.order_by().values("prestation__contrat").annotate(dernier=Max("jour"))
    going_on = Exists(trainings.filter(statut__in=INACHEVEES))
    known = Q(formations__isnull=False) | Q(dilf__isnull=False) | Q(examen__isnull=False)
    finished = known & ~going_on
    sat = Q(examen=None) | Q(examen__lt=clock.today())
    return (
        _of_contracts(agent, P.PREPARER_PROPOSITION)
        .filter(~has_proposal(Type.CLOTURE, PropositionPrefet.OUVERTS), contrat__statut__in=Contrat.EN_COURS)
        .exclude(etat__in=BEFORE_SYNTHESE)
        .alias(
            formations=Subquery(ended.values("fin")),
            examen=Subquery(exams.values("jour")),
            dilf=Subquery(passed.values("dernier")),
        )
        .filter(Q(ordre__lt=clock.today()) | finished & sat)
        .annotate(ordre=Case(When(going_on, then=F("ordre")), default=Coalesce(_limit(), F("ordre"))))
    )


def _to_attest(agent: Agent) -> Bilans:
    issued = Courrier.objects.filter(contrat=OuterRef("contrat"), genre=Courrier.Genre.ATTESTATION)
    decided = PropositionPrefet.objects.filter(
        contrat=OuterRef("contrat"), decision=PropositionPrefet.Decision.ACCORD
    ).exclude(type=Type.PROROGATION)
    return (
        _of_contracts(agent, P.ENREGISTRER_DECISION)
        .filter(~Exists(issued), Exists(decided), contrat__statut__in=attestation.FINIS)
        .annotate(ordre=Subquery(decided.values("date_decision")[:1]))
    )


def _address(
    matches: Callable[[PropositionPrefet], bool], page: Callable[[PropositionPrefet], str]
) -> Callable[[Bilan], str]:
    """The page of the open proposal that a line is about, the oldest; the file when it was settled meanwhile."""

    def address(bilan: Bilan) -> str:
        rows = [row for row in bilan.contrat.propositions.all() if row.is_open and matches(row)]
        return page(rows[-1]) if rows else to_file(bilan)

    return address


def _act(name: str) -> Callable[[PropositionPrefet], str]:
    return lambda row: reverse("bilan:proposition_act", args=[row.pk, name])


def _signature(row: PropositionPrefet) -> str:
    return reverse("bilan:sign_proposition", args=[row.contrat_id, row.type])


def _whole(row: PropositionPrefet) -> str:
    return reverse("bilan:view_proposition", args=[row.pk])


_to_signature = _address(lambda row: row.statut == Statut.BROUILLON and row.suspendue_at is None, _signature)
_to_abandon = _address(lambda row: row.suspendue_at is not None, _act("abandon"))
_to_decision = _address(lambda row: row.statut == Statut.INTENTION, _act("decision"))
_to_review = _address(lambda row: row.is_resiliation, _whole)
_to_answer = _address(lambda row: row.statut == Statut.PROPOSEE and row.suspendue_at is None, _whole)


def _to_attestation(bilan: Bilan) -> str:
    return reverse("bilan:issue_attestation", args=[bilan.contrat_id])


def _to_closing(bilan: Bilan) -> str:
    return reverse("bilan:prepare_proposition", args=[bilan.contrat_id, Type.CLOTURE.value])


LISTES: tuple[Liste, ...] = (
    Liste("propositions-a-signer", "Propositions au préfet à signer", "Proposition au préfet à signer",
          P.SIGNER_PROPOSITION, _to_sign, "Lire et signer", _to_signature, "Préparée", est_limite=False),
    Liste("resiliations-suspendues", "Résiliations suspendues", "Résiliation suspendue", P.SIGNER_PROPOSITION,
          _suspended, "Abandonner la proposition", _to_abandon, "Suspendue", est_limite=False),
    Liste("resiliations-a-revoir", "Résiliations proposées pour un manquement réparé depuis",
          "Résiliation proposée pour un manquement réparé depuis", P.SIGNER_PROPOSITION, _made_good,
          "Voir la proposition", _to_review, "Signée", est_limite=False),
    Liste("resiliations-a-decider", "Mois d’observations passés, décisions à enregistrer",
          "Mois d’observations passé, décision à enregistrer", P.ENREGISTRER_DECISION, _heard,
          "Enregistrer la décision", _to_decision, "Lettre reçue", est_limite=False),
    Liste("attestations-a-emettre", "Attestations à émettre", "Attestation à émettre", P.ENREGISTRER_DECISION,
          _to_attest, "Émettre l’attestation", _to_attestation, "Décision", est_limite=False),
    Liste("propositions-devant-le-prefet", "Réponses du préfet à enregistrer", "Réponse du préfet à enregistrer",
          P.PREPARER_PROPOSITION, _before_the_prefet, "Voir la proposition", _to_answer, "Signée", est_limite=False,
          rang=2),
    Liste("contrats-a-cloturer", "Contrats à clôturer", "Contrat à clôturer", P.PREPARER_PROPOSITION, _to_close,
          "Préparer la clôture", _to_closing, "Clôture", rang=2),
)  # fmt: skip
