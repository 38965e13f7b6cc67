"""One table: what each answer of the partner means, what follows, and what an agent reads (reference F.1, rule 4).

The first line that fits decides; the last lines fit everything, so nothing is discarded and nothing is unforeseen.
"""

from dataclasses import dataclass
from enum import Enum

from poleemploi.client import Coupure, Reponse
from poleemploi.states import Issue, Operation


class Suite(Enum):
    """What follows from an answer."""

    ACCUSER = "accuser"  # the partner has it: keep the receipt
    PAS_TROUVEE = "pas_trouvee"  # no deposit under this key
    EFFACEE = "effacee"  # nothing is left at the partner
    REJETER = "rejeter"  # never sent again as it is: a person corrects
    VERIFIER = "verifier"  # as REJETER, but for a deposit of ours that may have arrived: it is looked up once first
    ECHOUER = "echouer"  # nothing to correct in the file, and trying again would not help: a person looks
    REESSAYER = "reessayer"  # not carried out, or harmless to repeat
    DOUTER = "douter"  # perhaps carried out: look it up before anything else
    RENOUVELER_JETON = "renouveler_jeton"
    APPLIQUER = "appliquer"  # a page of returns
    RECOMMENCER = "recommencer"  # the feed is read again from its beginning: each event counts once
    ATTENDRE_QUOTA = "attendre_quota"  # the whole channel waits as long as the partner says
    ATTENDRE_COMPTE = "attendre_compte"  # the whole channel waits: it is our account, not this row


ISSUES: dict[Suite, Issue] = {
    Suite.ACCUSER: Issue.ACCEPTE,
    Suite.PAS_TROUVEE: Issue.INTROUVABLE,
    Suite.EFFACEE: Issue.ACCEPTE,
    Suite.REJETER: Issue.REFUSE,
    Suite.VERIFIER: Issue.REFUSE,
    Suite.ECHOUER: Issue.REFUSE,
    Suite.REESSAYER: Issue.A_REESSAYER,
    Suite.DOUTER: Issue.INCERTAIN,
    Suite.RENOUVELER_JETON: Issue.A_REESSAYER,
    Suite.APPLIQUER: Issue.ACCEPTE,
    Suite.RECOMMENCER: Issue.REFUSE,
    Suite.ATTENDRE_QUOTA: Issue.CANAL_FERME,
    Suite.ATTENDRE_COMPTE: Issue.CANAL_FERME,
}

# Codes of our own, for what is not an answer. They stand in the ledger beside those of the contract.
JAMAIS_PARTIE = "COUPURE_AVANT"
SANS_REPONSE = "COUPURE_APRES"
PAS_PARTIE = "PAS_PARTIE"
BAIL_EXPIRE = "BAIL_EXPIRE"
RECU_ENTRETEMPS = "RECU_ENTRETEMPS"
NON_CONFORME = "NON_CONFORME"
CORPS_CHANGE = "CORPS_CHANGE"
ILLISIBLE_ICI = "ILLISIBLE_ICI"
DELAI_DEPASSE = "DELAI_DEPASSE"

DEPOT, RECHERCHE, EFFACEMENT = Operation.DEPOT, Operation.RECHERCHE, Operation.EFFACEMENT
LECTURE = Operation.LECTURE
TOUTES = (DEPOT, RECHERCHE, EFFACEMENT, LECTURE)
SANS_CORPS = (RECHERCHE, EFFACEMENT, LECTURE)
TOUT_CODE = "*"  # a code of the contract or not, even none
UN_CODE = "+"  # any code at all: the partner itself has spoken


@dataclass(frozen=True)
class Ligne:
    """``statuts`` is inclusive; ``code`` is a code of the contract, one of ours, TOUT_CODE or UN_CODE."""

    operations: tuple[Operation, ...]
    statuts: tuple[int, int] | None
    code: str
    suite: Suite
    phrase: str
    panne: bool = False  # the partner as a whole is ill: counted towards a pause of the channel

    def fits(self, operation: Operation, statut: int | None, code: str) -> bool:
        if operation not in self.operations:
            return False
        if (statut is None) != (self.statuts is None):
            return False
        if statut is not None and self.statuts is not None and not self.statuts[0] <= statut <= self.statuts[1]:
            return False
        return self.code == TOUT_CODE or (self.code == UN_CODE and code != "") or self.code == code


@dataclass(frozen=True)
class Decision:
    suite: Suite
    issue: Issue
    code: str  # what the ledger keeps
    phrase: str
    panne: bool


def _exact(statut: int) -> tuple[int, int]:
    return statut, statut


TROP_LONG = "CORPS_TROP_GRAND"
TROP_LONGUE = "La synthèse est trop longue pour Pôle emploi\u00a0: le conseiller la reprend et l’abrège."
RECU = "Pôle emploi a accusé réception."
LECTURE_REFUSEE = "Pôle emploi refuse la lecture des retours\u00a0: prévenez le support."
ILLISIBLE = "Pôle emploi a répondu sans accusé lisible\u00a0: l’envoi sera vérifié."

