"""Whatever the partner answers, one line of the table says what follows and what an agent reads."""

import itertools
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from poleemploi import contrat, reponses
from poleemploi.champs import Lieu, heading_of
from poleemploi.client import Coupure, Page, Recu, Reponse
from poleemploi.reponses import Suite, decide, explain
from poleemploi.states import Issue, Operation

RECU = Recu("PE-1", datetime(2010, 5, 12, tzinfo=UTC), "TROUVE")
CODES = contrat.contract()["components"]["schemas"]["Erreur"]["properties"]["code"]["enum"]
PAGE = Page((), "suite", encore=False)
DEPOT, RECHERCHE, EFFACEMENT = Operation.DEPOT, Operation.RECHERCHE, Operation.EFFACEMENT
LECTURE = Operation.LECTURE
S = Suite
CHEMINS = {
    "/partenaire/bilans-ofii/v1/syntheses": ("post", DEPOT),
    "/partenaire/bilans-ofii/v1/syntheses/par-cle/{cle}": ("get", RECHERCHE),
    "/partenaire/bilans-ofii/v1/syntheses/{identifiant}": ("delete", EFFACEMENT),
    "/partenaire/bilans-ofii/v1/evenements": ("get", LECTURE),
}


@pytest.mark.parametrize(
    ("operation", "reponse", "suite"),
    [
        (DEPOT, Reponse(201, recu=RECU), S.ACCUSER),
        (DEPOT, Reponse(201), S.DOUTER),
        (DEPOT, Reponse(200), S.DOUTER),
        (DEPOT, Reponse(200, recu=RECU), S.DOUTER),
        (DEPOT, Reponse(202), S.DOUTER),
        (DEPOT, Reponse(302), S.DOUTER),
        (DEPOT, Reponse(400, code="CORPS_INVALIDE"), S.REJETER),
        (DEPOT, Reponse(400), S.DOUTER),
        (DEPOT, Reponse(401, code="JETON_INVALIDE"), S.RENOUVELER_JETON),
        (DEPOT, Reponse(401), S.RENOUVELER_JETON),
        (DEPOT, Reponse(403, code="PORTEE_INSUFFISANTE"), S.ATTENDRE_COMPTE),
        (DEPOT, Reponse(403), S.ATTENDRE_COMPTE),
        (DEPOT, Reponse(404), S.DOUTER),
        (DEPOT, Reponse(404, code="INCONNU"), S.REJETER),
        (DEPOT, Reponse(408), S.DOUTER),
        (DEPOT, Reponse(409, code="CLE_REUTILISEE"), S.REJETER),
        (DEPOT, Reponse(409, code="EN_COURS"), S.DOUTER),
        (DEPOT, Reponse(409, code="VERSION_PERIMEE"), S.VERIFIER),
        (DEPOT, Reponse(413, code="CORPS_TROP_GRAND"), S.REJETER),
        (DEPOT, Reponse(413), S.REJETER),
        (DEPOT, Reponse(422, code="NUMERO_CAI_INCONNU"), S.REJETER),
        (DEPOT, Reponse(422, code="CODE_ROME_OBSOLETE"), S.REJETER),
        (DEPOT, Reponse(422, code="CONSENTEMENT_PERIME"), S.REJETER),
        (DEPOT, Reponse(429, code="QUOTA_DEPASSE"), S.ATTENDRE_QUOTA),
        (DEPOT, Reponse(429), S.ATTENDRE_QUOTA),
        (DEPOT, Reponse(500, code="INDISPONIBLE"), S.DOUTER),
        (DEPOT, Reponse(502), S.DOUTER),
        (DEPOT, Reponse(503, code="INDISPONIBLE"), S.DOUTER),
        (DEPOT, Reponse(999), S.DOUTER),
        (DEPOT, Reponse(coupure=Coupure.AVANT), S.REESSAYER),
        (DEPOT, Reponse(coupure=Coupure.APRES), S.DOUTER),
        (RECHERCHE, Reponse(200, recu=RECU), S.ACCUSER),
        (RECHERCHE, Reponse(200), S.REESSAYER),
        (RECHERCHE, Reponse(400, code="CORPS_INVALIDE"), S.ECHOUER),
        (RECHERCHE, Reponse(401, code="JETON_INVALIDE"), S.RENOUVELER_JETON),
        (RECHERCHE, Reponse(403, code="PORTEE_INSUFFISANTE"), S.ATTENDRE_COMPTE),
        (RECHERCHE, Reponse(404, code="INCONNU"), S.PAS_TROUVEE),
        (RECHERCHE, Reponse(404), S.REESSAYER),
        (RECHERCHE, Reponse(429, code="QUOTA_DEPASSE"), S.ATTENDRE_QUOTA),
        (RECHERCHE, Reponse(500), S.REESSAYER),
        (RECHERCHE, Reponse(503, code="INDISPONIBLE"), S.REESSAYER),
        (RECHERCHE, Reponse(coupure=Coupure.AVANT), S.REESSAYER),
        (RECHERCHE, Reponse(coupure=Coupure.APRES), S.REESSAYER),
        (EFFACEMENT, Reponse(204), S.EFFACEE),
        (EFFACEMENT, Reponse(200), S.REESSAYER),
        (EFFACEMENT, Reponse(400, code="CORPS_INVALIDE"), S.ECHOUER),
        (EFFACEMENT, Reponse(401), S.RENOUVELER_JETON),
        (EFFACEMENT, Reponse(403), S.ATTENDRE_COMPTE),
        (EFFACEMENT, Reponse(404, code="INCONNU"), S.EFFACEE),
        (EFFACEMENT, Reponse(404), S.REESSAYER),
        (EFFACEMENT, Reponse(429), S.ATTENDRE_QUOTA),
        (EFFACEMENT, Reponse(503), S.REESSAYER),
        (EFFACEMENT, Reponse(coupure=Coupure.AVANT), S.REESSAYER),
        (EFFACEMENT, Reponse(coupure=Coupure.APRES), S.REESSAYER),
        (LECTURE, Reponse(200, page=PAGE), S.APPLIQUER),
        (LECTURE, Reponse(200), S.REESSAYER),
        (LECTURE, Reponse(400, code="CORPS_INVALIDE"), S.RECOMMENCER),
        (LECTURE, Reponse(400), S.REESSAYER),
        (LECTURE, Reponse(401, code="JETON_INVALIDE"), S.RENOUVELER_JETON),
        (LECTURE, Reponse(403), S.ATTENDRE_COMPTE),
        (LECTURE, Reponse(404, code="INCONNU"), S.ECHOUER),
        (LECTURE, Reponse(429), S.ATTENDRE_QUOTA),
        (LECTURE, Reponse(503, code="INDISPONIBLE"), S.REESSAYER),
        (LECTURE, Reponse(coupure=Coupure.APRES), S.REESSAYER),
    ],
)
def test_an_answer_has_its_consequence(operation: Operation, reponse: Reponse, suite: Suite) -> None:
    decision = decide(operation, reponse)
    assert decision.suite is suite
    assert decision.issue is reponses.ISSUES[suite]


