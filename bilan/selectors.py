"""Questions asked of a bilan from several places: its present version, the consents in force."""

import uuid
from datetime import date

from django.db.models import Max

from bilan.models import Bilan, Consentement, RendezVous, Synthese
from cai import delais

Portee = Consentement.Portee
Decision = Consentement.Decision
# The order in which the person is asked: what is not kept is destroyed by a refusal to transmit (reference D.2, note).
# rule: D.2-note-ordre, E.2-portees
QUESTIONS = (Portee.CONSERVATION, Portee.TRANSMISSION, Portee.SUIVI)
# How an address names a scope.
PORTEES = {"conservation": Portee.CONSERVATION, "transmission": Portee.TRANSMISSION, "suivi": Portee.SUIVI}
SLUGS = {portee: slug for slug, portee in PORTEES.items()}


def current_rendez_vous(bilan: Bilan) -> RendezVous | None:
    """The appointment to come or just missed: the one still ``prevu``."""
    return (
        RendezVous.objects.filter(bilan=bilan, statut=RendezVous.Statut.PREVU)
        .select_related("lieu__prestataire", "conseiller", "prestataire")
        .first()
    )


def last_missed(bilan: Bilan) -> RendezVous:
    """The latest appointment to which the person did not come; the bilan has one once an absence was recorded."""
    return RendezVous.objects.filter(bilan=bilan, statut=RendezVous.Statut.MANQUE).latest("debut")


def current_synthese(bilan: Bilan) -> Synthese | None:
    """The latest version, without its content; None before the first draft."""
    return Synthese.objects.without_content().filter(bilan=bilan).order_by("-version").first()


def is_destroyed(bilan: Bilan) -> bool:
    """Whether a synthesis was written and its content is no more: nothing can be signed, sent or printed."""
    synthese = current_synthese(bilan)
    return synthese is not None and synthese.detruite_at is not None


def terme_des_ecrits(bilan: Bilan) -> date | None:
    """Day from which notes and draft of a synthesis never completed are destroyed; None before the person came.

    A year after the person last came [D]: R. 6322-59 code du travail [V] keeps what was written for a bilan one year at
    most, and a synthesis not completed has no date of writing to count it from (reference E.4, last row).
    """
    days = [bilan.informe_le, bilan.seances.aggregate(dernier=Max("jour"))["dernier"]]
    last = max((day for day in days if day), default=None)
    return delais.date_destruction(last) if last else None


def last_decision(bilan_id: uuid.UUID, portee: Consentement.Portee) -> Consentement | None:
    """The latest row of one scope; None when nothing was ever asked."""
    return Consentement.objects.filter(bilan_id=bilan_id, portee=portee).order_by("-rang").first()


def is_to_ask(portee: Consentement.Portee, decision: Consentement | None, version: int | None) -> bool:
    """Whether the person has still to be asked about the present version: never answered, or for an older one.

    The single answer for every page. The contact for the follow-up is optional [D]: it may be asked, never has to be.
    An agreement withdrawn is an answer, whatever the version.
    """
    if portee == Portee.SUIVI:
        return False
    lapses = portee == Portee.TRANSMISSION and decision is not None and decision.version_synthese != version
    return decision is None or (lapses and decision.decision != Decision.RETIRE)


def not_asked(portee: Consentement.Portee, *, is_destroyed: bool) -> str:
    """What is shown of a question without an answer; nothing is asked any more of a content that is gone."""
    if is_destroyed and portee != Portee.SUIVI:
        return "Jamais demandé"
    return "Facultatif, pas demandé" if portee == Portee.SUIVI else "Pas encore demandé"


# rule: E.2-dernier
def in_force(bilan: Bilan, portee: Consentement.Portee) -> Consentement | None:
    """The consent in force for one scope, or None: no row, or a latest row that does not grant, is no consent.

    A consent to transmission holds for the version it names only: it lapses by itself as soon as a newer version
    exists (reference E.2).
    """
    consent = last_decision(bilan.pk, portee)
    if consent is None or consent.decision != Decision.ACCORDE:
        return None
    current = current_synthese(bilan) if portee == Portee.TRANSMISSION else None
    return consent if is_in_force(consent, current) else None


def is_in_force(decision: Consentement, current: Synthese | None) -> bool:
    """Whether the latest decision of its scope is a consent in force; ``current`` is the latest version, if any."""
    if decision.decision != Decision.ACCORDE:
        return False
    if decision.portee != Portee.TRANSMISSION:
        return True
    if current is None or current.date_validation is None:
        return False
    return current.version == decision.version_synthese


def standing_grant(bilan_id: uuid.UUID, portee: Consentement.Portee) -> Consentement | None:
    """The latest agreement of one scope that was not withdrawn since, whatever version it named: what can be withdrawn.

    It differs from ``in_force`` once a version that Pôle emploi received has been replaced by a newer one here.
    """
    row = (
        Consentement.objects.filter(bilan_id=bilan_id, portee=portee)
        .exclude(decision=Decision.REFUSE)
        .order_by("-rang")
        .first()
    )
    return row if row is not None and row.decision == Decision.ACCORDE else None
