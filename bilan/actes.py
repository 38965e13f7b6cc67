"""The acts that are one question and one button: what the page says before, and the service that does it."""

from agents.roles import Permission
from bilan import fin, programmation
from bilan.acte import Acte
from bilan.actes_conduite import CONDUITE
from bilan.forms_programmation import (
    AbsenceSansMotifForm,
    AnnulationForm,
    DureeForm,
    LeveeForm,
    MotifAbsenceForm,
    PrescriptionForm,
    ReportForm,
)
from bilan.guards import limite_justification
from bilan.models import Bilan
from bilan.selectors import current_rendez_vous, last_missed
from core import clock
from core.french import date_longue


def _missed(bilan: Bilan) -> str:
    rendez_vous = current_rendez_vous(bilan)
    if rendez_vous is None:
        return "La personne n’est pas venue."
    limite = limite_justification(rendez_vous)
    if clock.today() <= limite:
        return f"La personne n’est pas venue. Elle peut se justifier jusqu’au {date_longue(limite)} inclus."
    return f"La personne n’est pas venue. Le délai pour se justifier a pris fin le {date_longue(limite)}."


def _unjustified(bilan: Bilan) -> str:
    limite = limite_justification(last_missed(bilan))
    suite = "Le directeur territorial verra cette absence\u00a0; aucune proposition n’est faite d’office."
    if clock.today() <= limite:
        return (
            f"La personne peut se justifier jusqu’au {date_longue(limite)} inclus\u00a0: d’ici là, l’absence n’est "
            f"sans motif que si elle l’a écrit. {suite}"
        )
    return f"Le délai pour se justifier a pris fin le {date_longue(limite)}. {suite}"


def _called_off(bilan: Bilan) -> tuple[str, ...]:
    if not fin.falls(bilan):
        return ()
    return (
        "La personne\u00a0: une lettre numérotée, à imprimer\u00a0; la convocation ne vaut plus. Rien après un décès.",
        "Le prestataire\u00a0: prévenez-le que le rendez-vous n’aura pas lieu.",
    )


