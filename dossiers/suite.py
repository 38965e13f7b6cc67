"""The next act on a file: one button for who may do it, a sentence that says what is waited for otherwise."""

from collections.abc import Callable
from dataclasses import replace

from django.urls import reverse

from agents.models import Agent
from agents.roles import Permission
from bilan.fin import closing_blocages, is_too_late, not_done_blocages
from bilan.guards import evaluation_sans_motif, levee, limite_justification
from bilan.permissions import can
from bilan.states import BEFORE_SYNTHESE
from bilan.suivi import may_contact
from cai.models import Contrat
from core import clock
from core.french import date_longue, date_sans_jour, heure, minuscule
from dossiers.parcours import Faits, Suite, closing_is_due, deadlines_of
from dossiers.reexamen import to_reexamine
from dossiers.situation import Situation
from dossiers.suite_prefet import after_the_bilan, before_the_bilan
from poleemploi.correction import corrections_of, told, why_not_redeposited
from poleemploi.models import Transmission
from poleemploi.presentation import sentence_of
from poleemploi.selectors import latest_of
from poleemploi.states import EtatTransmission

S = Situation
CONVOQUER = "Convoquer au bilan"


def next_act(faits: Faits, agent: Agent) -> Suite:
    """The one thing this agent can do now for the file to advance, or what it waits for and from whom."""
    if first := before_the_bilan(faits, agent):
        return first
    if faits.bilan.etat in BEFORE_SYNTHESE and is_too_late(faits.bilan):
        return _over(faits, agent)
    suite = _NEXT[faits.situation](faits, agent)
    return suite if suite.bouton else after_the_bilan(faits, agent) or suite


def _act(faits: Faits, name: str) -> str:
    return reverse("bilan:act", args=[faits.bilan.pk, name])


def _evaluation_page(faits: Faits) -> str:
    return reverse("exemptions:evaluate_contrat", args=[faits.contrat.pk])


def _interview_evaluation(faits: Faits) -> str:
    """The same page, for the day of the interview: until the bilan is prescribed, no other day counts."""
    return f"{_evaluation_page(faits)}?date={faits.contrat.date_entretien.isoformat()}"


def _offered(agent: Agent, permission: Permission, faits: Faits, suite: Suite, attente: str) -> Suite:
    """The act with its button when the agent may do it, else who it waits for."""
    if can(agent, permission, faits.bilan):
        return suite
    return Suite(titre=suite.titre, phrase=attente, limite=suite.limite)


def _over(faits: Faits, agent: Agent) -> Suite:
    contrat = faits.contrat
    ended = f"Le contrat a pris fin le {date_sans_jour(contrat.echeance_effective)}."
    if not contrat.is_running:
        ended = f"Le contrat est {minuscule(contrat.get_statut_display())}."
    if blocages := not_done_blocages(faits.bilan):
        return Suite(titre="Attendre avant de conclure", phrase=" ".join(blocage.message for blocage in blocages))
    return _offered(
        agent,
        Permission.CONSTATER_NON_REALISATION,
        faits,
        Suite(
            titre="Le contrat est fini sans bilan",
            phrase=f"{ended} Plus aucun rendez-vous n’est possible.",
            bouton="Constater la non-réalisation",
            url=_act(faits, "constater_non_realisation"),
        ),
        f"{ended} Un agent de la direction constate que le bilan n’a pas eu lieu.",
    )


def _to_assess(faits: Faits, agent: Agent) -> Suite:
    fin = faits.contrat.echeance_effective
    at_interview = faits.evaluation_entretien
    if faits.is_exempt_today or (at_interview is not None and at_interview.verdict):
        return _to_exempt(faits, agent)
    if blocages := evaluation_sans_motif(faits.bilan):
        return _offered(
            agent,
            Permission.EVALUER_EXEMPTION,
            faits,
            Suite(
                titre="Évaluer l’exemption",
                phrase="Quatre questions disent si la personne est dispensée du bilan."
                if faits.evaluation is None
                else blocages[0].message,
                bouton="Évaluer l’exemption",
                url=_interview_evaluation(faits),
                limite=fin,
            ),
            "Un agent de la direction évalue si la personne est dispensée du bilan.",
        )
    return _offered(
        agent,
        Permission.PRESCRIRE_BILAN,
        faits,
        Suite(
            titre="Prescrire le bilan",
            phrase="La personne n’est pas dispensée : le bilan lui est dû.",
            bouton="Prescrire le bilan",
            url=_act(faits, "prescrire"),
            limite=fin,
            lien="Revoir l’exemption",
            lien_url=_interview_evaluation(faits),
        ),
        "La personne n’est pas dispensée. Un prescripteur de la direction lui prescrit le bilan.",
    )


