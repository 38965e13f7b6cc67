"""States of the conduct of a bilan and of its neighbours, with the words agents read (domain reference, D.1)."""

from django.db.models import TextChoices


class Etat(TextChoices):
    """What is stored of the conduct; what follows from consents and exchange is computed, never stored."""

    A_EVALUER = "a_evaluer", "Exemption à évaluer"
    EXEMPTE = "exempte", "Dispensé"
    A_PROGRAMMER = "a_programmer", "À convoquer"
    CONVOQUE = "convoque", "Convoqué"
    REPORTE = "reporte", "Reporté"
    ABSENT_A_QUALIFIER = "absent_a_qualifier", "Absence à qualifier"
    ABSENT_MOTIF_LEGITIME = "absent_motif_legitime", "Absent, motif légitime"
    ABSENT_SANS_MOTIF = "absent_sans_motif", "Absent, sans motif"
    PHASE_PRELIMINAIRE = "phase_preliminaire", "Phase préliminaire"
    PHASE_INVESTIGATION = "phase_investigation", "Phase d’investigation"
    PHASE_CONCLUSION = "phase_conclusion", "Phase de conclusion"
    SYNTHESE_REDIGEE = "synthese_redigee", "Synthèse rédigée"
    SYNTHESE_PRESENTEE = "synthese_presentee", "Synthèse présentée"
    SYNTHESE_VALIDEE = "synthese_validee", "Synthèse validée"
    SIGNATURE_REFUSEE = "signature_refusee", "Signature refusée"
    CLOS = "clos", "Clos"
    NON_REALISE = "non_realise", "Non réalisé"
    ANNULE = "annule", "Annulé"


E = Etat
PHASES = (E.PHASE_PRELIMINAIRE, E.PHASE_INVESTIGATION, E.PHASE_CONCLUSION)
ABSENCES = (E.ABSENT_A_QUALIFIER, E.ABSENT_MOTIF_LEGITIME, E.ABSENT_SANS_MOTIF)
# rule: D.1-finaux
FINAUX = (E.CLOS, E.NON_REALISE, E.ANNULE)
BEFORE_SYNTHESE = (
    E.A_EVALUER, E.A_PROGRAMMER, E.CONVOQUE, E.REPORTE, *ABSENCES, *PHASES,
)  # fmt: skip
# "Bilan réalisé" for the CAI: the table of D.1.
# rule: D.1-realise
REALISES = (E.SYNTHESE_REDIGEE, E.SYNTHESE_PRESENTEE, E.SYNTHESE_VALIDEE, E.SIGNATURE_REFUSEE, E.CLOS)


class MotifReport(TextChoices):
    DEMANDE_SIGNATAIRE = "demande_signataire", "À la demande de la personne"
    INDISPONIBILITE_PRESTATAIRE = "indisponibilite_prestataire", "Prestataire indisponible"
    DECISION_OFFICE = "decision_office", "Décision de l’office"


# rule: C.8-motifs
class MotifAbsence(TextChoices):
    """Accepted reasons for an absence (reference C.8) [D]; health documents are seen, never stored."""

    MALADIE = "maladie_hospitalisation", "Maladie ou hospitalisation"
    GROSSESSE = "grossesse_maternite", "Grossesse ou maternité"
    EVENEMENT_FAMILIAL = "evenement_familial_grave", "Événement familial grave"
    FORMATION = "formation_linguistique_en_cours", "Formation linguistique en cours"
    EMPLOI = "emploi_ou_entretien_embauche", "Travail ou entretien d’embauche"
    CONVOCATION = "convocation_administrative_ou_judiciaire", "Convocation administrative ou judiciaire"
    GARDE_ENFANT = "garde_enfant_imprevue", "Garde d’enfant imprévue"
    TRANSPORT = "force_majeure_transport", "Transports empêchés"
    NON_RECUE = "convocation_non_recue", "Convocation non reçue"
    AUTRE = "autre_motive", "Autre raison, à préciser"


class MotifAnnulation(TextChoices):
    ERREUR_SAISIE = "erreur_saisie", "Erreur de saisie"
    CONTRAT_RESILIE = "contrat_resilie", "Contrat résilié"
    DEPART_DEFINITIF = "depart_definitif", "Départ définitif"
    DECES = "deces", "Décès"
    DOUBLON = "doublon", "Doublon"


class MotifNonRealisation(TextChoices):
    """Internal: the préfecture only reads "non réalisé"."""

    NON_CONVOQUE = "non_convoque", "Sans rendez-vous"
    ABSENCE = "absence", "Absence"
    INTERROMPU = "interrompu", "Interrompu"


class MotifInterruption(TextChoices):
    """Why a bilan that has begun stops before its conclusion; never a health detail."""

    A_POURSUIVRE = "a_poursuivre", "À poursuivre un autre jour"
    DEPART = "depart_personne", "La personne a dû partir"
    SEANCE_MANQUEE = "seance_manquee", "La personne n’est pas venue à la séance suivante"
    INDISPONIBILITE_PRESTATAIRE = "indisponibilite_prestataire", "Prestataire indisponible"
    INTERPRETE = "interprete_absent", "Pas d’interprète"


class MotifReprise(TextChoices):
    """Why a presented or validated synthesis is written again (transition 15b)."""

    OBSERVATIONS = "observations_beneficiaire", "Observations de la personne"
    ERREUR = "erreur_materielle", "Erreur à corriger"
    COMPLEMENT = "complement", "Complément à apporter"
    REJET_PARTENAIRE = "rejet_partenaire", "Refusée par Pôle emploi, à corriger"


class MotifImpression(TextChoices):
    """Why the synthesis leaves the printer (reference E.3)."""

    SIGNATURE = "signature", "Pour lecture et signature"
    REMISE = "remise_beneficiaire", "Remise à la personne"
    DEMANDE_ECRITE = "demande_ecrite_beneficiaire", "Demande écrite de la personne"


class MotifDestruction(TextChoices):
    """Row of reference E.4 that destroyed a content."""

    TERME_CONSERVATION = "terme_conservation", "Fin de l’année de conservation"
    ACCUSE = "transmission_accusee", "Transmise, sans accord de conservation"
    TRANSMISSION_REFUSEE = "transmission_refusee", "Transmission refusée, sans accord de conservation"
    SIGNATURE_REFUSEE = "signature_refusee", "Signature refusée, sans accord de conservation"
    TRANSMISSION_RETIREE = "transmission_retiree", "Accord de transmission retiré, sans accord de conservation"
    SANS_DECISION = "sans_decision", "Trente jours sans décision"
    CONSERVATION_RETIREE = "conservation_retiree", "Accord de conservation retiré"
    CLOTURE = "cloture", "Bilan clos, sans accord de conservation"
    ANNULATION = "annulation", "Bilan annulé ou non réalisé"
