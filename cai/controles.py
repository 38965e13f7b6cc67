"""What no signatory and no contract may be, told at the field with what to do about it."""

import re
from collections.abc import Collection
from datetime import date

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models

from cai import delais
from cai.fiches import FicheContrat, FicheSignataire
from cai.models import NUMERO_CAI_FORME, Signataire
from core import clock
from core.errors import InvalidInput
from core.french import date_sans_jour

AGE_MIN_SIGNATURE = 16  # L. 311-9 CESEDA [V]: signed from 16 on, with the legal representative before 18
AGE_MAX = 120  # the partner's contract accepts 16 to 120

FRANCE = "FRA"
# Reference C.2: the contract is signed by foreigners who are neither of the European Union, of the EEA, nor Swiss.
LIBRE_CIRCULATION = frozenset({
    "AUT", "BEL", "BGR", "CYP", "CZE", "DEU", "DNK", "ESP", "EST", "FIN", "GBR", "GRC", "HUN", "IRL", "ITA", "LTU",
    "LUX", "LVA", "MLT", "NLD", "POL", "PRT", "ROU", "SVK", "SVN", "SWE", "ISL", "LIE", "NOR", "CHE",
})  # fmt: skip
CROATIE, CROATIE_DEPUIS = "HRV", date(2013, 7, 1)  # the one accession under the CAI's regime

Errors = dict[str, list[str]]


def refuse(errors: Errors) -> None:
    """Raise InvalidInput with every error at its field; nothing when there is none."""
    if errors:
        raise InvalidInput(" ".join(messages[0] for messages in errors.values()), fields=errors)


def columns_errors(row: models.Model, *, sauf: Collection[str] = ()) -> Errors:
    """What the columns themselves refuse: lengths, code lists, unknown reference rows, mandatory values."""
    try:
        row.clean_fields(exclude=set(sauf))
    except ValidationError as error:
        return {
            name: ["Choisissez une valeur de la liste."] if row._meta.get_field(name).is_relation else messages
            for name, messages in error.message_dict.items()
        }
    return {}


def signataire_errors(fiche: FicheSignataire) -> Errors:
    """Whatever the contract: the person is a foreigner, was born, not too long ago, and can be written to."""
    errors: Errors = {}
    today = clock.today()
    if fiche.date_naissance > today:
        errors["date_naissance"] = ["Indiquez une date de naissance passée."]
    elif delais.age(fiche.date_naissance, today) > AGE_MAX:
        errors["date_naissance"] = [f"Vérifiez l’année de naissance : la personne aurait plus de {AGE_MAX} ans."]
    # rule: C.2-nationalite
    if fiche.nationalite == FRANCE:
        errors["nationalite"] = [
            "Une personne française ne signe pas de contrat d’accueil et d’intégration. Vérifiez la nationalité sur le "
            "titre de séjour."
        ]
    if not re.fullmatch(r"[0-9]{5}", fiche.code_postal):
        errors["code_postal"] = ["Indiquez un code postal de cinq chiffres."]
    return errors


# rule: C.2-nationalite
def signs_no_cai(nationalite: str, date_signature: date) -> bool:
    """Whether nationals of this country were free to settle on that day, so that they signed no CAI as a rule.

    A doubt to look at, not a refusal [D]: a second nationality, or a contract signed before, may explain it.
    """
    return nationalite in LIBRE_CIRCULATION or (nationalite == CROATIE and date_signature >= CROATIE_DEPUIS)


def age_errors(
    *, date_naissance: date, date_signature: date, representant_nom: str, field: str = "date_naissance"
) -> Errors:
    """Who may sign at that age: from 16 on, and with the legal representative before 18 (reference C.2)."""
    age = delais.age(date_naissance, date_signature)
    # rule: C.2-age
    if age < AGE_MIN_SIGNATURE:
        premier_jour = date_sans_jour(delais.birthday(date_naissance, AGE_MIN_SIGNATURE))
        return {
            field: [
                f"Le contrat se signe à partir de {AGE_MIN_SIGNATURE} ans, soit le {premier_jour} au plus tôt. "
                "Vérifiez les deux dates."
            ]
        }
    # rule: C.2-representant
    if age < delais.AGE_MAJORITE and not representant_nom.strip():
        return {
            "representant_nom": [
                f"La personne a {age} ans à la signature : indiquez le représentant légal qui signe avec elle."
            ]
        }
    return {}


def contrat_errors(fiche: FicheContrat, signataire: Signataire) -> Errors:
    """The contract taken alone: its dates, its number, the age of who signed it."""
    errors: Errors = {}
    today = clock.today()
    aujourdhui = date_sans_jour(today)
    if fiche.date_signature > today:
        errors["date_signature"] = [f"Indiquez une date au plus tard aujourd’hui, le {aujourdhui}."]
    # rule: C.2-regime
    elif settings.REGIME_CAI_FIN and fiche.date_signature > settings.REGIME_CAI_FIN:
        fin = date_sans_jour(settings.REGIME_CAI_FIN)
        errors["date_signature"] = [f"Indiquez une date au plus tard le {fin}, dernier jour où un CAI a pu être signé."]
    if fiche.date_entretien > fiche.date_signature:
        signature = date_sans_jour(fiche.date_signature)
        errors["date_entretien"] = [
            f"L’entretien précède la signature : indiquez une date au plus tard le {signature}."
        ]
    elif fiche.date_entretien <= signataire.date_naissance:
        errors["date_entretien"] = ["L’entretien ne peut pas précéder la naissance : vérifiez l’année."]
    if fiche.date_premier_titre:
        if fiche.date_premier_titre > today:
            errors["date_premier_titre"] = [f"Indiquez une date au plus tard aujourd’hui, le {aujourdhui}."]
        elif fiche.date_premier_titre < signataire.date_naissance:
            errors["date_premier_titre"] = ["Le premier titre ne peut pas précéder la naissance : vérifiez l’année."]
    # rule: C.2-numero
    if fiche.numero_cai and not re.fullmatch(NUMERO_CAI_FORME, fiche.numero_cai):
        errors["numero_cai"] = ["Un numéro CAI compte 6 à 20 lettres majuscules, chiffres ou tirets : 75-2010-000123."]
    errors |= cosignature_errors(fiche, signataire)
    ages = age_errors(
        date_naissance=signataire.date_naissance,
        date_signature=fiche.date_signature,
        representant_nom=signataire.representant_nom,
        field="date_signature",
    )
    return {**ages, **errors}


# rule: C.2-representant
def cosignature_errors(fiche: FicheContrat, signataire: Signataire) -> Errors:
    """The contract of a minor is also signed by the legal representative (L. 311-9 CESEDA [V], reference C.2)."""
    cosigned = fiche.date_cosignature
    age = delais.age(signataire.date_naissance, fiche.date_signature)
    if cosigned is None:
        if not AGE_MIN_SIGNATURE <= age < delais.AGE_MAJORITE or not signataire.representant_nom:
            return {}  # too young, or without a representative: ``age_errors`` says so
        return {
            "date_cosignature": [
                f"La personne a {age} ans à la signature\u00a0: indiquez le jour où son représentant légal a signé."
            ]
        }
    if cosigned < fiche.date_entretien or cosigned > clock.today():
        entretien, aujourdhui = date_sans_jour(fiche.date_entretien), date_sans_jour(clock.today())
        return {"date_cosignature": [f"Indiquez une date entre l’entretien, le {entretien}, et le {aujourdhui}."]}
    return {}
