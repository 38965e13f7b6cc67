"""What an agent states about a person and their contract, as read from a form or an API body, before any row exists."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date
from typing import Any, Self

from cai.models import Contrat, Signataire


@dataclass(frozen=True, kw_only=True)
class FicheSignataire:
    """Identity of a signatory; ``nationalite`` and ``langue_comprise`` are codes, an empty ``prenom`` a single name."""

    nom: str
    prenom: str
    sexe: str
    date_naissance: date
    nationalite: str
    langue_comprise: str
    adresse: str
    code_postal: str
    ville: str
    adresse_complement: str = ""
    telephone: str = ""
    courriel: str = ""
    representant_nom: str = ""
    representant_qualite: str = ""

    @classmethod
    def from_values(cls, values: Mapping[str, Any]) -> Self:
        """Take this fiche's fields out of cleaned form values."""
        return cls(**{field.name: values[field.name] for field in fields(cls)})

    @classmethod
    def of(cls, signataire: Signataire) -> Self:
        """The fiche that a stored signatory answers to."""
        return cls(
            **{
                **{field.name: getattr(signataire, field.name) for field in fields(cls)},
                "prenom": signataire.prenom or "",
                "nationalite": signataire.nationalite_id,
                "langue_comprise": signataire.langue_comprise_id,
            }
        )

    def columns(self) -> dict[str, Any]:
        """The same, as columns of ``Signataire``."""
        values = {field.name: getattr(self, field.name) for field in fields(self)}
        values["prenom"] = self.prenom or None
        values["nationalite_id"] = values.pop("nationalite")
        values["langue_comprise_id"] = values.pop("langue_comprise")
        return values


@dataclass(frozen=True, kw_only=True)
class FicheContrat:
    """Terms of a contract; permits are codes, an empty ``numero_cai`` asks for the direction's next number."""

    numero_cai: str
    date_entretien: date
    date_signature: date
    titre_admission: str
    titre_actuel: str = ""
    date_premier_titre: date | None = None
    date_cosignature: date | None = None

    @classmethod
    def from_values(cls, values: Mapping[str, Any]) -> Self:
        """Take this fiche's fields out of cleaned form values; what was not asked is absent."""
        return cls(**{field.name: values[field.name] for field in fields(cls) if field.name in values})

    @classmethod
    def of(cls, contrat: Contrat) -> Self:
        """The fiche that a stored contract answers to."""
        return cls(
            **{
                **{field.name: getattr(contrat, field.name) for field in fields(cls)},
                "titre_admission": contrat.titre_admission_id,
                "titre_actuel": contrat.titre_actuel_id or "",
            }
        )

    def columns(self) -> dict[str, Any]:
        """The same, as columns of ``Contrat``; the échéance is not stated, it is computed."""
        values = {field.name: getattr(self, field.name) for field in fields(self)}
        values["titre_admission_id"] = values.pop("titre_admission")
        values["titre_actuel_id"] = values.pop("titre_actuel") or None
        return values
