import re
from datetime import date
from enum import StrEnum

import pytest

from exemptions.domain import bareme
from exemptions.domain.situation import Declaration, Exigence, Motif, Situation, StatutPiece, TypePiece
from exemptions.models import Justificatif

PROVENANCE = re.compile(r"\[(S-R|V|D)\b[^]]*]$")


@pytest.mark.parametrize(
    ("choices", "codes"),
    [
        (bareme.MOTIFS, Motif),
        (bareme.PIECES, TypePiece),
        (bareme.STATUTS_PIECE, StatutPiece),
        (bareme.EXIGENCES, Exigence),
        (bareme.DECLARATIONS, Declaration),
    ],
    ids=["motifs", "pieces", "statuts", "exigences", "declarations"],
)
def test_every_code_has_one_label_in_order(choices, codes: type[StrEnum]):
    assert [code for code, _ in choices] == list(codes)
    assert all(label[0].isupper() for _, label in choices)


def test_documents_are_named_alike_in_the_rules_and_in_the_database():
    assert Justificatif.Type.choices == [(code.value, label) for code, label in bareme.PIECES]
    assert Justificatif.Statut.choices == [(code.value, label) for code, label in bareme.STATUTS_PIECE]


def test_the_grounds_are_lettered_in_the_order_of_the_text():
    assert [bareme.article(motif) for motif in Motif] == [f"CESEDA, art. R. 311-26 I {letter}" for letter in "abcd"]


@pytest.mark.rule("C.5-reexamen")
def test_only_school_and_employment_can_cease():
    assert {bareme.LETTRES[motif] for motif in bareme.MOTIFS_CADUCS} == {"a", "d"}


@pytest.mark.parametrize(("code", "titre"), bareme.TITRES.items(), ids=list(bareme.TITRES))
def test_every_permit_names_its_source_with_its_provenance(code, titre):
    assert PROVENANCE.search(titre.source)
    assert not titre.reserve or titre.dispense


@pytest.mark.rule("C.2-titres", "C.5-vlsts")
def test_the_permits_are_those_of_the_reference():
    assert list(bareme.TITRES) == [
        "L313-8",
        "L313-9",
        "L313-10-1-salarie",
        "L313-10-1-temporaire",
        "L313-10-2",
        "L313-10-3",
        "L313-10-4",
        "L313-10-5",
        "L313-10-6",
        "VLSTS-SALARIE",
        "VLSTS-SCIENT",
        "L313-11",
        "L314",
        "VLSTS-VPF",
        "AUTRE",
    ]


def test_every_requirement_is_answered_by_its_own_documents():
    accepted = [type_piece for types in bareme.PIECES_ADMISES.values() for type_piece in types]
    assert sorted(accepted) == sorted(set(TypePiece) - {TypePiece.COPIE_TITRE})
    assert set(bareme.PIECES_ADMISES) == set(Exigence)


@pytest.mark.rule("C.5-d-pieces")
def test_pay_slips_and_employers_certificates_speak_for_three_months():
    assert bareme.AGES_MAX_MOIS == {TypePiece.BULLETIN_PAIE: 3, TypePiece.ATTESTATION_EMPLOYEUR: 3}


def test_every_question_is_a_fact_of_the_situation():
    situation = Situation(
        date_naissance=date(1980, 7, 1),
        titre_admission="L314",
        scolarise=True,
        declare_activite=True,
        declare_ne_recherche_pas=True,
        inscrit_pole_emploi=True,
    )
    assert all(situation.reponse(declaration) for declaration in Declaration)


@pytest.mark.rule("C.5-56-ans")
@pytest.mark.parametrize(
    ("reference", "expected"),
    [
        pytest.param(date(2010, 3, 14), False, id="eve of the 55th birthday"),
        pytest.param(date(2010, 3, 15), False, id="55th birthday"),
        pytest.param(date(2010, 3, 16), False, id="day after the 55th birthday"),
        pytest.param(date(2011, 3, 14), False, id="eve of the 56th birthday"),
        pytest.param(date(2011, 3, 15), True, id="56th birthday"),
        pytest.param(date(2011, 3, 16), True, id="day after the 56th birthday"),
    ],
)
def test_more_than_55_begins_on_the_56th_birthday(reference, expected):
    assert bareme.a_plus_de_55_ans(date(1955, 3, 15), reference) is expected
