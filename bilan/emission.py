"""Letters leave here: numbered, frozen and encrypted in the transaction of the act they announce.

They are laid out before it: a tenth of a second, a second in a process that has just started, during which the bilan,
its adviser and the number series of a whole direction would be locked. The number is then the one expected; when
somebody else was quicker, or anything on the letter has changed, it is laid out again under the lock.

A letter is written twice by its act, before the lock and under it (``bilan.lettres.composition``): what is frozen is
what the rows say under the lock.
"""

import hashlib
import uuid
from collections.abc import Callable
from dataclasses import dataclass, replace

from agents.models import Agent
from bilan import courriers
from bilan.courriers import Numerote
from bilan.documents import consentement_pdf
from bilan.lettres.composition import direction_of, personne_of
from bilan.lettres.registre import MODELES
from bilan.models import Bilan, Consentement, Courrier
from bilan.selectors import current_synthese
from cai import delais
from cai.models import Contrat
from core import clock, journal
from core.errors import RuleViolation
from core.models import Compteur


@dataclass(frozen=True)
class MiseEnPage:
    """A letter laid out before any lock was taken, under the number it was expected to bear."""

    lettre: Numerote
    pdf: bytes


def printed(lettre: Numerote) -> bytes:
    """The letter on paper, with its number or marked as a draft."""
    return MODELES[type(lettre)].pdf(lettre, clock.now())


def preview(lettre: Numerote) -> bytes:
    """The letter without a number, marked as a draft; nothing is stored, no number is taken."""
    return printed(replace(lettre, numero=""))


def lay_out(lettre: Numerote, *, contrat: Contrat) -> MiseEnPage:
    """The letter that ``issue`` will most likely freeze; to be called before any lock is taken."""
    numbered = replace(lettre, numero=_number(lettre, contrat, Compteur.expected))
    return MiseEnPage(numbered, printed(numbered))


def issue(
    lettre: Numerote, *, contrat: Contrat, prete: MiseEnPage, objet: uuid.UUID | None = None, by: Agent
) -> Courrier:
    """Number and freeze a letter of this file, in the caller's transaction: ``prete``, if it still says the same.

    Of one ``objet``, a kind of letter is issued only once: a second one raises IntegrityError.

    Numbers of a direction's series in a year have no gap: a transaction given up gives its number back. ``contrat``
    comes with its direction and signatory. Raises TransactionManagementError outside a transaction.
    """
    numbered = replace(lettre, numero=_number(lettre, contrat, Compteur.next))
    pdf = prete.pdf if prete.lettre == numbered else printed(numbered)
    courrier = Courrier.objects.create(
        contrat=contrat,
        direction=contrat.direction,
        genre=MODELES[type(lettre)].genre,
        numero=numbered.numero,
        pdf=pdf,
        pdf_sha256=hashlib.sha256(pdf).hexdigest(),
        emis_at=clock.now(),
        emis_par=by,
        objet=objet,
    )
    journal.record(
        "courrier.emis", dossier=contrat.pk, target=courrier, by=by, genre=str(courrier.genre), numero=courrier.numero
    )
    return courrier


def _number(lettre: Numerote, contrat: Contrat, take: Callable[[str], int]) -> str:
    """A number of the direction's series this year, such as ``75-C2011-000042``."""
    code, year, series = contrat.direction.code, clock.today().year, MODELES[type(lettre)].serie
    return f"{code}-{series}{year}-{take(f'courrier:{code}:{series}:{year}'):06d}"


def blank_consent(*, bilan: Bilan, portee: Consentement.Portee, langue: str = "") -> bytes:
    """The form of one scope to be signed by hand, nothing ticked; nothing is stored.

    In French and in ``langue``, that of the exchange; by default the language the person understands.

    Refuses (RuleViolation) before the synthesis is written, when there is nothing yet to decide about.
    """
    synthese = current_synthese(bilan)
    if synthese is None or bilan.date_fin_conclusion is None:
        raise RuleViolation("Cette question se pose à partir de la rédaction de la synthèse.", code="synthese_absente")
    formulaire = courriers.Consentement(
        portee=portee,
        personne=personne_of(bilan.contrat),
        numero_cai=bilan.contrat.numero_cai,
        date_bilan=bilan.date_fin_conclusion,
        prestataire_nom=bilan.prestataire.nom if bilan.prestataire else "",
        direction=direction_of(bilan.contrat),
        langue=langue or bilan.contrat.signataire.langue_comprise_id,
        version_synthese=synthese.version if portee == Consentement.Portee.TRANSMISSION else None,
        mineur=bilan.contrat.signataire.age_on(clock.today()) < delais.AGE_MAJORITE,
    )
    return consentement_pdf(formulaire, clock.now())
