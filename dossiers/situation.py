"""The one situation an agent sees, computed from the conduct, the consents and the exchange (reference D.1)."""

from typing import TYPE_CHECKING, TypedDict

from django.db.models import Case, CharField, Exists, F, OuterRef, Q, QuerySet, Subquery, TextChoices, Value, When

from bilan.models import Bilan, Consentement, Synthese
from bilan.states import Etat
from poleemploi.models import Retour, Transmission
from poleemploi.states import A_TRAITER_PAR_UN_AGENT, EtatTransmission

if TYPE_CHECKING:
    from typing import Any

    from django_stubs_ext import WithAnnotations

    class Annotations(TypedDict):
        situation: str

    BilanSitue = WithAnnotations[Bilan, Annotations]

E = Etat


class Situation(TextChoices):
    """Every stored state but the refused signature, and what the consents and the exchange add to them."""

    A_EVALUER = E.A_EVALUER.value, E.A_EVALUER.label
    EXEMPTE = E.EXEMPTE.value, E.EXEMPTE.label
    A_PROGRAMMER = E.A_PROGRAMMER.value, E.A_PROGRAMMER.label
    CONVOQUE = E.CONVOQUE.value, E.CONVOQUE.label
    REPORTE = E.REPORTE.value, E.REPORTE.label
    ABSENT_A_QUALIFIER = E.ABSENT_A_QUALIFIER.value, E.ABSENT_A_QUALIFIER.label
    ABSENT_MOTIF_LEGITIME = E.ABSENT_MOTIF_LEGITIME.value, E.ABSENT_MOTIF_LEGITIME.label
    ABSENT_SANS_MOTIF = E.ABSENT_SANS_MOTIF.value, E.ABSENT_SANS_MOTIF.label
    PHASE_PRELIMINAIRE = E.PHASE_PRELIMINAIRE.value, E.PHASE_PRELIMINAIRE.label
    PHASE_INVESTIGATION = E.PHASE_INVESTIGATION.value, E.PHASE_INVESTIGATION.label
    PHASE_CONCLUSION = E.PHASE_CONCLUSION.value, E.PHASE_CONCLUSION.label
    SYNTHESE_REDIGEE = E.SYNTHESE_REDIGEE.value, E.SYNTHESE_REDIGEE.label
    SYNTHESE_PRESENTEE = E.SYNTHESE_PRESENTEE.value, E.SYNTHESE_PRESENTEE.label
    SYNTHESE_VALIDEE = E.SYNTHESE_VALIDEE.value, E.SYNTHESE_VALIDEE.label
    TRANSMISSION_CONSENTIE = "transmission_consentie", "Transmission consentie"
    TRANSMISSION_REFUSEE = "transmission_refusee", "Transmission refusée"
    CONSENTEMENT_RETIRE = "consentement_retire", "Consentement retiré"
    TRANSMISSION_A_TRAITER = "transmission_a_traiter", "Transmission à traiter"
    TRANSMISE = "transmise", "Transmise à Pôle emploi"
    PRIS_EN_CHARGE_PPAE = "pris_en_charge_ppae", "Pris en charge (PPAE)"
    CLOS = E.CLOS.value, E.CLOS.label
    NON_REALISE = E.NON_REALISE.value, E.NON_REALISE.label
    ANNULE = E.ANNULE.value, E.ANNULE.label

    @property
    def couleur(self) -> str:
        """The badge's colour; the word always says the same thing."""
        return _COULEURS.get(self, "neutre")


S = Situation
_COULEURS = {
    S.A_EVALUER: "nouveau",
    S.EXEMPTE: "succes",
    S.A_PROGRAMMER: "attention",
    S.CONVOQUE: "info",
    S.REPORTE: "attention",
    S.ABSENT_A_QUALIFIER: "attention",
    S.ABSENT_MOTIF_LEGITIME: "attention",
    S.ABSENT_SANS_MOTIF: "erreur",
    S.PHASE_PRELIMINAIRE: "info",
    S.PHASE_INVESTIGATION: "info",
    S.PHASE_CONCLUSION: "info",
    S.SYNTHESE_REDIGEE: "info",
    S.SYNTHESE_PRESENTEE: "info",
    S.SYNTHESE_VALIDEE: "info",
    S.TRANSMISSION_CONSENTIE: "info",
    S.TRANSMISSION_A_TRAITER: "erreur",
    S.TRANSMISE: "succes",
    S.PRIS_EN_CHARGE_PPAE: "succes",
    S.NON_REALISE: "erreur",
}


# rule: D.1-situation
def with_situation(bilans: "QuerySet[Bilan, Any]") -> "QuerySet[BilanSitue, BilanSitue]":
    """Annotate ``situation``, in SQL so that lists may filter on it.

    Consents and exchange count from the validation on, and for the current version only: a new version is to be
    signed and consented anew (transition 15b). After the end (``clos`` and the other final states) nothing changes it.
    """
    version = Synthese.objects.filter(bilan=OuterRef("pk")).order_by("-version").values("version")[:1]
    consent = Consentement.objects.filter(bilan=OuterRef("pk"), portee=Consentement.Portee.TRANSMISSION).order_by(
        "-rang"
    )
    deposit = Transmission.objects.filter(
        bilan=OuterRef("pk"), synthese__version=OuterRef("_version_decidee")
    ).order_by("-created_at")
    validated = Q(etat=Etat.SYNTHESE_VALIDEE)
    decided = validated & Q(_version_decidee=F("_version"))
    granted = decided & Q(_decision=Consentement.Decision.ACCORDE)
    received = granted & Q(_depot=EtatTransmission.ACCUSEE)
    ppae = Retour.objects.of_bilan(OuterRef("pk")).with_ppae()
    return (
        bilans.alias(
            _version=Subquery(version),
            _decision=Subquery(consent.values("decision")[:1]),
            _version_decidee=Subquery(consent.values("version_synthese")[:1]),
        )
        .alias(_depot=Subquery(deposit.values("etat")[:1]))
        .annotate(
            situation=Case(
                When(etat=Etat.SIGNATURE_REFUSEE, then=Value(S.TRANSMISSION_REFUSEE)),
                When(validated & Q(_decision=Consentement.Decision.RETIRE), then=Value(S.CONSENTEMENT_RETIRE)),
                When(decided & Q(_decision=Consentement.Decision.REFUSE), then=Value(S.TRANSMISSION_REFUSEE)),
                When(received & Exists(ppae), then=Value(S.PRIS_EN_CHARGE_PPAE)),
                When(received, then=Value(S.TRANSMISE)),
                # rule: D.1-a-traiter
                When(granted & Q(_depot__in=A_TRAITER_PAR_UN_AGENT), then=Value(S.TRANSMISSION_A_TRAITER)),
                # Cancelled although consented to: its content was destroyed, nothing waits and nobody can mend it.
                When(granted & Q(_depot=EtatTransmission.ANNULEE), then=F("etat")),
                When(granted, then=Value(S.TRANSMISSION_CONSENTIE)),
                default=F("etat"),
                output_field=CharField(),
            )
        )
    )


def situation_of(bilan: Bilan) -> Situation:
    """The situation of one bilan, read again when its row does not carry it."""
    known: str | None = getattr(bilan, "situation", None)
    return Situation(known or with_situation(Bilan.objects.filter(pk=bilan.pk)).get().situation)
