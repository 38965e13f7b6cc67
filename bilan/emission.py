"""Letters leave here: numbered, rendered, frozen and encrypted in the transaction of the act they announce."""

import hashlib

from django.conf import settings

from agents.models import Agent
from bilan.courriers import Convocation, Destinataire, Expediteur, NoticeInformation
from bilan.documents import convocation_pdf, information_pdf
from bilan.models import DUREE_MAX_MINUTES, Bilan, Courrier, RendezVous
from core import clock, journal
from core.models import Compteur

_SERIES = {Courrier.Genre.CONVOCATION: "C", Courrier.Genre.INFORMATION: "I"}


def next_number(bilan: Bilan, genre: Courrier.Genre) -> str:
    """Next number of the direction's series this year, such as ``75-C2011-000042``."""
    code, year, series = bilan.contrat.direction.code, clock.today().year, _SERIES[genre]
    return f"{code}-{series}{year}-{Compteur.next(f'courrier:{code}:{series}:{year}'):06d}"


def _freeze(*, bilan: Bilan, genre: Courrier.Genre, numero: str, pdf: bytes, by: Agent) -> Courrier:
    courrier = Courrier.objects.create(
        contrat=bilan.contrat,
        direction=bilan.contrat.direction,
        genre=genre,
        numero=numero,
        pdf=pdf,
        pdf_sha256=hashlib.sha256(pdf).hexdigest(),
        emis_at=clock.now(),
        emis_par=by,
    )
    journal.record("courrier.emis", dossier=bilan.contrat_id, target=courrier, by=by, genre=genre.value, numero=numero)
    return courrier


def _expediteur(bilan: Bilan) -> Expediteur:
    direction = bilan.contrat.direction
    return Expediteur(
        nom=direction.nom,
        adresse=direction.adresse,
        code_postal=direction.code_postal,
        ville=direction.ville,
        telephone=direction.telephone,
        courriel=direction.courriel,
    )


def _destinataire(bilan: Bilan) -> Destinataire:
    signataire = bilan.contrat.signataire
    return Destinataire(
        civilite=signataire.civilite,
        nom_complet=signataire.nom_complet,
        adresse=signataire.adresse,
        adresse_complement=signataire.adresse_complement,
        code_postal=signataire.code_postal,
        ville=signataire.ville,
        langue=signataire.langue_comprise.nom,
    )


def _convocation(bilan: Bilan, rendez_vous: RendezVous, numero: str) -> Convocation:
    lieu, prestataire = rendez_vous.lieu, rendez_vous.lieu.prestataire
    return Convocation(
        numero=numero,
        numero_cai=bilan.contrat.numero_cai,
        emise_le=clock.today(),
        expediteur=_expediteur(bilan),
        destinataire=_destinataire(bilan),
        debut=rendez_vous.debut,
        duree_minutes=rendez_vous.duree_minutes,
        lieu_nom=lieu.nom,
        lieu_adresse=lieu.adresse,
        lieu_code_postal=lieu.code_postal,
        lieu_ville=lieu.ville,
        lieu_acces=lieu.acces,
        prestataire_nom=prestataire.nom,
        prestataire_telephone=prestataire.telephone,
        conseiller_nom=str(rendez_vous.conseiller),
        delai_justification_jours=settings.BILAN_DELAI_JUSTIFICATION_JOURS,
    )


def issue_convocation(*, bilan: Bilan, rendez_vous: RendezVous, by: Agent) -> Courrier:
    """Number, render and freeze the letter of an appointment about to be saved."""
    numero = next_number(bilan, Courrier.Genre.CONVOCATION)
    pdf = convocation_pdf(_convocation(bilan, rendez_vous, numero), clock.now())
    return _freeze(bilan=bilan, genre=Courrier.Genre.CONVOCATION, numero=numero, pdf=pdf, by=by)


def preview_convocation(*, bilan: Bilan, rendez_vous: RendezVous) -> bytes:
    """The same letter without a number; nothing is stored."""
    return convocation_pdf(_convocation(bilan, rendez_vous, ""), clock.now())


def issue_information(*, bilan: Bilan, by: Agent) -> Courrier:
    """Number, render and freeze the notice given at prescription (transition 2)."""
    numero = next_number(bilan, Courrier.Genre.INFORMATION)
    notice = NoticeInformation(
        numero=numero,
        numero_cai=bilan.contrat.numero_cai,
        emise_le=clock.today(),
        expediteur=_expediteur(bilan),
        destinataire=_destinataire(bilan),
        echeance=bilan.contrat.echeance_effective,
        duree_max_minutes=DUREE_MAX_MINUTES,
    )
    pdf = information_pdf(notice, clock.now())
    return _freeze(bilan=bilan, genre=Courrier.Genre.INFORMATION, numero=numero, pdf=pdf, by=by)
