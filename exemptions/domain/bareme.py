"""Thresholds, permits, documents and legal wording of the exemptions, each with its source.

Text applied: art. R. 311-26 I CESEDA, in force from 25 May 2014 (décret 2014-524) [V]. The versions of 2008 and 2009
have the same four exemptions under the operators' former names, so nothing here depends on the date.
"""

from dataclasses import dataclass
from datetime import date

from cai.delais import age
from exemptions.domain.situation import Declaration, Exigence, Motif, StatutPiece, TypePiece

TEXTE = "CESEDA, art. R. 311-26 I (décret n° 2014-524, en vigueur au 25 mai 2014)"

# R. 311-26 I b [S-R] « plus de 55 ans », read in completed years [D]: 55 is not more than 55.
AGE_PLAFOND = 55

LETTRES: dict[Motif, str] = {
    Motif.MINEUR_SCOLARISE: "a",
    Motif.PLUS_DE_55_ANS: "b",
    Motif.TITRE_L313_8_9_10: "c",
    Motif.EN_EMPLOI_NON_DEMANDEUR: "d",
}

# Grounds that can cease while the contract runs; age and permit of admission never go back (C.5) [D].
# rule: C.5-reexamen
MOTIFS_CADUCS: frozenset[Motif] = frozenset({Motif.MINEUR_SCOLARISE, Motif.EN_EMPLOI_NON_DEMANDEUR})

MOTIFS: tuple[tuple[str, str], ...] = (
    (Motif.MINEUR_SCOLARISE, "Mineur scolarisé"),
    (Motif.PLUS_DE_55_ANS, "Plus de 55 ans"),
    (Motif.TITRE_L313_8_9_10, "Admission au séjour sous une carte L. 313-8, L. 313-9 ou L. 313-10"),
    (Motif.EN_EMPLOI_NON_DEMANDEUR, "En emploi et sans recherche d’emploi"),
)
PIECES: tuple[tuple[str, str], ...] = (
    (TypePiece.CERTIFICAT_SCOLARITE, "Certificat de scolarité"),
    (TypePiece.COPIE_TITRE, "Copie du titre de séjour"),
    (TypePiece.CONTRAT_TRAVAIL, "Contrat de travail"),
    (TypePiece.BULLETIN_PAIE, "Bulletin de paie"),
    (TypePiece.ATTESTATION_EMPLOYEUR, "Attestation de l’employeur"),
    (TypePiece.EXTRAIT_KBIS, "Extrait Kbis ou immatriculation"),
    (TypePiece.DECLARATION_NON_RECHERCHE, "Déclaration signée de ne pas rechercher d’emploi"),
)
STATUTS_PIECE: tuple[tuple[str, str], ...] = (
    (StatutPiece.RECUE, "Reçue, à vérifier"),
    (StatutPiece.VERIFIEE, "Vérifiée"),
    (StatutPiece.REJETEE, "Rejetée"),
)
EXIGENCES: tuple[tuple[str, str], ...] = (
    (Exigence.CERTIFICAT_SCOLARITE, "Certificat de scolarité"),
    (Exigence.JUSTIFICATIF_ACTIVITE, "Justificatif d’activité professionnelle"),
    (Exigence.DECLARATION_NON_RECHERCHE, "Déclaration signée de ne pas rechercher d’emploi"),
)
DECLARATIONS: tuple[tuple[str, str], ...] = (
    (Declaration.SCOLARISE, "Scolarité en cours"),
    (Declaration.DECLARE_ACTIVITE, "Activité professionnelle"),
    (Declaration.DECLARE_NE_RECHERCHE_PAS, "Absence de recherche d’emploi"),
    (Declaration.INSCRIT_POLE_EMPLOI, "Inscription à Pôle emploi comme demandeur d’emploi"),
)
LIBELLES_MOTIFS: dict[str, str] = dict(MOTIFS)
LIBELLES_PIECES: dict[str, str] = dict(PIECES)
LIBELLES_EXIGENCES: dict[str, str] = dict(EXIGENCES)
LIBELLES_DECLARATIONS: dict[str, str] = dict(DECLARATIONS)

