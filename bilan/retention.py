"""Destroy what nobody agreed to keep, as soon as a row of reference E.4 says so; keep the tombstone."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import date, timedelta
from uuid import UUID

import structlog
from django.conf import settings
from django.db import DatabaseError, transaction
from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery

from agents.models import Agent
from bilan.conservation import Accord, FaitsConservation, jour_sans_decision, motif_destruction
from bilan.models import Bilan, BilanQuerySet, Consentement, NotePhase, Synthese, SyntheseDetruite, SynthesePdf
from bilan.passation import destroy_work
from bilan.selectors import Portee, current_synthese, is_in_force, last_decision, terme_des_ecrits
from bilan.states import Etat, MotifDestruction
from bilan.workflow import lock
from cai import delais
from core import clock, journal
from core.passes import Passe, walk

logger = structlog.get_logger(__name__)
SANS_SUITE = (Etat.ANNULE, Etat.NON_REALISE)


# rule: E.4-destruction, E.4-refus
@transaction.atomic
def apply_rules(bilan: Bilan, *, by: Agent | None = None) -> MotifDestruction | None:
    """Destroy the content if a row of E.4 says so today; return the reason, or None when it may be kept.

    Call it after every act that can end the right to keep: a decision of the person, an acknowledgement, a closing.
    Safe to call at any time and any number of times.
    """
    bilan = lock(bilan.pk)
    facts = read_facts(bilan)
    motif = _motif_today(facts)
    if motif == MotifDestruction.TERME_CONSERVATION and facts.premiere_le is None:
        destroy_work(bilan, str(motif), by=by)  # no tombstone, as at a change of prestataire: no synthesis ever was
    elif motif is not None:
        destroy_content(bilan, motif, by=by)
    return motif


def read_facts(bilan: Bilan) -> FaitsConservation:
    """The facts of E.4 as the rows tell them now.

    A transmission is pending while its consent is in force, nothing was received and the bilan is not closed.
    """
    return _facts(
        bilan.etat,
        list(Synthese.objects.without_content().filter(bilan=bilan).order_by("version")),
        conservation=last_decision(bilan.pk, Portee.CONSERVATION),
        transmission=last_decision(bilan.pk, Portee.TRANSMISSION),
        terme_des_ecrits=terme_des_ecrits(bilan),
    )


def perhaps_due(bilan_ids: Collection[UUID]) -> set[UUID]:
    """Of these bilans, locked, those that ``apply_rules`` has to look at; the others keep their content today.

    Three queries, whatever their number.
    """
    columns = ("bilan_id", "version", "date_redaction", "date_validation", "accuse_at")
    syntheses = Synthese.objects.filter(bilan__in=bilan_ids).order_by("version").only(*columns)
    versions: dict[UUID, list[Synthese]] = defaultdict(list)
    for version in syntheses:
        versions[version.bilan_id].append(version)
    consents = Consentement.objects.filter(bilan__in=bilan_ids).exclude(portee=Portee.SUIVI).order_by("rang")
    last = {
        (consent.bilan_id, consent.portee): consent
        for consent in consents.only("bilan_id", "portee", "rang", "decision", "date_heure", "version_synthese")
    }
    kept = set()
    for pk, etat in Bilan.objects.filter(pk__in=bilan_ids).values_list("pk", "etat"):
        facts = _facts(
            etat,
            versions[pk],
            conservation=last.get((pk, Portee.CONSERVATION)),
            transmission=last.get((pk, Portee.TRANSMISSION)),
            terme_des_ecrits=None,
        )
        # Without a written version the term is that of the sittings, which were not read.
        if facts.premiere_le is not None and _motif_today(facts) is None:
            kept.add(pk)
    return set(bilan_ids) - kept


def _facts(
    etat: str,
    versions: Sequence[Synthese],
    *,
    conservation: Consentement | None,
    transmission: Consentement | None,
    terme_des_ecrits: date | None,
) -> FaitsConservation:
    """From a bilan's versions, oldest first, and its latest decisions."""
    current = versions[-1] if versions else None
    validated = [version.date_validation for version in versions if version.date_validation]
    written = [version.date_redaction for version in versions if version.date_redaction]
    received = current is not None and current.accuse_at is not None
    agreed = transmission is not None and is_in_force(transmission, current)
    return FaitsConservation(
        premiere_le=min(validated or written, default=None),
        terme_des_ecrits=terme_des_ecrits,
        conservation=_accord(conservation),
        conservation_retiree_le=conservation.date_heure.astimezone(clock.PARIS).date() if conservation else None,
        transmission=_transmission_accord(transmission, current),
        transmission_en_attente=agreed and etat != Etat.CLOS and not received,
        transmission_accusee=received,
        signature_refusee=etat == Etat.SIGNATURE_REFUSEE,
        clos=etat == Etat.CLOS,
        sans_suite=etat in SANS_SUITE,
    )


def would_destroy(bilan: Bilan, portee: Consentement.Portee, decision: Consentement.Decision) -> bool:
    """Whether this decision, written down today, would destroy the content at once: pages say so before they ask."""
    synthese = current_synthese(bilan)
    if synthese is None or synthese.detruite_at is not None or portee == Portee.SUIVI:
        return False
    facts, accord = read_facts(bilan), Accord(decision)
    if portee == Portee.TRANSMISSION:
        facts = replace(facts, transmission=accord, transmission_en_attente=accord == Accord.ACCORDE)
    else:
        facts = replace(facts, conservation=accord, conservation_retiree_le=clock.today())
    return _motif_today(facts) is not None


