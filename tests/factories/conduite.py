"""A bilan placed anywhere between its appointment and its signed synthesis.

Up to ``convoque`` rows are laid directly; from there on the services do the work.
"""

from datetime import date, datetime
from itertools import count
from typing import Any

from agents.models import Agent, DirectionTerritoriale
from bilan import conduite, redaction
from bilan.consents import record_consent
from bilan.contenu import BesoinFormation, Diplome, Experience, LangueConnue, SyntheseContenu
from bilan.models import Bilan, Consentement, Courrier, RendezVous
from bilan.states import Etat
from cai import delais
from cai.models import Contrat, Signataire
from core import clock
from tests.factories.agents import make_lieu

SIGNATURE = date(2010, 3, 15)
JOUR = date(2010, 5, 10)  # of the appointment
_numero = count(1)


def make_signataire(**fields: Any) -> Signataire:
    return Signataire.objects.create(
        **{
            "nom": "Diallo",
            "prenom": "Fatoumata",
            "sexe": "F",
            "date_naissance": date(1980, 7, 1),
            "nationalite_id": "MLI",
            "langue_comprise_id": "bm",
            "adresse": "3, rue des Fêtes",
            "code_postal": "75019",
            "ville": "Paris",
            **fields,
        }
    )


def make_contrat(direction: DirectionTerritoriale, *, signature: date = SIGNATURE, **signataire: Any) -> Contrat:
    return Contrat.objects.create(
        signataire=make_signataire(**signataire),
        direction=direction,
        numero_cai=f"{direction.code}-{signature.year}-{next(_numero):06}",
        date_entretien=signature,
        date_signature=signature,
        date_echeance=delais.echeance_contrat(signature),
        titre_admission_id="L313-11",
    )


def make_convoque(
    direction: DirectionTerritoriale,
    prescripteur: Agent,
    conseiller: Agent,
    *,
    jour: date = JOUR,
    duree_fixee: int = 180,
    signature: date = SIGNATURE,
    **signataire: Any,
) -> Bilan:
    """A bilan summoned for ``jour`` at half past nine."""
    contrat = make_contrat(direction, signature=signature, **signataire)
    prestataire = conseiller.affectations.get().prestataire
    bilan = Bilan(
        contrat=contrat,
        prescripteur=prescripteur,
        prescrit_par=prescripteur,
        prescrit_at=clock.at(signature, 10),
        prestataire=prestataire,
        conseiller=conseiller,
        duree_fixee_minutes=duree_fixee,
    )
    bilan.save()
    bilan.prescrire()
    bilan.convoquer()
    bilan.save()
    make_rendez_vous(bilan, clock.at(jour, 9, 30))
    return Bilan.objects.get(pk=bilan.pk)


def make_rendez_vous(bilan: Bilan, debut: datetime) -> RendezVous:
    courrier = Courrier.objects.create(
        contrat=bilan.contrat,
        direction=bilan.contrat.direction,
        genre=Courrier.Genre.CONVOCATION,
        numero=f"{bilan.contrat.direction.code}-{debut.year}-C{next(_numero):05}",
        pdf=b"%PDF-1.7",
        pdf_sha256="0" * 64,
        emis_at=clock.at(bilan.contrat.date_signature, 10),
        emis_par=bilan.prescripteur,
    )
    lieu = bilan.prestataire.lieux.first() or make_lieu(bilan.prestataire)
    return RendezVous.objects.create(
        bilan=bilan,
        debut=debut,
        duree_minutes=bilan.duree_fixee_minutes,
        prestataire=bilan.prestataire,
        conseiller=bilan.conseiller,
        lieu=lieu,
        convocation=courrier,
    )


