"""The content of an invented synthesis, from a person's working life: dates that hold together, words that agree."""

from datetime import date, timedelta
from random import Random

from bilan.contenu import BesoinFormation, Diplome, Experience, LangueConnue, SyntheseContenu
from cai import delais
from dossiers.demonstration.cahier import accorder
from dossiers.demonstration.personnes import Personne

_CEC = {"V": "3", "IV": "4", "III": "5", "II": "6", "I": "7"}
_AGE_DIPLOME = {"V": 18, "IV": 19, "III": 21, "II": 22, "I": 23}
_COMPRISE_SEULEMENT = ("INFRA_A1",)
_CIRCONSTANCES = (
    "Bilan mené en une demi-journée, en français, à la demande de l’office. [Il|Elle] s’est [montré|montrée] "
    "[attentif|attentive] et [désireux|désireuse] de travailler vite.",
    "Bilan mené avec l’aide d’un interprète. Les trois phases ont pu être conduites jusqu’au bout ; les exercices "
    "écrits ont été remplacés par des mises en situation.",
    "Bilan mené en français simple, avec des images et des fiches métiers. [Il|Elle] a posé beaucoup de questions sur "
    "les formations.",
    "Bilan prescrit par l’office et mené en deux temps, coupés d’une pause. Le travail a porté d’abord sur "
    "l’inventaire des savoir-faire, ensuite sur les métiers qui recrutent près du domicile.",
    "Premier bilan depuis l’arrivée en France. [Venu|Venue] avec son curriculum vitae et ses certificats de travail, "
    "[il|elle] savait déjà ce qu’[il|elle] voulait.",
)
_OBSERVATIONS = (
    "", "", "", "Je suis d’accord avec cette synthèse.", "Je souhaite commencer la formation le plus tôt possible.",
    "J’accepte aussi de travailler le soir et le samedi.", "Je voudrais d’abord améliorer mon français.",
)  # fmt: skip


def write_contenu(personne: Personne, hasard: Random, *, jour: date) -> SyntheseContenu:
    """The whole synthesis of a bilan conducted on ``jour``."""
    profil, sexe, origine = personne.profil, personne.fiche.sexe, personne.origine

    def say(texte: str) -> str:
        return accorder(texte, sexe, origine)

    registered = hasard.random() < 0.6
    circonstances = hasard.choice(_CIRCONSTANCES[3:] if personne.francais in ("B2", "C1") else _CIRCONSTANCES)
    return SyntheseContenu(
        circonstances=say(circonstances),
        competences_aptitudes="\n".join([*(f"- {say(one)}" for one in profil.competences), say(profil.aptitudes)]),
        projet=say(profil.projet),
        projet_defini=bool(profil.projet),
        niveau_formation=profil.niveau,
        niveau_cec=_CEC.get(profil.niveau, ""),
        langues=_langues(personne, hasard),
        diplomes=_diplomes(personne, hasard, say(profil.diplome[0]), jour) if profil.diplome else (),
        experiences=_experiences(personne, say(profil.metier), jour),
        metiers=tuple(profil.vises) if profil.projet else (),
        freins=tuple(profil.freins),
        besoins_formation=tuple(BesoinFormation(domaine=field, intitule=say(text)) for field, text in profil.besoins),
        preconisations=tuple(say(one) for one in profil.preconisations),
        orientation=say(profil.orientation),
        parcours=say(profil.parcours),
        parcours_recherche=say(profil.recherche),
        inscription_pe=registered,
        identifiant_pe=f"{hasard.randrange(10**6, 10**7)}{hasard.choice('ABCDEFGHKLMNPRSTVWXZ')}" if registered else "",
    )


def observations(hasard: Random) -> str:
    """What the person asks to add when they sign; often nothing."""
    return hasard.choice(_OBSERVATIONS)


def notes(personne: Personne) -> str:
    """The adviser's working notes of the preliminary phase."""
    metier = accorder(personne.profil.metier, personne.fiche.sexe, personne.origine).lower() or "sans emploi"
    return f"Attentes : comprendre le marché du travail, trouver un emploi ou une formation. Jusqu’ici : {metier}."


def _langues(personne: Personne, hasard: Random) -> tuple[LangueConnue, ...]:
    mother, *others = [code for code in personne.origine.langues if code != "fr"]
    known = [LangueConnue(langue=mother, parlee=True, comprise=True)]
    if others and hasard.random() < 0.6:
        known.append(LangueConnue(langue=others[0], parlee=hasard.random() < 0.7, comprise=True))
    if personne.profil.niveau in ("I", "II") and "en" not in personne.origine.langues:
        known.append(LangueConnue(langue="en", parlee=True, comprise=True))
    speaks = personne.francais not in _COMPRISE_SEULEMENT
    return (*known, LangueConnue(langue="fr", parlee=speaks, comprise=True, niveau=personne.francais))


def _diplomes(personne: Personne, hasard: Random, intitule: str, jour: date) -> tuple[Diplome, ...]:
    niveau = personne.profil.diplome[1]
    return (
        Diplome(
            intitule=intitule,
            pays=personne.origine.pays,
            annee=min(personne.fiche.date_naissance.year + _AGE_DIPLOME[niveau], jour.year),
            niveau=niveau,
            reconnu=hasard.choice(("INCONNU", "NON", "ATTESTATION_COMPARABILITE")),
        ),
    )


def _experiences(personne: Personne, metier: str, jour: date) -> tuple[Experience, ...]:
    """The occupation abroad until shortly before the arrival, then what was found in France, if anything."""
    profil, arrivee = personne.profil, personne.arrivee
    held: list[Experience] = []
    if metier:
        fin = delais.add_months(arrivee, -2)
        debut = delais.add_months(fin, -12 * profil.annees if profil.annees else -4)
        held.append(Experience(
            metier=metier, pays=personne.origine.pays, code_rome=profil.rome, debut=_mois(debut), fin=_mois(fin)
        ))  # fmt: skip
    if profil.en_france and jour - arrivee > timedelta(days=90):
        metier_ici, rome = profil.en_france
        debut = delais.add_months(jour, -2)
        held.append(Experience(
            metier=accorder(metier_ici, personne.fiche.sexe, personne.origine), pays="FRA", code_rome=rome,
            debut=_mois(debut),
        ))  # fmt: skip
    return tuple(held)


def _mois(jour: date) -> str:
    return f"{jour.year}-{jour.month:02d}"
