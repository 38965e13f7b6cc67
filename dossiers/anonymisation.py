"""The end of a nominative file: what becomes of every column that hangs on it (reference E.6 and C.10) [D].

What says who the person is or was disappears; what stays is a contract of nobody, the course of its bilan and the
journal without its private facts. The statistical row was written when the bilan ended (G.4) and is left alone.
"""

import secrets
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

import structlog
from django.db import DatabaseError, models, transaction
from django.db.models import Exists, OuterRef, Q

from agents.models import Agent
from bilan import models as bilan
from bilan.models import Bilan, TirageCourriers
from bilan.states import FINAUX
from cai import models as cai
from cai.models import LANGUE_INCONNUE, NUMERO_ANONYME, PAYS_INCONNU, Contrat, Signataire
from cai.oubli import fin_nominative, no_longer_nominative
from core import clock, journal
from core.crypto import EncryptedBinaryField
from core.errors import Blocage, Gone, RuleViolation, refuse_if
from core.french import date_sans_jour
from core.passes import in_time
from exemptions import models as exemptions
from poleemploi import models as poleemploi
from poleemploi.models import Transmission
from poleemploi.states import A_TRAITER_PAR_LE_SYSTEME, EtatTransmission

logger = structlog.get_logger(__name__)
NOM = "Dossier anonymisé"
LOT = 1000  # files of one run, under a minute: what is left waits for the next night


@dataclass(frozen=True)
class Detruite:
    """A table whose rows go whole, and the way from them to the contract."""

    modele: type[models.Model]
    chemin: str


# Rows that others point to come after those; a column added to one of these tables is destroyed by itself.
DETRUITES = (
    Detruite(poleemploi.EvenementEcarte, "contrat"),
    Detruite(poleemploi.Retour, "transmission__bilan__contrat"),
    Detruite(poleemploi.Tentative, "transmission__bilan__contrat"),
    Detruite(poleemploi.Transmission, "bilan__contrat"),
    Detruite(bilan.Suivi, "bilan__contrat"),
    Detruite(bilan.Consentement, "bilan__contrat"),
    Detruite(bilan.SyntheseDetruite, "bilan__contrat"),
    Detruite(bilan.SynthesePdf, "synthese__bilan__contrat"),
    Detruite(bilan.Synthese, "bilan__contrat"),
    Detruite(bilan.NotePhase, "bilan__contrat"),
    Detruite(bilan.Seance, "bilan__contrat"),
    Detruite(bilan.RendezVous, "bilan__contrat"),
    Detruite(bilan.TirageCourriers.courriers.through, "courrier__contrat"),
    Detruite(bilan.Courrier, "contrat"),
    Detruite(exemptions.JustificatifFichier, "justificatif__contrat"),
    Detruite(exemptions.Justificatif, "contrat"),
    Detruite(exemptions.Evaluation, "contrat"),
    Detruite(cai.Enfant, "famille__contrat"),
    Detruite(cai.ContratFamille, "contrat"),
    Detruite(cai.EvaluationPreArrivee, "contrat"),
    Detruite(cai.SeancePrestation, "prestation__contrat"),
    Detruite(cai.Certificat, "prestation__contrat"),
    Detruite(cai.Prestation, "contrat"),
    Detruite(cai.PropositionPrefet, "contrat"),
)

Sort = Callable[[Any], Any]  # what a value becomes


def garde(value: Any) -> Any:
    """Technical, or true of thousands of people: left as it is."""
    return value


def devient(value: Any) -> Sort:
    """The same for everybody."""
    return lambda _: value


def _premier_janvier(naissance: date) -> date:
    return naissance.replace(month=1, day=1)


def _numero_anonyme(_: str) -> str:
    """Drawn, not computed: nobody can go back to the former number."""
    return f"{NUMERO_ANONYME}{secrets.token_hex(6).upper()}"


