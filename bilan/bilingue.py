"""Letters and forms in two columns, French and the language of the person, paragraph facing paragraph (E.2, D.2)."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from django.utils import timezone
from django.utils.html import format_html

from bilan.courriers import Consentement, Convocation
from bilan.textes import CONSENTEMENTS, DROITS, VERSION_TEXTE, TexteConsentement
from bilan.traductions import MotsConvocation, MotsFormulaire, Traduction, francais, traduction_for
from core import french
from core.french import NBSP
from core.pdf import isolated

_DECISION = ("question", "reponse")


@dataclass(frozen=True, kw_only=True)
class Bloc:
    """A paragraph of one column. ``genre`` says how it is set; ``latin`` that `fort` and `texte` are as in France."""

    genre: str
    titre: str = ""
    fort: str = ""
    texte: str = ""
    latin: bool = False


@dataclass(frozen=True, kw_only=True)
class RendezVousDessine:
    """An appointment in figures and in the angles of a clock's hands, in whole degrees from the top."""

    jour: int
    date: str
    heure: str
    petite_aiguille: int
    grande_aiguille: int


Ligne = tuple[Bloc, Bloc]


@dataclass(frozen=True, kw_only=True)
class _Colonne:
    """One language: its words, and how it writes what is filled in."""

    traduction: Traduction | None  # None for French

    @property
    def convocation(self) -> MotsConvocation:
        return self.traduction.convocation if self.traduction else francais().convocation

    @property
    def formulaire(self) -> MotsFormulaire:
        return self.traduction.formulaire if self.traduction else francais().formulaire

    @property
    def fait_foi(self) -> str:
        return self.traduction.fait_foi if self.traduction else francais().fait_foi

    def latin(self, text: object) -> str:
        return isolated(text) if self.traduction and self.traduction.is_rtl else str(text)

    def number(self, value: int) -> str:
        return self.traduction.dates.number(value) if self.traduction else str(value)


def french_convocation(convocation: Convocation) -> tuple[Bloc, ...]:
    """The letter in French alone, in the order it is read."""
    return tuple(_convocation(convocation, _Colonne(traduction=None), seule=True))


def drawn(convocation: Convocation) -> RendezVousDessine:
    """The appointment for the pictograms of a letter whose reader has no translation."""
    local = timezone.localtime(convocation.debut)
    return RendezVousDessine(
        jour=local.day,
        date=french.date_courte(local),
        heure=f"{local:%H:%M}",
        petite_aiguille=round((local.hour % 12) * 30 + local.minute / 2),
        grande_aiguille=local.minute * 6,
    )


def needs_pictograms(langue: str) -> bool:
    """Whether a paper in French alone speaks to somebody who understands another language."""
    return langue not in ("", "fr") and traduction_for(langue) is None


def rows_of_convocation(convocation: Convocation, traduction: Traduction) -> tuple[Ligne, ...]:
    """The same letter twice, row by row."""
    return _rows(
        _convocation(convocation, _Colonne(traduction=None)), _convocation(convocation, _Colonne(traduction=traduction))
    )


def form(consentement: Consentement, traduction: Traduction) -> dict[str, object]:
    """What a form in two columns is filled with: what informs, the question with both answers, who signs."""
    rows = _rows(
        _consentement(consentement, CONSENTEMENTS[consentement.portee], DROITS, _Colonne(traduction=None)),
        _consentement(
            consentement, traduction.accords[consentement.portee], traduction.droits, _Colonne(traduction=traduction)
        ),
    )
    return {
        "traduction": traduction,
        "lignes_information": [row for row in rows if row[0].genre not in _DECISION],
        "lignes_reponse": [row for row in rows if row[0].genre in _DECISION],
        "signatures": _rows(
            _signatures(consentement, francais().formulaire), _signatures(consentement, traduction.formulaire)
        ),
    }


def rows_of_texte(portee: str, traduction: Traduction) -> tuple[Ligne, ...]:
    """The text of a consent with its question and both answers, as it is read on the screen, row by row."""
    return _rows(
        _texte(CONSENTEMENTS[portee], DROITS, _Colonne(traduction=None)),
        _texte(traduction.accords[portee], traduction.droits, _Colonne(traduction=traduction)),
    )


def _rows(french_column: Iterator[Bloc], other: Iterator[Bloc]) -> tuple[Ligne, ...]:
    return tuple((_joined(left), _joined(right)) for left, right in zip(french_column, other, strict=True))


def _joined(bloc: Bloc) -> Bloc:
    """The two words of the partner's name never part: cut between two lines that go leftwards, they change places."""
    name, kept = "Pôle emploi", f"Pôle{NBSP}emploi"
    return replace(bloc, titre=bloc.titre.replace(name, kept), texte=bloc.texte.replace(name, kept))