def _to_exempt(faits: Faits, agent: Agent) -> Suite:
    attente = "L’évaluation retient un motif de dispense. Un agent de la direction constate l’exemption."
    if not faits.is_exempt_today:
        suite = Suite(
            titre="Constater l’exemption",
            phrase="L’évaluation date d’un autre jour : refaites-la aujourd’hui pour constater l’exemption.",
            bouton="Évaluer de nouveau",
            url=_interview_evaluation(faits),
        )
    else:
        suite = Suite(
            titre="Constater l’exemption",
            phrase="L’évaluation retient un motif de dispense.",
            bouton="Constater l’exemption",
            url=_act(faits, "constater_exemption"),
        )
    return _offered(agent, Permission.CONSTATER_EXEMPTION, faits, suite, attente)


def _exempt(faits: Faits, agent: Agent) -> Suite:
    if closing_is_due(faits):
        if blocages := closing_blocages(faits.bilan):
            return Suite(titre="Attendre avant de clore", phrase=" ".join(blocage.message for blocage in blocages))
        return _closing(faits, agent, "Le contrat est fini et la personne était dispensée.")
    if not can(agent, Permission.CONSTATER_EXEMPTION, faits.bilan):
        return Suite(titre="Rien à faire", phrase="La personne est dispensée du bilan.")
    if not levee(faits.bilan):
        return Suite(
            titre="Lever l’exemption",
            phrase="L’évaluation d’aujourd’hui ne retient plus aucun motif de dispense.",
            bouton="Lever l’exemption",
            url=_act(faits, "lever_exemption"),
        )
    if to_reexamine(clock.today()).filter(pk=faits.contrat.pk).exists():
        return Suite(
            titre="Réexaminer l’exemption",
            phrase="Ce qui fondait la dispense a pu prendre fin\u00a0: évaluez de nouveau avec la personne.",
            bouton="Réexaminer l’exemption",
            url=_evaluation_page(faits),
            limite=faits.contrat.echeance_effective,
        )
    return Suite(
        titre="Rien à faire",
        phrase="La personne est dispensée du bilan. Si sa situation change, réexaminez l’exemption.",
        lien="Réexaminer l’exemption",
        lien_url=_evaluation_page(faits),
    )


def _to_convoke(faits: Faits, agent: Agent) -> Suite:
    if faits.is_exempt_today:
        return _to_exempt(faits, agent)
    return _offered(
        agent,
        Permission.CONVOQUER,
        faits,
        Suite(
            titre=CONVOQUER,
            phrase="Le rendez-vous se tient avant la fin du contrat, ce jour compris.",
            bouton=CONVOQUER,
            url=reverse("bilan:convoke", args=[faits.bilan.pk]),
            limite=faits.contrat.echeance_effective,
            lien="Revoir l’exemption",
            lien_url=_evaluation_page(faits),
        ),
        "Un prescripteur de la direction convoque la personne avant la fin du contrat.",
    )


def _summoned(faits: Faits, agent: Agent) -> Suite:
    rendez_vous = faits.rendez_vous
    if rendez_vous is None or rendez_vous.debut > clock.now():
        quand = f"le {date_longue(rendez_vous.debut)} à {heure(rendez_vous.debut)}" if rendez_vous else ""
        return Suite(titre="Attendre le rendez-vous", phrase=f"La personne est attendue {quand}.")
    return _offered(
        agent,
        Permission.CONSTATER_ABSENCE,
        faits,
        Suite(
            titre="Le rendez-vous est passé",
            phrase="Si la personne n’est pas venue, constatez l’absence. Sinon, son conseiller commence le bilan.",
            bouton="Constater l’absence",
            url=_act(faits, "constater_absence"),
        ),
        "Le conseiller note la venue ou l’absence de la personne.",
    )


