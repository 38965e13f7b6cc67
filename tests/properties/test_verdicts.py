"""What holds for any facts and any date, without an example to think of."""

import json
import re
from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cai.delais import add_months, add_years, age, birthday, next_working_day
from exemptions.domain import bareme
from exemptions.domain.pieces import is_valable, periode_couverte
from exemptions.domain.resultat import Resultat
from exemptions.domain.rules import evaluer
from exemptions.domain.situation import Motif, Piece, Situation, StatutPiece, TypePiece

# Half of the dates are of the contracts' time, where documents, ages and references meet; half are anything at all.
DATES = st.dates(date(2008, 12, 1), date(2012, 12, 31)) | st.dates()
NAISSANCES = st.dates(date(1940, 1, 1), date(1996, 12, 31)) | st.dates()
REPONSES = st.sampled_from([None, False, True])
PIECES = st.builds(
    Piece,
    type=st.sampled_from(TypePiece),
    statut=st.sampled_from(StatutPiece),
    date_document=st.none() | DATES,
    debut_validite=st.none() | DATES,
    fin_validite=st.none() | DATES,
)
SITUATIONS = st.builds(
    Situation,
    date_naissance=NAISSANCES,
    titre_admission=st.sampled_from(list(bareme.TITRES)) | st.text(max_size=12),
    scolarise=REPONSES,
    declare_activite=REPONSES,
    declare_ne_recherche_pas=REPONSES,
    inscrit_pole_emploi=REPONSES,
    pieces=st.lists(PIECES, max_size=4).map(tuple),
)
BAD_TYPOGRAPHY = re.compile(r"['\"]|(?<!\u00a0)[:;?!»]|«(?!\u00a0)|  |\u00a0 | \u00a0")


@pytest.mark.rule("C.5-motifs", "C.5-pure")
@given(SITUATIONS, DATES)
def test_any_facts_on_any_date_give_one_verdict_with_its_four_reasons(situation, reference):
    resultat = evaluer(situation, reference)

    assert resultat == evaluer(situation, reference)
    assert resultat.exempte is bool(resultat.motifs)
    assert resultat.motif_principal == (resultat.motifs[0] if resultat.motifs else None)
    assert list(resultat.motifs) == [motif for motif in Motif if motif in resultat.motifs]
    assert [explication.motif for explication in resultat.explications] == list(Motif)
    assert [e.motif for e in resultat.explications if e.satisfait] == list(resultat.motifs)
    assert all(e.constat and e.faits and e.article for e in resultat.explications)


@given(SITUATIONS, DATES)
def test_every_sentence_is_clean_french_typography(situation, reference):
    resultat = evaluer(situation, reference)
    sentences = [resultat.phrase, *resultat.avertissements, *resultat.contradictions]
    sentences += [text for e in resultat.explications for text in (e.phrase, *e.faits)]
    assert [sentence for sentence in sentences if BAD_TYPOGRAPHY.search(sentence) or "~" in sentence] == []


@given(SITUATIONS, DATES)
def test_facts_and_verdict_survive_json(situation, reference):
    resultat = evaluer(situation, reference)
    assert Situation.from_dict(json.loads(json.dumps(situation.to_dict()))) == situation
    assert Resultat.from_dict(json.loads(json.dumps(resultat.to_dict()))) == resultat


@pytest.mark.rule("C.5-b")
@given(SITUATIONS, DATES, DATES)
def test_more_than_55_once_is_more_than_55_for_ever(situation, first, second):
    earlier, later = sorted((first, second))
    if Motif.PLUS_DE_55_ANS in evaluer(situation, earlier).motifs:
        assert Motif.PLUS_DE_55_ANS in evaluer(situation, later).motifs


@pytest.mark.rule("C.5-titre-admission")
@given(SITUATIONS, DATES, DATES)
def test_the_permit_of_admission_decides_whatever_the_date(situation, first, second):
    titre = Motif.TITRE_L313_8_9_10
    assert (titre in evaluer(situation, first).motifs) is (titre in evaluer(situation, second).motifs)


@pytest.mark.rule("C.5-a")
@given(SITUATIONS, DATES)
def test_no_adult_and_nobody_unborn_is_exempt_as_a_schooled_minor(situation, reference):
    if not 0 <= age(situation.date_naissance, reference) < 18:
        assert Motif.MINEUR_SCOLARISE not in evaluer(situation, reference).motifs


