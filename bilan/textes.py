"""The words people sign, kept together with their version: a signature refers to one of them for ever."""

from dataclasses import dataclass
from datetime import date

# Any change of wording below adds a version, with the first day on which forms carry it; oldest first (reference E.2).
VERSIONS_TEXTE = ((date(2008, 12, 1), "2010-1"),)
VERSION_TEXTE = VERSIONS_TEXTE[-1][1]  # that of the words below

# What the partner receives (reference F.2), as a person would say it.
CE_QUE_RECOIT_POLE_EMPLOI = (
    "mon nom, mon prénom, mon âge, mon sexe et ma nationalité",
    "le numéro de mon contrat d’accueil et d’intégration",
    "mon niveau de formation et mes diplômes",
    "les langues que je parle et que je comprends",
    "mon parcours et mes expériences, en France et à l’étranger",
    "les métiers que je vise et ma recherche d’emploi",
    "mes freins à l’emploi et mes besoins de formation",
    "l’orientation retenue et les préconisations du bilan",
    "la formation linguistique suivie dans le cadre du contrat",
    "mon inscription à Pôle emploi, si elle est connue",
    "la date et la durée du bilan",
    "la date de cet accord et la version de la synthèse",
)

CE_QUE_NE_RECOIT_PAS_POLE_EMPLOI = (
    "Ne sont jamais transmis : ma date de naissance, mon adresse, mon titre de séjour, ma situation familiale, "
    "mes rendez-vous et mes absences, ni le détail de mes réponses pendant le bilan."
)


# rule: E.2-champs
def version_texte_on(jour: date) -> str:
    """The version of the forms signed on a day: a consent entered later still names the words that the person read."""
    return versions_texte_on(jour)[-1]


def versions_texte_on(jour: date) -> tuple[str, ...]:
    """Every version that a form signed on a day may carry, the present one last: one printed before is still signed."""
    return tuple(version for debut, version in VERSIONS_TEXTE if debut <= jour) or (VERSIONS_TEXTE[0][1],)


@dataclass(frozen=True, kw_only=True)
class TexteConsentement:
    """The form of one scope. `question` and both answers are what is signed; the rest informs."""

    titre: str
    explications: tuple[str, ...]
    liste_titre: str = ""
    liste: tuple[str, ...] = ()
    apres_liste: str = ""
    question: str
    accepte: str
    refuse: str
    apres: tuple[str, ...]


CONSENTEMENTS = {
    "transmission_pole_emploi": TexteConsentement(
        titre="Transmission de ma synthèse à Pôle emploi",
        explications=(
            "La synthèse de mon bilan m’appartient. Avec mon accord, l’Office en transmet le contenu à Pôle emploi, "
            "et à personne d’autre, pour préparer avec moi mon projet personnalisé d’accès à l’emploi.",
        ),
        liste_titre="Pôle emploi reçoit :",
        liste=CE_QUE_RECOIT_POLE_EMPLOI,
        apres_liste=CE_QUE_NE_RECOIT_PAS_POLE_EMPLOI,
        question="Ma synthèse peut-elle être transmise à Pôle emploi ?",
        accepte="J’accepte que ma synthèse soit transmise à Pôle emploi.",
        refuse="Je refuse que ma synthèse soit transmise à Pôle emploi.",
        apres=(
            "Mon accord vaut pour la version de la synthèse que j’ai lue et dont le numéro figure ci-dessus. "
            "Si la synthèse change, on me demandera de nouveau mon accord.",
            "Si je retire mon accord avant l’envoi, rien n’est envoyé. Si je le retire après, l’Office demande à "
            "Pôle emploi d’effacer ce qu’il a reçu.",
        ),
    ),
    "conservation_synthese": TexteConsentement(
        titre="Conservation de ma synthèse",
        explications=(
            "Un exemplaire de la synthèse de mon bilan m’est remis. Les documents du bilan sont ensuite détruits, "
            "sauf si je demande qu’ils soient conservés pour mon suivi.",
            "Avec mon accord, la synthèse est conservée sous une forme protégée pendant un an au plus après sa "
            "validation. Je peux alors en obtenir une copie, et le conseiller qui l’a écrite peut la relire avec moi. "
            "Elle est détruite au bout de ce délai, dans tous les cas.",
        ),
        question="Ma synthèse peut-elle être conservée pendant un an au plus ?",
        accepte="J’accepte que ma synthèse soit conservée pendant un an au plus.",
        refuse="Je refuse que ma synthèse soit conservée.",
        apres=(
            "Sans mon accord, la synthèse est détruite dès qu’elle a été transmise, ou dès que j’ai refusé qu’elle le "
            "soit, et au plus tard trente jours après sa validation. L’exemplaire qui m’a été remis reste à moi.",
        ),
    ),
    "contact_suivi": TexteConsentement(
        titre="Prise de contact pour mon suivi",
        explications=(
            "Six mois après le bilan, le prestataire peut prendre contact avec moi pour savoir où j’en suis : emploi, "
            "formation, recherche. Il peut aussi le faire au bout de trois mois.",
            "Pour cela, il emploie mon nom, mon adresse, mon téléphone et mon adresse électronique, et rien d’autre.",
        ),
        question="Le prestataire peut-il prendre contact avec moi pour ce suivi ?",
        accepte="J’accepte d’être contacté(e) pour le suivi de mon bilan.",
        refuse="Je refuse d’être contacté(e) pour le suivi de mon bilan.",
        apres=("Si je ne réponds pas, ou si je ne souhaite pas de suivi, il n’y a aucune conséquence.",),
    ),
}

DROITS = (
    "Je suis libre d’accepter ou de refuser. Mon refus n’a aucune conséquence sur mon contrat d’accueil et "
    "d’intégration, sur mon séjour ni sur mes droits, et il n’est pas communiqué à la préfecture.",
    "Je peux retirer mon accord à tout moment, sans donner de raison, par le moyen de mon choix : au guichet, par "
    "courrier ou par courriel.",
)