ACTES: dict[str, Acte] = {
    acte.transition: acte
    for acte in (
        Acte(
            transition="constater_exemption",
            permission=Permission.CONSTATER_EXEMPTION,
            titre="Constater l’exemption",
            phrase="La personne est dispensée du bilan. Un rendez-vous en cours est annulé.",
            bouton="Constater l’exemption",
            fait="L’exemption est constatée.",
            service=programmation.record_exemption,
            lettre=programmation.exemption_letter,
            recoit=("La personne\u00a0: une lettre numérotée qui dit pourquoi elle est dispensée, à imprimer.",),
        ),
        Acte(
            transition="prescrire",
            permission=Permission.PRESCRIRE_BILAN,
            titre="Prescrire le bilan",
            phrase="Aucun motif d’exemption\u00a0: le bilan est dû. Il reste ensuite à convoquer la personne.",
            bouton="Prescrire le bilan",
            fait="Le bilan est prescrit.",
            service=programmation.prescribe,
            form=PrescriptionForm,
        ),
        Acte(
            transition="lever_exemption",
            permission=Permission.CONSTATER_EXEMPTION,
            titre="Lever l’exemption",
            phrase="Plus aucun motif ne tient aujourd’hui\u00a0: le bilan devient dû.",
            bouton="Lever l’exemption",
            fait="L’exemption est levée\u00a0: le bilan est à programmer.",
            service=programmation.lift_exemption,
            form=LeveeForm,
        ),
        Acte(
            transition="reporter",
            permission=Permission.REPORTER,
            titre="Reporter le rendez-vous",
            phrase="La convocation envoyée ne vaut plus. Il faudra convoquer de nouveau.",
            bouton="Reporter le rendez-vous",
            fait="Le rendez-vous est reporté.",
            service=programmation.postpone,
            form=ReportForm,
            lettre=programmation.report_letter,
            recoit=(
                "La personne\u00a0: une lettre numérotée, à imprimer\u00a0; la convocation ne vaut plus.",
                "Le prestataire\u00a0: prévenez-le que le rendez-vous n’aura pas lieu.",
            ),
        ),
        Acte(
            transition="constater_absence",
            permission=Permission.CONSTATER_ABSENCE,
            titre="Constater l’absence",
            phrase=_missed,
            bouton="Constater l’absence",
            fait="L’absence est constatée.",
            service=programmation.record_absence,
            lettre=programmation.absence_letter,
            recoit=(
                "La personne\u00a0: une lettre numérotée, que l’Office imprime\u00a0; elle dit jusqu’à quel jour se "
                "justifier, comment, et ce qui peut suivre.",
            ),
        ),
        Acte(
            transition="reconnaitre_motif_legitime",
            permission=Permission.QUALIFIER_ABSENCE,
            titre="Reconnaître un motif légitime",
            phrase="L’absence est excusée et n’a aucune conséquence. Il faudra convoquer de nouveau.",
            bouton="Reconnaître le motif",
            fait="Le motif est reconnu légitime.",
            service=programmation.recognise_absence,
            form=MotifAbsenceForm,
        ),
        Acte(
            transition="constater_absence_injustifiee",
            permission=Permission.QUALIFIER_ABSENCE,
            titre="Constater une absence sans motif",
            phrase=_unjustified,
            bouton="Constater l’absence sans motif",
            fait="L’absence est notée sans motif.",
            service=programmation.reject_absence,
            form=AbsenceSansMotifForm,
        ),
        Acte(
            transition="requalifier_absence",
            permission=Permission.REQUALIFIER_ABSENCE,
            titre="Requalifier l’absence",
            phrase="Un motif légitime a été présenté après coup\u00a0: l’absence devient excusée.",
            bouton="Requalifier l’absence",
            fait="L’absence est requalifiée.",
            service=programmation.requalify_absence,
            form=MotifAbsenceForm,
        ),
        Acte(
            transition="refixer_duree",
            permission=Permission.REFIXER_DUREE,
            titre="Fixer une nouvelle durée",
            phrase="La durée totale du bilan, séances déjà faites comprises.",
            bouton="Fixer la durée",
            fait="La durée est changée.",
            service=programmation.set_duration,
            form=DureeForm,
        ),
        Acte(
            transition="reattribuer",
            permission=Permission.REATTRIBUER_DOSSIER,
            titre="Réattribuer le dossier",
            phrase="Un autre prescripteur de la direction prend le dossier en charge. Lui seul imprimera ensuite les "
            "copies de la synthèse.",
            bouton="Réattribuer le dossier",
            fait="Le dossier a changé de prescripteur.",
            service=programmation.reassign,
            form=PrescriptionForm,
        ),
        Acte(
            transition="cloturer",
            permission=Permission.CLOTURER_BILAN,
            titre="Clore le bilan",
            phrase="Plus rien n’est attendu pour ce bilan.",
            bouton="Clore le bilan",
            fait="Le bilan est clos.",
            service=fin.close,
            perdu=("Le contenu de la synthèse, si la personne n’a pas accepté qu’il soit conservé.",),
            irreversible=True,
        ),
        Acte(
            transition="constater_non_realisation",
            permission=Permission.CONSTATER_NON_REALISATION,
            titre="Constater que le bilan n’a pas eu lieu",
            phrase="Le contrat est arrivé à son terme sans bilan. La raison reste interne.",
            bouton="Constater la non-réalisation",
            fait="Le bilan est noté non réalisé.",
            service=fin.record_not_done,
            perdu=("Les notes de travail du conseiller et le brouillon de synthèse, s’il y en a.",),
            irreversible=True,
        ),
        Acte(
            transition="annuler",
            permission=Permission.ANNULER_BILAN,
            titre="Annuler le bilan",
            phrase="Le bilan est annulé et le rendez-vous tombe. Pour une erreur ou un doublon, un autre bilan "
            "s’ouvre tant que le contrat court\u00a0: l’exemption est à évaluer, le bilan à prescrire.",
            bouton="Annuler le bilan",
            fait="Le bilan est annulé.",
            service=fin.cancel,
            form=AnnulationForm,
            lettre=fin.cancel_letter,
            recoit=_called_off,
            perdu=("Les notes de travail du conseiller et le brouillon de synthèse, s’il y en a.",),
            irreversible=True,
        ),
        *CONDUITE,
    )
}
