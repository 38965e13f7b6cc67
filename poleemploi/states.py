"""States of the exchange and outcomes of its attempts (domain reference, F.1)."""

from django.db.models import TextChoices


class EtatTransmission(TextChoices):
    EN_FILE = "en_file", "En attente d’envoi"
    EN_COURS = "en_cours", "Envoi en cours"
    INCERTAINE = "incertaine", "Envoyée, réponse inconnue"
    ACCUSEE = "accusee", "Reçue par Pôle emploi"
    REJETEE = "rejetee", "Refusée, à corriger"
    ECHEC_DEFINITIF = "echec_definitif", "Échec, à relancer"
    ANNULEE = "annulee", "Annulée"
    EFFACEMENT_DEMANDE = "effacement_demande", "Effacement demandé"
    EFFACEE = "effacee", "Effacée chez Pôle emploi"


T = EtatTransmission
# Work remains for the sender.
A_TRAITER_PAR_LE_SYSTEME = (T.EN_FILE, T.EN_COURS, T.INCERTAINE, T.EFFACEMENT_DEMANDE)
# A person must act.
A_TRAITER_PAR_UN_AGENT = (T.REJETEE, T.ECHEC_DEFINITIF)
# Nothing will happen to the row by itself, and the partner acknowledged nothing under it.
SANS_AVENIR = (T.REJETEE, T.ECHEC_DEFINITIF, T.ANNULEE, T.EFFACEE)
# Occupies the consent, unless it is only to be erased: at most one such row for a consent.
VIVANTES = (T.EN_FILE, T.EN_COURS, T.INCERTAINE, T.ACCUSEE, T.REJETEE, T.ECHEC_DEFINITIF, T.EFFACEMENT_DEMANDE)


class MotifFin(TextChoices):
    """Why a row was cancelled."""

    CONSENTEMENT_RETIRE = "consentement_retire", "Accord retiré"
    SYNTHESE_REPRISE = "synthese_reprise", "Synthèse reprise"
    REMPLACEE = "remplacee", "Remplacée"
    TRANSMISSION_IMPOSSIBLE = "transmission_impossible", "Abandonnée"
    CONTENU_DETRUIT = "contenu_detruit", "Contenu détruit"


class Operation(TextChoices):
    """What an attempt asks of the partner."""

    DEPOT = "depot", "Dépôt"
    RECHERCHE = "recherche", "Recherche par clé"
    EFFACEMENT = "effacement", "Effacement"
    LECTURE = "lecture", "Lecture des retours"


class Issue(TextChoices):
    """How an attempt ended, once known."""

    ACCEPTE = "accepte", "Accepté"
    INTROUVABLE = "introuvable", "Introuvable"
    REFUSE = "refuse", "Refusé"
    A_REESSAYER = "a_reessayer", "À réessayer"
    INCERTAIN = "incertain", "Réponse inconnue"
    CANAL_FERME = "canal_ferme", "Canal en pause"


class MotifPause(TextChoices):
    """Why the whole channel waits, whatever the row."""

    QUOTA = "quota", "Pôle emploi demande de patienter"
    COMPTE = "compte", "Pôle emploi refuse notre compte"
    PANNE = "panne", "Pôle emploi ne répond pas"
    RESTAURATION = "restauration", "La base a été restaurée"


# --- the feed of returns ------------------------------------------------------------------------


class Sort(TextChoices):
    """What became of an event of the feed when it was read."""

    APPLIQUE = "applique", "Appliqué"
    HISTORIQUE = "historique", "Gardé dans l’historique"
    ECARTE = "ecarte", "Mis de côté"
    RIEN_GARDE = "rien_garde", "Rien n’en est gardé"


class MotifEcart(TextChoices):
    """Why an event was set aside, as the correspondant reads it; codes of refused dates are those of the guards."""

    NUMERO_INCONNU = "numero_inconnu", "Aucun dossier ne porte ce numéro CAI."
    ACCUSE_INCONNU = "accuse_inconnu", "Aucune synthèse n’a été reçue par Pôle emploi sous cet accusé."
    ACCUSE_AUTRE_DOSSIER = "accuse_autre_dossier", "L’accusé de réception est celui d’un autre dossier."
    DATE_FUTURE = "date_future", "La situation est datée d’un jour à venir."
    AVANT_NAISSANCE = "avant_naissance", "Une date précède la naissance de la personne."
    PPAE_AVANT_RECEPTION = "ppae_avant_reception", "L’entretien PPAE précède la réception de la synthèse."
    PPAE_AVANT_INSCRIPTION = "ppae_avant_inscription", "L’entretien PPAE précède l’inscription à Pôle emploi."
    ACTUALISATION_AVANT_INSCRIPTION = (
        "actualisation_avant_inscription",
        "L’actualisation du PPAE précède l’inscription à Pôle emploi.",
    )
    PRESTATION_FINIE_AVANT_DEBUT = "prestation_finie_avant_debut", "La prestation finit avant d’avoir commencé."
    EMBAUCHE_FUTURE = "embauche_future", "L’embauche est datée d’un jour à venir."
    TYPE_INCONNU = "type_inconnu", "Pôle emploi annonce un genre de retour que l’application ne connaît pas."
    ILLISIBLE = "illisible", "Le retour n’a pas la forme convenue avec Pôle emploi."
    NON_ENREGISTRABLE = "non_enregistrable", "Le retour n’a pas pu être enregistré\u00a0: prévenez le support."


class EtatEcart(TextChoices):
    """Where an event that was set aside stands."""

    A_EXAMINER = "a_examiner", "À examiner"
    APPLIQUE = "applique", "Appliqué depuis"
    CLASSE = "classe", "Classé"
    OUBLIE = "oublie", "Contenu effacé au bout d’un an"


class MotifClassement(TextChoices):
    """Why a person settles an event without applying it; a list, so that nothing personal is written."""

    AUTRE_PERSONNE = "autre_personne", "Il ne concerne aucune personne suivie ici"
    ERREUR_PARTENAIRE = "erreur_partenaire", "Pôle emploi l’a envoyé par erreur"
    DEJA_ENREGISTRE = "deja_enregistre", "Ce qu’il dit est déjà enregistré"
    SANS_SUITE = "sans_suite", "Il n’est plus utile au dossier"
