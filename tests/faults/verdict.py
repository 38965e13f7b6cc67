"""The judge: what an installation that loses nothing, doubles nothing and never speaks without consent cannot show.

Pure. It reads plain facts and shares no rule with the application, so that a mistake of the one is not the other's.
"""

from collections import Counter
from collections.abc import Iterable
from uuid import UUID

from tests.faults.histoire import (
    DEPOT,
    OUVERTES,
    RECHERCHE,
    VUES_PAR_UNE_PERSONNE,
    Decision,
    Demande,
    Essai,
    Histoire,
    Rang,
    Verdict,
)  # fmt: skip

ACCORDE, RETIRE = "accorde", "retire"
VIVANT = "EN_VIGUEUR"
DEPOSER, RETROUVER = "deposerSynthese", "retrouverDepot"
# Closed as one of these, an attempt is taken for not carried out; the partner must agree.
PAS_EXECUTE = ("a_reessayer", "canal_ferme")
REFUS_SANS_EFFET = (401, 403, 429)
# Closed as one of these, it is taken for told by the partner.
CERTAINES = ("accepte", "refuse")
# What the partner says of a deposit that it refuses for what it is. EN_COURS says nothing yet; INCONNU is no refusal.
PAS_UN_REFUS = ("", "EN_COURS", "INCONNU")
# Where a row may stand once an ambiguous attempt is closed: in doubt, told by another answer, or before a person.
APRES_UN_DOUTE = ("incertaine", "accusee", "effacement_demande", "effacee", "echec_definitif")


def judge(histoire: Histoire) -> Verdict:
    """Every breach of a history at rest: nothing is running any more, on either side."""
    return Verdict(
        lost=[*_unsettled(histoire), *_untold(histoire), *_given_up(histoire), *_unanswered(histoire)],
        doubled=[*_twice(histoire), *_two_for_one(histoire), *_other_body(histoire), *_other_file(histoire)],
        unconsented=[*_opened_without_consent(histoire), *_received_without_attempt(histoire), *_not_erased(histoire)],
        blind_resends=[*_blind_in_ledger(histoire), *_blind_at_partner(histoire), *_not_doubted(histoire)],
    )


# --- lost ---------------------------------------------------------------------------------------


def _unsettled(histoire: Histoire) -> Iterable[str]:
    for rang in histoire.rangs:
        if rang.etat in OUVERTES:
            yield f"{rang.cle} est encore {rang.etat}"
    for essai in histoire.essais:
        if essai.fermee is None:
            yield f"{essai.cle} garde un essai ouvert"


def _untold(histoire: Histoire) -> Iterable[str]:
    """Acknowledged here and not there, or there and not here, or not on the file."""
    depots = {depot.cle: depot for depot in histoire.depots}
    recues = {(version.bilan, version.version) for version in histoire.versions if version.recue}
    newest = _newest_received(histoire)
    for rang in histoire.rangs:
        depot = depots.get(rang.cle)
        if rang.etat == "accusee":
            if depot is None or depot.identifiant != rang.accuse:
                yield f"{rang.cle} est accusée ici, inconnue là-bas"
            elif depot.etat != VIVANT and not (depot.etat == "REMPLACE" and rang.version < newest[rang.bilan]):
                yield f"{rang.cle} est accusée ici, {depot.etat} là-bas"
        elif depot is not None and (depot.identifiant != rang.accuse or rang.etat in VUES_PAR_UNE_PERSONNE):
            yield f"{rang.cle} est reçue là-bas ({depot.etat}), {rang.etat} ici"
        if rang.accuse and rang.motif != "remplacee" and (rang.bilan, rang.version) not in recues:
            yield f"{rang.cle} est accusée, son dossier ne le dit pas"
        if rang.accuse and not rang.recus_au_journal:
            yield f"{rang.cle} est accusée, le journal ne le dit pas"


def _given_up(histoire: Histoire) -> Iterable[str]:
    """Left to a person, at any moment, when the partner had refused nothing: nobody could tell that person why."""
    refused = {demande.cle for demande in histoire.demandes if _is_refusal(demande)}
    for rang in histoire.rangs:
        if (rang.abandonnee or rang.etat in VUES_PAR_UNE_PERSONNE) and rang.cle not in refused:
            yield f"{rang.cle} a été laissée à une personne sans que le partenaire l’ait refusée ({rang.etat} ici)"


def _is_refusal(demande: Demande) -> bool:
    """A 4xx of the partner itself, about what was asked and not about our account or our pace."""
    statut = demande.statut or 0
    return 400 <= statut < 500 and statut not in REFUS_SANS_EFFET and demande.code not in PAS_UN_REFUS


def _newest_received(histoire: Histoire) -> dict[UUID, int]:
    versions = {rang.cle: rang for rang in histoire.rangs}
    newest: dict[UUID, int] = {}
    for depot in histoire.depots:
        if rang := versions.get(depot.cle):
            newest[rang.bilan] = max(newest.get(rang.bilan, 0), rang.version)
    return newest


