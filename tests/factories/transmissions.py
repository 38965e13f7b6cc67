"""Syntheses signed and ready to be sent, laid directly: what leads there has its own tests."""

from datetime import date, datetime
from typing import Any

from agents.models import Agent, DirectionTerritoriale
from bilan.contenu import SyntheseContenu
from bilan.echange import note_acknowledgement
from bilan.models import Bilan, Consentement, Seance, Synthese
from bilan.models.synthese import fingerprint
from core import clock
from poleemploi import services
from poleemploi.models import Transmission
from tests.factories.conduite import JOUR, make_contenu, make_contrat

ACCORDE_AT = clock.at(date(2010, 5, 12), 14)
RECUEIL: dict[str, Any] = {"mode": Consentement.Mode.FORMULAIRE, "langue": "bm", "interprete": False}


def make_valide(
    direction: DirectionTerritoriale,
    prescripteur: Agent,
    conseiller: Agent,
    *,
    jour: date = JOUR,
    contenu: SyntheseContenu | None = None,
    conserver: bool = True,
    **signataire: Any,
) -> Bilan:
    """A bilan whose synthesis, version 1, was signed and handed over on ``jour``."""
    contrat = make_contrat(direction, **signataire)
    bilan = Bilan(
        contrat=contrat,
        prescripteur=prescripteur,
        prescrit_par=prescripteur,
        prescrit_at=clock.at(contrat.date_signature, 10),
        prestataire=conseiller.affectations.get().prestataire,
        conseiller=conseiller,
        date_fin_conclusion=jour,
    )
    bilan.save()
    for name in ("prescrire", "convoquer", "demarrer", "passer_en_investigation", "passer_en_conclusion"):
        getattr(bilan, name)()
    for name in ("rediger_synthese", "presenter_synthese", "valider_synthese"):
        getattr(bilan, name)()
    bilan.save()
    Seance.objects.create(bilan=bilan, phase="phase_conclusion", jour=jour, minutes=170, par=conseiller)
    add_version(bilan, 1, jour=jour, contenu=contenu)
    if conserver:
        agree(bilan, Consentement.Portee.CONSERVATION, by=conseiller, at=clock.at(jour, 17))
    return Bilan.objects.get(pk=bilan.pk)


def add_version(bilan: Bilan, version: int, *, jour: date = JOUR, contenu: SyntheseContenu | None = None) -> Synthese:
    """A frozen version, signed and handed over on ``jour``."""
    written = (contenu or make_contenu()).to_dict()
    return Synthese.objects.create(
        bilan=bilan,
        version=version,
        contenu=written,
        contenu_sha256=fingerprint(written),
        auteur=bilan.conseiller,
        date_redaction=jour,
        figee_at=clock.at(jour, 12),
        date_presentation=jour,
        pdf_sha256=f"{version:064x}",
        observations={"texte": ""},
        date_signature=jour,
        date_remise=jour,
        date_validation=jour,
    )


def sign_again(bilan: Bilan) -> Synthese:
    """The draft of a rework, signed and handed over on the business day."""
    bilan = Bilan.objects.get(pk=bilan.pk)
    draft = Synthese.objects.filter(bilan=bilan).latest("version")
    draft.delete()
    bilan.presenter_synthese()
    bilan.valider_synthese()
    bilan.save()
    return add_version(bilan, draft.version, jour=clock.today())


def agree(bilan: Bilan, portee: Consentement.Portee, *, by: Agent, at: datetime = ACCORDE_AT) -> Consentement:
    with clock.travel(at):
        return services.record_decision(
            bilan=bilan, portee=portee, decision=Consentement.Decision.ACCORDE, by=by, **RECUEIL
        )


def make_transmission(
    direction: DirectionTerritoriale, prescripteur: Agent, conseiller: Agent, **options: Any
) -> Transmission:
    """A consented synthesis, waiting to be sent."""
    bilan = make_valide(direction, prescripteur, conseiller, **options)
    agree(bilan, Consentement.Portee.TRANSMISSION, by=conseiller)
    return Transmission.objects.get(bilan=bilan)


def receive(transmission: Transmission, at: datetime = ACCORDE_AT) -> Transmission:
    """The partner acknowledged it at ``at``: what the sender does there has its own tests."""
    with clock.travel(at):
        Transmission.objects.filter(pk=transmission.pk).update(
            etat="accusee", accuse_at=at, accuse_identifiant="PE-1", prochain_essai_at=None, termine_at=at
        )
        note_acknowledgement(transmission.synthese, "PE-1", at)
    return Transmission.objects.select_related("bilan").get(pk=transmission.pk)
