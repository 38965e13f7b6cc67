"""From the rows to the deposit: the frozen synthesis, and what the transmission froze beside it on its first day.

The two together give the same body for ever, whatever is corrected in the file afterwards (reference F.1, rule 2).
"""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from bilan.contenu import SyntheseContenu
from bilan.models import Bilan, Consentement, Synthese
from cai.models import Prestation
from core import clock
from poleemploi import payload
from poleemploi.models import Transmission

# Only what the partner needs to know of the CAI's trainings (F.2); other states of the prestation are not sent.
FORMATION_LINGUISTIQUE = {
    Prestation.Statut.SUIVIE: "SUIVIE",
    Prestation.Statut.EN_COURS: "EN_COURS",
    Prestation.Statut.DISPENSEE: "DISPENSEE",
}


# rule: E.5-age
def freeze(bilan: Bilan, consentement: Consentement, *, on: date) -> dict[str, Any]:
    """Everything of the body that is not in the synthesis, as JSON values: identity, age on a day, training, consent.

    The date of birth is read here and goes no further.
    """
    contrat = bilan.contrat
    signataire = contrat.signataire
    if bilan.date_fin_conclusion is None:
        raise ValueError("a validated synthesis has a concluded bilan")
    formation = contrat.prestations.filter(
        type=Prestation.Type.FORMATION_LINGUISTIQUE, statut__in=FORMATION_LINGUISTIQUE
    ).first()
    return {
        "numero_cai": contrat.numero_cai,
        "nom": signataire.nom,
        "prenom": signataire.prenom,
        "age": signataire.age_on(on),
        "sexe": signataire.sexe,
        "nationalite": signataire.nationalite_id,
        "date_bilan": bilan.date_fin_conclusion.isoformat(),
        "duree_minutes": bilan.minutes_utilisees,
        "formation_linguistique": formation
        and {
            "statut": FORMATION_LINGUISTIQUE[Prestation.Statut(formation.statut)],
            "niveau_atteint": formation.niveau_atteint or None,
            "date_fin": formation.date_fin and formation.date_fin.isoformat(),
        },
        "consentement": {
            "reference": str(consentement.pk),
            "date_heure": consentement.date_heure.astimezone(clock.PARIS).isoformat(),
            "version_texte": consentement.version_texte,
        },
    }


def assemble(transmission: Transmission) -> payload.Depot:
    """The deposit of a version, with what ``freeze`` kept for it. Raises when either is gone or cannot be read."""
    # Read by a query of its own: loading a deferred field of a state machine is not safe among threads (django-fsm).
    figees = Transmission.objects.values_list("donnees_figees", flat=True).get(pk=transmission.pk)
    return compose(figees, transmission.synthese_id)


def compose(figees: dict[str, Any], synthese_id: UUID) -> payload.Depot:
    """The deposit that a version and the facts frozen beside it make. Raises as ``assemble`` does."""
    synthese = Synthese.objects.only("version", "contenu").get(pk=synthese_id)
    return of_version(figees, synthese.version, synthese.contenu)


def of_version(figees: dict[str, Any], version: int, ecrit: dict[str, Any]) -> payload.Depot:
    """As ``compose``, of a version already read: its number and what it says."""
    contenu = SyntheseContenu.from_dict(ecrit)
    formation = figees["formation_linguistique"]
    accord = figees["consentement"]
    return payload.Depot(
        numero_cai=figees["numero_cai"],
        nom=figees["nom"],
        prenom=figees["prenom"],
        age=figees["age"],
        sexe=figees["sexe"],
        nationalite=figees["nationalite"],
        niveau_formation=contenu.niveau_formation,
        langues=tuple(
            payload.Langue(
                code=langue.langue, parlee=langue.parlee, comprise=langue.comprise, niveau=langue.niveau or None
            )
            for langue in contenu.langues
        ),
        diplomes=tuple(
            payload.Diplome(
                intitule=diplome.intitule,
                pays=diplome.pays,
                annee=diplome.annee,
                niveau=diplome.niveau or None,
                reconnu=diplome.reconnu or None,
            )
            for diplome in contenu.diplomes
        ),
        experiences=tuple(
            payload.Experience(
                metier=experience.metier,
                pays=experience.pays,
                debut=experience.debut,
                fin=experience.fin or None,
                code_rome=experience.code_rome or None,
            )
            for experience in contenu.experiences
        ),
        parcours=contenu.parcours,
        formation_linguistique=formation
        and payload.FormationLinguistique(
            statut=formation["statut"],
            niveau_atteint=formation["niveau_atteint"],
            date_fin=formation["date_fin"] and date.fromisoformat(formation["date_fin"]),
        ),
        inscrit_pole_emploi=bool(contenu.inscription_pe),
        identifiant_pole_emploi=contenu.identifiant_pe,
        parcours_recherche=contenu.parcours_recherche,
        freins=contenu.freins,
        besoins_formation=tuple(
            payload.BesoinFormation(domaine=besoin.domaine, intitule=besoin.intitule)
            for besoin in contenu.besoins_formation
        ),
        version=version,
        date_bilan=date.fromisoformat(figees["date_bilan"]),
        duree_minutes=figees["duree_minutes"],
        metiers=tuple(payload.Metier(code_rome=code, rang=rang) for rang, code in enumerate(contenu.metiers, start=1)),
        preconisations=contenu.preconisations,
        orientation=contenu.orientation,
        accord=payload.Accord(
            reference=UUID(accord["reference"]),
            date_heure=datetime.fromisoformat(accord["date_heure"]),
            version_texte=accord["version_texte"],
        ),
    )
