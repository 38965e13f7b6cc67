"""The adviser's acts: from the presence of the person to their signature, or its refusal."""

from agents.roles import Permission
from bilan import conduite, redaction
from bilan.acte import Acte
from bilan.forms_conduite import DebutForm, InterruptionForm, RefusForm, ValidationForm

CONDUITE = (
    Acte(
        transition="demarrer",
        permission=Permission.CONDUIRE_BILAN,
        titre="Commencer le bilan",
        phrase="Dans une langue que la personne comprend, expliquez-lui le déroulement\u00a0: trois phases, trois "
        "heures en tout, le secret professionnel. La synthèse lui appartient et rien n’est transmis sans son accord.",
        bouton="Commencer le bilan",
        fait="Le bilan a commencé.",
        service=conduite.start_bilan,
        form=DebutForm,
    ),
    Acte(
        transition="passer_en_investigation",
        permission=Permission.CONDUIRE_BILAN,
        titre="Passer à l’investigation",
        phrase="Les besoins et les buts de la personne sont notés. On explore maintenant ses compétences, ses "
        "expériences et les métiers possibles.",
        bouton="Passer à l’investigation",
        fait="La phase d’investigation est ouverte.",
        service=conduite.enter_investigation,
    ),
    Acte(
        transition="passer_en_conclusion",
        permission=Permission.CONDUIRE_BILAN,
        titre="Passer à la conclusion",
        phrase="On rend maintenant les résultats à la personne et on écrit la synthèse avec elle.",
        bouton="Passer à la conclusion",
        fait="La phase de conclusion est ouverte.",
        service=conduite.enter_conclusion,
    ),
    Acte(
        transition="interrompre",
        permission=Permission.INTERROMPRE_BILAN,
        titre="Interrompre le bilan",
        phrase="Le bilan reprendra par la phase préliminaire après une nouvelle convocation. Les minutes restent "
        "comptées. Les notes et le brouillon sont gardés pour le même prestataire\u00a0; si la personne est convoquée "
        "chez un autre, ils sont détruits.",
        bouton="Interrompre le bilan",
        fait="Le bilan est interrompu. Le prescripteur doit convoquer de nouveau la personne.",
        service=conduite.interrupt,
        form=InterruptionForm,
    ),
    Acte(
        transition="rediger_synthese",
        permission=Permission.ECRIRE_SYNTHESE,
        titre="Terminer la rédaction",
        phrase="Toutes les rubriques obligatoires sont remplies\u00a0: le bilan est réalisé. Vous pourrez encore "
        "corriger la synthèse tant qu’elle n’est pas présentée, mais plus noter de séance.",
        bouton="Terminer la rédaction",
        fait="La rédaction est terminée\u00a0: présentez maintenant la synthèse à la personne.",
        service=redaction.complete_synthese,
    ),
    Acte(
        transition="presenter_synthese",
        permission=Permission.ECRIRE_SYNTHESE,
        titre="Présenter la synthèse",
        phrase="Cette version est figée et mise en page pour que la personne la lise et la signe. Pour la changer "
        "ensuite, il faudra ouvrir une nouvelle version.",
        bouton="Figer et présenter la synthèse",
        fait="La synthèse est prête\u00a0: imprimez-la pour signature.",
        service=redaction.present_synthese,
    ),
    Acte(
        transition="valider_synthese",
        permission=Permission.ECRIRE_SYNTHESE,
        titre="Valider la synthèse",
        phrase="La personne a lu sa synthèse, l’a signée et en a reçu une copie.",
        bouton="Valider la synthèse",
        fait="La synthèse est validée. Recueillez maintenant les décisions de la personne.",
        service=redaction.validate_synthese,
        form=ValidationForm,
    ),
    Acte(
        transition="constater_refus_signature",
        permission=Permission.ECRIRE_SYNTHESE,
        titre="Constater le refus de signer",
        phrase="La personne ne signe pas sa synthèse. Son refus est sans conséquence\u00a0: le bilan compte comme "
        "suivi.",
        bouton="Constater le refus",
        fait="Le refus de signer est noté.",
        service=redaction.record_signature_refusal,
        form=RefusForm,
        perdu=("Le contenu de la synthèse, tout de suite, si la personne n’a pas accepté qu’il soit conservé.",),
        irreversible=True,
    ),
)