def _unanswered(histoire: Histoire) -> Iterable[str]:
    """Agreed to and not queued; agreed to still, and neither received nor before a person; announced, and gone."""
    by_consent: dict[UUID, list[Rang]] = {}
    for rang in histoire.rangs:
        by_consent.setdefault(rang.consentement, []).append(rang)
    known = {decision.consentement for decision in histoire.decisions}
    for consentement in histoire.confirmes:
        if consentement not in known:
            yield f"la décision {consentement}, annoncée comme enregistrée, manque"
    for decision in histoire.decisions:
        if decision.decision == ACCORDE and decision.consentement not in by_consent:
            yield f"l’accord {decision.consentement} n’est pas en file"
    for decision in _last_decisions(histoire).values():
        if decision.decision != ACCORDE or decision.version != _present_version(histoire, decision.bilan):
            continue
        rows = by_consent.get(decision.consentement, [])
        if rows and not any(rang.etat in ("accusee", *VUES_PAR_UNE_PERSONNE, *OUVERTES) for rang in rows):
            yield f"l’accord {decision.consentement} est en vigueur, sa transmission est {rows[-1].etat}"


def _last_decisions(histoire: Histoire) -> dict[UUID, Decision]:
    return {decision.bilan: decision for decision in sorted(histoire.decisions, key=lambda one: one.commit)}


def _present_version(histoire: Histoire, bilan: UUID) -> int:
    return max((version.version for version in histoire.versions if version.bilan == bilan), default=0)


# --- doubled ------------------------------------------------------------------------------------


def _twice(histoire: Histoire) -> Iterable[str]:
    """Two receipts for a key, or for one version of a file: whatever the keys, the partner holds it once."""
    versions = {rang.cle: (rang.bilan, rang.version) for rang in histoire.rangs}
    for cle, count in Counter(depot.cle for depot in histoire.depots).items():
        if count > 1:
            yield f"{cle} a {count} dépôts"
    by_version = Counter(versions[depot.cle] for depot in histoire.depots if depot.cle in versions)
    for (bilan, version), count in by_version.items():
        if count > 1:
            yield f"la version {version} de {bilan} a été reçue {count} fois"
    for rang in histoire.rangs:
        if rang.recus_au_journal > 1:
            yield f"{rang.cle} est dite reçue {rang.recus_au_journal} fois au journal"


def _two_for_one(histoire: Histoire) -> Iterable[str]:
    """Two live deposits for a file, and one attempt that sent two requests."""
    bilans = {rang.cle: rang.bilan for rang in histoire.rangs}
    live = Counter(bilans[depot.cle] for depot in histoire.depots if depot.etat == VIVANT and depot.cle in bilans)
    for bilan, count in live.items():
        if count > 1:
            yield f"{bilan} a {count} dépôts en vigueur"
    sent = Counter(demande.essai for demande in histoire.demandes if demande.essai is not None)
    for essai, count in sent.items():
        if count > 1:
            yield f"l’essai {essai} a fait {count} demandes"


def _other_body(histoire: Histoire) -> Iterable[str]:
    for demande in histoire.demandes:
        if demande.code == "CLE_REUTILISEE":
            yield f"{demande.cle} a été renvoyée avec un autre corps"
    sent = {rang.cle: rang.empreinte for rang in histoire.rangs}
    for depot in histoire.depots:
        if depot.cle in sent and depot.empreinte != sent[depot.cle]:
            yield f"{depot.cle} n’est pas là-bas ce qui est noté ici"


def _other_file(histoire: Histoire) -> Iterable[str]:
    """What the body itself says, against the row of its key: the fingerprints agree, even on somebody else's body."""
    rangs = {rang.cle: rang for rang in histoire.rangs}
    for depot in histoire.depots:
        rang = rangs.get(depot.cle)
        if rang is None or depot.etat == "EFFACE":
            continue
        here, there = f"{rang.numero}, version {rang.version}", f"{depot.numero}, version {depot.version}"
        if there != here:
            yield f"{rang.cle} porte là-bas {there}, au lieu de {here}"
        if depot.etat == VIVANT and depot.consentement != rang.consentement:
            yield f"{rang.cle} porte là-bas l’accord {depot.consentement}, au lieu de {rang.consentement}"


# --- unconsented --------------------------------------------------------------------------------


def _opened_without_consent(histoire: Histoire) -> Iterable[str]:
    """A deposit opened when the last decision committed before was not the agreement it rests on.

    Nor when a newer version was already committed: the agreement speaks of the version that was read.
    """
    rangs = {rang.cle: rang for rang in histoire.rangs}
    for essai in histoire.essais:
        if essai.operation != DEPOT:
            continue
        rang = rangs[essai.cle]
        before = [one for one in histoire.decisions if one.bilan == rang.bilan and one.commit < essai.ouverte]
        last = max(before, key=lambda one: one.commit, default=None)
        if last is None or last.decision != ACCORDE or last.consentement != rang.consentement:
            yield f"{essai.cle} : essai {essai.numero} ouvert après « {last.decision if last else 'rien'} »"
        elif last.version != rang.version:
            yield f"{essai.cle} : l’accord vise la version {last.version}, l’essai la {rang.version}"
        newer = (v for v in histoire.versions if v.bilan == rang.bilan and v.version > rang.version)
        if any(version.commit < essai.ouverte for version in newer):
            yield f"{essai.cle} : essai {essai.numero} ouvert alors qu’une version plus récente existait"


