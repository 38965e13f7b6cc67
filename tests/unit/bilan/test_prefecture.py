"""The four words that the préfecture reads of a bilan, and nothing else (reference B, last lines)."""

import pytest

from bilan.prefecture import LETTRES, mot_du_bilan
from cai.models import Prestation
from exemptions.domain.situation import Motif

pytestmark = pytest.mark.rule("C.9-quatre-mots")
S = Prestation.Statut


@pytest.mark.rule("C.9-quatre-mots", "E.2-sans-effet")
@pytest.mark.parametrize(
    ("statut", "mot"),
    [
        (S.SUIVIE, "fait"), (S.DIFFEREE, "différé"), (S.PRESCRITE, "non fait"), (S.EN_COURS, "non fait"),
        (S.NON_SUIVIE, "non fait"), (S.SANS_OBJET, "non fait"), (S.DISPENSEE, "non fait"), ("", "non fait"),
        (S.EXEMPTEE, "dispensé (R. 311-26 I, b)"),
    ],
)  # fmt: skip
def test_the_prefecture_reads_one_of_four_words(statut: str, mot: str) -> None:
    assert mot_du_bilan(statut, "plus_de_55_ans") == mot


def test_every_ground_has_its_letter_in_the_order_of_the_text() -> None:
    assert list(LETTRES) == [motif.value for motif in Motif]
    assert [mot_du_bilan(S.EXEMPTEE, motif)[-2] for motif in Motif] == ["a", "b", "c", "d"]


@pytest.mark.rule("C.9-quatre-mots")
def test_an_exemption_whose_ground_is_not_known_says_no_more_than_exempt() -> None:
    assert mot_du_bilan(S.EXEMPTEE, "") == "dispensé"
