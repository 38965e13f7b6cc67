"""Is this person exempt from the bilan, and why? R. 311-26 I CESEDA [S-R]: a pure function of facts and a date.

Exemptions from a service open to all are read narrowly, and the bilan is free: in doubt it is offered [D].
"""

from dataclasses import dataclass
from datetime import date, timedelta

from cai.delais import AGE_MAJORITE, age, birthday
from exemptions.domain import bareme
from exemptions.domain.phrases import ans, en_lettres, enumere, minuscule, oui_non
from exemptions.domain.pieces import is_valable, periode_couverte, pieces_pour, pourquoi_manquante, raison_ecartee
from exemptions.domain.resultat import Explication, Resultat
from exemptions.domain.situation import Declaration, Exigence, Motif, Piece, Situation, StatutPiece, TypePiece

_DECLARATIONS_EMPLOI = (
    Declaration.DECLARE_ACTIVITE,
    Declaration.DECLARE_NE_RECHERCHE_PAS,
    Declaration.INSCRIT_POLE_EMPLOI,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Examen:
    """One ground examined."""

    motif: Motif
    satisfait: bool
    constat: str
    faits: tuple[str, ...]
    pieces_manquantes: tuple[Exigence, ...] = ()
    declarations_manquantes: tuple[Declaration, ...] = ()
    avertissements: tuple[str, ...] = ()
    contradictions: tuple[str, ...] = ()


# rule: C.5-pure, C.5-motifs
def evaluer(situation: Situation, date_reference: date) -> Resultat:
    """The verdict on ``date_reference``: all four grounds examined, exempt as soon as one is satisfied.

    Guarantees the same answer for the same arguments, whatever the day; accepts any date and refuses no fact.
    """
    examens = _examiner(situation, date_reference)
    return Resultat(
        date_reference=date_reference,
        motifs=_motifs(examens),
        explications=tuple(
            Explication(
                motif=examen.motif,
                satisfait=examen.satisfait,
                constat=examen.constat,
                article=bareme.article(examen.motif),
                faits=examen.faits,
            )
            for examen in examens
        ),
        pieces_manquantes=tuple(piece for examen in examens for piece in examen.pieces_manquantes),
        pieces_ecartees=tuple(
            clause
            for exigence in (exigence for examen in examens for exigence in examen.pieces_manquantes)
            for piece in pieces_pour(exigence, situation.pieces)
            if (clause := pourquoi_manquante(piece, date_reference))
        ),
        declarations_manquantes=tuple(d for examen in examens for d in examen.declarations_manquantes),
        avertissements=_naissance_impossible(situation, date_reference)
        + tuple(phrase for examen in examens for phrase in examen.avertissements),
        contradictions=tuple(phrase for examen in examens for phrase in examen.contradictions),
        prochain_changement=_prochain_changement(situation, date_reference),
    )


def _examiner(situation: Situation, date_reference: date) -> tuple[_Examen, ...]:
    return (
        _mineur_scolarise(situation, date_reference),
        _plus_de_55_ans(situation, date_reference),
        _titre_admission(situation),
        _en_emploi(situation, date_reference),
    )


def _motifs(examens: tuple[_Examen, ...]) -> tuple[Motif, ...]:
    return tuple(examen.motif for examen in examens if examen.satisfait)


# rule: C.5-a
def _mineur_scolarise(situation: Situation, date_reference: date) -> _Examen:
    """Ground a [S-R]: under 18 completed years, and enrolled in school, proved by a certificate covering the day."""
    annees = age(situation.date_naissance, date_reference)
    jour = en_lettres(date_reference)
    certificats = pieces_pour(Exigence.CERTIFICAT_SCOLARITE, situation.pieces)
    prouve = any(is_valable(piece, date_reference) for piece in certificats)
    manquantes: tuple[Exigence, ...] = ()
    sans_reponse: tuple[Declaration, ...] = ()
    contradictions: tuple[str, ...] = ()
    satisfait = False
    if annees < 0:
        constat = f"a une date de naissance postérieure au {jour}"
    # rule: C.5-18-ans
    elif annees >= AGE_MAJORITE:
        constat = f"a {ans(annees)} le {jour}, et ce cas ne vise que les moins de {ans(AGE_MAJORITE)}"
    elif situation.scolarise is None:
        constat = f"a {ans(annees)} le {jour}, mais n’a pas encore dit si sa scolarité est en cours"
        sans_reponse = (Declaration.SCOLARISE,)
    # rule: C.5-mineur-non-scolarise
    elif not situation.scolarise:
        constat = f"a {ans(annees)} le {jour}, mais ne suit pas de scolarité"
        if prouve:
            contradictions = (
                "Un certificat de scolarité vérifié couvre cette date, mais la scolarité est déclarée terminée.",
            )
    elif not prouve:
        constat = f"a {ans(annees)} le {jour} et dit suivre une scolarité, mais sans certificat vérifié pour ce jour"
        manquantes = (Exigence.CERTIFICAT_SCOLARITE,)
    else:
        satisfait = True
        constat = f"a {ans(annees)} le {jour} et suit une scolarité, comme le prouve un certificat vérifié"
    return _Examen(
        motif=Motif.MINEUR_SCOLARISE,
        satisfait=satisfait,
        constat=constat,
        faits=(
            *_faits_age(situation, annees),
            _fait_declaration(situation, Declaration.SCOLARISE),
            *_faits_pieces(certificats, date_reference),
        ),
        pieces_manquantes=manquantes,
        declarations_manquantes=sans_reponse,
        contradictions=contradictions,
    )


# rule: C.5-b
def _plus_de_55_ans(situation: Situation, date_reference: date) -> _Examen:
    """Ground b [S-R]: more than 55, on the date of birth alone."""
    annees = age(situation.date_naissance, date_reference)
    satisfait = bareme.a_plus_de_55_ans(situation.date_naissance, date_reference)
    verbe = "a" if satisfait else "n’a pas"
    precision = "" if annees < 0 else f" ({ans(annees)})"
    return _Examen(
        motif=Motif.PLUS_DE_55_ANS,
        satisfait=satisfait,
        constat=f"{verbe} plus de {ans(bareme.AGE_PLAFOND)} le {en_lettres(date_reference)}{precision}",
        faits=_faits_age(situation, annees),
    )


# rule: C.5-c, C.5-titre-admission
def _titre_admission(situation: Situation) -> _Examen:
    """Ground c [S-R]: admitted under L. 313-8, -9 or -10; a later change of permit neither gives nor removes it.

    The recorded code is enough, because the office itself recorded it from the permit at the admission: a missing
    copy is a warning to complete the file, never a reason to impose the bilan.
    """
    titre = bareme.TITRES.get(situation.titre_admission)
    copies = tuple(piece for piece in situation.pieces if piece.type is TypePiece.COPIE_TITRE)
    avertissements: tuple[str, ...] = ()
    if titre is None:
        constat = "n’a pas de titre d’admission connu"
        avertissements = ("Le titre d’admission au séjour n’est pas dans la liste : vérifiez le titre saisi.",)
    elif titre.dispense:
        constat = f"a obtenu son admission au séjour par {titre.libelle}"
        # rule: C.5-titre-reserve
        if titre.reserve:
            avertissements += (titre.reserve,)
        if all(piece.statut is not StatutPiece.VERIFIEE for piece in copies):
            avertissements += (
                "Aucune copie vérifiée du titre d’admission n’est au dossier : le titre enregistré suffit, "
                "mais joignez la copie.",
            )
    else:
        constat = f"a obtenu son admission au séjour par {titre.libelle}, qui ne dispense pas du bilan"
    return _Examen(
        motif=Motif.TITRE_L313_8_9_10,
        satisfait=titre is not None and titre.dispense,
        constat=constat,
        faits=(
            f"Titre d’admission : {titre.libelle if titre else 'inconnu'}",
            *(f"{bareme.LIBELLES_PIECES[copie.type]} : {_etat_copie(copie)}" for copie in copies),
        ),
        avertissements=avertissements,
    )


# rule: C.5-d
def _en_emploi(situation: Situation, date_reference: date) -> _Examen:
    """Ground d [S-R]: declares an activity, justifies it, declares not seeking a job, and nothing contradicts it.

    Cumulative reading of the text (K-09): both elements are declared and both are justified by a verified document.
    """
    activites = pieces_pour(Exigence.JUSTIFICATIF_ACTIVITE, situation.pieces)
    signees = pieces_pour(Exigence.DECLARATION_NON_RECHERCHE, situation.pieces)
    valables = tuple(piece for piece in activites if is_valable(piece, date_reference))
    signe = any(is_valable(piece, date_reference) for piece in signees)
    sans_reponse: tuple[Declaration, ...] = ()
    manquantes: tuple[Exigence, ...] = ()
    if situation.declare_activite is False:
        constat = "dit ne pas avoir d’activité professionnelle"
    # rule: C.5-d-recherche
    elif situation.declare_ne_recherche_pas is False:
        constat = "dit rechercher un emploi ou un autre emploi"
    elif situation.inscrit_pole_emploi:
        constat = "a une inscription en cours à Pôle emploi comme demandeur d’emploi"
    else:
        sans_reponse = tuple(d for d in _DECLARATIONS_EMPLOI if situation.reponse(d) is None)
        manquantes = tuple(
            exigence
            for exigence, declare, prouve in (
                (Exigence.JUSTIFICATIF_ACTIVITE, situation.declare_activite, bool(valables)),
                (Exigence.DECLARATION_NON_RECHERCHE, situation.declare_ne_recherche_pas, signe),
            )
            if declare and not prouve
        )
        constat = _constat_emploi(valables, sans_reponse, manquantes)
    return _Examen(
        motif=Motif.EN_EMPLOI_NON_DEMANDEUR,
        satisfait=bool(
            situation.declare_activite
            and situation.declare_ne_recherche_pas
            and situation.inscrit_pole_emploi is False
            and valables
            and signe
        ),
        constat=constat,
        faits=tuple(_fait_declaration(situation, declaration) for declaration in _DECLARATIONS_EMPLOI)
        + _faits_pieces(activites + signees, date_reference),
        pieces_manquantes=manquantes,
        declarations_manquantes=sans_reponse,
        contradictions=_contradictions_emploi(situation, bool(valables), signe),
    )


def _constat_emploi(
    valables: tuple[Piece, ...], sans_reponse: tuple[Declaration, ...], manquantes: tuple[Exigence, ...]
) -> str:
    if sans_reponse:
        questions = enumere(minuscule(bareme.LIBELLES_DECLARATIONS[d]) for d in sans_reponse)
        return f"n’a pas encore répondu à toutes les questions sur l’emploi ({questions})"
    if manquantes:
        exigences = enumere(minuscule(bareme.LIBELLES_EXIGENCES[exigence]) for exigence in manquantes)
        return f"dit travailler et ne pas chercher d’emploi, mais sans pièce vérifiée et valable ce jour ({exigences})"
    preuve = minuscule(bareme.LIBELLES_PIECES[valables[0].type])
    return f"travaille, comme le prouve une pièce vérifiée ({preuve}), et déclare ne pas rechercher d’emploi"


def _contradictions_emploi(situation: Situation, prouve: bool, signe: bool) -> tuple[str, ...]:
    phrases = []
    if situation.declare_ne_recherche_pas and situation.inscrit_pole_emploi:
        phrases.append("La personne dit ne pas rechercher d’emploi, mais son inscription à Pôle emploi est en cours.")
    if situation.declare_ne_recherche_pas is False and signe:
        phrases.append(
            "La personne dit rechercher un emploi, mais une déclaration contraire et vérifiée est au dossier."
        )
    if situation.declare_activite is False and prouve:
        phrases.append("La personne dit ne pas travailler, mais un justificatif d’activité vérifié est au dossier.")
    return tuple(phrases)


def _naissance_impossible(situation: Situation, date_reference: date) -> tuple[str, ...]:
    if situation.date_naissance <= date_reference:
        return ()
    return ("La date de naissance est postérieure à la date de référence : corrigez l’état civil.",)


def _faits_age(situation: Situation, annees: int) -> tuple[str, ...]:
    naissance = f"Date de naissance : {en_lettres(situation.date_naissance)}"
    return (naissance,) if annees < 0 else (naissance, f"Âge en années révolues : {ans(annees)}")


def _fait_declaration(situation: Situation, declaration: Declaration) -> str:
    return f"{bareme.LIBELLES_DECLARATIONS[declaration]} : {oui_non(situation.reponse(declaration))}"


def _faits_pieces(pieces: tuple[Piece, ...], date_reference: date) -> tuple[str, ...]:
    return tuple(
        f"{bareme.LIBELLES_PIECES[piece.type]} : "
        + (raison_ecartee(piece, date_reference) or f"document vérifié et valable le {en_lettres(date_reference)}")
        for piece in pieces
    )


def _etat_copie(copie: Piece) -> str:
    return minuscule(dict(bareme.STATUTS_PIECE)[copie.statut])


def _prochain_changement(situation: Situation, date_reference: date) -> date | None:
    """The first day after ``date_reference`` whose grounds differ, the facts being the same."""
    motifs = _motifs(_examiner(situation, date_reference))
    jours = sorted(jour for jour in _jours_charnieres(situation) if jour > date_reference)
    return next((jour for jour in jours if _motifs(_examiner(situation, jour)) != motifs), None)


def _jours_charnieres(situation: Situation) -> set[date]:
    """Every day on which some ground can begin or end: birth, legal ages, first day and morrow of each document."""
    jours = {situation.date_naissance}
    for annees in (AGE_MAJORITE, bareme.AGE_PLAFOND + 1):
        if situation.date_naissance.year + annees <= date.max.year:
            jours.add(birthday(situation.date_naissance, annees))
    for periode in map(periode_couverte, situation.pieces):
        if periode is not None:
            debut, fin = periode
            jours.add(debut)
            if fin < date.max:
                jours.add(fin + timedelta(days=1))
    return jours