TABLE: tuple[Ligne, ...] = (
    # What never was an answer.
    Ligne(TOUTES, None, JAMAIS_PARTIE, Suite.REESSAYER, "Pôle emploi est injoignable\u00a0: rien n’est parti.", True),
    Ligne((DEPOT,), None, TOUT_CODE, Suite.DOUTER,
          "La réponse s’est perdue\u00a0: l’envoi sera vérifié avant d’être repris.", True),
    Ligne(SANS_CORPS, None, TOUT_CODE, Suite.REESSAYER,
          "La réponse s’est perdue\u00a0: la demande sera reprise.", True),
    # Our account and our pace: the whole channel, whatever the row.
    Ligne(TOUTES, _exact(401), TOUT_CODE, Suite.RENOUVELER_JETON,
          "Pôle emploi n’a pas reconnu notre accès\u00a0: il est renouvelé."),
    Ligne(TOUTES, _exact(403), TOUT_CODE, Suite.ATTENDRE_COMPTE,
          "Pôle emploi refuse l’accès à notre compte\u00a0: les envois sont suspendus, le support est concerné."),
    Ligne(TOUTES, _exact(429), TOUT_CODE, Suite.ATTENDRE_QUOTA,
          "Pôle emploi demande de patienter\u00a0: tous les envois attendent."),
    # Deposit.
    Ligne((DEPOT,), _exact(201), "RECU", Suite.ACCUSER, RECU),
    Ligne((DEPOT,), (200, 299), TOUT_CODE, Suite.DOUTER, ILLISIBLE),
    Ligne((DEPOT,), _exact(409), "EN_COURS", Suite.DOUTER,
          "Pôle emploi traite encore un premier envoi\u00a0: il sera vérifié."),
    Ligne((DEPOT,), _exact(409), "CLE_REUTILISEE", Suite.REJETER,
          "Pôle emploi a déjà reçu autre chose sous la même clé\u00a0: prévenez le support."),
    Ligne((DEPOT,), _exact(409), "VERSION_PERIMEE", Suite.VERIFIER,
          "Pôle emploi a déjà une version égale ou plus récente de cette synthèse\u00a0: une nouvelle la remplacera."),
    Ligne((DEPOT,), _exact(422), "NUMERO_CAI_INCONNU", Suite.REJETER,
          "Pôle emploi ne connaît pas ce numéro CAI\u00a0: corrigé dans le dossier, il permet un nouveau dépôt."),
    Ligne((DEPOT,), _exact(422), "CODE_ROME_OBSOLETE", Suite.REJETER,
          "Un code métier n’est plus en usage\u00a0: un autre est à choisir dans une nouvelle version."),
    Ligne((DEPOT,), _exact(422), "CONSENTEMENT_PERIME", Suite.REJETER,
          "Pôle emploi juge l’accord de la personne trop ancien."),
    Ligne((DEPOT,), _exact(413), TROP_LONG, Suite.REJETER, TROP_LONGUE),
    Ligne((DEPOT,), _exact(413), TOUT_CODE, Suite.REJETER, TROP_LONGUE),
    Ligne((DEPOT,), _exact(400), "CORPS_INVALIDE", Suite.REJETER,
          "Pôle emploi n’accepte pas la rubrique indiquée\u00a0: elle est à corriger."),
    Ligne((DEPOT,), (400, 499), UN_CODE, Suite.REJETER, "Pôle emploi refuse cet envoi\u00a0: prévenez le support."),
    # Without a code of the contract, a gateway spoke and not the partner.
    Ligne((DEPOT,), (300, 499), TOUT_CODE, Suite.DOUTER,
          "La réponse ne vient pas de Pôle emploi\u00a0: l’envoi sera vérifié avant d’être repris.", True),
    Ligne((DEPOT,), (100, 999), TOUT_CODE, Suite.DOUTER,
          "Pôle emploi est en panne\u00a0: l’envoi sera vérifié avant d’être repris.", True),
    # Looking up by key.
    Ligne((RECHERCHE,), _exact(200), "RECU", Suite.ACCUSER, RECU),
    Ligne((RECHERCHE,), _exact(404), "INCONNU", Suite.PAS_TROUVEE, "Pôle emploi n’a rien reçu."),
    Ligne((RECHERCHE,), (400, 499), UN_CODE, Suite.ECHOUER,
          "Pôle emploi refuse la vérification\u00a0: prévenez le support."),
    # Erasing.
    Ligne((EFFACEMENT,), _exact(204), TOUT_CODE, Suite.EFFACEE, "Pôle emploi a effacé la synthèse."),
    Ligne((EFFACEMENT,), _exact(404), "INCONNU", Suite.EFFACEE, "Pôle emploi ne détient plus cette synthèse."),
    Ligne((EFFACEMENT,), (400, 499), UN_CODE, Suite.ECHOUER,
          "Pôle emploi refuse l’effacement\u00a0: prévenez le support."),
    # Reading the feed of returns.
    Ligne((LECTURE,), _exact(200), "PAGE", Suite.APPLIQUER, "Les retours de Pôle emploi sont lus."),
    Ligne((LECTURE,), _exact(400), UN_CODE, Suite.RECOMMENCER,
          "Pôle emploi ne sait plus où la lecture en était\u00a0: elle reprend du début, sans rien compter deux fois."),
    Ligne((LECTURE,), (400, 499), UN_CODE, Suite.ECHOUER, LECTURE_REFUSEE),
    Ligne(SANS_CORPS, (100, 499), TOUT_CODE, Suite.REESSAYER,
          "La réponse ne vient pas de Pôle emploi\u00a0: la demande sera reprise.", True),
    Ligne(SANS_CORPS, (500, 999), TOUT_CODE, Suite.REESSAYER,
          "Pôle emploi est en panne\u00a0: la demande sera reprise.", True),
)  # fmt: skip

