"""What a synthesis says: its headings, their limits, and what is missing before it can be completed (reference D.4).

Pure: no database, no clock. Limits and codes are exactly those of the partner's contract, so that what a person has
signed can be deposited as it stands; headings that never leave the provider have our own limits [D].
"""

import re
import unicodedata
from collections.abc import Collection, Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from bilan.nomenclatures import (
    DOMAINES_FORMATION,
    FREINS,
    NIVEAUX_CEC,
    NIVEAUX_CECRL,
    NIVEAUX_FORMATION,
    RECONNAISSANCES,
)  # fmt: skip
from core.errors import Blocage

LONGUEURS = {  # characters, inclusive
    "circonstances": 2000,  # [D], like the two below: these three headings are not sent
    "competences_aptitudes": 3000,
    "projet": 2000,
    "orientation": 500,
    "parcours": 2000,
    "parcours_recherche": 1000,
}
PRECONISATION_MAX = 500  # characters
LIGNE_MAX = 200  # characters: occupation, title of a diploma, title of a training need
# rule: D.4-codes
MAXIMA = {"langues": 20, "diplomes": 30, "experiences": 50, "besoins_formation": 10, "preconisations": 20, "metiers": 3}
ANNEE_DIPLOME_MIN, ANNEE_DIPLOME_MAX = 1930, 2100  # inclusive
FORME_ROME = "Ce code n’existe pas\u00a0: une lettre de A à N, puis quatre chiffres."

_ROME = re.compile(r"[A-N][0-9]{4}")
_PAYS = re.compile(r"[A-Z]{3}")
_LANGUE = re.compile(r"[a-z]{2,3}")
_MOIS = re.compile(r"[0-9]{4}-(0[1-9]|1[0-2])")
_IDENTIFIANT_PE = re.compile(r"[0-9]{7}[0-9A-Z]")


@dataclass(frozen=True, kw_only=True)
class LangueConnue:
    langue: str = ""  # ISO 639
    parlee: bool = False
    comprise: bool = False
    niveau: str = ""  # CECRL, of French above all (F.2)


@dataclass(frozen=True, kw_only=True)
class Diplome:
    intitule: str = ""
    pays: str = ""  # ISO 3166-1 alpha-3
    annee: int | None = None
    niveau: str = ""  # nomenclature of 1969
    reconnu: str = ""


@dataclass(frozen=True, kw_only=True)
class Experience:
    """One occupation held; months are written AAAA-MM, both included, and an empty ``fin`` is not known or not come."""

    metier: str = ""
    pays: str = ""
    code_rome: str = ""
    debut: str = ""
    fin: str = ""


@dataclass(frozen=True, kw_only=True)
class BesoinFormation:
    domaine: str = ""
    intitule: str = ""


@dataclass(frozen=True, kw_only=True)
class SyntheseContenu:
    """The content of one version. Everything may be absent from a draft; ``problems`` says what a synthesis needs."""

    circonstances: str = ""
    competences_aptitudes: str = ""
    projet: str = ""
    projet_defini: bool | None = None
    niveau_formation: str = ""
    niveau_cec: str = ""
    langues: tuple[LangueConnue, ...] = ()
    diplomes: tuple[Diplome, ...] = ()
    experiences: tuple[Experience, ...] = ()
    metiers: tuple[str, ...] = ()  # ROME codes, the most wanted first
    freins: tuple[str, ...] = ()
    besoins_formation: tuple[BesoinFormation, ...] = ()
    preconisations: tuple[str, ...] = ()
    orientation: str = ""
    parcours: str = ""
    parcours_recherche: str = ""
    inscription_pe: bool | None = None
    identifiant_pe: str = ""

    def to_dict(self) -> dict[str, Any]:
        """The content as JSON values; ``from_dict`` gives an equal content back."""
        return {name: list(value) if isinstance(value, tuple) else value for name, value in asdict(self).items()}

    @classmethod
    def from_dict(cls, values: Mapping[str, Any] | None) -> "SyntheseContenu":
        """Read a draft, whatever its age: unknown keys and blank lines are dropped, a value of another type is absent.

        Texts lose what paper cannot show (control characters, lone surrogates) and the spaces around them.
        """
        values = values or {}
        texts = {
            name: _text(values.get(name)) for name in (*LONGUEURS, "niveau_formation", "niveau_cec", "identifiant_pe")
        }
        return cls(
            **texts,
            projet_defini=_answer(values.get("projet_defini")),
            inscription_pe=_answer(values.get("inscription_pe")),
            langues=_lines(values.get("langues"), _langue),
            diplomes=_lines(values.get("diplomes"), _diplome),
            experiences=_lines(values.get("experiences"), _experience),
            besoins_formation=_lines(values.get("besoins_formation"), _besoin),
            metiers=_texts(values.get("metiers")),
            freins=tuple(dict.fromkeys(_texts(values.get("freins")))),
            preconisations=_texts(values.get("preconisations")),
        )


