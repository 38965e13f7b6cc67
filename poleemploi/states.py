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
