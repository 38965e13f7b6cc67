"""The next act on a file when it concerns the préfet: what waits for a signature, for his decision, or for the end."""

from datetime import date

from django.db.models import prefetch_related_objects
from django.urls import reverse

from agents.models import Agent
from agents.permissions import has_permission
from agents.roles import Permission
from bilan import attestation, propositions
from bilan.models import Courrier
from bilan.propositions import Type
from bilan.states import BEFORE_SYNTHESE, FINAUX
from cai.models import Contrat, PropositionPrefet
from core import clock
from core.french import date_sans_jour, minuscule
from dossiers.parcours import Faits, Suite

P, Statut = Permission, PropositionPrefet.Statut


def _may(agent: Agent, permission: Permission, contrat: Contrat) -> bool:
    return has_permission(agent, permission, direction_id=contrat.direction_id)


def _open(contrat: Contrat) -> list[PropositionPrefet]:
    prefetch_related_objects([contrat], "prestations__certificats", "propositions")
    return [row for row in contrat.propositions.all() if row.is_open]


def _do(row: PropositionPrefet, name: str) -> str:
    return reverse("bilan:proposition_act", args=[row.pk, name])


def before_the_bilan(faits: Faits, agent: Agent) -> Suite | None:
    """What comes before the next act of the bilan; None when nothing of the préfet is urgent for this agent."""
    rows = _open(faits.contrat)
    if _may(agent, P.SIGNER_PROPOSITION, faits.contrat):
        for row in rows:
            if row.suspendue_at is not None:
                return _to_abandon(row, "suspendue", EXCUSEE)
            if row.statut == Statut.BROUILLON:
                refused = propositions.conditions(faits.contrat, row.type)
                return _to_abandon(row, "préparée", refused[0].message) if refused else _to_sign(row)
    if _may(agent, P.ENREGISTRER_DECISION, faits.contrat):
        for row in rows:
            if row.suspendue_at is None and _is_heard(row):
                heard = "Le mois d’observations est passé\u00a0: notez ce que le préfet a décidé."
                return _to_record(row, " ".join([heard, *propositions.reparations(row)]))
    if _may(agent, P.SIGNER_PROPOSITION, faits.contrat):
        for row in rows:
            if row.statut in PropositionPrefet.PROPOSES and (told := propositions.reparations(row)):
                return _to_review(row, told)
    if faits.is_over and faits.bilan.etat in BEFORE_SYNTHESE:
        waiting = next((row for row in rows if row.type == Type.PROROGATION and row.statut == Statut.PROPOSEE), None)
        return _before_the_prefet(waiting, agent) if waiting else None
    return None


def after_the_bilan(faits: Faits, agent: Agent) -> Suite | None:
    """The end of the contract, once the bilan asks nothing of this agent; None while it is not due."""
    contrat = faits.contrat
    rows = _open(contrat)
    if contrat.statut in attestation.FINIS:
        return _ended(faits, agent)
    if not contrat.is_running or faits.bilan.etat in BEFORE_SYNTHESE:
        return None
    if waiting := next((row for row in rows if row.type == Type.CLOTURE), None):
        return _before_the_prefet(waiting, agent)
    if propositions.conditions(contrat, Type.CLOTURE):
        return None
    return _to_close(contrat, agent, faits, limite=propositions.limite_cloture(contrat))


EXCUSEE = "L’absence qui la fondait a été excusée depuis\u00a0: la proposition ne peut plus avancer."


def _to_abandon(row: PropositionPrefet, etat: str, phrase: str) -> Suite:
    return Suite(
        titre=f"Abandonner la {minuscule(row.get_type_display())} {etat}",
        phrase=phrase,
        bouton="Abandonner la proposition",
        url=_do(row, "abandon"),
    )


