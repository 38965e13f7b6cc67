"""The file's journal in French sentences: what happened, who did it, and the few facts worth saying aloud."""

import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import DateField

from bilan.models import Consentement, Courrier
from bilan.passation import AUTRE_PRESTATAIRE
from bilan.states import (
    MotifAbsence,
    MotifAnnulation,
    MotifDestruction,
    MotifImpression,
    MotifInterruption,
    MotifNonRealisation,
    MotifReport,
    MotifReprise,
)
from cai.models import Contrat, Prestation, Signataire
from core import clock
from core.french import date_sans_jour, duree, heure, insecable
from core.models import Evenement
from exemptions.domain import bareme
from exemptions.models import Justificatif

Facts = Mapping[str, Any]
SYSTEME = "le système"
NEUTRE = "Le dossier a changé"


@dataclass(frozen=True)
class Ligne:
    """One event as the page shows it."""

    nom: str
    at: datetime
    titre: str
    detail: str
    auteur: str
    famille: str


def _jour(value: str | None) -> str:
    return date_sans_jour(date.fromisoformat(value[:10])) if value else ""


def _moment(value: str) -> str:
    moment = datetime.fromisoformat(value)
    return f"{date_sans_jour(moment)} à {heure(moment)}"


def _label(choices: type[Any], value: str) -> str:
    return str(choices(value).label) if value in choices.values else value


def _signe(faits: Facts) -> str:
    return (
        f"Signé le {_jour(faits['date_signature'])}, jusqu’au {_jour(faits['date_echeance'])} inclus, "
        f"sous le numéro {faits['numero_cai']}."
    )


def _champs(model: type[Contrat] | type[Signataire]) -> Callable[[Facts], str]:
    def _tell(faits: Facts) -> str:
        said = []
        for name, (before, after) in faits["champs"].items():
            field = _field(model, name)
            label = str(getattr(field, "verbose_name", name))
            shown = f"«\u00a0{_shown(field, before)}\u00a0» devient «\u00a0{_shown(field, after)}\u00a0»"
            said.append(f"{label[:1].upper()}{label[1:]}\u00a0: {shown}.")
        return " ".join(said)

    return _tell


def _field(model: type[Contrat] | type[Signataire], name: str) -> Any:
    return model._meta.get_field(name)


def _shown(field: Any, value: Any) -> str:
    """A value as the pages say it: the label of a code, a date in words, « vide » for nothing."""
    text = "" if value is None else str(value)
    if not text:
        return "vide"
    if field.is_relation:
        row = field.related_model.objects.filter(pk=text).first()
        return str(row) if row else text
    if field.choices:
        return str(dict(field.flatchoices).get(text, text))
    try:
        return _jour(text) if isinstance(field, DateField) else text
    except ValueError:
        return text


def _evaluation(faits: Facts) -> str:
    jour = _jour(faits["date_reference"])
    if not faits["exempte"]:
        return f"Au {jour}, aucun motif de dispense : le bilan est à proposer."
    motifs = " ; ".join(bareme.LIBELLES_MOTIFS.get(motif, motif) for motif in faits["motifs"])
    return f"Au {jour}, la personne est dispensée : {insecable(motifs)}."


def _piece(faits: Facts) -> str:
    motif = f" Motif : {faits['motif']}." if faits.get("motif") else ""
    return f"{_label(Justificatif.Type, faits['type'])} du {_jour(faits['date_document'])}.{motif}"


def _prestation(faits: Facts) -> str:
    return f"{_label(Prestation.Type, faits['type'])}."


def _motif(choices: type[Any]) -> Callable[[Facts], str]:
    return lambda faits: f"Raison : {_label(choices, faits['motif'])}." if faits.get("motif") else ""


def _travail(faits: Facts) -> str:
    if faits["motif"] == AUTRE_PRESTATAIRE:
        return "Le bilan passe à un autre prestataire."
    return "Un an a passé depuis la dernière séance, et la synthèse n’a pas été rédigée."


def _libre(faits: Facts) -> str:
    return f"Raison : {faits['motif']}." if faits.get("motif") else ""


def _convocation(faits: Facts) -> str:
    reduit = " La personne a accepté un délai plus court." if faits.get("accord_delai_reduit") else ""
    return f"Rendez-vous le {_moment(faits['rendez_vous'])}. Convocation n° {faits['convocation']}.{reduit}"


