"""The stories that reach the préfet: a prorogation, a résiliation at each of its steps, a contract closed."""

from datetime import date

from bilan import attestation, prefet
from bilan.propositions import Type
from cai import delais
from cai.models import Contrat, PropositionPrefet
from dossiers.demonstration.histoires import (
    absence_requalifiee,
    absent_sans_motif,
    exempte_titre,
    manque_sans_motif,
)
from dossiers.demonstration.recit import Recit

# Never why a bilan was not done (reference B): the préfet reads that a prestation due was not followed.
ABSENCE = (
    "Convoquée par lettre remise en main propre à une prestation de son contrat, la personne ne s’est pas présentée, "
    "n’a pas appelé et n’a répondu ni à la lettre qui a suivi, ni au message laissé la semaine d’après."
)
PROROGATION = (
    "La personne n’a pas pu venir au bilan pour une raison que l’office a reconnue légitime\u00a0: quelques mois de "
    "plus lui permettent de le faire. Elle a suivi tout le reste et demande elle-même un rendez-vous."
)
CLOTURE = (
    "Les formations prescrites sont suivies et la personne était dispensée du bilan\u00a0: le contrat est arrivé à son "
    "terme et ses engagements sont tenus."
)


def prorogee(r: Recit, signature: date) -> None:
    """The bilan alone was deferred: the préfet, free to refuse, granted four months."""
    absence_requalifiee(r, signature)
    fin = delais.add_months(delais.echeance_contrat(signature), 4)
    terms = {"titre_renouvele_le": r.il_y_a(8), "echeance_proposee": fin}
    proposition = _propose(r, r.il_y_a(4), Type.PROROGATION, PROROGATION, **terms)
    _decide(r, r.il_y_a(1), proposition, echeance_accordee=fin)


def resiliation_a_signer(r: Recit, signature: date) -> None:
    """An agent laid the facts; the directeur territorial has still to write why, or to give it up."""
    absent_sans_motif(r, signature)
    with r.le(r.il_y_a(2)):
        prefet.prepare(
            contrat=r.contrat,
            type_proposition=Type.RESILIATION,
            faits="Absente au bilan sans raison connue. Deux messages laissés, aucune réponse.",
            by=r.agent,
        )


def resiliation_en_cours(r: Recit, signature: date) -> None:
    """The letter of intention has been received: the person has a month to answer, and has just done so."""
    absent_sans_motif(r, signature)
    proposition = _propose(r, r.il_y_a(12), Type.RESILIATION, ABSENCE)
    for nom in ("transmission_resiliation", "intention_resiliation"):
        r.ecrire(r.il_y_a(11), nom)
    _notify(r, r.il_y_a(7), proposition)
    with r.le(r.il_y_a(2)):
        prefet.record_observations(
            proposition=proposition,
            date_observations=r.il_y_a(2),
            observations="Dit ne pas avoir compris la lettre et demande un nouveau rendez-vous.",
            by=r.agent,
        )


def resilie(r: Recit, signature: date) -> None:
    manque_sans_motif(r, signature, 120)
    proposition = _propose(r, r.il_y_a(85), Type.RESILIATION, ABSENCE)
    _notify(r, r.il_y_a(75), proposition)
    _decide(r, r.il_y_a(20), proposition)


def cloture_attestee(r: Recit, signature: date) -> None:
    """The contract ran its year; what was done under it is attested to the person and to the préfet."""
    exempte_titre(r, signature)
    r.suivre_les_formations(r.il_y_a(35))
    r.clore(r.il_y_a(3))
    _decide(r, r.il_y_a(1), _propose(r, r.il_y_a(2), Type.CLOTURE, CLOTURE))
    with r.le(r.il_y_a(1)):
        attestation.issue_attestation(
            contrat=Contrat.objects.select_related("signataire__nationalite", "direction").get(pk=r.contrat.pk),
            by=r.agent,
        )


def _propose(r: Recit, jour: date, kind: str, motivation: str, **terms: date) -> PropositionPrefet:
    with r.le(jour):
        return prefet.propose(
            contrat=r.contrat, type_proposition=kind, motivation=motivation, **terms, by=r.equipe.directeur
        )


def _notify(r: Recit, jour: date, proposition: PropositionPrefet) -> None:
    with r.le(jour):
        prefet.record_intention(proposition=proposition, date_reception=jour, by=r.agent)


def _decide(r: Recit, jour: date, proposition: PropositionPrefet, **terms: date) -> None:
    """The act is dated of the day it is recorded."""
    with r.le(jour):
        prefet.decide(
            proposition=proposition,
            decision=PropositionPrefet.Decision.ACCORD,
            date_decision=jour,
            reference_acte=f"{jour.year}-{r.hasard.randrange(100, 999)}",
            **terms,
            by=r.agent,
        )