# Every column of the rows that stay: a test refuses one that is not told here.
SORTS: dict[type[models.Model], dict[str, Sort]] = {
    Signataire: {
        "id": garde, "created_at": garde, "updated_at": garde, "sexe": garde,
        "nom": devient(NOM), "prenom": devient(None), "date_naissance": _premier_janvier,
        "nationalite": devient(PAYS_INCONNU), "langue_comprise": devient(LANGUE_INCONNUE),
        "adresse": devient(""), "adresse_complement": devient(""), "code_postal": devient("00000"),
        "ville": devient(""), "telephone": devient(""), "courriel": devient(""),
        "representant_nom": devient(""), "representant_qualite": devient(""),
        "cle_recherche": devient(""),  # written again by ``save``, from the name
    },
    Contrat: {
        "id": garde, "created_at": garde, "updated_at": garde, "signataire": garde, "direction": garde,
        "numero_cai": _numero_anonyme, "date_entretien": garde, "date_signature": garde, "date_echeance": garde,
        "date_echeance_prorogee": garde, "titre_admission": garde, "titre_actuel": devient(None),
        "date_premier_titre": garde, "date_cosignature": devient(None), "statut": garde, "annule_at": garde,
        "annule_par": garde, "motif_annulation": garde,
        "anonymise_at": lambda _: clock.now(),
    },
    Bilan: dict.fromkeys(
        (
            "id", "created_at", "updated_at", "contrat", "etat", "prescripteur", "prescrit_at", "prescrit_par",
            "prestataire", "conseiller", "duree_fixee_minutes", "nombre_reports", "informe_le", "date_fin_conclusion",
            "motif_annulation", "motif_non_realisation", "clos_at", "instantane_pris_at",
        ),
        garde,
    ),
}  # fmt: skip


# rule: E.6-anonymisation, C.10-borne
@transaction.atomic
def anonymise(contrat: Contrat) -> bool:
    """Make a file nobody's, for ever, on the system's behalf; return whether there was something to do.

    Refuses (RuleViolation) on the last day of the five years, which is included, and before; and as long as something
    is open (``blocages``). A person who signed several contracts stays known to those that are not anonymised yet.
    """
    contrat = _locked(contrat.pk)
    if contrat.anonymise_at is not None:
        return False
    refuse_if(blocages(contrat, clock.today()))
    contrat.signataire = _nobody(contrat)
    _apply(contrat)
    contrat.save()
    TirageCourriers.objects.filter(courriers__contrat=contrat, etat=TirageCourriers.Etat.PRET).update(
        etat=TirageCourriers.Etat.DETRUIT, pdf=None
    )
    Transmission.objects.filter(bilan__contrat=contrat).update(remplace=None)
    for table in DETRUITES:
        # Neither read nor deciphered: what nobody can read any more must go too.
        sealed = [f.name for f in table.modele._meta.concrete_fields if isinstance(f, EncryptedBinaryField)]
        table.modele._default_manager.filter(**{table.chemin: contrat.pk}).defer(*sealed).delete()
    journal.forget(contrat.pk)
    journal.record("contrat.anonymise", dossier=contrat.pk, target=contrat, by=None)
    return True


def _locked(contrat_id: uuid.UUID) -> Contrat:
    """In the order of the house (``bilan.workflow``): bilans, contract, signatory; read again under those locks."""
    list(Bilan.objects.select_for_update().filter(contrat_id=contrat_id).order_by("pk").values_list("pk"))
    contrat = Contrat.objects.select_for_update(of=("self",)).select_related("direction").get(pk=contrat_id)
    contrat.signataire = Signataire.objects.select_for_update().get(pk=contrat.signataire_id)
    return contrat


