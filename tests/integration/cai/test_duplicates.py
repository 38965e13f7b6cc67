"""Possible duplicates: shown in full at home, as a bare fact elsewhere."""

from datetime import date

import pytest

from agents.models import Agent
from cai.models import Contrat
from cai.selectors import possible_duplicates
from cai.services import cancel_contrat
from tests.factories.cai import make_contrat

NAISSANCE = date(1980, 7, 1)


@pytest.mark.parametrize(
    ("nom", "prenom"),
    [("Diallo", "Mamadou"), ("DIALLO", "mamadou"), ("Mamadou", "Diallo"), ("Dialo", "Mamadu"), ("Diàllo", "")],
)
def test_the_same_birth_and_a_similar_name_in_any_order_are_found(
    contrat: Contrat, agent_ofii: Agent, nom: str, prenom: str
) -> None:
    found = possible_duplicates(nom=nom, prenom=prenom, date_naissance=NAISSANCE, agent=agent_ofii)

    assert found.visibles == [contrat]
    assert not found.ailleurs


@pytest.mark.parametrize(
    ("nom", "prenom", "naissance"),
    [("Diallo", "Mamadou", date(1980, 7, 2)), ("Nguyen", "Thi Hong", NAISSANCE)],
)
def test_another_birth_or_another_name_is_somebody_else(
    contrat: Contrat, agent_ofii: Agent, nom: str, prenom: str, naissance: date
) -> None:
    assert not possible_duplicates(nom=nom, prenom=prenom, date_naissance=naissance, agent=agent_ofii)


def test_a_file_elsewhere_is_said_to_exist_and_nothing_more(contrat: Contrat, agent_ailleurs: Agent) -> None:
    found = possible_duplicates(nom="Diallo", prenom="Mamadou", date_naissance=NAISSANCE, agent=agent_ailleurs)

    assert found.visibles == []
    assert found.ailleurs


def test_the_same_number_is_found_whoever_bears_it(contrat: Contrat, agent_ofii: Agent) -> None:
    found = possible_duplicates(
        nom="Nguyen", prenom="", date_naissance=date(1990, 1, 1), numero_cai=contrat.numero_cai, agent=agent_ofii
    )

    assert found.visibles == [contrat]


def test_a_cancelled_file_and_the_file_itself_are_no_duplicates(contrat: Contrat, agent_ofii: Agent) -> None:
    other = make_contrat(by=agent_ofii)
    cancel_contrat(contrat=other, motif="doublon", by=agent_ofii)

    assert not possible_duplicates(
        nom="Diallo", prenom="Mamadou", date_naissance=NAISSANCE, agent=agent_ofii, sauf=contrat.pk
    )
