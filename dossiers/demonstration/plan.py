"""Which files the demonstration holds: how many of each story in each direction, and who they are."""

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from cai.models import BILAN_OBLIGATOIRE_DEPUIS
from dossiers.demonstration import histoires as h
from dossiers.demonstration import histoires_bilan as b
from dossiers.demonstration import histoires_echange as e
from dossiers.demonstration import histoires_prefet as p
from dossiers.demonstration import histoires_suites as s
from dossiers.demonstration.histoires import Histoire
from dossiers.demonstration.personnes import Age, Personne, draw_person, homonym
from dossiers.demonstration.recit import working_day

GRAINE = 1205  # the law of 20 November 2007 came into force on a first of December
ESPACE = uuid.UUID("6f1d3f5e-6c39-5b8f-9a3f-0d6f3a3f1205")
DIRECTIONS = ("75", "69", "93", "13")

ADULTE, MINEUR, AINE = Age(), Age(au_moins=16, au_plus=16), Age(au_moins=57, au_plus=68)


@dataclass(frozen=True, kw_only=True)
class Ligne:
    """One story: how many days ago its contract was signed (both included), how many in each of DIRECTIONS.

    Never today: the hours of the story could lie ahead of the clock.
    """

    histoire: Histoire
    jours: tuple[int, int]
    parts: tuple[int, int, int, int]
    age: Age = ADULTE
    echange: bool = False  # whether something may leave for the partner, and so must be committed on the way


