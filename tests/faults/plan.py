"""What is to happen in an episode, drawn from the seed of the run and the number of the episode, and nothing else.

The same pair always gives the same acts and the same faults, in the same order; at which instant of a request a fault
strikes is the machine's to say.
"""

import random
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TypeVar

T = TypeVar("T")


class Saison(StrEnum):
    """What an episode may meet: our side's failures, the partner's, or all of them at once."""

    MACHINES = "machines"  # recovery is measured here, where nothing else keeps a row waiting
    PARTENAIRE = "partenaire"
    TOUT = "tout"


class Acte(StrEnum):
    """What people do, in the order of the script."""

    ACCORDER = "accorder"
    RETIRER = "retirer"
    CORRIGER = "corriger"  # rework, sign, agree again
    CORRIGER_ET_REFUSER = "corriger_et_refuser"


class Coup(StrEnum):
    """What strikes our side. A worker is killed at a step of its work, named by what it has just done."""

    TUE_DANS_LA_RESERVATION = "tue_dans_la_reservation"  # before the claim is committed
    TUE_APRES_RESERVATION = "tue_apres_reservation"  # before the request leaves
    TUE_PENDANT_LA_REQUETE = "tue_pendant_la_requete"
    TUE_AVANT_ECRITURE = "tue_avant_ecriture"  # the partner has answered, nothing is recorded
    TUE_APRES_ECRITURE = "tue_apres_ecriture"
    TUE_AU_HASARD = "tue_au_hasard"
    TUE_TRAVAILLEUR = "tue_travailleur"  # the whole program
    TUE_PARENT = "tue_parent"  # its pool is an orphan
    TUE_BEAT = "tue_beat"
    VIDE_COURTIER = "vide_courtier"
    ARRETE_COURTIER = "arrete_courtier"
    ARRETE_BASE = "arrete_base"
    DECALE_HORLOGE = "decale_horloge"


ETAPES = tuple(Coup)[:5]


class Etape(StrEnum):
    """Where a worker really died, as the evidence said afterwards; its values are what the report says."""

    AVANT_RESERVATION = "avant la fin de la réservation"
    AVANT_REQUETE = "après la réservation, avant la requête"
    PENDANT_REQUETE = "pendant la requête"
    AVANT_ECRITURE = "après la réponse, avant l’écriture"
    APRES_ECRITURE = "après l’écriture"


POIDS_DES_COUPS = {
    **dict.fromkeys(ETAPES, 6),
    Coup.TUE_AU_HASARD: 6, Coup.TUE_TRAVAILLEUR: 4, Coup.TUE_PARENT: 2, Coup.TUE_BEAT: 3,
    Coup.VIDE_COURTIER: 6, Coup.ARRETE_COURTIER: 3, Coup.ARRETE_BASE: 4,
}  # fmt: skip

# Seconds, halved or half as long again: while the row waits, is claimed, sent, in doubt; None: once it is settled.
ATTENTES = (0.0, 0.05, 0.2, 0.6, 2.0, None)
DEPOT, RECHERCHE, EFFACEMENT, JETON = "deposerSynthese", "retrouverDepot", "effacerSynthese", "obtenirJeton"
REVOQUER = "REVOQUER_JETONS"  # not a fault of the simulator's list: its tokens are gone
# How the partner fails one file, how often; then what stops the channel for all, which costs everybody minutes.
POIDS_DES_PANNES = {
    "ERREUR_500": 6, "INDISPONIBLE_503": 4, "DELAI_AVANT": 5, "DELAI_APRES": 6, "COUPURE_AVANT": 4, "COUPURE_APRES": 6,
    "REPONSE_TRONQUEE": 4, "CORPS_HTML": 4, "CORPS_VIDE": 3, "LENTEUR": 5, "EN_COURS": 3, "QUOTA_SECONDES": 2,
    "QUOTA_DATE": 2, "QUOTA_SANS_DELAI": 1, "JETON_REFUSE": 2, "JETON_COURT": 1, REVOQUER: 3, "NUMERO_CAI_INCONNU": 1,
    "CODE_ROME_OBSOLETE": 1, "CONSENTEMENT_PERIME": 1, "RAPPROCHEMENT_PLUSIEURS": 2,
}  # fmt: skip
COMPTE = ("PORTEE_INSUFFISANTE", "JETON_REFUSE_DEUX_FOIS", "CLIENT_REFUSE")
APRES_POSSIBLE = ("ERREUR_500", "INDISPONIBLE_503", "CORPS_HTML", "CORPS_VIDE")
SUR_DEPOT_SEUL = (
    "EN_COURS", "NUMERO_CAI_INCONNU", "CODE_ROME_OBSOLETE", "CONSENTEMENT_PERIME", "RAPPROCHEMENT_PLUSIEURS",
)  # fmt: skip
SCENARIOS: dict[tuple[Acte, ...], int] = {
    (Acte.ACCORDER,): 6,
    (Acte.ACCORDER, Acte.RETIRER): 8,
    (Acte.ACCORDER, Acte.CORRIGER): 6,
    (Acte.ACCORDER, Acte.CORRIGER, Acte.RETIRER): 4,
    (Acte.ACCORDER, Acte.CORRIGER_ET_REFUSER): 2,
    (Acte.ACCORDER, Acte.CORRIGER_ET_REFUSER, Acte.RETIRER): 1,
    (Acte.ACCORDER, Acte.RETIRER, Acte.CORRIGER): 2,
    (Acte.ACCORDER, Acte.CORRIGER, Acte.CORRIGER): 2,
}