def malformed(contenu: SyntheseContenu) -> list[Blocage]:
    """What no version could ever hold, not even a draft: too long, too many, or a code outside its list."""
    return list(_malformed(contenu))


def problems(
    contenu: SyntheseContenu,
    *,
    rome: Collection[str],
    pays: Collection[str],
    langues: Collection[str],
    aujourd_hui: date,
) -> list[Blocage]:
    """Everything that stands in the way of completing a synthesis, each at its field; empty when it can be completed.

    ``rome``, ``pays`` and ``langues`` are the codes known to the reference tables; it is enough to pass those among
    the codes this content uses. No month and no year of the past may come after those of ``aujourd_hui``.
    """
    return [
        *_malformed(contenu),
        *_missing(contenu),
        *_incoherent(contenu),
        *_to_come(contenu, aujourd_hui),
        *_unknown(contenu, rome=rome, pays=pays, langues=langues),
    ]


def codes_rome(contenu: SyntheseContenu) -> set[str]:
    """Every ROME code the content uses, occupations aimed at and occupations held."""
    return {*contenu.metiers, *(line.code_rome for line in contenu.experiences if line.code_rome)}


def codes_pays(contenu: SyntheseContenu) -> set[str]:
    pays = [*(line.pays for line in contenu.diplomes), *(line.pays for line in contenu.experiences)]
    return {code for code in pays if code}


def codes_langues(contenu: SyntheseContenu) -> set[str]:
    return {line.langue for line in contenu.langues if line.langue}


# --- reading ------------------------------------------------------------------------------------


def _text(value: object) -> str:
    if not isinstance(value, str):
        return ""
    if value.isprintable():  # most are, and then there is nothing to take out
        return value.strip()
    lines = value.replace("\r\n", "\n").replace("\r", "\n")
    return "".join(char for char in lines if char in "\n\t" or unicodedata.category(char) not in ("Cc", "Cs")).strip()


def _answer(value: object) -> bool | None:
    return value if isinstance(value, bool) else None