def _convocation(lettre: Convocation, colonne: _Colonne, *, seule: bool = False) -> Iterator[Bloc]:
    mots, traduction = colonne.convocation, colonne.traduction
    if traduction is None:
        date, heure = french.date_longue(lettre.debut), french.heure(lettre.debut)
        duree = french.duree(lettre.duree_minutes)
    else:
        dates, local = traduction.dates, timezone.localtime(lettre.debut)
        date, heure, duree = (
            dates.write_date(local.date()),
            dates.write_hour(local.time()),
            dates.write_duration(lettre.duree_minutes),
        )
    lieu = [", ".join(lettre.lieu_adresse), lettre.lieu_acces]
    yield Bloc(genre="sujet", titre=mots.titre)
    yield Bloc(genre="texte", texte=mots.madame if lettre.civilite == "Madame" else mots.monsieur)
    yield Bloc(genre="texte", texte=mots.introduction)
    yield Bloc(
        genre="rendez-vous",
        titre=mots.quand,
        fort=mots.moment.format(date=date, heure=heure),
        texte=mots.duree.format(duree=duree),
    )
    yield Bloc(
        genre="rendez-vous",
        titre=mots.ou,
        fort=lettre.lieu_nom,
        texte="\n".join(line for line in lieu if line),
        latin=True,
    )
    yield Bloc(
        genre="rendez-vous", titre=mots.avec, fort=lettre.prestataire_nom, texte=lettre.conseiller_nom, latin=True
    )
    yield Bloc(genre="rubrique", titre=mots.but_titre, texte=mots.but)
    yield Bloc(genre="rubrique", titre=mots.pieces_titre, texte=mots.pieces)
    yield Bloc(genre="rubrique", titre=mots.interprete_titre, texte=mots.interprete)
    yield Bloc(
        genre="rubrique",
        titre=mots.absence_titre,
        texte=format_html(
            mots.absence,
            telephone=colonne.latin(lettre.direction.telephone.replace(" ", NBSP)),
            courriel=colonne.latin(lettre.direction.courriel),
            jours=colonne.number(lettre.delai_justification_jours),
        ),
    )
    if not seule:
        yield Bloc(genre="note", texte=colonne.fait_foi)


def _consentement(
    lettre: Consentement, texte: TexteConsentement, droits: tuple[str, ...], colonne: _Colonne
) -> Iterator[Bloc]:
    mots, traduction = colonne.formulaire, colonne.traduction
    date = traduction.dates.write_day(lettre.date_bilan) if traduction else french.date_sans_jour(lettre.date_bilan)
    yield Bloc(genre="sujet", titre=texte.titre)
    yield Bloc(genre="identite", titre=mots.nom, fort=lettre.personne.nom_complet, latin=True)
    yield Bloc(genre="identite", titre=mots.contrat, fort=f"n°{NBSP}{lettre.numero_cai}", latin=True)
    yield Bloc(
        genre="identite", titre=mots.bilan, fort=format_html("{} – {}", date, colonne.latin(lettre.prestataire_nom))
    )
    if lettre.version_synthese:
        version = mots.version_lue.format(version=colonne.number(lettre.version_synthese))
        yield Bloc(genre="identite", titre=mots.synthese, fort=version)
    yield from _texte(texte, droits, colonne)


def _texte(texte: TexteConsentement, droits: tuple[str, ...], colonne: _Colonne) -> Iterator[Bloc]:
    """The words that are signed, whoever signs them."""
    mots = colonne.formulaire
    yield from (Bloc(genre="texte", texte=paragraphe) for paragraphe in texte.explications)
    if texte.liste:
        yield Bloc(genre="texte", texte=texte.liste_titre)
        yield from (Bloc(genre="puce", texte=ligne) for ligne in texte.liste)
        yield Bloc(genre="texte", texte=texte.apres_liste)
    yield from (Bloc(genre="texte", texte=paragraphe) for paragraphe in texte.apres)
    yield Bloc(genre="rubrique", titre=mots.droits, texte=droits[0])
    yield from (Bloc(genre="texte", texte=paragraphe) for paragraphe in droits[1:])
    yield Bloc(genre="note", texte=colonne.fait_foi)
    yield Bloc(genre="question", titre=texte.question, texte=mots.consigne)
    yield Bloc(genre="reponse", texte=texte.accepte)
    yield Bloc(genre="reponse", texte=texte.refuse)


def _signatures(lettre: Consentement, mots: MotsFormulaire) -> Iterator[Bloc]:
    yield Bloc(genre="signature", titre=mots.signature, texte=lettre.personne.nom_complet)
    if lettre.mineur:
        yield Bloc(genre="signature", titre=mots.representant, texte=mots.representant_mention)
    yield Bloc(genre="signature", titre=mots.interprete, texte=mots.interprete_mention)


def version_of(traduction: Traduction | None) -> str:
    """What the foot of a form names: the version of the text and the language it was printed in."""
    return f"{VERSION_TEXTE}, français et {traduction.nom_francais}" if traduction else VERSION_TEXTE