# rule: C.9-reparation
def _to_review(row: PropositionPrefet, told: list[str]) -> Suite:
    return Suite(
        titre=f"Revoir la {minuscule(row.get_type_display())} proposée",
        phrase=" ".join([*told, "Abandonnez la proposition, ou laissez le préfet décider."]),
        bouton="Voir la proposition",
        url=reverse("bilan:view_proposition", args=[row.pk]),
        lien="Abandonner la proposition",
        lien_url=_do(row, "abandon"),
    )


def _to_sign(row: PropositionPrefet) -> Suite:
    nom = minuscule(row.get_type_display())
    return Suite(
        titre=f"Signer la proposition de {nom}",
        phrase=f"Un agent l’a préparée le {date_sans_jour(row.prepare_at)}. Vous la motivez et la signez, ou vous y "
        "renoncez.",
        bouton="Lire et signer",
        url=reverse("bilan:sign_proposition", args=[row.contrat_id, row.type]),
        lien="Abandonner la proposition",
        lien_url=_do(row, "abandon"),
    )


def _is_heard(row: PropositionPrefet) -> bool:
    fin = propositions.fin_observations(row)
    return row.statut == Statut.INTENTION and fin is not None and clock.today() > fin


def _to_record(row: PropositionPrefet, phrase: str) -> Suite:
    return Suite(
        titre="Enregistrer la décision du préfet",
        phrase=phrase,
        bouton="Enregistrer la décision",
        url=_do(row, "decision"),
        lien="Voir la proposition",
        lien_url=reverse("bilan:view_proposition", args=[row.pk]),
    )


def _before_the_prefet(row: PropositionPrefet, agent: Agent) -> Suite:
    nom = minuscule(row.get_type_display())
    if row.statut == Statut.BROUILLON:
        return Suite(
            titre="Attendre la signature",
            phrase=f"Le directeur territorial signe la proposition de {nom}, ou y renonce.",
        )
    phrase = f"La {nom} est proposée au préfet depuis le {date_sans_jour(row.propose_at)}."
    if _may(agent, P.ENREGISTRER_DECISION, row.contrat):
        return _to_record(row, phrase)
    return Suite(titre="Attendre la décision du préfet", phrase=phrase)


def _attested(contrat: Contrat) -> bool:
    return Courrier.objects.filter(contrat=contrat, genre=Courrier.Genre.ATTESTATION).exists()


def _ended(faits: Faits, agent: Agent) -> Suite | None:
    """To attest; then nothing, unless the bilan itself still waits for something."""
    contrat = faits.contrat
    if _may(agent, P.ENREGISTRER_DECISION, contrat) and not _attested(contrat):
        return _to_attest(contrat)
    if faits.bilan.etat not in FINAUX:
        return None
    return Suite(titre="Rien à faire", phrase=f"Le contrat est {minuscule(contrat.get_statut_display())}.")


def _to_attest(contrat: Contrat) -> Suite:
    return Suite(
        titre="Émettre l’attestation récapitulative",
        phrase=f"Le contrat est {minuscule(contrat.get_statut_display())}\u00a0: la personne et le préfet en reçoivent "
        "l’attestation.",
        bouton="Émettre l’attestation",
        url=reverse("bilan:issue_attestation", args=[contrat.pk]),
    )


def _to_close(contrat: Contrat, agent: Agent, faits: Faits, *, limite: date | None) -> Suite | None:
    fin = date_sans_jour(contrat.echeance_effective)
    phrase = f"Le contrat a pris fin le {fin}." if faits.is_over else "Les formations prescrites sont finies."
    if _may(agent, P.SIGNER_PROPOSITION, contrat):
        verb, name = "Proposer", "bilan:sign_proposition"
    elif _may(agent, P.PREPARER_PROPOSITION, contrat):
        verb, name = "Préparer", "bilan:prepare_proposition"
    else:
        return None
    return Suite(
        titre=f"{verb} la clôture du contrat",
        phrase=phrase,
        bouton=f"{verb} la clôture",
        url=reverse(name, args=[contrat.pk, Type.CLOTURE.value]),
        limite=limite,
    )
