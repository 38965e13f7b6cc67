"""The certificate of destruction, for the person: what existed, when and why it was destroyed, how to recognise it.

Made from the tombstone alone (reference E.4): it can say nothing of the content, which is nowhere any more.
"""

from dataclasses import dataclass
from datetime import date

from agents.models import Agent
from agents.permissions import check_permission
from agents.roles import Permission
from bilan.courriers import Numerote
from bilan.documents import paper_pdf
from bilan.lettres.composition import entete
from bilan.models import Bilan, SyntheseDetruite
from bilan.states import MotifDestruction
from core import clock, journal
from core.errors import RuleViolation
from core.french import date_sans_jour

# Why, as one says it to the person; the law's article stands at the foot of the paper.
MOTIFS: dict[MotifDestruction, str] = {
    MotifDestruction.TERME_CONSERVATION: "La durée la plus longue permise par la loi, un an, est passée.",
    MotifDestruction.ACCUSE: "Pôle emploi l’a reçue avec votre accord, et vous n’avez pas demandé à l’Office de la "
    "conserver.",
    MotifDestruction.TRANSMISSION_REFUSEE: "Vous n’avez pas souhaité qu’elle soit transmise à Pôle emploi, ni "
    "conservée par l’Office.",
    MotifDestruction.SIGNATURE_REFUSEE: "Vous n’avez pas signé la synthèse, et n’avez pas demandé qu’elle soit "
    "conservée.",
    MotifDestruction.TRANSMISSION_RETIREE: "Vous avez retiré votre accord à sa transmission, et n’avez pas demandé "
    "qu’elle soit conservée.",
    MotifDestruction.SANS_DECISION: "Trente jours ont passé sans que vous demandiez qu’elle soit conservée, et sans "
    "qu’elle ait pu être transmise avec votre accord.",
    MotifDestruction.CONSERVATION_RETIREE: "Vous avez retiré votre accord à sa conservation.",
    MotifDestruction.CLOTURE: "Votre bilan est clos, et vous n’avez pas demandé que la synthèse soit conservée.",
    MotifDestruction.ANNULATION: "Votre bilan a été annulé ou n’a pas eu lieu\u00a0: rien de ce qui fut écrit n’est "
    "gardé.",
}


@dataclass(frozen=True, kw_only=True)
class Certificat(Numerote):
    """What the paper says."""

    date_lettre: date
    detruite_le: date
    motif: str
    nombre_versions: int
    faits: tuple[tuple[str, str], ...]
    empreinte: str
    remise: bool  # a paper copy was handed over: it is the person's
    civilite: str
    signataire_nom: str
    signataire_qualite: str


# rule: E.4-certificat
def print_certificate(*, bilan: Bilan, by: Agent) -> bytes:
    """The certificate as a PDF; each print leaves its line in the access journal.

    Refuses (RuleViolation) as long as no content was destroyed. Raises Forbidden for who does not follow the file.
    """
    check_permission(by, Permission.VOIR_DOSSIER, direction_id=bilan.contrat.direction_id)
    tombe = SyntheseDetruite.objects.filter(bilan=bilan).first()
    if tombe is None:
        raise RuleViolation(
            "Aucune synthèse de ce bilan n’a été détruite\u00a0: il n’y a rien à certifier.", code="rien_de_detruit"
        )
    journal.log_access("impression_certificat", by=by, target=bilan)
    return paper_pdf(
        "bilan/pdf/certificat.html", _certificate(bilan, tombe, by), clock.now(), titre="Certificat de destruction"
    )


def _certificate(bilan: Bilan, tombe: SyntheseDetruite, by: Agent) -> Certificat:
    dates = (
        ("Rédigée le", tombe.date_redaction),
        ("Validée et signée le", tombe.date_validation),
        ("Remise entre vos mains le", tombe.date_remise),
        ("Reçue par Pôle emploi le", tombe.transmise_at and tombe.transmise_at.astimezone(clock.PARIS).date()),
    )
    faits = [(label, date_sans_jour(day)) for label, day in dates if day]
    if tombe.accuse_identifiant:
        faits.append(("Accusé de réception de Pôle emploi", tombe.accuse_identifiant))
    tete = entete(bilan.contrat, signataire=by)
    del tete["adresse"]  # it is handed over, not posted
    return Certificat(
        **tete,
        detruite_le=tombe.detruite_at.astimezone(clock.PARIS).date(),
        motif=MOTIFS[MotifDestruction(tombe.motif)],
        nombre_versions=tombe.nombre_versions,
        faits=tuple(faits),
        empreinte=tombe.pdf_sha256,
        remise=tombe.date_remise is not None,
    )
