"""Closed code lists of the synthesis, coded as the partner's contract writes them (reference I), with French labels."""

# Nomenclature of 1969 (I.1); the labels an agent reads are those of the reference table bilan.NiveauFormation.
NIVEAUX_FORMATION = ("VI", "VBIS", "V", "IV", "III", "II", "I")
NIVEAUX_CEC = ("1", "2", "3", "4", "5", "6", "7", "8")

NIVEAUX_CECRL = {
    "INFRA_A1": "Premiers mots (avant A1.1)",
    "A1_1": "Échanges très simples (A1.1, DILF)",
    "A1": "Échanges simples (A1)",
    "A2": "Conversation simple (A2)",
    "B1": "Autonome au quotidien (B1)",
    "B2": "À l’aise au travail (B2)",
    "C1": "Courant (C1)",
    "C2": "Parfaitement maîtrisé (C2)",
}

RECONNAISSANCES = {
    "OUI": "Reconnu en France",
    "ATTESTATION_COMPARABILITE": "Attestation de comparabilité",
    "NON": "Non reconnu en France",
    "INCONNU": "Ne sait pas",
}

# I.5: no health code, on purpose (E.5).
# rule: E.5-freins
FREINS = {
    "MAITRISE_FRANCAIS": "Maîtrise du français",
    "LECTURE_ECRITURE": "Lecture et écriture",
    "RECONNAISSANCE_DIPLOME": "Reconnaissance du diplôme",
    "ABSENCE_EXPERIENCE_FRANCE": "Pas d’expérience en France",
    "QUALIFICATION_INSUFFISANTE": "Qualification à compléter",
    "MOBILITE_TRANSPORT": "Mobilité, transports",
    "PERMIS_CONDUIRE": "Permis de conduire",
    "GARDE_ENFANTS": "Garde d’enfants",
    "LOGEMENT": "Logement",
    "OUTILS_NUMERIQUES": "Outils numériques",
    "MECONNAISSANCE_MARCHE_TRAVAIL": "Connaissance du marché du travail",
    "DEMARCHES_ADMINISTRATIVES": "Démarches administratives",
    "PROFESSION_REGLEMENTEE": "Profession réglementée",
    "CONTRAINTE_PERSONNELLE_NON_PRECISEE": "Contrainte personnelle (sans précision)",
}

DOMAINES_FORMATION = {
    "FRANCAIS_GENERAL": "Français général",
    "FRANCAIS_PROFESSIONNEL": "Français professionnel",
    "SAVOIRS_DE_BASE": "Savoirs de base",
    "NUMERIQUE": "Numérique",
    "QUALIFIANTE": "Formation qualifiante",
    "PERMIS_DE_CONDUIRE": "Permis de conduire",
    "CREATION_ENTREPRISE": "Création d’entreprise",
    "AUTRE": "Autre formation",
}