def _year(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _texts(value: object) -> tuple[str, ...]:
    return tuple(text for item in value if (text := _text(item))) if isinstance(value, list | tuple) else ()


def _lines(value: object, build: Any) -> tuple[Any, ...]:
    if not isinstance(value, list | tuple):
        return ()
    built = (build(item) for item in value if isinstance(item, Mapping))
    return tuple(line for line in built if line != type(line)())


def _langue(item: Mapping[str, Any]) -> LangueConnue:
    return LangueConnue(
        langue=_text(item.get("langue")),
        parlee=item.get("parlee") is True,
        comprise=item.get("comprise") is True,
        niveau=_text(item.get("niveau")),
    )


def _diplome(item: Mapping[str, Any]) -> Diplome:
    return Diplome(
        intitule=_text(item.get("intitule")),
        pays=_text(item.get("pays")),
        annee=_year(item.get("annee")),
        niveau=_text(item.get("niveau")),
        reconnu=_text(item.get("reconnu")),
    )


def _experience(item: Mapping[str, Any]) -> Experience:
    return Experience(**{name: _text(item.get(name)) for name in ("metier", "pays", "code_rome", "debut", "fin")})


def _besoin(item: Mapping[str, Any]) -> BesoinFormation:
    return BesoinFormation(domaine=_text(item.get("domaine")), intitule=_text(item.get("intitule")))


# --- judging ------------------------------------------------------------------------------------

_TITRES = {
    "langues": "langues", "diplomes": "diplômes", "experiences": "expériences",
    "besoins_formation": "besoins de formation", "preconisations": "préconisations", "metiers": "métiers visés",
}  # fmt: skip
# rule: D.4-experience
_COLONNES_OBLIGATOIRES = {
    "langues": {"langue": "Choisissez la langue."},
    "diplomes": {"intitule": "Indiquez l’intitulé du diplôme.", "pays": "Choisissez le pays du diplôme."},
    "experiences": {
        "metier": "Indiquez le métier exercé.", "pays": "Choisissez le pays de l’expérience.",
        "debut": "Indiquez le mois de début.",
    },
    "besoins_formation": {
        "domaine": "Choisissez le domaine de la formation.",
        "intitule": "Indiquez la formation dont la personne a besoin.",
    },
}  # fmt: skip


def _malformed(contenu: SyntheseContenu) -> Iterator[Blocage]:
    for name, limit in LONGUEURS.items():
        yield from _too_long(getattr(contenu, name), limit, name)
    for name, limit in MAXIMA.items():
        if len(getattr(contenu, name)) > limit:
            yield Blocage("trop_de_lignes", f"Indiquez au plus {limit} {_TITRES[name]}.", name)
    for number, text in enumerate(contenu.preconisations):
        yield from _too_long(text, PRECONISATION_MAX, f"preconisations.{number}")
    yield from _outside(contenu.niveau_formation, NIVEAUX_FORMATION, "niveau_formation")
    yield from _outside(contenu.niveau_cec, NIVEAUX_CEC, "niveau_cec")
    for code in contenu.freins:
        yield from _outside(code, FREINS, "freins")
    for number, code in enumerate(contenu.metiers):
        yield from _shape(code, _ROME, f"metiers.{number}", FORME_ROME)
    if contenu.identifiant_pe and not _IDENTIFIANT_PE.fullmatch(contenu.identifiant_pe):
        yield Blocage(
            "forme_invalide",
            "L’identifiant Pôle emploi compte huit caractères\u00a0: sept chiffres, puis un chiffre ou une lettre "
            "majuscule.",
            "identifiant_pe",
        )
    yield from _malformed_lines(contenu)


def _malformed_lines(contenu: SyntheseContenu) -> Iterator[Blocage]:
    for number, langue in enumerate(contenu.langues):
        yield from _shape(langue.langue, _LANGUE, f"langues.{number}.langue")
        yield from _outside(langue.niveau, NIVEAUX_CECRL, f"langues.{number}.niveau")
    for number, diplome in enumerate(contenu.diplomes):
        path = f"diplomes.{number}"
        yield from _too_long(diplome.intitule, LIGNE_MAX, f"{path}.intitule")
        yield from _shape(diplome.pays, _PAYS, f"{path}.pays")
        yield from _outside(diplome.niveau, NIVEAUX_FORMATION, f"{path}.niveau")
        yield from _outside(diplome.reconnu, RECONNAISSANCES, f"{path}.reconnu")
        if diplome.annee is not None and not ANNEE_DIPLOME_MIN <= diplome.annee <= ANNEE_DIPLOME_MAX:
            message = f"Indiquez une année entre {ANNEE_DIPLOME_MIN} et {ANNEE_DIPLOME_MAX}."
            yield Blocage("forme_invalide", message, f"{path}.annee")
    for number, experience in enumerate(contenu.experiences):
        path = f"experiences.{number}"
        yield from _too_long(experience.metier, LIGNE_MAX, f"{path}.metier")
        yield from _shape(experience.pays, _PAYS, f"{path}.pays")
        yield from _shape(experience.code_rome, _ROME, f"{path}.code_rome", FORME_ROME)
        yield from _shape(experience.debut, _MOIS, f"{path}.debut")
        yield from _shape(experience.fin, _MOIS, f"{path}.fin")
    for number, besoin in enumerate(contenu.besoins_formation):
        path = f"besoins_formation.{number}"
        yield from _too_long(besoin.intitule, LIGNE_MAX, f"{path}.intitule")
        yield from _outside(besoin.domaine, DOMAINES_FORMATION, f"{path}.domaine")


def _missing(contenu: SyntheseContenu) -> Iterator[Blocage]:
    # R. 6322-38 code du travail [V]: the three mandatory headings; the rest because the partner's contract asks for it.
    # rule: D.4-rubriques
    if not contenu.circonstances:
        yield _absent("Rédigez les circonstances du bilan.", "circonstances")
    if not contenu.competences_aptitudes:
        yield _absent("Rédigez les compétences et aptitudes.", "competences_aptitudes")
    if not contenu.projet and contenu.projet_defini is not False:
        yield _absent("Rédigez le projet, ou indiquez qu’il n’est pas encore défini.", "projet")
    # rule: D.4-contrat
    if not contenu.niveau_formation:
        yield _absent("Choisissez le niveau de formation.", "niveau_formation")
    if not contenu.preconisations:
        yield _absent("Indiquez au moins une préconisation.", "preconisations")
    if contenu.inscription_pe is None:
        yield _absent("Répondez à la question sur l’inscription à Pôle emploi.", "inscription_pe")
    for name, columns in _COLONNES_OBLIGATOIRES.items():
        for number, line in enumerate(getattr(contenu, name)):
            for column, message in columns.items():
                if not getattr(line, column):
                    yield _absent(message, f"{name}.{number}.{column}")


def _incoherent(contenu: SyntheseContenu) -> Iterator[Blocage]:
    for number, experience in enumerate(contenu.experiences):
        if experience.debut and experience.fin and experience.fin < experience.debut:
            yield Blocage("mois_inverses", "La fin de l’expérience précède son début.", f"experiences.{number}.fin")
    seen: set[str] = set()
    for number, langue in enumerate(contenu.langues):
        if langue.langue and not (langue.parlee or langue.comprise):
            yield Blocage(
                "langue_sans_usage",
                "Dites si la langue est parlée, comprise, ou les deux.",
                f"langues.{number}.parlee",
            )
        if langue.langue in seen:
            yield Blocage("en_double", "Cette langue est indiquée deux fois.", f"langues.{number}.langue")
        seen.add(langue.langue)
    for number, code in enumerate(contenu.metiers):
        if code in contenu.metiers[:number]:
            yield Blocage("en_double", "Ce métier est indiqué deux fois.", f"metiers.{number}")
    if contenu.identifiant_pe and contenu.inscription_pe is False:
        yield Blocage(
            "identifiant_sans_inscription",
            "Un identifiant Pôle emploi est indiqué alors que la personne n’est pas inscrite\u00a0: corrigez l’un ou "
            "l’autre.",
            "identifiant_pe",
        )


def _to_come(contenu: SyntheseContenu, aujourd_hui: date) -> Iterator[Blocage]:
    present = f"{aujourd_hui:%Y-%m}"
    for number, experience in enumerate(contenu.experiences):
        for name in ("debut", "fin"):
            if _MOIS.fullmatch(month := getattr(experience, name)) and month > present:
                yield Blocage("mois_a_venir", "Ce mois est à venir.", f"experiences.{number}.{name}")
    for number, diplome in enumerate(contenu.diplomes):
        if diplome.annee is not None and aujourd_hui.year < diplome.annee <= ANNEE_DIPLOME_MAX:
            yield Blocage("annee_a_venir", "Cette année est à venir.", f"diplomes.{number}.annee")


# rule: D.4-codes
def _unknown(
    contenu: SyntheseContenu, *, rome: Collection[str], pays: Collection[str], langues: Collection[str]
) -> Iterator[Blocage]:
    for number, code in enumerate(contenu.metiers):
        if _ROME.fullmatch(code) and code not in rome:
            yield _not_listed(f"Le code ROME {code} n’existe pas.", f"metiers.{number}")
    for number, experience in enumerate(contenu.experiences):
        if _ROME.fullmatch(experience.code_rome) and experience.code_rome not in rome:
            yield _not_listed(f"Le code ROME {experience.code_rome} n’existe pas.", f"experiences.{number}.code_rome")
    for name in ("diplomes", "experiences"):
        for number, line in enumerate(getattr(contenu, name)):
            if _PAYS.fullmatch(line.pays) and line.pays not in pays:
                yield _not_listed("Ce pays n’est pas dans la liste.", f"{name}.{number}.pays")
    for number, langue in enumerate(contenu.langues):
        if _LANGUE.fullmatch(langue.langue) and langue.langue not in langues:
            yield _not_listed("Cette langue n’est pas dans la liste.", f"langues.{number}.langue")


def _absent(message: str, field: str) -> Blocage:
    return Blocage("rubrique_manquante", message, field)


def _not_listed(message: str, field: str) -> Blocage:
    return Blocage("code_inconnu", message, field)


def _too_long(text: str, limit: int, field: str) -> Iterator[Blocage]:
    if len(text) > limit:
        message = f"Ce texte est trop long\u00a0: {limit}\u00a0caractères au plus, il en compte {len(text)}."
        yield Blocage("trop_long", message, field)


def _shape(
    text: str, pattern: re.Pattern[str], field: str, message: str = "Cette valeur n’a pas la forme attendue."
) -> Iterator[Blocage]:
    if text and not pattern.fullmatch(text):
        yield Blocage("forme_invalide", message, field)


def _outside(code: str, codes: Collection[str], field: str) -> Iterator[Blocage]:
    if code and code not in codes:
        yield Blocage("code_inconnu", "Cette valeur n’est pas dans la liste.", field)
