"""Reading what was assessed: the last assessment, and exemptions that time or a document may have ended."""

from datetime import date

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.fields.json import KT
from django.db.models.functions import Coalesce

from cai.models import Contrat
from exemptions.domain import bareme
from exemptions.models import Evaluation, Justificatif


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
    last = Evaluation.objects.filter(contrat=OuterRef("contrat")).latest_first().values("pk")[:1]
    rejected_since = Justificatif.objects.filter(
        contrat=OuterRef("contrat"), statut=Justificatif.Statut.REJETEE, examinee_at__gt=OuterRef("evaluee_at")
    )
    lapsed = (
        Evaluation.objects.filter(pk=last)
        .with_verdict()
        .alias(changement=KT("resultat__prochain_changement"))
        .filter(
            Q(corrigee=True)
            | Q(exempte=False)
            | Q(exempte=True, motifs__contained_by=caducs)
            & (Q(changement__lte=on.isoformat()) | Exists(rejected_since))
        )
    )
    return Contrat.objects.alias(fin=Coalesce("date_echeance_prorogee", "date_echeance")).filter(
        statut__in=Contrat.EN_COURS, fin__gte=on, pk__in=lapsed.values("contrat_id")
    )
