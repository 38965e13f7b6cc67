"""Who may do what, as data: one line a right, one block a role (domain reference, section B)."""

from django.db.models import TextChoices


class Role(TextChoices):
    """A role is held at a place: a direction territoriale or a prestataire; the administrator's has none."""

    AGENT_OFII = "agent_ofii", "Agent OFII"
    PRESCRIPTEUR = "prescripteur", "Prescripteur"
    DIRECTEUR_TERRITORIAL = "directeur_territorial", "Directeur territorial"
    CORRESPONDANT_OFII = "correspondant_ofii", "Correspondant OFII"
    CONSEILLER_BILAN = "conseiller_bilan", "Conseiller bilan"
    RESPONSABLE_PRESTATAIRE = "responsable_prestataire", "Responsable du prestataire"
    ADMINISTRATEUR = "administrateur", "Administrateur"


class Permission(TextChoices):
    """One right. The label is what a refusal tells the person who lacks it."""

    VOIR_DOSSIER = "voir_dossier", "consulter un dossier"
    VOIR_PERSONNE = "voir_personne", "consulter l’adresse et les formations d’une personne"
    VOIR_EXEMPTION = "voir_exemption", "consulter les motifs et les pièces d’exemption"
    OUVRIR_DOSSIER = "ouvrir_dossier", "ouvrir un dossier"
    CORRIGER_DOSSIER = "corriger_dossier", "corriger un dossier"
    EXPORTER_DOSSIER = "exporter_dossier", "établir le dossier d’une personne pour elle"
    ANNULER_DOSSIER = "annuler_dossier", "annuler un dossier ouvert par erreur"
    ENREGISTRER_PRE_ARRIVEE = "enregistrer_pre_arrivee", "enregistrer l’évaluation avant l’arrivée"
    SUIVRE_PRESTATIONS = "suivre_prestations", "suivre les prestations du contrat"
    REATTRIBUER_DOSSIER = "reattribuer_dossier", "réattribuer un dossier"
    EVALUER_EXEMPTION = "evaluer_exemption", "évaluer l’exemption"
    VERIFIER_JUSTIFICATIF = "verifier_justificatif", "vérifier une pièce"
    CONSTATER_EXEMPTION = "constater_exemption", "constater ou lever une exemption"
    PRESCRIRE_BILAN = "prescrire_bilan", "prescrire le bilan"
    CONVOQUER = "convoquer", "convoquer au bilan"
    REPORTER = "reporter", "reporter un rendez-vous"
    IMPRIMER_COURRIERS = "imprimer_courriers", "imprimer les courriers de la direction"
    EMETTRE_COURRIER = "emettre_courrier", "émettre un courrier"
    CONSTATER_ABSENCE = "constater_absence", "constater une absence"
    QUALIFIER_ABSENCE = "qualifier_absence", "qualifier une absence"
    REQUALIFIER_ABSENCE = "requalifier_absence", "requalifier une absence"
    REFIXER_DUREE = "refixer_duree", "fixer la durée du bilan"
    CONDUIRE_BILAN = "conduire_bilan", "conduire le bilan"
    INTERROMPRE_BILAN = "interrompre_bilan", "interrompre le bilan"
    ECRIRE_SYNTHESE = "ecrire_synthese", "rédiger la synthèse"
    IMPRIMER_POUR_SIGNATURE = "imprimer_pour_signature", "imprimer la synthèse à signer"
    IMPRIMER_COPIE = "imprimer_copie", "imprimer une copie de la synthèse"
    RECUEILLIR_CONSENTEMENT = "recueillir_consentement", "recueillir un consentement"
    RETIRER_CONSENTEMENT = "retirer_consentement", "enregistrer le retrait d’un consentement"
    ENREGISTRER_SUIVI = "enregistrer_suivi", "noter le suivi"
    CLOTURER_BILAN = "cloturer_bilan", "clore le bilan"
    CONSTATER_NON_REALISATION = "constater_non_realisation", "constater que le bilan n’a pas eu lieu"
    ANNULER_BILAN = "annuler_bilan", "annuler un bilan"
    PREPARER_PROPOSITION = "preparer_proposition", "préparer une proposition au préfet"
    SIGNER_PROPOSITION = "signer_proposition", "signer une proposition au préfet"
    ENREGISTRER_DECISION = "enregistrer_decision", "enregistrer une décision du préfet"
    VOIR_TRANSMISSIONS = "voir_transmissions", "consulter les transmissions"
    RELANCER_TRANSMISSION = "relancer_transmission", "relancer une transmission"
    ENREGISTRER_RETOUR = "enregistrer_retour", "enregistrer un retour de Pôle emploi"
    VOIR_PLANNING = "voir_planning", "consulter le planning du prestataire"
    AFFECTER_CONSEILLER = "affecter_conseiller", "affecter un conseiller"
    ADMINISTRER = "administrer", "administrer les comptes et les tables de référence"


