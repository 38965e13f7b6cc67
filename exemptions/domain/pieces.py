"""On which days a document proves what it says; only a verified document ever proves anything."""

from datetime import MAXYEAR, MINYEAR, date

from cai.delais import add_months
from exemptions.domain import bareme
from exemptions.domain.phrases import en_lettres
from exemptions.domain.situation import Exigence, Piece, StatutPiece, TypePiece


def periode_couverte(piece: Piece) -> tuple[date, date] | None:
    """First and last day, both included, that the document speaks for; ``None`` when it cannot be told.

    A school certificate without bounds speaks for the school year of its date; a pay slip or an employer's
    certificate for the months that follow it; a contract, a registration or a declaration from its date on [D].
    """
    if piece.type is TypePiece.CERTIFICAT_SCOLARITE:
        return _periode_scolaire(piece)
    debut = piece.debut_validite or piece.date_document
    fin = piece.fin_validite or date.max
    # rule: C.5-d-pieces
    if (mois := bareme.AGES_MAX_MOIS.get(piece.type)) is None:
        return debut or date.min, fin
    if piece.date_document is None:
        return None
    # Counted forward from the document, never backward from the reference date: a month's end would differ.
    return max(debut or date.min, piece.date_document), min(fin, _add_months_or_last_day(piece.date_document, mois))


def is_valable(piece: Piece, date_reference: date) -> bool:
    """Whether the document is verified and speaks for ``date_reference``."""
    return raison_ecartee(piece, date_reference) is None


# rule: C.5-d-preuve
def raison_ecartee(piece: Piece, date_reference: date) -> str | None:
    """Why the document proves nothing on ``date_reference``, in French; ``None`` when it does prove."""
    if piece.statut is StatutPiece.RECUE:
        return "document reçu, pas encore vérifié"
    if piece.statut is StatutPiece.REJETEE:
        return "document rejeté"
    if (periode := periode_couverte(piece)) is None:
        return "document sans date, période inconnue"
    debut, fin = periode
    if date_reference < debut:
        return f"document valable seulement à partir du {en_lettres(debut)}"
    if date_reference > fin:
        return f"document valable seulement jusqu’au {en_lettres(fin)}"
    return None


def pourquoi_manquante(piece: Piece, date_reference: date) -> str | None:
    """Why a verified document does not prove on ``date_reference`` all the same, as a clause that names it and its day.

    ``None`` for a document that proves, and for one whose verification is what is missing.
    """
    if piece.statut is not StatutPiece.VERIFIEE or is_valable(piece, date_reference):
        return None
    nom = f"la pièce vérifiée «\u00a0{bareme.LIBELLES_PIECES[piece.type]}\u00a0»"
    jour = f"{en_lettres(date_reference)}, jour où l’exemption s’apprécie"
    if piece.date_document and date_reference < piece.date_document:
        return f"{nom} est datée du {en_lettres(piece.date_document)}, après le {jour}"
    if (periode := periode_couverte(piece)) is None:
        return f"{nom} ne porte pas de date"
    debut, fin = periode
    if date_reference < debut:
        return f"{nom} n’est valable qu’à partir du {en_lettres(debut)}, après le {jour}"
    mois = bareme.AGES_MAX_MOIS.get(piece.type)
    if mois and piece.date_document and fin == _add_months_or_last_day(piece.date_document, mois):
        return f"{nom}, datée du {en_lettres(piece.date_document)}, a plus de {mois}\u00a0mois le {jour}"
    return f"{nom} n’est plus valable après le {en_lettres(fin)}, avant le {jour}"


def pieces_pour(exigence: Exigence, pieces: tuple[Piece, ...]) -> tuple[Piece, ...]:
    """The documents of a type that may answer ``exigence``, whatever their status."""
    return tuple(piece for piece in pieces if piece.type in bareme.PIECES_ADMISES[exigence])


def _periode_scolaire(piece: Piece) -> tuple[date, date] | None:
    repere = piece.debut_validite or piece.date_document or piece.fin_validite
    if repere is None:
        return None
    rentree = repere.year if repere.month >= bareme.MOIS_RENTREE else repere.year - 1
    debut = date(rentree, bareme.MOIS_RENTREE, 1) if rentree >= MINYEAR else date.min
    fin = date(rentree + 1, bareme.MOIS_RENTREE - 1, 31) if rentree < MAXYEAR else date.max
    return piece.debut_validite or debut, piece.fin_validite or fin


def _add_months_or_last_day(d: date, mois: int) -> date:
    try:
        return add_months(d, mois)
    except OverflowError:
        return date.max
