"""The ledger of consents: who agreed to what, when, in which words. Rows are only ever added (reference E.2)."""

from datetime import datetime

from django.db import transaction

from agents.models import Agent
from agents.roles import Permission
from bilan import retention
from bilan.models import Bilan, Consentement, Synthese
from bilan.permissions import check_can
from bilan.selectors import Decision, Portee, current_synthese, in_force, last_decision, standing_grant
from bilan.states import REALISES, Etat
from bilan.textes import version_texte_on, versions_texte_on
from bilan.workflow import lock
from cai import delais
from cai.models import Langue
from core import clock, journal
from core.errors import Blocage, InvalidInput, refuse_if
from core.french import day_of

__all__ = ["in_force", "record_consent"]


# rule: E.2-ajout-seul
@transaction.atomic
def record_consent(
    *,
    bilan: Bilan,
    portee: Consentement.Portee,
    decision: Consentement.Decision,
    mode: Consentement.Mode,
    langue: str,
    interprete: bool | None = None,
    representant_legal: str = "",
    document_empreinte: str = "",
    commentaire: str = "",
    date_heure: datetime | None = None,
    version_texte: str = "",
    by: Agent,
) -> Consentement:
    """Add one decision to the ledger, and destroy at once the content that nobody agreed to keep (E.4).

    Guarantees that a consent to transmission is bound to the current version, validated and conserved, and is not
    older than its validation. Refuses: an agreement or a refusal repeated, the withdrawal of what was not granted, a
    mere declaration for anything but a withdrawal, the agreement of a minor without their representative, a moment to
    come or before the previous decision, an answer that does not say whether an interpreter was there (``None``).
    Withdrawing is possible in every state, and says no more than the person and the agent said.

    The row names the version of the words that were signed: the one the paper bears (``version_texte``), refused when
    no form carried it yet on the day of the decision; by default, the one that the forms carried on that day.

    **Scope ``transmission_pole_emploi``: called by ``poleemploi`` alone**, whose services write the queue in the same
    transaction; no page and no endpoint of ``bilan`` records it.
    """
    withdraws = decision == Decision.RETIRE
    bilan = lock(bilan.pk)
    check_can(by, Permission.RETIRER_CONSENTEMENT if withdraws else Permission.RECUEILLIR_CONSENTEMENT, bilan)
    if not Langue.objects.filter(pk=langue).exists():
        raise InvalidInput(
            "Choisissez une langue de la liste.",
            code="langue_inconnue",
            fields={"langue": ["Choisissez une langue de la liste."]},
        )
    moment = date_heure or clock.now()
    synthese = current_synthese(bilan)
    last = last_decision(bilan.pk, portee)
    refuse_if(
        [
            *_moment_blocages(moment, last),
            *_version_blocages(version_texte, moment),
            *_form_blocages(bilan, decision, mode, interprete, representant_legal, moment),
            *(
                _withdrawal_blocages(bilan, portee)
                if withdraws
                else _answer_blocages(bilan, synthese, portee, decision, moment)
            ),
        ]
    )
    consent = Consentement.objects.create(
        bilan=bilan,
        portee=portee,
        rang=last.rang + 1 if last else 1,
        decision=decision,
        date_heure=moment,
        recueilli_par=by,
        mode=mode,
        langue_id=langue,
        interprete=interprete,
        version_texte=version_texte or version_texte_on(day_of(moment)),
        version_synthese=synthese.version if portee == Portee.TRANSMISSION and synthese else None,
        representant_legal=representant_legal,
        document_empreinte=document_empreinte,
        commentaire=commentaire,
    )
    journal.record(
        "bilan.consentement_recueilli",
        dossier=bilan.contrat_id,
        target=bilan,
        by=by,
        portee=str(portee),
        decision=str(decision),
        consentement=str(consent.pk),
        version=consent.version_synthese,
    )
    # rule: E.6-actes
    journal.log_access(f"consentement_{decision}", by=by, target=bilan, motif=str(portee))
    retention.apply_rules(bilan, by=by)
    return consent


def _moment_blocages(moment: datetime, last: Consentement | None) -> list[Blocage]:
    if moment > clock.now():
        return [Blocage("date_future", "La décision ne peut pas être datée dans l’avenir.", "date_heure")]
    if last is not None and moment < last.date_heure:
        return [Blocage("decision_anterieure", "Une décision plus récente est déjà enregistrée.", "date_heure")]
    return []


# rule: E.2-champs
def _version_blocages(version_texte: str, moment: datetime) -> list[Blocage]:
    if not version_texte or version_texte in versions_texte_on(day_of(moment)):
        return []
    message = "Aucun formulaire de cette version n’existait à la date de la signature\u00a0: vérifiez l’une et l’autre."
    return [Blocage("version_texte_inconnue", message, "version_texte")]