def _answers() -> list[tuple[Operation, int, str]]:
    found = []
    for path, (method, operation) in CHEMINS.items():
        statuses = [int(status) for status in contrat.contract()["paths"][path][method]["responses"]]
        found += list(itertools.product([operation], statuses, ["", *CODES]))
    return found


@pytest.mark.parametrize(("operation", "statut", "code"), _answers())
def test_every_answer_of_the_contract_has_a_sentence(operation: Operation, statut: int, code: str) -> None:
    decision = decide(operation, Reponse(statut, code=code if statut >= 400 else ""))
    assert decision.phrase.endswith(".")
    assert explain(operation, statut=statut, code=decision.code, issue=decision.issue) == decision.phrase


@given(
    operation=st.sampled_from(Operation),
    statut=st.integers(100, 999),
    code=st.text(alphabet="ABCDEFGHIJKLMNOPQRSTUVWXYZ_", max_size=40),
)
def test_no_answer_is_unforeseen(operation: Operation, statut: int, code: str) -> None:
    assert decide(operation, Reponse(statut, code=code)).phrase


@given(statut=st.integers(500, 999), code=st.sampled_from(["", *CODES]))
def test_a_deposit_that_may_have_been_carried_out_is_never_simply_sent_again(statut: int, code: str) -> None:
    assert decide(DEPOT, Reponse(statut, code=code)).suite is Suite.DOUTER


# Codes that the contract gives to a refused deposit; the others belong to answers of another kind.
REFUS = {"CORPS_INVALIDE", "CLE_REUTILISEE", "VERSION_PERIMEE", "CORPS_TROP_GRAND", "NUMERO_CAI_INCONNU",
         "CODE_ROME_OBSOLETE", "CONSENTEMENT_PERIME"}  # fmt: skip
AUTRES = {"JETON_INVALIDE", "PORTEE_INSUFFISANTE", "INCONNU", "EN_COURS", "QUOTA_DEPASSE", "INDISPONIBLE"}


def test_every_code_of_the_contract_is_a_refusal_or_is_known_to_be_none() -> None:
    assert set(CODES) == REFUS | AUTRES
    assert not REFUS & AUTRES


@pytest.mark.parametrize("code", CODES)
def test_every_refusal_of_the_contract_says_what_to_do(code: str) -> None:
    assert reponses.explain_refusal(code).endswith(".")


@pytest.mark.parametrize("code", sorted(REFUS))
def test_a_refused_deposit_has_a_sentence_of_its_own_and_a_page_that_corrects_it(code: str) -> None:
    assert code in {ligne.code for ligne in reponses.TABLE}
    corrected = [heading_of(field["chemin"]).lieu for field in reponses.refused_fields(code, ())]
    if code in ("CORPS_INVALIDE", "CLE_REUTILISEE"):  # the partner names the fields; the support's
        assert corrected == []
    else:
        assert len(corrected) == 1
        assert Lieu.AUCUN not in corrected
    assert [field["chemin"] for field in reponses.refused_fields(code, ("/signataire/nom",))] == ["/signataire/nom"]


@pytest.mark.parametrize("code", reponses.PHRASES_LOCALES)
def test_what_the_system_did_has_a_sentence_too(code: str) -> None:
    assert reponses.explain_refusal(code) == reponses.PHRASES_LOCALES[code]
    assert explain(DEPOT, statut=None, code=code, issue=Issue.INCERTAIN) == reponses.PHRASES_LOCALES[code]


def test_sentences_keep_their_colon_on_the_line() -> None:
    phrases = [ligne.phrase for ligne in reponses.TABLE] + list(reponses.PHRASES_LOCALES.values())
    assert [phrase for phrase in phrases if " :" in phrase or "'" in phrase] == []