def _absence_to_qualify(faits: Faits, agent: Agent) -> Suite:
    limite = limite_justification(faits.manque) if faits.manque else None
    return _offered(
        agent,
        Permission.QUALIFIER_ABSENCE,
        faits,
        Suite(
            titre="Qualifier l’absence",
            phrase="La personne a-t-elle présenté une raison légitime ?",
            bouton="Reconnaître un motif légitime",
            url=_act(faits, "reconnaitre_motif_legitime"),
            limite=limite,
            lien="Constater une absence sans motif",
            lien_url=_act(faits, "constater_absence_injustifiee"),
        ),
        "Un agent de la direction dit si l’absence a une raison légitime.",
    )


def _unjustified(faits: Faits, agent: Agent) -> Suite:
    suite = _to_convoke(faits, agent)
    if not can(agent, Permission.REQUALIFIER_ABSENCE, faits.bilan):
        return suite
    requalifier = _act(faits, "requalifier_absence")
    if suite.bouton == CONVOQUER:
        return replace(
            suite,
            phrase="L’absence est sans motif. La personne peut encore être convoquée ou présenter une raison légitime.",
            lien="Requalifier l’absence",
            lien_url=requalifier,
        )
    if suite.bouton:
        return suite
    return Suite(
        titre="Décider de la suite",
        phrase="L’absence est sans motif. Si la personne présente une raison légitime, requalifiez l’absence\u00a0; "
        "sinon, un prescripteur peut encore la convoquer avant la fin du contrat.",
        bouton="Requalifier l’absence",
        url=requalifier,
        limite=faits.contrat.echeance_effective,
    )


def _conducted(faits: Faits, agent: Agent) -> Suite:
    if faits.is_destroyed:
        return _closing(faits, agent, DETRUITE)
    conseiller = faits.bilan.conseiller.get_full_name() if faits.bilan.conseiller else "Le conseiller"
    return Suite(titre="Attendre le conseiller", phrase=f"{conseiller} conduit le bilan et rédige la synthèse.")


def _undecided(faits: Faits, agent: Agent) -> Suite:
    if faits.is_destroyed:
        return _closing(faits, agent, DETRUITE)
    limite = next((e.jour for e in deadlines_of(faits) if e.est_limite), None)
    suite = Suite(
        titre="Recueillir la décision de la personne",
        phrase="Accepte-t-elle que sa synthèse soit transmise à Pôle emploi ? Son refus est sans conséquence.",
        bouton="Recueillir la décision",
        url=reverse("poleemploi:collect_consents", args=[faits.bilan.pk]),
        limite=limite,
    )
    attente = "Le conseiller ou le prescripteur demande à la personne si elle accepte la transmission."
    return _offered(agent, Permission.RECUEILLIR_CONSENTEMENT, faits, suite, attente)


def _waiting_deposit(faits: Faits, agent: Agent) -> Suite:
    return Suite(titre="Attendre Pôle emploi", phrase="La synthèse est en route. L’accusé s’affichera ici.")


def _deposit_to_settle(faits: Faits, agent: Agent) -> Suite:
    row = latest_of(faits.bilan)
    follows = can(agent, Permission.RELANCER_TRANSMISSION, faits.bilan)
    page = reverse("poleemploi:view_transmission", args=[row.pk]) if follows else ""
    if row.etat == EtatTransmission.REJETEE:
        return _refused_deposit(row, agent, page)
    suite = Suite(titre="Relancer la transmission", phrase=sentence_of(row), bouton="Voir la transmission", url=page)
    attente = f"{sentence_of(row)} Le correspondant de la direction s’en occupe."
    return _offered(agent, Permission.RELANCER_TRANSMISSION, faits, suite, attente)