@pytest.mark.rule("C.5-d-preuve")
@given(SITUATIONS, DATES)
def test_documents_that_prove_nothing_that_day_change_nothing(situation, reference):
    good = tuple(piece for piece in situation.pieces if is_valable(piece, reference))
    assert evaluer(replace(situation, pieces=good), reference).motifs == evaluer(situation, reference).motifs


@pytest.mark.rule("C.5-d-preuve")
@given(SITUATIONS, DATES, PIECES)
def test_an_unverified_document_never_changes_the_verdict(situation, reference, added):
    for statut in (StatutPiece.RECUE, StatutPiece.REJETEE):
        larger = replace(situation, pieces=(*situation.pieces, replace(added, statut=statut)))
        assert evaluer(larger, reference).motifs == evaluer(situation, reference).motifs


@given(SITUATIONS, DATES, PIECES)
def test_a_document_more_never_takes_an_exemption_away(situation, reference, added):
    larger = replace(situation, pieces=(*situation.pieces, added))
    assert set(evaluer(situation, reference).motifs) <= set(evaluer(larger, reference).motifs)


@given(SITUATIONS, DATES)
def test_the_order_of_documents_does_not_matter(situation, reference):
    backwards = replace(situation, pieces=situation.pieces[::-1])
    assert evaluer(backwards, reference).motifs == evaluer(situation, reference).motifs


@pytest.mark.rule("C.5-d")
@given(SITUATIONS, DATES)
def test_nobody_is_exempt_for_employment_without_two_verified_documents(situation, reference):
    if Motif.EN_EMPLOI_NON_DEMANDEUR in evaluer(situation, reference).motifs:
        assert (situation.declare_activite, situation.declare_ne_recherche_pas) == (True, True)
        assert situation.inscrit_pole_emploi is False
        assert sum(is_valable(piece, reference) for piece in situation.pieces) >= 2


@given(SITUATIONS, DATES, st.integers(min_value=0, max_value=4000))
def test_the_grounds_hold_until_the_announced_day_and_change_on_it(situation, reference, days):
    resultat = evaluer(situation, reference)
    limit = resultat.prochain_changement
    if limit is not None:
        assert limit > reference
        assert evaluer(situation, limit).motifs != resultat.motifs
    last = date.max if limit is None else limit - timedelta(days=1)
    between = min(last, reference + timedelta(days=min(days, (last - reference).days)))
    assert evaluer(situation, between).motifs == resultat.motifs


@pytest.mark.rule("C.5-d-preuve")
@given(PIECES, DATES)
def test_a_document_proves_only_within_its_period_and_verified(piece, reference):
    periode = periode_couverte(piece)
    expected = piece.statut is StatutPiece.VERIFIEE and periode is not None and periode[0] <= reference <= periode[1]
    assert is_valable(piece, reference) is expected


@pytest.mark.rule("C.5-age")
@given(st.dates(date(1900, 1, 1), date(2100, 12, 31)), st.integers(0, 120))
def test_a_birthday_is_the_first_day_of_the_age(naissance, years):
    day = birthday(naissance, years)
    assert age(naissance, day) == years
    assert age(naissance, day - timedelta(days=1)) == years - 1


@pytest.mark.rule("C.7-mois")
@given(st.dates(date(1900, 1, 1), date(2100, 12, 31)), st.integers(-600, 600))
def test_months_land_in_the_right_month_and_never_after_the_quantieme(start, months):
    reached = add_months(start, months)
    assert (reached.year - start.year) * 12 + reached.month - start.month == months
    assert reached.day == start.day or (reached.day < start.day and (reached + timedelta(days=1)).day == 1)
    assert add_years(start, 2) == add_months(start, 24)


@pytest.mark.rule("C.7-jour-ouvre")
@given(st.dates(date(1900, 1, 1), date(2100, 12, 31)), st.frozensets(st.dates(date(1900, 1, 1), date(2101, 1, 31))))
def test_the_next_working_day_is_the_first_one_not_before(day, feries):
    reached = next_working_day(day, feries)
    skipped = [day + timedelta(days=n) for n in range((reached - day).days)]
    assert reached.weekday() < 5
    assert reached not in feries
    assert all(other.weekday() >= 5 or other in feries for other in skipped)
