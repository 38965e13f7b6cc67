"""Whatever an agent may choose on a page, the partner's contract accepts: every code of every list that is sent."""

from typing import Any

import pytest
from django import forms
from django.urls import reverse

from agents.models import Agent
from bilan.forms_synthese import BesoinForm, DiplomeForm, ExperienceForm, LangueForm, Listes, SyntheseForm
from bilan.reference import load_reference
from cai.forms import SignataireForm
from cai.forms_prestations import CertificatForm, DecisionForm
from cai.models import Prestation
from poleemploi import contrat
from poleemploi.correction import corrections_of
from poleemploi.depot import FORMATION_LINGUISTIQUE
from poleemploi.models import Transmission
from poleemploi.states import EtatTransmission
from tests.simulateur import un_depot

# Where the contract has the answer to each list of these forms; "" when it is never sent.
SENT: dict[type[forms.Form], dict[str, str]] = {
    SignataireForm: {"sexe": "/signataire/sexe", "nationalite": "/signataire/nationalite", "langue_comprise": ""},
    DecisionForm: {"statut": "/formationLinguistique/statut"},
    CertificatForm: {"niveau": "/formationLinguistique/niveauAtteint"},
    SyntheseForm: {
        "niveau_formation": "/niveauFormation",
        "projet_defini": "",
        "metier_1": "/synthese/metiers/0/codeRome",
        "metier_2": "/synthese/metiers/0/codeRome",
        "metier_3": "/synthese/metiers/0/codeRome",
        "freins": "/rechercheEmploi/freins/0",
        "inscription_pe": "/rechercheEmploi/inscritPoleEmploi",
    },
    LangueForm: {"langue": "/langues/0/langue", "niveau": "/langues/0/niveau"},
    ExperienceForm: {"pays": "/experiences/0/pays"},
    DiplomeForm: {"pays": "/diplomes/0/pays", "niveau": "/diplomes/0/niveau", "reconnu": "/diplomes/0/reconnu"},
    BesoinForm: {"domaine": "/rechercheEmploi/besoinsFormation/0/domaine"},
}


def fields_of(form: type[forms.Form]) -> dict[str, forms.ChoiceField]:
    """The lists of a form, filled as its page fills them."""
    load_reference()
    arguments = {"listes": Listes.read()} if form.__module__ == "bilan.forms_synthese" else {}
    fields = form(**arguments).fields
    return {name: field for name, field in fields.items() if isinstance(field, forms.ChoiceField)}


def stored(field: forms.ChoiceField) -> list[Any]:
    """Every answer that the list may leave in a file, those that are not sent left out."""
    many = isinstance(field, forms.MultipleChoiceField)
    answers = [field.clean([code] if many else code) for code, _ in field.choices if code != ""]
    answers = [answer[0] if many else answer for answer in answers]
    if answers and answers[0] in Prestation.Statut.values:
        return [FORMATION_LINGUISTIQUE[answer] for answer in answers if answer in FORMATION_LINGUISTIQUE]
    return answers


def replaced(body: Any, steps: list[str], value: Any) -> Any:
    """The body with one value changed, its place made when there is none."""
    if not steps:
        return value
    if isinstance(body, list):
        return [replaced(body[0], steps[1:], value), *body[1:]]
    return {**body, steps[0]: replaced(body.get(steps[0], {}), steps[1:], value)}


@pytest.mark.parametrize("form", SENT, ids=lambda form: form.__name__)
def test_every_code_that_a_page_can_store_is_one_of_the_contract(form: type[forms.Form], db: None) -> None:
    fields = fields_of(form)
    assert set(fields) == set(SENT[form]), "a list was added: say where the contract has it"
    body = replaced(un_depot(), ["formationLinguistique", "statut"], "SUIVIE")
    for name, pointer in SENT[form].items():
        answers = stored(fields[name])
        assert answers
        for answer in answers if pointer else []:
            assert contrat.faults("DepotSynthese", replaced(body, pointer.split("/")[1:], answer)) == [], (name, answer)


def _lists(schema: dict[str, Any], path: str = "") -> list[str]:
    """Pointers of the contract whose value is of a closed list."""
    if "$ref" in schema:
        schema = contrat.contract()["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    found = [path] if "enum" in schema else []
    for name, member in schema.get("properties", {}).items():
        found += _lists(member, f"{path}/{name}")
    return found + _lists(schema.get("items", {}), f"{path}/0") if "items" in schema else found


def test_every_closed_list_of_the_contract_is_offered_by_a_page() -> None:
    offered = {pointer for names in SENT.values() for pointer in names.values()}
    assert set(_lists(contrat.contract()["components"]["schemas"]["DepotSynthese"])) <= offered


def test_a_refused_level_of_french_is_corrected_on_the_page_of_trainings(
    transmission: Transmission, agent_ofii: Agent
) -> None:
    transmission.rejeter()
    assert transmission.etat == EtatTransmission.REJETEE
    transmission.erreur_champs = [{"chemin": "/formationLinguistique/niveauAtteint", "motif": "Refusé."}]
    (correction,) = corrections_of(transmission, agent_ofii)
    page = reverse("cai:view_prestation", args=[transmission.bilan.contrat_id, "formation_linguistique"])
    assert correction.url == page
