"""The right of access: everything the application holds about a person, for that person (law 78-17, art. 39; GDPR, 15).

Every column of every table of the file is given, unless it is named below with its reason: one that is added is
exported by itself. The content of the bilan is not there (reference E.3): it is the person's, on paper.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from datetime import date, datetime
from itertools import chain
from typing import Any

from django.conf import settings
from django.db import models, transaction

from agents.models import Agent
from agents.permissions import check_permission
from agents.roles import Permission, Role
from bilan import models as bilan
from bilan.documents import OFFICE
from bilan.lettres.composition import direction_of
from bilan.selectors import current_synthese
from bilan.states import MotifImpression
from cai import models as cai
from cai.models import Contrat
from core import clock, journal
from core.crypto import EncryptedBinaryField
from core.errors import InvalidInput
from core.french import date_sans_jour, heure
from core.models import Evenement, JournalAcces
from core.pdf import render_pdf
from dossiers.chronologie import sentence_of
from dossiers.droit_acces_mots import act_of, label_of, text_of
from exemptions import models as exemptions
from poleemploi import models as poleemploi

VERSION = 2  # of the JSON; a heading or a column that is added does not change it


class MotifExport(models.TextChoices):
    """How the person asked, and was known to be that person."""

    DEMANDE_ECRITE = "demande_ecrite", "Demande écrite et signée de la personne"
    DEMANDE_SUR_PLACE = "demande_sur_place", "Demande faite sur place, identité vérifiée"


@dataclass(frozen=True)
class Source:
    """One table of the file, and the way from its rows to the contract."""

    titre: str
    modele: type[models.Model]
    chemin: str


SOURCES = (
    Source("Identité", cai.Signataire, "contrats"),
    Source("Contrat", Contrat, "pk"),
    Source("Contrat pour la famille", cai.ContratFamille, "contrat"),
    Source("Enfants du contrat pour la famille", cai.Enfant, "famille__contrat"),
    Source("Évaluation avant l’arrivée en France", cai.EvaluationPreArrivee, "contrat"),
    Source("Prestations du contrat", cai.Prestation, "contrat"),
    Source("Séances des formations", cai.SeancePrestation, "prestation__contrat"),
    Source("Attestations des formations", cai.Certificat, "prestation__contrat"),
    Source("Propositions au préfet", cai.PropositionPrefet, "contrat"),
    Source("Pièces présentées", exemptions.Justificatif, "contrat"),
    Source("Copies de pièces", exemptions.JustificatifFichier, "justificatif__contrat"),
    Source("Évaluations de l’exemption", exemptions.Evaluation, "contrat"),
    Source("Bilan de compétences", bilan.Bilan, "contrat"),
    Source("Rendez-vous", bilan.RendezVous, "bilan__contrat"),
    Source("Séances du bilan", bilan.Seance, "bilan__contrat"),
    Source("Notes de travail (leur existence)", bilan.NotePhase, "bilan__contrat"),
    Source("Synthèse (ses dates)", bilan.Synthese, "bilan__contrat"),
    Source("Synthèse détruite", bilan.SyntheseDetruite, "bilan__contrat"),
    Source("Accords et refus", bilan.Consentement, "bilan__contrat"),
    Source("Courriers", bilan.Courrier, "contrat"),
    Source("Suivi après le bilan", bilan.Suivi, "bilan__contrat"),
    Source("Transmissions à Pôle emploi", poleemploi.Transmission, "bilan__contrat"),
    Source("Essais d’envoi", poleemploi.Tentative, "transmission__bilan__contrat"),
    Source("Retours de Pôle emploi", poleemploi.Retour, "transmission__bilan__contrat"),
    Source("Retours de Pôle emploi mis de côté", poleemploi.EvenementEcarte, "contrat"),
)
# Why a file was looked at, when it was said.
MOTIFS = dict(chain(MotifExport.choices, MotifImpression.choices, bilan.Consentement.Portee.choices))
# Tables that hold nothing but content, and print runs, which hold the letters of many people and nothing else of one.
SANS_SOURCE = frozenset({bilan.SynthesePdf, bilan.TirageCourriers, bilan.TirageCourriers.courriers.through})
# Columns that say nothing of the person: how a machine works on the row, when it was written (the events tell it), the
# digest of a document, a reference inside the application, or a copy of another column.
TECHNIQUES = frozenset(
    {
        "bail_jusqua", "bail_par", "cle_recherche", "code_metier", "contenu_sha256", "corps_sha256", "created_at",
        "document_empreinte", "duree_ms", "evenement", "objet", "pdf_sha256", "prochain_essai_at", "serie_depuis_at",
        "serie_echecs", "sha256", "statut_http", "updated_at",
    }
)  # fmt: skip
INTERNES = frozenset(source.modele for source in SOURCES)


@dataclass(frozen=True)
class Rubrique:
    """One heading of the export. ``lignes`` are rows as French name → text, without what is empty."""

    titre: str
    lignes: list[dict[str, str]]


@dataclass(frozen=True)
class Export:
    """What is handed over, as the JSON says it."""

    version: int
    etabli_le: str
    dossier: str
    rubriques: list[Rubrique]
    synthese: str
    evenements: list[dict[str, Any]]
    acces: list[dict[str, Any]]

    def to_dict(self) -> dict[str, Any]:
        return asdict(self)


# rule: E.1-acces
def export_file(*, contrat: Contrat, motif: str, demande_recue_le: date, by: Agent) -> Export:
    """Everything held about the person of a file, who asked for it; told to the journal of the file and to that of
    accesses.

    Refuses (InvalidInput) an unknown reason and a request still to come. Any state of the contract will do: the right
    lasts as long as the data. The file's journal is locked for its line alone, once everything is gathered.
    """
    _check(contrat, motif, demande_recue_le, by)
    export = _gather(contrat)
    _record(contrat, motif, demande_recue_le, by)
    return export


# rule: E.1-acces
def export_paper(*, contrat: Contrat, motif: str, demande_recue_le: date, by: Agent) -> bytes:
    """The same on paper, as a PDF, laid out before the journal is locked. Refuses what ``export_file`` refuses."""
    _check(contrat, motif, demande_recue_le, by)
    pdf = export_pdf(_gather(contrat), contrat)
    _record(contrat, motif, demande_recue_le, by)
    return pdf


def _check(contrat: Contrat, motif: str, demande_recue_le: date, by: Agent) -> None:
    check_permission(by, Permission.EXPORTER_DOSSIER, direction_id=contrat.direction_id)
    if motif not in MotifExport.values:
        message = "Indiquez comment la personne a demandé son dossier."
        raise InvalidInput(message, fields={"motif": [message]})
    if demande_recue_le > clock.today():
        message = f"Indiquez une date au plus tard aujourd’hui, le {date_sans_jour(clock.today())}."
        raise InvalidInput(message, fields={"demande_recue_le": [message]})


@transaction.atomic
def _record(contrat: Contrat, motif: str, demande_recue_le: date, by: Agent) -> None:
    journal.record(
        "contrat.exporte", dossier=contrat.pk, target=contrat, by=by, motif=motif, demande_recue_le=demande_recue_le
    )
    journal.log_access("export_dossier", by=by, target=contrat, motif=motif)


def _gather(contrat: Contrat) -> Export:
    rubriques, identifiers = [], [str(contrat.pk)]
    for source in SOURCES:
        rows = _rows(source, contrat)
        identifiers += [str(row.pk) for row in rows]
        fields = list(exported_fields(source.modele))
        lignes = [{label_of(field): text for field in fields if (text := text_of(row, field))} for row in rows]
        rubriques.append(Rubrique(titre=source.titre, lignes=lignes))
    return Export(
        version=VERSION,
        etabli_le=clock.now().isoformat(),
        dossier=contrat.numero_cai,
        rubriques=rubriques,
        synthese=_synthese(contrat),
        evenements=_events(contrat),
        acces=_accesses(identifiers),
    )


def exported_fields(modele: type[models.Model]) -> Iterator["models.Field[Any, Any]"]:
    """The columns of a table that are given.

    Neither encrypted contents, nor agents, nor the numbers that tie the tables together, nor what ``TECHNIQUES`` names.
    """
    for field in modele._meta.concrete_fields:
        tie = field.primary_key or (field.is_relation and field.related_model in {Agent, *INTERNES})
        if not (isinstance(field, EncryptedBinaryField) or tie or field.name in TECHNIQUES):
            yield field


def _rows(source: Source, contrat: Contrat) -> list[models.Model]:
    sealed = [f.name for f in source.modele._meta.concrete_fields if isinstance(f, EncryptedBinaryField)]
    rows = source.modele._default_manager.filter(**{source.chemin: contrat.pk}).defer(*sealed)
    return list(rows.order_by("pk" if source.modele is Contrat else "created_at" if _dated(source) else "pk"))


def _dated(source: Source) -> bool:
    return any(field.name == "created_at" for field in source.modele._meta.concrete_fields)


def _synthese(contrat: Contrat) -> str:
    for one in contrat.bilans.order_by("created_at"):
        tombe = bilan.SyntheseDetruite.objects.filter(bilan=one).first()
        if tombe is not None:
            day = date_sans_jour(tombe.detruite_at.astimezone(clock.PARIS).date())
            return f"Le contenu de la synthèse a été détruit le {day}. Un certificat peut vous être remis."
        synthese = current_synthese(one)
        if synthese is not None and synthese.date_validation:
            return (
                "La synthèse existe encore. Elle n’est pas dans ce document\u00a0: elle vous appartient, et le "
                "prescripteur de votre dossier vous en imprime une copie sur papier, sur votre demande."
            )
        if synthese is not None:
            return (
                "Une synthèse est en cours de rédaction. Elle vous sera remise sur papier par le conseiller qui "
                "l’écrit, à la fin du bilan."
            )
    return "Aucune synthèse n’a été rédigée."


def _events(contrat: Contrat) -> list[dict[str, Any]]:
    read = journal.facts_reader()
    return [
        {
            "numero": event.numero,
            "le": _moment(event.survenu_at),
            "phrase": sentence_of(event, sees_exemption=True, read=read),
            "par": "un agent" if event.par_id else "le système",
        }
        for event in Evenement.objects.filter(dossier=contrat.pk).order_by("numero")
    ]


def _accesses(identifiers: Iterable[str]) -> list[dict[str, Any]]:
    """Who looked, by role: an agent's name is not the person's datum. Twelve months, as the journal is kept.

    Why an act was refused is the application's word for its agents, and stays out.
    """
    lines = JournalAcces.objects.filter(objet_id__in=list(identifiers)).order_by("survenu_at")
    granted = JournalAcces.Resultat.ACCORDE
    return [
        {
            "le": _moment(line.survenu_at),
            "action": act_of(line.action) if line.resultat == granted else "acte refusé à un agent",
            "roles": [str(Role(role).label) for role in line.roles if role in Role.values],
            "motif": MOTIFS.get(line.motif, ""),
            "resultat": line.get_resultat_display(),
        }
        for line in lines
    ]


def _moment(at: datetime) -> str:
    return f"{date_sans_jour(at)} à {heure(at)}"


def export_pdf(export: Export, contrat: Contrat) -> bytes:
    """The same for reading."""
    emetteur = OFFICE if settings.MARQUE_ETAT else "Office"
    direction = direction_of(contrat)
    return render_pdf(
        "dossiers/pdf/droit_acces.html",
        {
            "export": export,
            "rubriques": [rubrique for rubrique in export.rubriques if rubrique.lignes],
            "acces": _looked(export),
            "direction": direction,
            "emetteur": emetteur,
            "marque_etat": settings.MARQUE_ETAT,
            "personne": contrat.signataire,
            "traduction": None,
            "densite": "",
            "etabli_le": clock.today(),
        },
        title="Ce que nous savons de vous",
        author=f"{emetteur}, direction territoriale\u00a0: {direction.nom}",
        identifier=repr((contrat.pk, export.etabli_le)),
        created_at=clock.now(),
    )


def _looked(export: Export) -> list[tuple[str, str]]:
    """One line a day and an act: who did it, and how often."""
    found: Counter[tuple[str, str, str]] = Counter(
        (line["le"].split(" à ")[0], line["action"], ", ".join(line["roles"]) or "le système") for line in export.acces
    )
    return [
        (jour, f"{action}, {qui}" + (f" ({times}\u00a0fois)" if times > 1 else ""))
        for (jour, action, qui), times in found.items()
    ]