def _refused_deposit(row: Transmission, agent: Agent, page: str) -> Suite:
    """``page`` is the transmission's, for who may deposit again; nothing for the others."""
    if why_not_redeposited(row) is None:
        if page:
            phrase = "Ce qui avait été refusé a changé depuis\u00a0: la synthèse peut repartir."
            return Suite(titre="Déposer à nouveau", phrase=phrase, bouton="Voir la transmission", url=page)
        phrase = "Le dossier a été corrigé\u00a0: le correspondant de la direction dépose à nouveau la synthèse."
        return Suite(titre="Attendre le nouveau dépôt", phrase=phrase)
    corrections = corrections_of(row, agent)
    phrase = f"Pôle emploi a refusé la synthèse. {told(corrections) or sentence_of(row)}"
    mine = next((correction for correction in corrections if correction.url), None)
    if mine is not None:
        suite = "Le correspondant de la direction déposera ensuite à nouveau la synthèse."
        return Suite(titre="Corriger ce qui est refusé", phrase=f"{phrase} {suite}", bouton=mine.lien, url=mine.url)
    qui = " ".join(dict.fromkeys(correction.qui for correction in corrections))
    lien = "Voir la transmission" if page else ""
    return Suite(titre="Attendre la correction", phrase=f"{phrase} {qui}".strip(), lien=lien, lien_url=page)


DETRUITE = "Le contenu de la synthèse a été détruit\u00a0: plus rien ne peut être signé ni transmis."


def _after(faits: Faits, agent: Agent) -> Suite:
    noted = "Le suivi à six mois est noté."
    return _closing(faits, agent, noted if faits.is_followed else "Le suivi à six mois est passé depuis trente jours.")


SUIVI = "Le conseiller y note ce que la personne est devenue\u00a0; ne pas y venir est sans conséquence."
SUIVI_SANS_CONTACT = (
    "La personne n’a pas accepté d’être contactée\u00a0: aucune invitation ne lui est envoyée. Si elle vient, le "
    "conseiller note ce qu’elle est devenue\u00a0; ne pas venir est sans conséquence."
)


def _closing(faits: Faits, agent: Agent, phrase: str) -> Suite:
    suivi = faits.bilan.date_suivi
    if suivi and not closing_is_due(faits):
        qui = SUIVI if may_contact(faits.bilan) else SUIVI_SANS_CONTACT
        return Suite(
            titre="Attendre le suivi à six mois", phrase=f"Le suivi est prévu le {date_sans_jour(suivi)}. {qui}"
        )
    suite = Suite(titre="Clore le bilan", phrase=phrase, bouton="Clore le bilan", url=_act(faits, "cloturer"))
    return _offered(
        agent, Permission.CLOTURER_BILAN, faits, suite, "Le prescripteur ou le correspondant clôt le bilan."
    )


def _ended(faits: Faits, agent: Agent) -> Suite:
    if faits.situation == S.ANNULE and faits.contrat.statut != Contrat.Statut.ANNULE:
        motif = minuscule(faits.bilan.get_motif_annulation_display())
        return Suite(titre="Rien à faire", phrase=f"Le bilan est annulé\u00a0: {motif}.")
    return Suite(titre="Rien à faire", phrase=_ENDED[faits.situation])


_ENDED = {
    S.CLOS: "Ce bilan est clos.",
    S.NON_REALISE: "Le contrat s’est terminé sans bilan.",
    S.ANNULE: "Ce dossier est annulé.",
}

_NEXT: dict[Situation, Callable[[Faits, Agent], Suite]] = {
    S.A_EVALUER: _to_assess,
    S.EXEMPTE: _exempt,
    S.A_PROGRAMMER: _to_convoke,
    S.REPORTE: _to_convoke,
    S.ABSENT_MOTIF_LEGITIME: _to_convoke,
    S.CONVOQUE: _summoned,
    S.ABSENT_A_QUALIFIER: _absence_to_qualify,
    S.ABSENT_SANS_MOTIF: _unjustified,
    S.PHASE_PRELIMINAIRE: _conducted,
    S.PHASE_INVESTIGATION: _conducted,
    S.PHASE_CONCLUSION: _conducted,
    S.SYNTHESE_REDIGEE: _conducted,
    S.SYNTHESE_PRESENTEE: _conducted,
    S.SYNTHESE_VALIDEE: _undecided,
    S.TRANSMISSION_CONSENTIE: _waiting_deposit,
    S.TRANSMISSION_A_TRAITER: _deposit_to_settle,
    S.TRANSMISSION_REFUSEE: _after,
    S.CONSENTEMENT_RETIRE: _after,
    S.TRANSMISE: _after,
    S.PRIS_EN_CHARGE_PPAE: _after,
    S.CLOS: _ended,
    S.NON_REALISE: _ended,
    S.ANNULE: _ended,
}