LIGNES = (
    Ligne(histoire=h.a_evaluer, jours=(1, 12), parts=(4, 3, 3, 1)),
    Ligne(histoire=h.nom_corrige, jours=(1, 9), parts=(1, 1, 1, 0)),
    Ligne(histoire=h.piece_a_examiner, jours=(1, 6), parts=(2, 1, 1, 1)),
    Ligne(histoire=h.pieces_manquantes, jours=(2, 20), parts=(2, 1, 1, 1)),
    Ligne(histoire=h.piece_rejetee, jours=(2, 20), parts=(1, 1, 1, 0)),
    Ligne(histoire=h.exempte_scolarise, jours=(20, 120), parts=(2, 1, 2, 0), age=MINEUR),
    Ligne(histoire=h.exempte_age, jours=(5, 300), parts=(2, 1, 1, 1), age=AINE),
    Ligne(histoire=h.exempte_titre, jours=(5, 300), parts=(3, 2, 2, 1)),
    Ligne(histoire=h.exempte_emploi, jours=(5, 70), parts=(2, 2, 2, 0)),
    Ligne(histoire=h.exempte_emploi, jours=(130, 250), parts=(1, 1, 1, 0)),  # the documents have aged
    Ligne(histoire=h.exempte_puis_clos, jours=(372, 400), parts=(1, 1, 1, 0)),
    Ligne(histoire=h.exemption_levee, jours=(60, 110), parts=(1, 1, 1, 0)),
    Ligne(histoire=h.a_programmer, jours=(3, 140), parts=(3, 2, 2, 1)),
    Ligne(histoire=h.a_programmer_urgent, jours=(278, 330), parts=(2, 1, 1, 1)),  # less than 90 days left
    Ligne(histoire=h.a_programmer_urgent, jours=(338, 352), parts=(2, 1, 1, 0)),  # less than 30 days left
    Ligne(histoire=h.convoque_aujourdhui, jours=(45, 260), parts=(6, 4, 4, 2)),
    Ligne(histoire=h.convoque_bientot, jours=(40, 280), parts=(3, 2, 2, 1)),
    Ligne(histoire=h.convoque_plus_tard, jours=(20, 200), parts=(3, 2, 2, 1)),
    Ligne(histoire=h.convoque_delai_reduit, jours=(345, 350), parts=(1, 1, 1, 0)),
    Ligne(histoire=h.mineur_non_scolarise, jours=(20, 60), parts=(1, 1, 1, 0), age=MINEUR),
    Ligne(histoire=h.reporte, jours=(50, 220), parts=(2, 1, 1, 1)),
    Ligne(histoire=h.reporte_puis_reconvoque, jours=(60, 220), parts=(1, 1, 0, 0)),
    Ligne(histoire=h.absent_a_qualifier, jours=(60, 250), parts=(1, 1, 1, 1)),
    Ligne(histoire=h.absent_delai_passe, jours=(70, 250), parts=(1, 1, 0, 0)),
    Ligne(histoire=h.absent_motif_legitime, jours=(70, 250), parts=(1, 1, 1, 0)),
    Ligne(histoire=h.absent_sans_motif, jours=(100, 280), parts=(1, 1, 1, 0)),
    Ligne(histoire=h.absence_requalifiee, jours=(100, 280), parts=(1, 0, 1, 0)),
    Ligne(histoire=b.phase_preliminaire, jours=(60, 250), parts=(1, 1, 1, 0)),
    Ligne(histoire=b.phase_investigation, jours=(60, 250), parts=(1, 1, 1, 0)),
    Ligne(histoire=b.phase_conclusion, jours=(60, 250), parts=(1, 1, 1, 1)),
    Ligne(histoire=b.interrompu, jours=(70, 250), parts=(1, 1, 1, 0)),
    Ligne(histoire=b.interrompu_puis_reconvoque, jours=(70, 250), parts=(1, 0, 0, 0)),
    Ligne(histoire=b.synthese_redigee, jours=(70, 280), parts=(2, 1, 1, 0)),
    Ligne(histoire=b.synthese_presentee, jours=(70, 280), parts=(2, 1, 1, 0)),
    Ligne(histoire=b.synthese_reprise, jours=(70, 280), parts=(1, 0, 1, 0)),
    Ligne(histoire=b.signature_refusee, jours=(80, 280), parts=(1, 0, 1, 0)),
    Ligne(histoire=b.signature_refusee_conservee, jours=(80, 280), parts=(0, 1, 0, 0)),
    Ligne(histoire=b.sans_decision, jours=(70, 300), parts=(1, 1, 1, 0)),
    Ligne(histoire=b.sans_decision_copie, jours=(80, 300), parts=(1, 1, 1, 0)),
    Ligne(histoire=b.sans_decision_detruite, jours=(140, 300), parts=(1, 0, 1, 0)),
    Ligne(histoire=b.mineur_signe, jours=(60, 90), parts=(1, 0, 0, 0), age=MINEUR),
    Ligne(histoire=b.conservation_retiree, jours=(130, 300), parts=(1, 0, 1, 0)),
    Ligne(histoire=b.clos, jours=(330, 420), parts=(1, 1, 1, 0)),
    Ligne(histoire=b.suivi_a_faire, jours=(240, 330), parts=(1, 1, 1, 0)),
    Ligne(histoire=b.suivi_note, jours=(260, 350), parts=(1, 1, 0, 0)),
    Ligne(histoire=b.terme_de_conservation, jours=(470, 560), parts=(1, 1, 0, 0)),
    Ligne(histoire=b.non_realise_interrompu, jours=(370, 400), parts=(1, 0, 0, 0)),
    Ligne(histoire=h.non_realise, jours=(370, 410), parts=(1, 1, 1, 0)),
    Ligne(histoire=h.non_realise_absence, jours=(375, 420), parts=(1, 0, 1, 0)),
    Ligne(histoire=e.transmise, jours=(70, 280), parts=(4, 3, 3, 1), echange=True),
    Ligne(histoire=e.transmise_et_detruite, jours=(70, 280), parts=(1, 1, 1, 0), echange=True),
    Ligne(histoire=e.transmise_puis_close, jours=(320, 400), parts=(1, 1, 0, 0), echange=True),
    Ligne(histoire=e.prise_en_charge, jours=(90, 280), parts=(2, 1, 1, 0), echange=True),
    Ligne(histoire=e.rapprochement_multiple, jours=(70, 280), parts=(1, 0, 0, 0), echange=True),
    Ligne(histoire=e.transmission_refusee, jours=(70, 280), parts=(1, 1, 0, 0), echange=True),
    Ligne(histoire=e.transmission_refusee_et_detruite, jours=(70, 280), parts=(0, 0, 1, 0), echange=True),
    Ligne(histoire=e.rejetee_numero, jours=(70, 280), parts=(1, 0, 1, 0), echange=True),
    Ligne(histoire=e.rejetee_metier, jours=(70, 280), parts=(0, 1, 0, 0), echange=True),
    Ligne(histoire=e.rejetee_accord, jours=(70, 280), parts=(0, 0, 1, 0), echange=True),
    Ligne(histoire=e.incertaine, jours=(70, 280), parts=(1, 1, 0, 0), echange=True),
    Ligne(histoire=e.echec_definitif, jours=(70, 280), parts=(1, 0, 1, 0), echange=True),
    Ligne(histoire=e.retiree_avant_envoi, jours=(70, 280), parts=(0, 1, 0, 0), echange=True),
    Ligne(histoire=e.retiree_apres_envoi, jours=(70, 280), parts=(1, 0, 0, 0), echange=True),
    Ligne(histoire=e.retiree_et_detruite, jours=(70, 280), parts=(0, 0, 1, 0), echange=True),
    Ligne(histoire=p.prorogee, jours=(330, 352), parts=(1, 0, 0, 0)),
    Ligne(histoire=p.resiliation_a_signer, jours=(100, 280), parts=(1, 0, 0, 0)),
    Ligne(histoire=p.resiliation_en_cours, jours=(100, 280), parts=(1, 1, 0, 0)),
    Ligne(histoire=p.resilie, jours=(180, 300), parts=(1, 0, 0, 0)),
    Ligne(histoire=p.cloture_attestee, jours=(372, 400), parts=(1, 0, 0, 0)),
    Ligne(histoire=s.famille, jours=(20, 120), parts=(1, 1, 0, 0)),
    Ligne(histoire=s.suivi_de_trois_mois, jours=(160, 250), parts=(1, 0, 1, 0)),
    Ligne(histoire=s.suivi_sans_reponse, jours=(260, 350), parts=(1, 0, 0, 0)),
    Ligne(histoire=h.doublon, jours=(3, 40), parts=(1, 1, 1, 0)),
    Ligne(histoire=h.depart_definitif, jours=(40, 200), parts=(1, 0, 1, 0)),
)