def _absence(faits: Facts) -> str:
    limite = faits.get("limite_justification")
    if not limite:
        return ""
    can = "peut" if date.fromisoformat(limite) >= clock.today() else "pouvait"
    return f"La personne {can} se justifier jusqu’au {_jour(limite)} inclus."


def _excuse(faits: Facts) -> str:
    vu = faits.get("justificatif_vu_le")
    return f"Raison : {_label(MotifAbsence, faits['motif'])}." + (f" Justificatif vu le {_jour(vu)}." if vu else "")


def _duree(faits: Facts) -> str:
    return f"De {duree(faits['duree_avant'])} à {duree(faits['duree_fixee_minutes'])}."


def _seance(faits: Facts) -> str:
    return f"{duree(faits['minutes'])} le {_jour(faits['jour'])}."


def _version(faits: Facts) -> str:
    return f"Version {faits['version']}." if faits.get("version") else ""


def _consentement(faits: Facts) -> str:
    portee = _label(Consentement.Portee, faits["portee"])
    return f"{portee} : {_label(Consentement.Decision, faits['decision']).lower()}."


def _impression(faits: Facts) -> str:
    motif = _label(MotifImpression, faits.get("motif", ""))
    return f"{motif}. Version {faits.get('version')}, exemplaire {faits.get('exemplaire')}."


def _accuse(faits: Facts) -> str:
    return f"{_version(faits)} Accusé n° {faits.get('accuse')}.".strip()


def _courrier(faits: Facts) -> str:
    return f"{_label(Courrier.Genre, faits['genre'])} n° {faits['numero']}."


def _cloture(faits: Facts) -> str:
    return "La transmission à Pôle emploi a été abandonnée." if faits.get("motif") else ""


def _rien(faits: Facts) -> str:
    return ""


# Event name -> what happened, and how to tell its facts. Every name ever recorded has its line here.
SENTENCES: dict[str, tuple[str, Callable[[Facts], str]]] = {
    "contrat.signe": ("Contrat enregistré", _signe),
    "contrat.corrige": ("Contrat corrigé", _champs(Contrat)),
    "contrat.annule": ("Dossier annulé", _motif(Contrat.MotifAnnulation)),
    "signataire.corrige": ("Identité corrigée", _champs(Signataire)),
    "prestation.enregistree": ("Prestation mise à jour", _prestation),
    "exemption.evaluee": ("Exemption évaluée", _evaluation),
    "justificatif.recu": ("Pièce reçue", _piece),
    "justificatif.verifie": ("Pièce vérifiée", _piece),
    "justificatif.rejete": ("Pièce rejetée", _piece),
    "bilan.ouvert": ("Bilan ouvert, exemption à évaluer", _rien),
    "bilan.constater_exemption": ("Exemption constatée", _rien),
    "bilan.prescrire": ("Bilan prescrit", _rien),
    "bilan.lever_exemption": ("Exemption levée", _libre),
    "bilan.convoquer": ("Personne convoquée", _convocation),
    "bilan.reporter": ("Rendez-vous reporté", _motif(MotifReport)),
    "bilan.reattribuer": ("Dossier confié à un autre prescripteur", _rien),
    "bilan.affecter_conseiller": ("Rendez-vous confié à un autre conseiller", _rien),
    "bilan.constater_absence": ("Absence constatée", _absence),
    "bilan.reconnaitre_motif_legitime": ("Motif légitime reconnu", _excuse),
    "bilan.constater_absence_injustifiee": ("Absence sans motif constatée", _rien),
    "bilan.requalifier_absence": ("Absence requalifiée : motif légitime", _excuse),
    "bilan.demarrer": ("Bilan commencé : la personne est venue", _rien),
    "bilan.seance_enregistree": ("Séance enregistrée", _seance),
    "bilan.passer_en_investigation": ("Phase d’investigation ouverte", _rien),
    "bilan.passer_en_conclusion": ("Phase de conclusion ouverte", _rien),
    "bilan.interrompre": ("Bilan interrompu", _motif(MotifInterruption)),
    "bilan.synthese_commencee": ("Brouillon de synthèse commencé", _version),
    "bilan.rediger_synthese": ("Synthèse rédigée", _version),
    "bilan.presenter_synthese": ("Synthèse présentée à la personne", _version),
    "bilan.reprendre_synthese": ("Synthèse reprise pour correction", _motif(MotifReprise)),
    "bilan.valider_synthese": ("Synthèse signée, validée et remise", _version),
    "bilan.constater_refus_signature": ("Signature refusée par la personne", _rien),
    "bilan.synthese_imprimee": ("Synthèse imprimée", _impression),
    "bilan.synthese_recue": ("Synthèse reçue par Pôle emploi", _version),
    "bilan.consentement_recueilli": ("Décision de la personne enregistrée", _consentement),
    "bilan.travail_detruit": ("Notes et brouillon détruits", _travail),
    "bilan.contenu_detruit": ("Contenu de la synthèse détruit", _motif(MotifDestruction)),
    "bilan.refixer_duree": ("Durée du bilan changée", _duree),
    "bilan.cloturer": ("Bilan clos", _cloture),
    "bilan.constater_non_realisation": ("Bilan non réalisé", _motif(MotifNonRealisation)),
    "bilan.annuler": ("Bilan annulé", _motif(MotifAnnulation)),
    "transmission.mise_en_file": ("Transmission demandée", _version),
    "transmission.envoyee": ("Synthèse envoyée à Pôle emploi", _version),
    "transmission.incertaine": ("Envoi sans réponse, à vérifier", _version),
    "transmission.a_verifier": ("Arrivée de l’envoi à vérifier avant effacement", _version),
    "transmission.accusee": ("Accusé de réception de Pôle emploi", _accuse),
    "transmission.rejetee": ("Transmission refusée, à corriger", _version),
    "transmission.echec_definitif": ("Transmission en échec, à relancer", _version),
    "transmission.relancee": ("Transmission relancée", _version),
    "transmission.annulee": ("Transmission annulée, rien n’a été envoyé", _version),
    "transmission.effacement_demande": ("Effacement demandé à Pôle emploi", _version),
    "transmission.effacee": ("Synthèse effacée chez Pôle emploi", _version),
    "courrier.emis": ("Courrier émis", _courrier),
}

