"""The attestation nominative récapitulative: read first, issued once the contract has ended (R. 311-29 CESEDA)."""

from collections.abc import Iterator
from typing import Any

from django.db import transaction

from agents.models import Agent
from agents.permissions import check_permission
from agents.roles import Permission
from bilan.emission import MiseEnPage, issue, lay_out
from bilan.lettres.composition import entete
from bilan.lettres.contenus import Attestation, LigneAttestation
from bilan.models import Courrier
from bilan.prefecture import mot_du_bilan
from cai.models import BILAN_OBLIGATOIRE_DEPUIS, Certificat, Contrat, Prestation, PropositionPrefet, SeancePrestation
from core import clock
from core.errors import Blocage, refuse_if
from core.french import date_sans_jour, duree, minuscule
from exemptions.models import Evaluation

FINIS = (Contrat.Statut.CLOTURE, Contrat.Statut.RESILIE)


# rule: E.2-sans-effet
def compose(contrat: Contrat, *, by: Agent) -> Attestation:
    """What the attestation says today, contract ended or not: the same for the person and for the préfet.

    The same too whatever the person decided about the synthesis (AS-37): nothing here reads a consent.
    """
    return Attestation(
        **entete(contrat, signataire=by),
        date_naissance=contrat.signataire.date_naissance,
        nationalite=contrat.signataire.nationalite.nom,
        date_signature=contrat.date_signature,
        echeance=contrat.date_echeance,
        echeance_prorogee=contrat.date_echeance_prorogee,
        lignes=tuple(_lignes(contrat)),
        **_fin(contrat),
    )


# rule: C.9-quatre-mots
def word_of(contrat: Contrat) -> str:
    """The word of ``bilan.prefecture`` for this contract, as its rows stand: the one that every page and paper shows.

    Nothing for a contract older than the bilan, which never owed one (reference C.5).
    """
    if contrat.date_signature < BILAN_OBLIGATOIRE_DEPUIS:
        return ""
    statut = contrat.prestations.filter(type=Prestation.Type.BILAN).values_list("statut", flat=True).first()
    exempt = Evaluation.objects.filter(contrat=contrat, exempte=True).latest_first().first()
    return mot_du_bilan(statut or "", exempt.motif_principal if exempt else "")


def _lignes(contrat: Contrat) -> Iterator[LigneAttestation]:
    rows = {row.type: row for row in contrat.prestations.prefetch_related("certificats", "seances")}
    for kind in Prestation.Type:
        row = rows.get(kind)
        if kind == Prestation.Type.BILAN:
            if word := word_of(contrat):
                yield LigneAttestation(str(kind.label), word)
        elif row is not None:
            yield LigneAttestation(str(kind.label), minuscule(row.statut_accorde), tuple(_preuves(row)))
        elif kind == Prestation.Type.FORMATION_CIVIQUE:
            yield LigneAttestation(str(kind.label), "rien n’est enregistré")


def _preuves(prestation: Prestation) -> Iterator[str]:
    """Hours attended, papers, level of French."""
    sessions = prestation.seances.all()
    if followed := sum(one.minutes for one in sessions if one.presence == SeancePrestation.Presence.PRESENT):
        owed = f" sur {prestation.heures_prescrites}\u00a0h prescrites" if prestation.heures_prescrites else ""
        yield f"{duree(followed)} suivies{owed}"
    papers = list(prestation.certificats.all())
    yield from map(_paper, papers)
    if prestation.niveau_atteint and not any(paper.niveau for paper in papers):
        yield f"niveau {prestation.get_niveau_atteint_display()}"


def _paper(paper: Certificat) -> str:
    jour = date_sans_jour(paper.jour)
    if paper.genre != Certificat.Genre.DILF:
        return f"{paper.get_genre_display()}, {jour}"
    niveau = f", niveau {paper.get_niveau_display()}" if paper.niveau else ""
    return f"Diplôme initial de langue française{niveau}\u00a0: {'obtenu' if paper.reussi else 'non obtenu'}, {jour}"


# rule: C.9-attestation
def _fin(contrat: Contrat) -> dict[str, Any]:
    if contrat.statut not in FINIS:
        return {}
    wanted = (
        PropositionPrefet.Type.CLOTURE
        if contrat.statut == Contrat.Statut.CLOTURE
        else PropositionPrefet.Type.RESILIATION
    )
    act = contrat.propositions.filter(type=wanted, decision=PropositionPrefet.Decision.ACCORD).first()
    found = {"date_acte": act.date_decision, "reference_acte": act.reference_acte} if act else {}
    return {"fin": str(contrat.statut), **found}


def blocages(contrat: Contrat) -> list[Blocage]:
    """Why it cannot be issued today; nothing when it can. It is issued again on another day if need be."""
    if contrat.statut not in FINIS:
        message = "L’attestation s’émet une fois le contrat clôturé ou résilié. Vous pouvez déjà en lire le projet."
        return [Blocage("contrat_en_cours", message)]
    issued = Courrier.objects.filter(
        contrat=contrat, genre=Courrier.Genre.ATTESTATION, emis_at__gte=clock.at(clock.today())
    )
    if issued.exists():
        return [Blocage("attestation_emise", "L’attestation a déjà été émise aujourd’hui.")]
    return []


def issue_attestation(*, contrat: Contrat, by: Agent) -> Courrier:
    """Number and freeze the attestation: one copy for the person, one for the préfet, the same words on both.

    Refuses a contract that still runs, and a second one on the same day.
    """
    check_permission(by, Permission.ENREGISTRER_DECISION, direction_id=contrat.direction_id)
    refuse_if(blocages(contrat))
    return _issue(contrat, lay_out(compose(contrat, by=by), contrat=contrat), by=by)


@transaction.atomic
def _issue(contrat: Contrat, prete: MiseEnPage, *, by: Agent) -> Courrier:
    Contrat.objects.select_for_update().values_list("pk").get(pk=contrat.pk)
    contrat = Contrat.objects.select_related("signataire__nationalite", "direction").get(pk=contrat.pk)
    refuse_if(blocages(contrat))
    return issue(compose(contrat, by=by), contrat=contrat, prete=prete, by=by)