@dataclass(frozen=True, kw_only=True)
class Dossier:
    """One file to tell; its identifier is the same on every machine and every day."""

    identifiant: uuid.UUID
    direction: str
    histoire: Histoire
    echange: bool
    signature: date
    personne: Personne
    graine: int


def make_plan(*, aujourdhui: date, nombre: int | None = None, graine: int = GRAINE) -> list[Dossier]:
    """Every file, by direction and day of signature; the same arguments give the same files.

    ``nombre`` keeps that many, taking one of each story before a second of any. Stories that would begin before the
    bilan was made compulsory are left out: on an early business date the office is young.
    """
    hasard = Random(graine)  # noqa: S311 - a replayable draw, not a secret
    files: list[Dossier] = []
    taken: set[str] = set()
    for rang, (ligne, direction) in enumerate(_rounds()):
        if nombre is not None and len(files) >= nombre:
            break
        oldest, latest = aujourdhui - timedelta(days=ligne.jours[1]), aujourdhui - timedelta(days=ligne.jours[0])
        signature = working_day(oldest + timedelta(days=hasard.randrange((latest - oldest).days + 1)), step=-1)
        personne = draw_person(hasard, direction=direction, signature=signature, age=ligne.age, taken=taken)
        if signature < BILAN_OBLIGATOIRE_DEPUIS:
            continue
        namesakes = [one for one in files if one.direction == direction and one.histoire is h.a_evaluer]
        if ligne.histoire is h.piece_a_examiner and namesakes:
            personne = homonym(namesakes[0].personne, hasard, direction=direction)
        files.append(
            Dossier(
                identifiant=_identifiant(graine, rang),
                direction=direction,
                histoire=ligne.histoire,
                echange=ligne.echange,
                signature=signature,
                personne=personne,
                graine=hasard.getrandbits(32),
            )
        )
    return sorted(files, key=lambda one: (DIRECTIONS.index(one.direction), one.signature))


def identifiers(graine: int = GRAINE) -> set[uuid.UUID]:
    """The identifiers of every file the demonstration can hold, whatever the day."""
    return {_identifiant(graine, rang) for rang in range(sum(sum(ligne.parts) for ligne in LIGNES))}


def _identifiant(graine: int, rang: int) -> uuid.UUID:
    return uuid.uuid5(ESPACE, f"{graine}/{rang}")


def _rounds() -> Iterator[tuple[Ligne, str]]:
    """One of each story in turn, each time in the next direction that has some left, until none is left."""
    left = {ligne: dict(zip(DIRECTIONS, ligne.parts, strict=True)) for ligne in LIGNES}
    while left:
        for rang, ligne in enumerate(list(left)):
            open_in = [code for code in DIRECTIONS if left[ligne][code]]
            if not open_in:
                del left[ligne]
                continue
            code = open_in[rang % len(open_in)]
            left[ligne][code] -= 1
            yield ligne, code
