"""What the exchange tells the statistical snapshot of a bilan (reference G.4); named by ``BILAN_FAITS_ECHANGE``."""

from datetime import timedelta

from bilan.instantane import FaitsEchange
from bilan.models import Bilan
from poleemploi.models import Retour, Transmission
from poleemploi.states import A_TRAITER_PAR_UN_AGENT, MotifFin

DURABLES = (Retour.TypeContrat.CDI, Retour.TypeContrat.CDD_LONG)  # reference I.4
PPAE_SOUS = timedelta(days=15)  # R. 5411-14 code du travail [V]; counted, never enforced
# Refused or exhausted, whatever was then decided of the row.
ECHECS = (MotifFin.TRANSMISSION_IMPOSSIBLE, MotifFin.REMPLACEE)


def exchange_facts(bilan: Bilan) -> FaitsEchange:
    """Counts, dates and kinds of contract, read under the bilan's lock."""
    rows = list(Transmission.objects.filter(bilan=bilan).values_list("etat", "motif_fin"))
    returns = list(Retour.objects.of_bilan(bilan).order_by("recu_le", "created_at"))
    inscription = min((row.date_inscription for row in returns if row.date_inscription), default=None)
    ppae = min((row.date_entretien_ppae for row in returns if row.date_entretien_ppae), default=None)
    hired = [row for row in returns if row.date_embauche]
    first = min(hired, key=lambda row: row.date_embauche or row.recu_le, default=None)
    return FaitsEchange(
        transmissions=len(rows),
        echecs=sum(etat in A_TRAITER_PAR_UN_AGENT or motif in ECHECS for etat, motif in rows),
        pris_en_charge_ppae=ppae is not None,
        inscription=inscription is not None,
        # rule: D.6-ppae
        ppae_sous_15_jours=ppae <= inscription + PPAE_SOUS if ppae and inscription else None,
        date_embauche=first.date_embauche if first else None,
        emploi_durable=any(row.type_contrat in DURABLES for row in hired) if hired else None,
    )