def _received_without_attempt(histoire: Histoire) -> Iterable[str]:
    """A deposit that reached the partner, and that no committed attempt announces."""
    known = {(essai.identifiant, essai.cle) for essai in histoire.essais if essai.operation == DEPOT}
    for demande in histoire.demandes:
        if demande.operation == DEPOSER and (demande.essai, demande.cle) not in known:
            yield f"{demande.cle} a été envoyée sans essai ouvert"


def _not_erased(histoire: Histoire) -> Iterable[str]:
    """Withdrawn, and still at the partner; or said to be erased here, and still there."""
    depots = {depot.cle: depot for depot in histoire.depots}
    withdrawn = set()
    for decision in sorted(histoire.decisions, key=lambda one: one.commit):
        if decision.decision == RETIRE:
            withdrawn.add(decision.bilan)
        elif decision.decision == ACCORDE:
            withdrawn.discard(decision.bilan)
    for rang in histoire.rangs:
        depot = depots.get(rang.cle)
        if depot is None or depot.etat == "EFFACE":
            continue
        if rang.bilan in withdrawn:
            yield f"{rang.cle} est encore {depot.etat} là-bas après le retrait ({rang.etat} ici)"
        elif rang.etat == "effacee":
            yield f"{rang.cle} est effacée ici, {depot.etat} là-bas"


# --- blind resends ------------------------------------------------------------------------------


def _blind_in_ledger(histoire: Histoire) -> Iterable[str]:
    """By our own ledger: a deposit after an unknown answer, without "unknown to the partner" in between."""
    for cle, essais in _by_key(histoire.essais).items():
        doubt = False
        for essai in sorted(essais, key=lambda one: one.numero):
            if essai.operation == DEPOT and doubt:
                yield f"{cle} : essai {essai.numero} renvoyé sans vérification"
            if essai.operation == DEPOT:
                doubt = essai.issue not in PAS_EXECUTE
            elif essai.operation == RECHERCHE and essai.issue == "introuvable":
                doubt = False


def _blind_at_partner(histoire: Histoire) -> Iterable[str]:
    """By what the partner saw: a deposit again when it had not said that the first had no effect, nor "unknown"."""
    by_key: dict[UUID, list[Demande]] = {}
    for demande in histoire.demandes:
        if demande.cle is not None:
            by_key.setdefault(demande.cle, []).append(demande)
    for cle, demandes in by_key.items():
        doubt = False
        for demande in sorted(demandes, key=lambda one: one.rang):
            if demande.operation == DEPOSER:
                if doubt:
                    yield f"{cle} : demande {demande.rang} reçue sans vérification"
                doubt = demande.statut not in REFUS_SANS_EFFET
            elif demande.operation == RETROUVER and demande.code == "INCONNU":
                doubt = False


def _not_doubted(histoire: Histoire) -> Iterable[str]:
    """An unknown answer that did not leave its row in doubt, or that was taken for a certain one.

    By the answer that the partner gave, and by the status that our own ledger has.
    """
    seen = {demande.essai: demande for demande in histoire.demandes if demande.operation == DEPOSER}
    for essai in histoire.essais:
        if essai.operation != DEPOT or essai.fermee is None:
            continue
        if essai.issue == "incertain" and essai.etat_apres not in APRES_UN_DOUTE:
            yield f"{essai.cle} : réponse inconnue à l’essai {essai.numero}, puis {essai.etat_apres}"
        demande = seen.get(essai.identifiant)
        if essai.issue in PAS_EXECUTE and demande is not None and demande.statut not in REFUS_SANS_EFFET:
            yield f"{essai.cle} : essai {essai.numero} cru sans effet, le partenaire a répondu {demande.statut}"
        if essai.issue in CERTAINES and not (demande is not None and _says(demande, essai)):
            here = f"essai {essai.numero} cru {essai.issue} ({essai.statut})"
            there = f"{demande.statut} {demande.code}" if demande else "rien"
            yield f"{essai.cle} : {here}, le partenaire a répondu {there}"


def _says(demande: Demande, essai: Essai) -> bool:
    """Whether the answer given is of the kind that the ledger took it for, and reached us."""
    if demande.illisible or essai.statut != demande.statut:
        return False
    if essai.issue == "refuse":
        return _is_refusal(demande)
    return demande.statut == 201


def _by_key(essais: Iterable[Essai]) -> dict[UUID, list[Essai]]:
    found: dict[UUID, list[Essai]] = {}
    for essai in essais:
        found.setdefault(essai.cle, []).append(essai)
    return found
