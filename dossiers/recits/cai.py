"""What the timeline says of the person and the contract."""

from collections.abc import Callable
from typing import Any

from django.db.models import DateField

from cai.models import Contrat, ContratFamille, Signataire
from core import journal
from dossiers.recits.mots import Facts, Recits, jour, label, motif, rien


def _signe(faits: Facts) -> str:
    return (
        f"Signé le {jour(faits['date_signature'])}, jusqu’au {jour(faits['date_echeance'])} inclus, "
        f"sous le numéro {faits['numero_cai']}."
    )


def _champs(model: type[Contrat] | type[Signataire]) -> Callable[[Facts], str]:
    def _say(faits: Facts) -> str:
        if faits["champs"] == journal.EFFACEE:
            return "Anciennes et nouvelles valeurs\u00a0: donnée effacée."
        said = []
        for name, (before, after) in faits["champs"].items():
            field = _field(model, name)
            said_name = str(getattr(field, "verbose_name", name))
            shown = f"«\u00a0{_shown(field, before)}\u00a0» devient «\u00a0{_shown(field, after)}\u00a0»"
            said.append(f"{said_name[:1].upper()}{said_name[1:]}\u00a0: {shown}.")
        return " ".join(said)

    return _say


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
        return jour(text) if isinstance(field, DateField) else text
    except ValueError:
        return text


def _famille(faits: Facts) -> str:
    enfants, signe = faits["nombre_enfants"], f"Signé le {jour(faits['date_signature'])}"
    if enfants == journal.EFFACEE:
        return f"{signe}."
    pour = f"pour {enfants} enfant{'s' if enfants > 1 else ''}"
    return f"{signe}, {pour}. {label(ContratFamille.Conjoint, faits['conjoint'])}."


def _journee(faits: Facts) -> str:
    attestation = f", attestation du {jour(faits['attestation_le'])}" if faits["attestation_le"] else ""
    return f"{label(ContratFamille.Journee, faits['apres'])}{attestation}."


def _export(faits: Facts) -> str:
    return f"Demande du {jour(faits['demande_recue_le'])}."


SENTENCES: Recits = {
    "famille.signee": ("Contrat famille enregistré", _famille),
    "famille.corrigee": ("Contrat famille corrigé", _famille),
    "famille.journee": ("Journée des parents", _journee),
    "famille.inscription": (
        "Certificat d’inscription vu",
        lambda faits: f"Enfant {faits['rang']}, vu le {jour(faits['vue_le'])}.",
    ),
    "famille.conseil_general": ("Conseil général informé", lambda faits: f"Le {jour(faits['informe_le'])}."),
    "famille.prefet": ("Préfet informé d’une journée manquée", lambda faits: f"Le {jour(faits['informe_le'])}."),
    "contrat.anonymise": ("Dossier anonymisé", rien),
    "contrat.signe": ("Contrat enregistré", _signe),
    "contrat.exporte": ("Données remises à la personne, à sa demande", _export),
    "contrat.oublie": ("Anciennes valeurs et raisons effacées du journal", rien),
    "contrat.corrige": ("Contrat corrigé", _champs(Contrat)),
    "contrat.annule": ("Dossier annulé", motif(Contrat.MotifAnnulation)),
    "signataire.corrige": ("Identité corrigée", _champs(Signataire)),
}