P = Permission

_AGENT = frozenset(
    {
        P.VOIR_DOSSIER, P.VOIR_PERSONNE, P.VOIR_EXEMPTION, P.OUVRIR_DOSSIER, P.CORRIGER_DOSSIER, P.EXPORTER_DOSSIER,
        P.ANNULER_DOSSIER, P.EVALUER_EXEMPTION,
        P.VERIFIER_JUSTIFICATIF, P.CONSTATER_EXEMPTION, P.REPORTER, P.CONSTATER_ABSENCE, P.QUALIFIER_ABSENCE,
        P.REQUALIFIER_ABSENCE, P.RETIRER_CONSENTEMENT, P.CONSTATER_NON_REALISATION, P.ENREGISTRER_PRE_ARRIVEE,
        P.SUIVRE_PRESTATIONS, P.PREPARER_PROPOSITION, P.ENREGISTRER_DECISION, P.IMPRIMER_COURRIERS, P.EMETTRE_COURRIER,
    }
)  # fmt: skip

# rule: E.3-personne
ROLE_PERMISSIONS: dict[Role, frozenset[Permission]] = {
    Role.AGENT_OFII: _AGENT,
    Role.PRESCRIPTEUR: _AGENT
    | {
        P.PRESCRIRE_BILAN, P.CONVOQUER, P.REFIXER_DUREE, P.INTERROMPRE_BILAN, P.IMPRIMER_COPIE,
        P.RECUEILLIR_CONSENTEMENT, P.CLOTURER_BILAN,
    },
    Role.DIRECTEUR_TERRITORIAL: frozenset(
        {
            P.VOIR_DOSSIER, P.VOIR_PERSONNE, P.VOIR_EXEMPTION, P.REATTRIBUER_DOSSIER, P.REQUALIFIER_ABSENCE,
            P.ANNULER_BILAN, P.VOIR_TRANSMISSIONS, P.SIGNER_PROPOSITION, P.ENREGISTRER_DECISION, P.IMPRIMER_COURRIERS,
            P.EMETTRE_COURRIER,
        }
    ),
    Role.CORRESPONDANT_OFII: frozenset(
        {
            P.VOIR_DOSSIER, P.VOIR_TRANSMISSIONS, P.RELANCER_TRANSMISSION, P.ENREGISTRER_RETOUR,
            P.RETIRER_CONSENTEMENT, P.CLOTURER_BILAN,
        }
    ),
    Role.CONSEILLER_BILAN: frozenset(
        {
            P.CONDUIRE_BILAN, P.INTERROMPRE_BILAN, P.CONSTATER_ABSENCE, P.ECRIRE_SYNTHESE, P.IMPRIMER_POUR_SIGNATURE,
            P.RECUEILLIR_CONSENTEMENT, P.RETIRER_CONSENTEMENT, P.ENREGISTRER_SUIVI,
        }
    ),
    Role.RESPONSABLE_PRESTATAIRE: frozenset({P.VOIR_PLANNING, P.AFFECTER_CONSEILLER}),
    Role.ADMINISTRATEUR: frozenset({P.ADMINISTRER}),
}  # fmt: skip

PRESTATAIRE_ROLES = frozenset({Role.CONSEILLER_BILAN, Role.RESPONSABLE_PRESTATAIRE})
DIRECTION_ROLES = frozenset({Role.AGENT_OFII, Role.PRESCRIPTEUR, Role.DIRECTEUR_TERRITORIAL, Role.CORRESPONDANT_OFII})