def blocages(contrat: Contrat, today: date) -> list[Blocage]:
    """Everything that keeps a file nominative on ``today``; a closed file in its five years included."""
    fin = fin_nominative(contrat.date_premier_titre, contrat.date_signature)
    if today <= fin:
        return [Blocage("periode_de_services", f"Le dossier est nominatif jusqu’au {date_sans_jour(fin)} inclus.")]
    transmissions = Transmission.objects.filter(bilan__contrat=contrat).exclude(
        etat__in=(EtatTransmission.EFFACEE, EtatTransmission.ANNULEE)
    )
    found = (
        (
            contrat.is_running and today <= contrat.echeance_effective,
            Blocage("contrat_en_cours", "Le contrat n’est pas à son terme."),
        ),
        (
            contrat.bilans.exclude(etat__in=FINAUX).exists(),
            Blocage("bilan_ouvert", "Le bilan n’est pas terminé."),
        ),
        (
            transmissions.filter(Q(etat__in=A_TRAITER_PAR_LE_SYSTEME) | Q(effacement_voulu=True)).exists(),
            Blocage("transmission_en_cours", "Un envoi ou un effacement chez Pôle emploi est en cours."),
        ),
        (
            cai.PropositionPrefet.objects.open().filter(contrat=contrat).exists(),
            Blocage("proposition_ouverte", "Une proposition au préfet attend sa décision."),
        ),
        (
            TirageCourriers.objects.filter(
                courriers__contrat=contrat, etat__in=(TirageCourriers.Etat.EN_ATTENTE, TirageCourriers.Etat.EN_COURS)
            ).exists(),
            Blocage("tirage_en_cours", "Un courrier est en cours d’impression."),
        ),
    )
    return [blocage for stands, blocage in found if stands]


def _nobody(contrat: Contrat) -> Signataire:
    """The signatory without an identity: the row itself, or another when a nominative contract still needs it."""
    person = contrat.signataire
    if Contrat.objects.filter(signataire=person, anonymise_at=None).exclude(pk=contrat.pk).exists():
        person.pk = uuid.uuid4()
        person._state.adding = True
    _apply(person)
    person.save()
    return person


def _apply(row: models.Model) -> None:
    for name, sort in SORTS[type(row)].items():
        column = row._meta.get_field(name).attname  # type: ignore[union-attr]
        setattr(row, column, sort(getattr(row, column)))


def refuse_anonymised(agent: Agent, contrat_id: str) -> None:
    """Raise Gone, with its day, when a file that the agent could have read was anonymised."""
    contrat = Contrat.objects.anonymised_for(agent).filter(pk=contrat_id).first()
    if contrat is not None:
        raise Gone(f"Dossier anonymisé le {date_sans_jour(contrat.anonymise_at)}.", code="dossier_anonymise")


# rule: E.6-anonymisation
def sweep(today: date, limite: int = LOT) -> int:
    """Anonymise the files whose five years ended before ``today``, ``limite`` at most; return how many. Idempotent.

    What one run has no time for is left to the next night.

    One transaction a file: one that fails stops neither the others nor the next night. A file still open is left as it
    is, and told in the log by its identifier and what it waits for.
    """
    done = 0
    for contrat in in_time(due(today)):
        if done == limite:
            break
        if waiting := blocages(contrat, today):
            logger.warning("anonymisation_waits", contrat=str(contrat.pk), motifs=[one.code for one in waiting])
            continue
        try:
            done += anonymise(contrat)
        except (DatabaseError, RuleViolation):  # the latter: opened again in between
            logger.exception("anonymisation_failed", contrat=str(contrat.pk))
    return done


def due(today: date) -> list[Contrat]:
    """Nominative files whose five years are over on ``today``, the oldest first; then those whose bilan nobody ended.

    These may be many and wait for years: looked at first, they would take the time of the run from the others.
    """
    over = no_longer_nominative(Contrat.objects.filter(anonymise_at=None), today)
    unended = Exists(Bilan.objects.filter(contrat=OuterRef("pk")).exclude(etat__in=FINAUX))
    return list(Contrat.objects.filter(pk__in=over).order_by(unended, "date_signature", "pk"))
