"""What a person types on the page of each act of one question and one button."""

from collections.abc import Callable

from tests.factories.transitions import Monde

# What a person types for each act; the others are a button alone.
SAISIES: dict[str, Callable[[Monde], dict[str, str]]] = {
    "prescrire": lambda monde: {"prescripteur": str(monde.prescripteur.pk)},
    "lever_exemption": lambda monde: {"motif": "Elle a dix-huit ans.", "prescripteur": str(monde.prescripteur.pk)},
    "reporter": lambda monde: {"motif": "demande_signataire"},
    "reconnaitre_motif_legitime": lambda monde: {
        "motif": "force_majeure_transport",
        "precision": "",
        "justificatif_vu_le": "10/05/2010",
    },
    "constater_absence_injustifiee": lambda monde: {"declare_sans_motif": "oui"},
    "requalifier_absence": lambda monde: {"motif": "garde_enfant_imprevue", "justificatif_vu_le": "10/5/2010"},
    "annuler": lambda monde: {"motif": "depart_definitif"},
    "refixer_duree": lambda monde: {"duree_fixee_minutes": "120"},
    "reattribuer": lambda monde: {"prescripteur": str(monde.autre_prescripteur.pk)},
    "demarrer": lambda monde: {"informe": "on"},
    "interrompre": lambda monde: {"motif": "depart_personne"},
    "valider_synthese": lambda monde: {
        "date_presentation": "10/05/2010",
        "observations": "",
        "date_signature": "10/05/2010",
        "date_remise": "10/05/2010",
        "representant": "",
    },
    "constater_refus_signature": lambda monde: {"date_presentation": "10/05/2010", "date_refus": "10/05/2010"},
}