def _form_blocages(
    bilan: Bilan,
    decision: Consentement.Decision,
    mode: Consentement.Mode,
    interprete: bool | None,
    representant_legal: str,
    moment: datetime,
) -> list[Blocage]:
    blocages = []
    # rule: E.2-guichet
    if mode == Consentement.Mode.GUICHET and decision != Decision.RETIRE:
        blocages.append(
            Blocage("ecrit_necessaire", "Un accord ou un refus se donne par écrit, pas par une déclaration.", "mode")
        )
    if interprete is None and decision != Decision.RETIRE:
        blocages.append(Blocage("interprete_non_dit", "Dites si un interprète était présent.", "interprete"))
    age = bilan.contrat.signataire.age_on(moment.astimezone(clock.PARIS).date())
    # A minor refuses or withdraws alone: doubt goes to secrecy [D].
    # rule: E.2-mineur
    if decision == Decision.ACCORDE and age < delais.AGE_MAJORITE and not representant_legal:
        blocages.append(
            Blocage(
                "representant_manquant",
                "La personne a moins de 18\u00a0ans\u00a0: indiquez le représentant légal qui signe avec elle.",
                "representant_legal",
            )
        )
    return blocages


# rule: E.2-retrait
def _withdrawal_blocages(bilan: Bilan, portee: Consentement.Portee) -> list[Blocage]:
    if standing_grant(bilan.pk, portee) is None:
        return [Blocage("rien_a_retirer", "Aucun accord n’est en vigueur\u00a0: il n’y a rien à retirer.")]
    return []


def _answer_blocages(
    bilan: Bilan,
    synthese: Synthese | None,
    portee: Consentement.Portee,
    decision: Consentement.Decision,
    moment: datetime,
) -> list[Blocage]:
    granted = in_force(bilan, portee)
    if granted is not None:
        already = decision == Decision.ACCORDE
        return [
            Blocage(
                "deja_accorde",
                "Cet accord est déjà enregistré."
                if already
                else "Un accord est en vigueur\u00a0: enregistrez son retrait.",
            )
        ]
    if portee == Portee.TRANSMISSION:
        return _transmission_blocages(bilan, synthese, decision, moment)
    if bilan.etat not in REALISES or synthese is None or synthese.date_redaction is None:
        return [Blocage("synthese_absente", "Cette question se pose à partir de la rédaction de la synthèse.")]
    if moment.astimezone(clock.PARIS).date() < synthese.date_redaction and synthese.version == 1:
        return [
            Blocage("avant_redaction", "La réponse ne peut pas être antérieure à la rédaction de la synthèse.", "jour")
        ]
    last = last_decision(bilan.pk, portee)
    if decision == Decision.REFUSE and last is not None and last.decision == Decision.REFUSE:
        return [Blocage("deja_refuse", "Ce refus est déjà enregistré.")]
    if portee == Portee.CONSERVATION and synthese.detruite_at is not None:
        return [Blocage("contenu_detruit", "Le contenu de la synthèse est déjà détruit.")]
    return []


def _transmission_blocages(
    bilan: Bilan, synthese: Synthese | None, decision: Consentement.Decision, moment: datetime
) -> list[Blocage]:
    # Transitions 18 and 19: the person must have read, and signed, what would be sent.
    if bilan.etat != Etat.SYNTHESE_VALIDEE or synthese is None or synthese.date_validation is None:
        return [
            Blocage(
                "synthese_non_validee", "La synthèse n’est pas validée\u00a0: la question se pose après la signature."
            )
        ]
    blocages = []
    last = last_decision(bilan.pk, Portee.TRANSMISSION)
    if decision == Decision.REFUSE:
        if last is not None and last.decision == Decision.REFUSE and last.version_synthese == synthese.version:
            blocages.append(Blocage("deja_refuse", "Ce refus est déjà enregistré."))
        return blocages
    # rule: D.2-note-ordre
    if synthese.detruite_at is not None:
        blocages.append(Blocage("contenu_detruit", "Le contenu de la synthèse est déjà détruit."))
    if synthese.premier_envoi_at is not None:
        blocages.append(
            Blocage(
                "deja_envoyee",
                "Cette version a déjà été envoyée\u00a0: un nouvel accord porte sur une nouvelle version.",
            )
        )
    # rule: E.2-apres-validation, D.2-18
    if moment.astimezone(clock.PARIS).date() < synthese.date_validation:
        blocages.append(
            Blocage(
                "accord_avant_validation", "L’accord ne peut pas précéder la validation de la synthèse.", "date_heure"
            )
        )
    return blocages