# What the system itself did to an attempt or to a row.
PHRASES_LOCALES: dict[str, str] = {
    PAS_PARTIE: "L’envoi n’a pas été commencé\u00a0: il le sera de nouveau.",
    BAIL_EXPIRE: "L’envoi a été interrompu\u00a0: il sera vérifié avant d’être repris.",
    RECU_ENTRETEMPS: "L’accusé de réception d’un essai précédent est arrivé entre-temps.",
    NON_CONFORME: "La synthèse ne peut pas être envoyée telle quelle\u00a0: la rubrique indiquée est à corriger.",
    CORPS_CHANGE: "Ce qui serait envoyé n’est plus ce qui l’a été\u00a0: prévenez le support.",
    ILLISIBLE_ICI: "La synthèse n’a pas pu être relue pour l’envoi\u00a0: prévenez le support.",
    DELAI_DEPASSE: "Les essais sont restés sans succès\u00a0: relancez quand Pôle emploi répond de nouveau.",
}


# What is wrong with one field, beside its heading; the sentence of the whole row stands above.
MOTIFS = {
    "NUMERO_CAI_INCONNU": "Pôle emploi ne connaît pas ce numéro.",
    "CODE_ROME_OBSOLETE": "Ce code métier n’est plus en usage.",
    "CONSENTEMENT_PERIME": "Cet accord est trop ancien.",
    "VERSION_PERIMEE": "Une version égale ou plus récente est déjà reçue.",
    TROP_LONG: "La synthèse est trop longue.",
}
MOTIF = "Cette valeur n’est pas acceptée."
# Where a refusal is corrected when the partner does not say. CORPS_INVALIDE names its fields or nobody can tell, and a
# key that served for something else is nothing that an agent types.
CHEMINS = {
    "NUMERO_CAI_INCONNU": "/numeroCai",
    "CODE_ROME_OBSOLETE": "/synthese/metiers",
    "CONSENTEMENT_PERIME": "/consentement",
    "VERSION_PERIMEE": "/synthese/version",
    TROP_LONG: "/synthese",
}


def decide(operation: Operation, reponse: Reponse) -> Decision:
    """What follows from an answer; total."""
    code = reponse.code
    if reponse.coupure is not None:
        code = JAMAIS_PARTIE if reponse.coupure is Coupure.AVANT else SANS_REPONSE
    elif reponse.recu is not None:
        code = "RECU"
    elif reponse.page is not None:
        code = "PAGE"
    ligne = _line(operation, reponse.statut, code)
    return Decision(
        ligne.suite, ISSUES[ligne.suite], "" if code in ("RECU", "PAGE") else code, ligne.phrase, ligne.panne
    )


def refused_fields(code: str, chemins: tuple[str, ...]) -> list[dict[str, str]]:
    """Each field to correct and what is wrong with it; that of the code when the partner names none."""
    motif = MOTIFS.get(code, MOTIF)
    known = chemins or ((CHEMINS[code],) if code in CHEMINS else ())
    return [{"chemin": chemin, "motif": motif} for chemin in known]


def explain(operation: Operation, *, statut: int | None, code: str, issue: str) -> str:
    """The sentence of an attempt of the ledger."""
    if code in PHRASES_LOCALES:
        return PHRASES_LOCALES[code]
    accepted = "PAGE" if operation == LECTURE else "RECU"
    return _line(operation, statut, accepted if issue == Issue.ACCEPTE and not code else code).phrase


def explain_refusal(code: str) -> str:
    """The sentence of a row that waits for a person, from the code it bears."""
    if code in PHRASES_LOCALES:
        return PHRASES_LOCALES[code]
    named = next((ligne for ligne in TABLE if ligne.code == code), None)
    return named.phrase if named else "Pôle emploi refuse cet envoi\u00a0: prévenez le support."


def _line(operation: Operation, statut: int | None, code: str) -> Ligne:
    return next(ligne for ligne in TABLE if ligne.fits(operation, statut, code))
