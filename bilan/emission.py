"""Letters leave here: numbered, frozen and encrypted in the transaction of the act they announce.

They are laid out before it: a tenth of a second, a second in a process that has just started, during which the bilan,
its adviser and the number series of a whole direction would be locked. The number is then the one expected; when
somebody else was quicker, or anything on the letter has changed, it is laid out again under the lock.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass

from django.conf import settings

from agents.models import Agent
from agents.roles import Role
from bilan import courriers
from bilan.courriers import Convocation, Direction, Information, Personne
from bilan.documents import consentement_pdf, convocation_pdf, information_pdf
from bilan.models import Bilan, Consentement, Courrier, RendezVous
from bilan.selectors import current_synthese
from cai import delais
from core import clock, journal
from core.errors import RuleViolation
from core.models import Compteur

_SERIES = {Courrier.Genre.CONVOCATION: "C", Courrier.Genre.INFORMATION: "I"}


@dataclass(frozen=True)
class MiseEnPage:
    """A letter laid out before any lock was taken, under the number it was expected to bear."""

    lettre: Convocation | Information
    pdf: bytes


def _number(bilan: Bilan, genre: Courrier.Genre, take: Callable[[str], int]) -> str:
    """A number of the direction's series this year, such as ``75-C2011-000042``."""
    code, year, series = bilan.contrat.direction.code, clock.today().year, _SERIES[genre]
    return f"{code}-{series}{year}-{take(f'courrier:{code}:{series}:{year}'):06d}"


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


def _direction(bilan: Bilan) -> Direction:
    direction = bilan.contrat.direction
    return Direction(
        nom=direction.nom,
        ville=direction.ville,
        adresse=(direction.adresse, f"{direction.code_postal} {direction.ville}"),
        telephone=direction.telephone,
        courriel=direction.courriel,
    )


def _personne(bilan: Bilan) -> Personne:
    signataire = bilan.contrat.signataire
    return Personne(nom=signataire.nom, prenom=signataire.prenom)


def _convocation(bilan: Bilan, rendez_vous: RendezVous, numero: str, by: Agent) -> Convocation:
    lieu, signataire = rendez_vous.lieu, bilan.contrat.signataire
    return Convocation(
        numero=numero,
        numero_cai=bilan.contrat.numero_cai,
        date_lettre=clock.today(),
        direction=_direction(bilan),
        personne=_personne(bilan),
        civilite=signataire.civilite,
        adresse=(signataire.adresse, signataire.adresse_complement, f"{signataire.code_postal} {signataire.ville}"),
        debut=rendez_vous.debut,
        duree_minutes=rendez_vous.duree_minutes,
        prestataire_nom=lieu.prestataire.nom,
        lieu_nom=lieu.nom,
        lieu_adresse=(lieu.adresse, f"{lieu.code_postal} {lieu.ville}"),
        lieu_acces=lieu.acces,
        conseiller_nom=str(rendez_vous.conseiller),
        langue=signataire.langue_comprise_id,
        signataire_nom=str(by),
        signataire_qualite=Role.PRESCRIPTEUR.label,
        delai_justification_jours=settings.BILAN_DELAI_JUSTIFICATION_JOURS,
    )


def lay_out_convocation(*, bilan: Bilan, rendez_vous: RendezVous, by: Agent) -> MiseEnPage:
    """The letter that ``issue_convocation`` will most likely freeze; to be called before any lock is taken."""
    lettre = _convocation(bilan, rendez_vous, _number(bilan, Courrier.Genre.CONVOCATION, Compteur.expected), by)
    return MiseEnPage(lettre, convocation_pdf(lettre, clock.now()))


def issue_convocation(*, bilan: Bilan, rendez_vous: RendezVous, prete: MiseEnPage, by: Agent) -> Courrier:
    """Number and freeze the letter of an appointment about to be saved: ``prete``, if it still says the same."""
    numero = _number(bilan, Courrier.Genre.CONVOCATION, Compteur.next)
    lettre = _convocation(bilan, rendez_vous, numero, by)
    pdf = prete.pdf if prete.lettre == lettre else convocation_pdf(lettre, clock.now())
    return _freeze(bilan=bilan, genre=Courrier.Genre.CONVOCATION, numero=numero, pdf=pdf, by=by)


def preview_convocation(*, bilan: Bilan, rendez_vous: RendezVous, by: Agent) -> bytes:
    """The same letter without a number; nothing is stored."""
    return convocation_pdf(_convocation(bilan, rendez_vous, "", by), clock.now())


def lay_out_information(*, bilan: Bilan) -> MiseEnPage:
    """The notice that ``issue_information`` will most likely freeze; to be called before any lock is taken."""
    notice = _information(bilan, _number(bilan, Courrier.Genre.INFORMATION, Compteur.expected))
    return MiseEnPage(notice, information_pdf(notice, clock.now()))


def issue_information(*, bilan: Bilan, prete: MiseEnPage, by: Agent) -> Courrier:
    """Number and freeze the notice given at prescription (transition 2): ``prete``, if it still says the same."""
    numero = _number(bilan, Courrier.Genre.INFORMATION, Compteur.next)
    notice = _information(bilan, numero)
    pdf = prete.pdf if prete.lettre == notice else information_pdf(notice, clock.now())
    return _freeze(bilan=bilan, genre=Courrier.Genre.INFORMATION, numero=numero, pdf=pdf, by=by)


def _information(bilan: Bilan, numero: str) -> Information:
    return Information(
        numero=numero,
        numero_cai=bilan.contrat.numero_cai,
        date_remise=clock.today(),
        direction=_direction(bilan),
        personne=_personne(bilan),
        langue=bilan.contrat.signataire.langue_comprise_id,
    )


def blank_consent(*, bilan: Bilan, portee: Consentement.Portee) -> bytes:
    """The form of one scope to be signed by hand, nothing ticked; nothing is stored.

    Refuses (RuleViolation) before the synthesis is written, when there is nothing yet to decide about.
    """
    synthese = current_synthese(bilan)
    if synthese is None or bilan.date_fin_conclusion is None:
        raise RuleViolation("Cette question se pose à partir de la rédaction de la synthèse.", code="synthese_absente")
    formulaire = courriers.Consentement(
        portee=portee,
        personne=_personne(bilan),
        numero_cai=bilan.contrat.numero_cai,
        date_bilan=bilan.date_fin_conclusion,
        prestataire_nom=bilan.prestataire.nom if bilan.prestataire else "",
        direction=_direction(bilan),
        version_synthese=synthese.version if portee == Consentement.Portee.TRANSMISSION else None,
        mineur=bilan.contrat.signataire.age_on(clock.today()) < delais.AGE_MAJORITE,
    )
    return consentement_pdf(formulaire, clock.now())