# R. 311-26 I a and d [S-R] ask for a justification; the list of accepted documents is ours [D].
# rule: C.5-d-pieces
PIECES_ADMISES: dict[Exigence, tuple[TypePiece, ...]] = {
    Exigence.CERTIFICAT_SCOLARITE: (TypePiece.CERTIFICAT_SCOLARITE,),
    Exigence.JUSTIFICATIF_ACTIVITE: (
        TypePiece.CONTRAT_TRAVAIL,
        TypePiece.BULLETIN_PAIE,
        TypePiece.ATTESTATION_EMPLOYEUR,
        TypePiece.EXTRAIT_KBIS,
    ),
    Exigence.DECLARATION_NON_RECHERCHE: (TypePiece.DECLARATION_NON_RECHERCHE,),
}
# Months during which a dated document proves the present, last day included [D].
# rule: C.5-d-pieces
AGES_MAX_MOIS: dict[TypePiece, int] = {TypePiece.BULLETIN_PAIE: 3, TypePiece.ATTESTATION_EMPLOYEUR: 3}
# First month of the school year that a certificate without bounds is read for [D].
MOIS_RENTREE = 9


@dataclass(frozen=True, slots=True)
class Titre:
    """A permit of admission; ``libelle`` carries its article so that it can stand inside a sentence."""

    libelle: str
    dispense: bool
    source: str
    reserve: str = ""


_SANS_CAI = "ce titre ne devrait pas donner lieu à un CAI (CESEDA, art. R. 311-19) : vérifiez le titre saisi."
# rule: C.5-vlsts
_ASSIMILE_L313_10 = "R. 311-3, 7° CESEDA, assimilé à L. 313-10 [D]"
_ASSIMILE_L313_8 = "R. 311-3, 9° CESEDA, assimilé à L. 313-8 [D]"

# R. 311-26 I c [S-R]; meaning of each code: reference I.3.
TITRES: dict[str, Titre] = {
    "L313-8": Titre("une carte « scientifique-chercheur » (L. 313-8)", True, "L. 313-8 CESEDA [V]"),
    "L313-9": Titre("une carte « profession artistique et culturelle » (L. 313-9)", True, "L. 313-9 CESEDA [V]"),
    "L313-10-1-salarie": Titre("une carte « salarié » (L. 313-10, 1°)", True, "L. 313-10, 1° CESEDA [V]"),
    "L313-10-1-temporaire": Titre(
        "une carte « travailleur temporaire » (L. 313-10, 1°)",
        True,
        "L. 313-10, 1° CESEDA [V]",
        f"Travailleur temporaire : {_SANS_CAI}",
    ),
    "L313-10-2": Titre(
        "une carte « commerçant, industriel ou artisan » (L. 313-10, 2°)", True, "L. 313-10, 2° CESEDA [V]"
    ),
    "L313-10-3": Titre("une carte « profession libérale » (L. 313-10, 3°)", True, "L. 313-10, 3° CESEDA [D wording]"),
    "L313-10-4": Titre(
        "une carte « travailleur saisonnier » (L. 313-10, 4°)",
        True,
        "L. 313-10, 4° CESEDA [V by R. 311-19]",
        f"Travailleur saisonnier : {_SANS_CAI}",
    ),
    "L313-10-5": Titre(
        "une carte « salarié en mission » (L. 313-10, 5°)",
        True,
        "L. 313-10, 5° CESEDA [V]",
        f"Salarié en mission : {_SANS_CAI}",
    ),
    "L313-10-6": Titre(
        "une « carte bleue européenne » (L. 313-10, 6°)",
        True,
        "L. 313-10, 6° CESEDA [D wording]",
        f"Carte bleue européenne : {_SANS_CAI}",
    ),
    "VLSTS-SALARIE": Titre("un visa de long séjour « salarié » (R. 311-3, 7°)", True, _ASSIMILE_L313_10),
    "VLSTS-SCIENT": Titre("un visa de long séjour « scientifique-chercheur » (R. 311-3, 9°)", True, _ASSIMILE_L313_8),
    "L313-11": Titre("une carte « vie privée et familiale » (L. 313-11)", False, "L. 313-11 CESEDA [V]"),
    "L314": Titre("une carte de résident (L. 314-8, L. 314-9 ou L. 314-11)", False, "L. 314-8 ff. CESEDA [V]"),
    "VLSTS-VPF": Titre(
        "un visa de long séjour « vie privée et familiale » (R. 311-3, 4° ou 11°)", False, "R. 311-3 CESEDA [V]"
    ),
    "AUTRE": Titre("un autre titre", False, "a contrario, R. 311-26 I c [S-R]"),
}


def article(motif: Motif) -> str:
    """The provision that founds ``motif``, as quoted to the person."""
    return f"CESEDA, art. R. 311-26 I {LETTRES[motif]}"


# rule: C.5-56-ans
def a_plus_de_55_ans(date_naissance: date, date_reference: date) -> bool:
    """Ground b, the one place that reads « plus de 55 ans » [D]: true from the 56th birthday on, included."""
    return age(date_naissance, date_reference) > AGE_PLAFOND
