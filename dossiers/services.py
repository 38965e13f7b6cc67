"""Acts on a whole file, which touch several apps at once: open, correct the contract, cancel."""

import uuid

from django.db import transaction

from agents.models import Agent, DirectionTerritoriale
from bilan.workflow import open_bilan
from cai.fiches import FicheContrat, FicheSignataire
from cai.models import Contrat
from cai.services import register_signataire, sign_contrat
from core.errors import Conflict
from core.locks import serialise


@transaction.atomic
def open_file(
    *,
    signataire: FicheSignataire,
    contrat: FicheContrat,
    direction: DirectionTerritoriale,
    identifiant: uuid.UUID | None = None,
    by: Agent,
) -> Contrat:
    """The signatory, their contract and its bilan to assess, all or nothing.

    ``identifiant``, chosen when the form was shown, becomes the file's own: the same form sent twice opens one file,
    and the second time gives that file back. Refuses what ``register_signataire`` and ``sign_contrat`` refuse.
    """
    if identifiant is not None:
        serialise(identifiant)
        if opened := Contrat.objects.filter(pk=identifiant).first():
            if not Contrat.objects.visible_to(by).filter(pk=identifiant).exists():
                raise Conflict("Ce formulaire a déjà servi. Ouvrez le dossier depuis une page neuve.")
            return opened
    person = register_signataire(fiche=signataire, by=by)
    signed = sign_contrat(signataire=person, direction=direction, fiche=contrat, identifiant=identifiant, by=by)
    open_bilan(contrat=signed, by=by)
    return signed