@dataclass(frozen=True)
class Panne:
    """One fault of the partner, as its control interface wants it; ``genre`` REVOQUER revokes its tokens instead."""

    genre: str
    options: dict[str, object] = field(default_factory=dict)


@dataclass(frozen=True)
class Episode:
    """One file's story. ``attentes``: seconds before each act, None once it is settled; ``delai``: before a blow."""

    numero: int
    saison: Saison
    actes: tuple[Acte, ...]
    attentes: tuple[float | None, ...]
    coup: Coup | None
    delai: float
    duree: float
    pannes: tuple[Panne, ...]

    def __str__(self) -> str:
        faults = ", ".join(panne.genre for panne in self.pannes) or "aucune panne"
        acts = ", ".join(self.actes)
        return f"épisode {self.numero} ({self.saison}) : {acts} ; {self.coup or 'aucun coup'} ; {faults}"


# Half of the run measures recovery; the rest mixes everything, since faults do not wait for each other.
SAISONS = (Saison.MACHINES, Saison.PARTENAIRE, Saison.TOUT, Saison.MACHINES)


def draw(graine: int, numero: int, saison: Saison) -> Episode:
    """The episode of this number; ``saison`` is its season's."""
    alea = random.Random(f"{graine}/{numero}")
    actes = _one_of(alea, SCENARIOS)
    coup = None
    if saison is Saison.MACHINES or (saison is Saison.TOUT and alea.random() < 0.6):
        coup = _one_of(alea, {**POIDS_DES_COUPS, Coup.DECALE_HORLOGE: 0 if saison is Saison.MACHINES else 4})
    attentes = (0.0, *(_wait(alea) for _ in actes[1:]))
    pannes = () if saison is Saison.MACHINES else tuple(_fault(alea) for _ in range(alea.choice((1, 1, 2, 3))))
    delai, duree = round(alea.random() * 1.5, 3), round(0.2 + alea.random() * 1.3, 3)
    return Episode(numero, saison, actes, attentes, coup, delai, duree, pannes)


def account_fault(graine: int, numero: int) -> Panne:
    """What stops the channel for minutes: once a season, for whoever asks first."""
    genre = random.Random(f"{graine}/{numero}/compte").choice(COMPTE)
    if genre == "JETON_REFUSE_DEUX_FOIS":
        return Panne("JETON_REFUSE", {"nombre": 2})
    return Panne(genre, {"nombre": 1})


def _fault(alea: random.Random) -> Panne:
    genre = _one_of(alea, POIDS_DES_PANNES)
    if genre == REVOQUER:
        return Panne(REVOQUER)
    options: dict[str, object] = {"nombre": 1 if genre.startswith(("QUOTA", "JETON")) else alea.choice((1, 1, 2, 4))}
    if genre == "JETON_COURT":
        return Panne(genre, {**options, "secondes": 1})
    options["operation"] = (
        DEPOT if genre in SUR_DEPOT_SEUL else alea.choice((DEPOT, DEPOT, DEPOT, RECHERCHE, EFFACEMENT))
    )
    if genre in APRES_POSSIBLE:
        options["apres"] = alea.random() < 0.5
    if genre in ("CORPS_HTML", "CORPS_VIDE"):
        options["statut"] = alea.choice((200, 201, 302, 404, 500, 502))
    if genre.startswith("DELAI"):
        options["secondes"] = 3.0
    if genre == "LENTEUR":  # within the client's patience or beyond, always within the partner's (DECANTATION)
        options["secondes"] = round(0.2 + alea.random() * 2.8, 2)
    if (genre.startswith("QUOTA") and genre != "QUOTA_SANS_DELAI") or genre == "EN_COURS":
        options["secondes"] = alea.choice((1, 2))
    return Panne(genre, options)


def _wait(alea: random.Random) -> float | None:
    seconds, spread = alea.choice(ATTENTES), 0.5 + alea.random()
    return None if seconds is None else round(seconds * spread, 3)


def _one_of(alea: random.Random, weights: dict[T, int]) -> T:
    return alea.choices(list(weights), weights=list(weights.values()))[0]
