"""AS-01 to AS-17 as an agent's software meets them: the file opened, then assessed, through the API alone."""

from datetime import date
from typing import Any

import pytest

from agents.models import Agent
from tests.factories.logiciel import Logiciel

RIEN = {"scolarise": False, "declare_activite": False, "declare_ne_recherche_pas": False, "inscrit_pole_emploi": False}
SCOLARISE = RIEN | {"scolarise": True}
EN_EMPLOI = RIEN | {"declare_activite": True, "declare_ne_recherche_pas": True}
EN_RECHERCHE = RIEN | {"declare_activite": True}
INSCRIT = EN_EMPLOI | {"inscrit_pole_emploi": True}
REPRESENTANT = {"representant_nom": "Awa Diallo", "representant_qualite": "mère"}
SIGNATURE = date(2010, 3, 15)


def pieces(*types: str, statut: str = "verifiee") -> list[dict[str, str]]:
    return [{"type": one, "statut": statut, "date_document": "2010-01-05"} for one in types]


def cas(
    scenario: str,
    naissance: str,
    le: str,
    answers: dict[str, bool],
    shown: list[dict[str, str]],
    motifs: list[str],
    *,
    signature: str = "2010-03-15",
    **terms: Any,
) -> Any:
    return pytest.param(naissance, le, answers, shown, motifs, {"signature": signature, **terms}, id=scenario)


ECOLE, EMPLOI = pieces("certificat_scolarite"), pieces("contrat_travail", "declaration_non_recherche")
A, B, C, D = "mineur_scolarise", "plus_de_55_ans", "titre_l313_8_9_10", "en_emploi_non_demandeur"
ADULTE = "1980-07-01"
CAS = [
    cas("AS-01", "1992-06-20", "2010-06-19", SCOLARISE, ECOLE, [A], **REPRESENTANT),
    cas("AS-02", "1992-06-20", "2010-06-20", SCOLARISE, ECOLE, [], **REPRESENTANT),
    cas("AS-03", "1993-01-10", "2010-03-15", RIEN, [], [], **REPRESENTANT),
    cas("AS-04", "1990-01-10", "2010-03-15", SCOLARISE, ECOLE, []),
    cas("AS-05", "1955-03-15", "2010-03-15", RIEN, [], []),
    cas("AS-06", "1955-03-15", "2011-03-14", RIEN, [], []),
    cas("AS-07", "1955-03-15", "2011-03-15", RIEN, [], [B]),
    cas("AS-08", "1956-02-29", "2012-02-28", RIEN, [], [], signature="2012-01-10"),
    cas("AS-08", "1956-02-29", "2012-02-29", RIEN, [], [B], signature="2012-01-10"),
    cas("AS-09", "1992-02-29", "2010-02-28", SCOLARISE, ECOLE, [A], signature="2010-01-10", **REPRESENTANT),
    cas("AS-09", "1992-02-29", "2010-03-01", SCOLARISE, ECOLE, [], signature="2010-01-10", **REPRESENTANT),
    cas("AS-10", ADULTE, "2010-03-15", RIEN, [], [C], admission="L313-10-1-salarie", actuel="L313-11"),
    cas("AS-11", ADULTE, "2010-03-15", RIEN, [], [], admission="L313-11", actuel="L313-10-1-salarie"),
    cas("AS-12", ADULTE, "2010-03-15", EN_EMPLOI, [], []),
    cas("AS-13", ADULTE, "2010-03-15", EN_RECHERCHE, pieces("contrat_travail"), []),
    cas("AS-14", ADULTE, "2010-03-15", INSCRIT, EMPLOI, []),
    cas("AS-15", ADULTE, "2010-03-15", EN_EMPLOI, EMPLOI, [D]),
    cas("AS-16", "1953-01-05", "2010-03-15", EN_EMPLOI, EMPLOI, [B, C, D], admission="L313-9"),
    cas(
        "AS-17", ADULTE, "2010-03-15", EN_EMPLOI,
        pieces("bulletin_paie", statut="recue") + pieces("declaration_non_recherche"), [],
    ),
]  # fmt: skip


def opened(logiciel: Logiciel, naissance: str, *, signature: str, **terms: Any) -> tuple[int, dict[str, Any]]:
    contrat = {
        "date_entretien": signature,
        "date_signature": signature,
        "date_cosignature": signature if "representant_nom" in terms else None,
        "titre_admission": terms.pop("admission", "L313-11"),
        "titre_actuel": terms.pop("actuel", None),
        "signataire": {
            "nom": "Diallo", "prenom": "Mamadou", "sexe": "M", "date_naissance": naissance, "nationalite": "MLI",
            "langue_comprise": "fr", "adresse": "12, rue des Lilas", "code_postal": "75020", "ville": "Paris", **terms,
        },
    }  # fmt: skip
    return logiciel.post("contrats/", contrat, at=date.fromisoformat(signature))


@pytest.mark.rule("C.5-age", "C.5-d", "C.5-motifs")
@pytest.mark.parametrize(("naissance", "le", "answers", "shown", "motifs", "terms"), CAS)
def test_the_software_of_an_agent_reads_the_verdict_of_the_scenario(
    agent_ofii: Agent,
    naissance: str,
    le: str,
    answers: dict[str, bool],
    shown: list[dict[str, str]],
    motifs: list[str],
    terms: dict[str, Any],
) -> None:
    logiciel = Logiciel(agent_ofii)
    status, dossier = opened(logiciel, naissance, **terms)
    assert status == 201, dossier
    status, evaluation = logiciel.post(
        f"contrats/{dossier['id']}/evaluations/",
        {**answers, "pieces": shown, "date_reference": le},
        at=date.fromisoformat(le),
    )
    assert (status, evaluation["motifs"]) == (201, motifs)
    assert evaluation["exempte"] is bool(motifs)
    assert evaluation["motif_principal"] == (motifs[0] if motifs else "")


@pytest.mark.rule("C.2-representant")
def test_as_03_a_minor_is_not_registered_without_their_representative(agent_ofii: Agent) -> None:
    status, problem = opened(Logiciel(agent_ofii), "1993-01-10", signature="2010-03-15")
    assert (status, list(problem["champs"])) == (422, ["representant_nom"])


@pytest.mark.rule("C.5-d-preuve", "C.5-d-recherche")
def test_as_12_and_14_what_is_missing_and_what_contradicts_are_told(agent_ofii: Agent) -> None:
    logiciel = Logiciel(agent_ofii)
    _, dossier = opened(logiciel, ADULTE, signature="2010-03-15")
    path = f"contrats/{dossier['id']}/evaluations/"
    _, without = logiciel.post(path, EN_EMPLOI, at=SIGNATURE)
    _, signed = logiciel.post(path, EN_EMPLOI | {"pieces": pieces("declaration_non_recherche")}, at=SIGNATURE)
    _, registered = logiciel.post(path, INSCRIT, at=SIGNATURE)
    assert without["resultat"]["pieces_manquantes"] == ["justificatif_activite", "declaration_non_recherche"]
    assert signed["resultat"]["pieces_manquantes"] == ["justificatif_activite"]
    assert registered["resultat"]["contradictions"]