def day_without_decision(bilan: Bilan) -> date | None:
    """The day on which the content goes if the person decides nothing more (``jour_sans_decision``)."""
    return jour_sans_decision(read_facts(bilan), jours_sans_decision=settings.SYNTHESE_CONSERVATION_SANS_DECISION_JOURS)


def _motif_today(facts: FaitsConservation) -> MotifDestruction | None:
    return motif_destruction(
        facts, clock.today(), jours_sans_decision=settings.SYNTHESE_CONSERVATION_SANS_DECISION_JOURS
    )


# rule: E.4-destruction, D.2-note-brouillons
@transaction.atomic
def destroy_content(bilan: Bilan, motif: MotifDestruction, *, by: Agent | None = None) -> None:
    """Destroy content, observations, PDF and working notes of every version; leave the tombstone. Idempotent.

    Nothing is refused: call it only under a rule, through ``apply_rules``.
    """
    bilan = lock(bilan.pk)
    now = clock.now()
    notes, _ = NotePhase.objects.filter(bilan=bilan).delete()
    SynthesePdf.objects.filter(synthese__bilan=bilan).delete()
    destroyed = Synthese.objects.filter(bilan=bilan, detruite_at=None).update(
        contenu=None, contenu_sha256="", observations=None, detruite_at=now
    )
    if destroyed:
        _bury(bilan, motif)
    if destroyed or notes:
        journal.record(
            "bilan.contenu_detruit", dossier=bilan.contrat_id, target=bilan, by=by, motif=str(motif), versions=destroyed
        )


# rule: E.4-trace
def _bury(bilan: Bilan, motif: MotifDestruction) -> None:
    versions = list(Synthese.objects.without_content().filter(bilan=bilan).order_by("-version"))
    received = next((version for version in versions if version.accuse_at), None)
    validated = next((version for version in versions if version.date_validation), None)
    printed = next((version for version in versions if version.is_frozen), None)
    shown = validated or versions[0]
    SyntheseDetruite.objects.get_or_create(
        bilan=bilan,
        defaults={
            "nombre_versions": len(versions),
            "date_redaction": shown.date_redaction,
            "date_validation": shown.date_validation,
            "date_remise": shown.date_remise,
            "transmise_at": received.accuse_at if received else None,
            "accuse_identifiant": received.accuse_identifiant if received else "",
            "pdf_sha256": (validated or printed or versions[0]).pdf_sha256,
            "date_suivi": bilan.date_suivi,
            "motif": motif,
            "detruite_at": clock.now(),
        },
    )


# rule: E.4-destruction
def sweep(today: date, *, after: UUID | None = None) -> Passe:
    """Apply the rules to every bilan whose content may be due on ``today``, as long as a run lasts.

    One transaction a bilan: an unreadable row stops neither the others nor the next day's sweep.
    """
    return walk(candidates(today), _destroy_if_due, after=after)


def _destroy_if_due(bilan_id: UUID) -> bool:
    try:
        return apply_rules(Bilan.objects.get(pk=bilan_id)) is not None
    except DatabaseError:
        logger.exception("retention_failed", bilan=str(bilan_id))
        return False


def candidates(today: date) -> BilanQuerySet:
    """Bilans that still hold content or notes and whose rows make a destruction possible on ``today``."""
    content = Synthese.objects.filter(bilan=OuterRef("pk"), detruite_at=None)
    written = Synthese.objects.filter(bilan=OuterRef("pk"), date_redaction__isnull=False)
    work = Exists(content) | Exists(NotePhase.objects.filter(bilan=OuterRef("pk")))
    before_days = today - timedelta(days=settings.SYNTHESE_CONSERVATION_SANS_DECISION_JOURS)
    year_ago = delais.add_years(today, -delais.CONSERVATION_ANNEES)
    # 29 February: a year after it ends on 28 February, one day before the same quantième.
    one_year = Exists(content.filter(date_redaction__lte=year_ago + timedelta(days=1)))
    never_written = ~Exists(written) & Q(informe_le__lte=year_ago + timedelta(days=1))
    decided = (
        Exists(content.filter(date_redaction__lte=before_days))
        | Exists(content.filter(accuse_at__isnull=False))
        | Exists(Consentement.objects.filter(bilan=OuterRef("pk")).exclude(decision=Consentement.Decision.ACCORDE))
        | Q(etat__in=[Etat.CLOS, Etat.SIGNATURE_REFUSEE])
    )
    unkept = ~Q(conservation=Consentement.Decision.ACCORDE) | Q(conservation=None)
    queryset: BilanQuerySet = Bilan.objects.annotate(
        conservation=Subquery(_latest(Portee.CONSERVATION).values("decision"))
    ).filter(Q(one_year) | Exists(content) & unkept & decided | (never_written | Q(etat__in=SANS_SUITE)) & work)
    return queryset


def _latest(portee: Consentement.Portee) -> QuerySet[Consentement]:
    return Consentement.objects.filter(bilan=OuterRef("pk"), portee=portee).order_by("-rang")[:1]


def _accord(consent: Consentement | None) -> Accord:
    return Accord(consent.decision) if consent else Accord.AUCUN


def _transmission_accord(consent: Consentement | None, current: Synthese | None) -> Accord:
    """A refusal or agreement given for an older version says nothing of the present one; a withdrawal always speaks."""
    if consent is None or current is None:
        return Accord.AUCUN
    if consent.decision != Consentement.Decision.RETIRE and consent.version_synthese != current.version:
        return Accord.AUCUN
    return Accord(consent.decision)