# What the reader of the timeline may leave out, by the first word of the event's name.
FAMILLES: dict[str, str] = {
    "contrat": "Contrat et identité",
    "exemption": "Exemption",
    "bilan": "Bilan",
    "transmission": "Transmission",
    "courrier": "Courriers",
}
EXEMPTION = "exemption"
# Fields of a correction that say as much as a ground of exemption: permits (reference B).
_TITRES = frozenset({"titre_admission_id", "titre_actuel_id", "date_premier_titre"})
_FAMILLE_OF = {"signataire": "contrat", "prestation": "contrat", "justificatif": "exemption"}


def famille(nom: str) -> str:
    """The family under which an event is filtered."""
    first = nom.split(".", 1)[0]
    return _FAMILLE_OF.get(first, first)


def timeline(dossier: uuid.UUID, *, familles: Sequence[str] = (), sees_exemption: bool) -> list[Ligne]:
    """The events of a file, latest first, told in French; only some families when asked.

    Neither grounds nor permits are told to those who may not see them.
    """
    events = Evenement.objects.filter(dossier=dossier).select_related("par").order_by("-numero")
    lines = [_tell(event, sees_exemption) for event in events if sees_exemption or famille(event.nom) != EXEMPTION]
    return [line for line in lines if not familles or line.famille in familles]


def sentence_of(event: Evenement, *, sees_exemption: bool) -> str:
    """One event as a sentence, with its facts; permits only for those who may see them."""
    titre, detail = SENTENCES.get(event.nom, (NEUTRE, _rien))
    return f"{titre}. {detail(_facts(event, sees_exemption))}".strip()


def _facts(event: Evenement, sees_exemption: bool) -> Facts:
    champs = event.faits.get("champs")
    if sees_exemption or not isinstance(champs, dict):
        facts: Facts = event.faits
        return facts
    return {**event.faits, "champs": {name: values for name, values in champs.items() if name not in _TITRES}}


def _tell(event: Evenement, sees_exemption: bool) -> Ligne:
    titre, detail = SENTENCES.get(event.nom, (NEUTRE, _rien))
    return Ligne(
        nom=event.nom,
        at=event.survenu_at,
        titre=titre,
        detail=detail(_facts(event, sees_exemption)),
        auteur=event.par.get_full_name() if event.par else SYSTEME,
        famille=famille(event.nom),
    )
