"""Letters that go with no act: read first, then issued from their own page, once for what they are about."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from agents.models import Agent
from agents.permissions import check_permission, has_permission
from agents.roles import Permission
from bilan import propositions, suivi
from bilan.attestation import word_of
from bilan.courriers import Lettre
from bilan.emission import MiseEnPage, issue, lay_out
from bilan.lettres import composition
from bilan.lettres.contenus import CaiFamille, IntentionResiliation, Suivi, TransmissionPrefet
from bilan.models import Bilan, Courrier
from bilan.workflow import lock_contrat
from cai.models import Contrat, ContratFamille, PropositionPrefet
from core.errors import Blocage, refuse_if
from core.french import date_sans_jour
from core.models import BaseModel

Genre = Courrier.Genre
DU_PREFET = (Genre.INTENTION_RESILIATION, Genre.TRANSMISSION_PREFET)
Type, Statut = PropositionPrefet.Type, PropositionPrefet.Statut


@dataclass(frozen=True)
class LettreLibre:
    """One letter an agent may choose to send: its words on the page, what it is about, what it says.

    ``sujet`` finds the row it is about, or says why there is none to write about; ``ecrire`` writes about that row.
    """

    nom: str
    genre: Courrier.Genre
    titre: str
    phrase: str
    recoit: str
    sujet: Callable[[Contrat, Bilan | None], BaseModel | Blocage]
    ecrire: Callable[[Contrat, Any, Agent], Lettre]


# --- the follow-up -----------------------------------------------------------------------------


CONTACT_NON_ACCEPTE = (
    "La personne n’a pas accepté d’être contactée pour le suivi de son bilan\u00a0: aucune lettre ne lui est envoyée. "
    "Cet accord se recueille avec ses autres décisions, à la question «\u00a0Contact pour le suivi\u00a0»."
)


def _suivi_due(contrat: Contrat, bilan: Bilan | None) -> Bilan | Blocage:
    """From fifteen days before the six months, to a person who agreed to be contacted (reference D.5, D.6 and E.2)."""
    if bilan is None or not suivi.is_due(bilan):
        return Blocage("suivi_non_du", "L’invitation s’envoie à partir de quinze jours avant les six mois du bilan.")
    if not suivi.may_contact(bilan):
        return Blocage("contact_refuse", CONTACT_NON_ACCEPTE)
    return bilan


def _write_suivi(contrat: Contrat, bilan: Bilan, by: Agent) -> Lettre:
    entete = composition.entete(contrat, signataire=by)
    prestataire = bilan.prestataire
    if prestataire is None:
        raise ValueError("a concluded bilan was held by a prestataire")
    return Suivi(
        **entete | {"date_bilan": bilan.date_fin_conclusion, "date_suivi": bilan.date_suivi},
        prestataire=prestataire.nom,
        prestataire_telephone=prestataire.telephone,
        prestataire_courriel=prestataire.courriel,
        prestataire_adresse=f"{prestataire.adresse}, {prestataire.code_postal} {prestataire.ville}",
    )


# --- the préfet --------------------------------------------------------------------------------


def _signed(contrat: Contrat, kind: PropositionPrefet.Type) -> PropositionPrefet | None:
    """The proposal of this type that is to be brought before the préfet, unless it was suspended."""
    found = propositions.pending(contrat, kind)
    waits = found is not None and found.statut == Statut.PROPOSEE and found.suspendue_at is None
    return found if waits else None


# rule: C.9-resiliation
def _intention_due(contrat: Contrat, bilan: Bilan | None) -> PropositionPrefet | Blocage:
    """A résiliation signed by the directeur territorial, of which the person was not told yet."""
    waiting = Blocage("aucune_resiliation", "Aucune résiliation n’attend la lettre d’intention du préfet.")
    return _signed(contrat, Type.RESILIATION) or waiting


def _write_intention(contrat: Contrat, proposition: PropositionPrefet, by: Agent) -> Lettre:
    return IntentionResiliation(
        **composition.entete(contrat, signataire=by),
        date_signature=contrat.date_signature,
        motivation=proposition.motivation,
    )


def _transmission_due(
    kind: PropositionPrefet.Type,
) -> Callable[[Contrat, Bilan | None], PropositionPrefet | Blocage]:
    waiting = Blocage("aucune_proposition", "Aucune proposition signée de ce type n’attend le préfet.")
    return lambda contrat, bilan: _signed(contrat, kind) or waiting


# rule: C.9-quatre-mots
def _write_transmission(contrat: Contrat, proposition: PropositionPrefet, by: Agent) -> Lettre:
    entete = composition.entete(contrat, signataire=proposition.propose_par or by)
    entete["langue"] = ""
    entete["adresse"] = tuple(contrat.direction.prefecture.splitlines()) or ("Service des étrangers",)
    return TransmissionPrefet(
        **entete,
        proposition=str(proposition.type),
        date_naissance=contrat.signataire.date_naissance,
        nationalite=contrat.signataire.nationalite.nom,
        date_signature=contrat.date_signature,
        contrat_echeance=contrat.echeance_effective,
        motivation=proposition.motivation,
        bilan=word_of(contrat),
        fondement=_fondement(proposition),
        echeance_proposee=proposition.echeance_proposee,
    )


def _fondement(proposition: PropositionPrefet) -> str:
    """What the prorogation rests on, as the préfet reads it: of the bilan that it is deferred, not why (B)."""
    if proposition.fondement == PropositionPrefet.Fondement.BILAN_DIFFERE:
        return "Bilan différé\u00a0: à l’appréciation du préfet"
    return str(proposition.get_fondement_display()) if proposition.fondement else ""


# --- the family --------------------------------------------------------------------------------


# rule: C.4-journee, C.4-scolarite
def _famille_due(contrat: Contrat, bilan: Bilan | None) -> ContratFamille | Blocage:
    famille: ContratFamille | None = getattr(contrat, "famille", None)
    if contrat.statut == Contrat.Statut.ANNULE:
        return Blocage("contrat_annule", "Ce dossier est annulé\u00a0: aucune lettre n’en part.")
    return famille or Blocage("pas_de_contrat_famille", "Ce dossier n’a pas de contrat famille.")


def _write_famille(contrat: Contrat, famille: ContratFamille, by: Agent) -> Lettre:
    return CaiFamille(
        **composition.entete(contrat, signataire=by),
        date_signature=famille.date_signature,
        contrat_echeance=famille.date_echeance,
        journee_suivie=famille.journee == ContratFamille.Journee.SUIVIE,
    )


def _transmission(kind: PropositionPrefet.Type, quoi: str) -> LettreLibre:
    return LettreLibre(
        nom=f"transmission_{kind.value}",
        genre=Genre.TRANSMISSION_PREFET,
        titre=f"Transmettre au préfet la proposition de {quoi}",
        phrase="La lettre porte la proposition signée, sa motivation et l’état du contrat. Du bilan, elle dit "
        "seulement s’il est fait, non fait, dispensé ou différé.",
        recoit="Le préfet\u00a0: la lettre, à imprimer.",
        sujet=_transmission_due(kind),
        ecrire=_write_transmission,
    )


LIBRES: dict[str, LettreLibre] = {
    libre.nom: libre
    for libre in (
        LettreLibre(
            nom="suivi",
            genre=Genre.SUIVI,
            titre="Inviter la personne au suivi",
            phrase="La lettre propose à la personne de dire ce qu’est devenu son projet, six mois après le bilan. Elle "
            "est libre de répondre, et son silence n’a aucune conséquence.",
            recoit="La personne\u00a0: la lettre, à imprimer.",
            sujet=_suivi_due,
            ecrire=_write_suivi,
        ),
        _transmission(Type.CLOTURE, "clôture"),
        _transmission(Type.PROROGATION, "prorogation"),
        _transmission(Type.RESILIATION, "résiliation"),
        LettreLibre(
            nom="intention_resiliation",
            genre=Genre.INTENTION_RESILIATION,
            titre="Préparer le projet de lettre d’intention",
            phrase="L’office prépare le projet\u00a0; le préfet le signe et l’envoie à la personne, qui a un mois pour "
            "présenter ses observations. Notez ensuite le jour où elle l’a reçu.",
            recoit="Le préfet\u00a0: le projet, à signer et à envoyer à la personne.",
            sujet=_intention_due,
            ecrire=_write_intention,
        ),
        LettreLibre(
            nom="cai_famille",
            genre=Genre.CAI_FAMILLE,
            titre="Écrire aux parents au sujet du contrat famille",
            phrase="La lettre rappelle la journée des parents, l’école de six à seize ans, et ce qui le prouve.",
            recoit="La personne\u00a0: la lettre, à imprimer.",
            sujet=_famille_due,
            ecrire=_write_famille,
        ),
    )
}


def why_not(libre: LettreLibre, contrat: Contrat) -> list[Blocage]:
    """What stands in the way of this letter now; nothing when it can be issued."""
    return _blocages(libre, libre.sujet(contrat, _living_bilan(contrat)))


def _living_bilan(contrat: Contrat) -> Bilan | None:
    bilan: Bilan | None = Bilan.objects.live().filter(contrat=contrat).first()
    return bilan


def _blocages(libre: LettreLibre, sujet: BaseModel | Blocage) -> list[Blocage]:
    if isinstance(sujet, Blocage):
        return [sujet]
    if issued := Courrier.objects.filter(genre=libre.genre, objet=sujet.pk).defer("pdf").first():
        message = f"Cette lettre a déjà été émise le {date_sans_jour(issued.emis_at)}, n°\u00a0{issued.numero}."
        return [Blocage("lettre_deja_emise", message)]
    return []


# rule: C.9-reparation
def avertissements(libre: LettreLibre, contrat: Contrat) -> list[str]:
    """What is to be known before this letter goes: a failing made good since its proposal."""
    sujet = libre.sujet(contrat, None) if libre.genre in DU_PREFET else None
    return propositions.reparations(sujet) if isinstance(sujet, PropositionPrefet) else []


def write(*, libre: LettreLibre, contrat: Contrat, by: Agent) -> Lettre:
    """The letter as it would be issued now; refuses what ``issue_letter`` refuses."""
    return _written(libre, contrat, by)[0]


def _written(libre: LettreLibre, contrat: Contrat, by: Agent) -> tuple[Lettre, uuid.UUID]:
    check_permission(by, Permission.EMETTRE_COURRIER, direction_id=contrat.direction_id)
    sujet = libre.sujet(contrat, _living_bilan(contrat))
    refuse_if(_blocages(libre, sujet))
    assert isinstance(sujet, BaseModel)
    return libre.ecrire(contrat, sujet, by), sujet.pk


def issue_letter(*, libre: LettreLibre, contrat: Contrat, by: Agent) -> Courrier:
    """Number and freeze a letter without an act.

    Refuses a letter of which the file gives no subject now, and a second one about the same subject. Refused before it
    is laid out, and again under the lock. ``contrat`` comes with its signatory and direction.
    """
    prete = lay_out(write(libre=libre, contrat=contrat, by=by), contrat=contrat)
    return _issue(libre, contrat, prete, by=by)


@transaction.atomic
def _issue(libre: LettreLibre, contrat: Contrat, prete: MiseEnPage, *, by: Agent) -> Courrier:
    contrat = lock_contrat(contrat.pk)
    lettre, objet = _written(libre, contrat, by)
    return issue(lettre, contrat=contrat, prete=prete, objet=objet, by=by)


def offered(contrat: Contrat, bilan: Bilan, agent: Agent) -> list[LettreLibre]:
    """The letters that this agent can issue now, in order; ``bilan`` is the living one."""
    if not has_permission(agent, Permission.EMETTRE_COURRIER, direction_id=contrat.direction_id):
        return []
    return [libre for libre in LIBRES.values() if not _blocages(libre, libre.sujet(contrat, bilan))]


def offered_about(proposition: PropositionPrefet, agent: Agent) -> list[LettreLibre]:
    """Those of ``offered`` that are about this proposal, for its own page."""
    contrat = proposition.contrat
    if not has_permission(agent, Permission.EMETTRE_COURRIER, direction_id=contrat.direction_id):
        return []
    found = ((libre, libre.sujet(contrat, None)) for libre in LIBRES.values())
    return [libre for libre, sujet in found if sujet == proposition and not _blocages(libre, sujet)]