def make_contenu(**fields: Any) -> SyntheseContenu:
    """A synthesis to which nothing is missing."""
    return SyntheseContenu(
        **{
            "circonstances": "Bilan prescrit dans le cadre du contrat d’accueil et d’intégration.",
            "competences_aptitudes": "Cuisine familiale et collective, sens de l’organisation.",
            "projet": "Travailler en restauration collective, puis préparer un CAP cuisine.",
            "projet_defini": True,
            "niveau_formation": "V",
            "langues": (
                LangueConnue(langue="bm", parlee=True, comprise=True),
                LangueConnue(langue="fr", parlee=True, comprise=True, niveau="A2"),
            ),
            "diplomes": (Diplome(intitule="Brevet d’études", pays="MLI", annee=1998, niveau="V", reconnu="INCONNU"),),
            "experiences": (
                Experience(metier="Cuisinière", pays="MLI", code_rome="G1602", debut="2001-02", fin="2008-12"),
            ),
            "metiers": ("G1602", "G1603"),
            "freins": ("MAITRISE_FRANCAIS",),
            "besoins_formation": (BesoinFormation(domaine="FRANCAIS_PROFESSIONNEL", intitule="Français en cuisine"),),
            "preconisations": ("S’inscrire à une formation au français professionnel.",),
            "orientation": "Restauration collective",
            "parcours": "Sept ans de cuisine à Bamako.",
            "parcours_recherche": "Candidatures spontanées.",
            "inscription_pe": False,
            **fields,
        }
    )


def advance(bilan: Bilan, to: Etat, *, contenu: SyntheseContenu | None = None, jour: date | None = None) -> Bilan:
    """Bring a summoned bilan to a later state, through the services, all on one day (that of the appointment)."""
    jour = jour or bilan.rendez_vous.get(statut="prevu").debut.astimezone(clock.PARIS).date()
    by = bilan.conseiller
    steps = {
        Etat.PHASE_PRELIMINAIRE: lambda: conduite.start_bilan(bilan=bilan, informe=True, by=by),
        Etat.PHASE_INVESTIGATION: lambda: _investigate(bilan, jour, by),
        Etat.PHASE_CONCLUSION: lambda: _conclude(bilan, contenu or make_contenu(), jour, by),
        Etat.SYNTHESE_REDIGEE: lambda: _complete(bilan, jour, by),
        Etat.SYNTHESE_PRESENTEE: lambda: redaction.present_synthese(bilan=bilan, by=by),
        Etat.SYNTHESE_VALIDEE: lambda: redaction.validate_synthese(
            bilan=bilan, date_presentation=jour, observations="", date_signature=jour, date_remise=jour,
            representant=bilan.contrat.signataire.representant_nom, by=by,
        ),
    }  # fmt: skip
    with clock.travel(clock.at(jour, 14)):
        for state, step in steps.items():
            step()
            if state == to:
                break
    return Bilan.objects.get(pk=bilan.pk)


def _investigate(bilan: Bilan, jour: date, by: Agent) -> None:
    conduite.record_seance(bilan=bilan, jour=jour, minutes=30, by=by)
    conduite.save_note(bilan=bilan, phase=Etat.PHASE_PRELIMINAIRE, texte="Travailler en cuisine.", by=by)
    conduite.enter_investigation(bilan=bilan, by=by)


def _conclude(bilan: Bilan, contenu: SyntheseContenu, jour: date, by: Agent) -> None:
    conduite.record_seance(bilan=bilan, jour=jour, minutes=80, by=by)
    redaction.save_draft(bilan=bilan, contenu=contenu, by=by)
    conduite.enter_conclusion(bilan=bilan, by=by)


def _complete(bilan: Bilan, jour: date, by: Agent) -> None:
    conduite.record_seance(bilan=bilan, jour=jour, minutes=50, by=by)
    redaction.complete_synthese(bilan=bilan, by=by)


def consent(
    bilan: Bilan,
    portee: Consentement.Portee = Consentement.Portee.CONSERVATION,
    decision: Consentement.Decision = Consentement.Decision.ACCORDE,
    *,
    at: datetime,
    by: Agent,
    **fields: Any,
) -> Consentement:
    """One decision, recorded at the moment it is given."""
    with clock.travel(at):
        return record_consent(
            bilan=bilan,
            portee=portee,
            decision=decision,
            by=by,
            **{"mode": Consentement.Mode.FORMULAIRE, "langue": "fr", "interprete": False, **fields},
        )
