"""Reading what was assessed: the last assessment, and exemptions that time or a document may have ended."""

from datetime import date

from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery
from django.db.models.fields.json import KT
from django.db.models.functions import Coalesce

from cai.models import Contrat
from exemptions.domain import bareme
from exemptions.domain.situation import Motif
from exemptions.models import Evaluation, EvaluationQuerySet, Justificatif


def latest_evaluation(contrat: Contrat) -> Evaluation | None:
    """The last assessment made, whatever its reference date."""
    return contrat.evaluations.latest_first().select_related("evaluee_par").first()


def justificatifs_of(contrat: Contrat) -> QuerySet[Justificatif]:
    """The documents of a file, latest first, each with its copy's format and weight but never its content."""
    return contrat.justificatifs.select_related("fichier").defer("fichier__contenu")


# rule: C.5-reexamen
def contrats_to_reexamine(on: date) -> QuerySet[Contrat]:
    """Running contracts whose last assessment no longer founds an exemption: read it for exempt files alone.

    It found no ground; or birth or permit were corrected since; or a ground that lapses (a and d, reference C.5) saw
    its day come or its document fall. The file stays exempt until an agent decides.
    """
    caducs = sorted(motif.value for motif in bareme.MOTIFS_CADUCS)
    rejected_since = Justificatif.objects.filter(
        contrat=OuterRef("contrat"), statut=Justificatif.Statut.REJETEE, examinee_at__gt=OuterRef("evaluee_at")
    )
    lapsed = (
        _last_evaluations()
        .with_verdict()
        .alias(changement=KT("resultat__prochain_changement"))
        .filter(
            Q(corrigee=True)
            | Q(exempte=False)
            | Q(exempte=True, motifs__contained_by=caducs)
            & (Q(changement__lte=on.isoformat()) | Exists(rejected_since))
        )
    )
    return _running(on).filter(pk__in=lapsed.values("contrat_id"))


def contrats_exempt_by_employment(on: date) -> QuerySet[Contrat]:
    """Running contracts exempt because the person works and seeks no job (d), alone or with the other ground that
    lapses; annotated with ``evaluee_depuis``, the real instant since when.
    """
    caducs = sorted(motif.value for motif in bareme.MOTIFS_CADUCS)
    founding = _last_evaluations().filter(
        contrat=OuterRef("pk"),
        exempte=True,
        motifs__contained_by=caducs,
        motifs__contains=[Motif.EN_EMPLOI_NON_DEMANDEUR.value],
    )
    return (
        _running(on)
        .annotate(evaluee_depuis=Subquery(founding.values("created_at")))
        .filter(evaluee_depuis__isnull=False)
    )


def _last_evaluations() -> EvaluationQuerySet:
    last = Evaluation.objects.filter(contrat=OuterRef("contrat")).latest_first().values("pk")[:1]
    found: EvaluationQuerySet = Evaluation.objects.filter(pk=last)
    return found


def _running(on: date) -> QuerySet[Contrat]:
    end = Coalesce("date_echeance_prorogee", "date_echeance")
    return Contrat.objects.alias(fin=end).filter(statut__in=Contrat.EN_COURS, fin__gte=on)
