"""Ground by ground, the verdict on its boundary dates: the day before, the day, the day after."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from exemptions.domain.rules import evaluer
from exemptions.domain.situation import Declaration, Exigence, Motif, StatutPiece
from tests.factories.situations import CERTIFICAT, CONTRAT, ENTRETIEN, SIGNEE, adulte, eleve, employe, piece

JOUR = timedelta(days=1)

A, B, C, D = Motif

SCENARIOS = [
    pytest.param(eleve(date(1992, 6, 20)), date(2010, 6, 19), {A}, id="AS-01"),
    pytest.param(eleve(date(1992, 6, 20)), date(2010, 6, 20), set(), id="AS-02"),
    pytest.param(adulte(date_naissance=date(1993, 1, 10)), ENTRETIEN, set(), id="AS-03"),
    pytest.param(eleve(date(1990, 1, 10)), ENTRETIEN, set(), id="AS-04"),
    pytest.param(adulte(date_naissance=date(1955, 3, 15)), date(2010, 3, 15), set(), id="AS-05"),
    pytest.param(adulte(date_naissance=date(1955, 3, 15)), date(2011, 3, 14), set(), id="AS-06"),
    pytest.param(adulte(date_naissance=date(1955, 3, 15)), date(2011, 3, 15), {B}, id="AS-07"),
    pytest.param(adulte(date_naissance=date(1956, 2, 29)), date(2012, 2, 28), set(), id="AS-08 the 28th"),
    pytest.param(adulte(date_naissance=date(1956, 2, 29)), date(2012, 2, 29), {B}, id="AS-08 the 29th"),
    pytest.param(eleve(date(1992, 2, 29)), date(2010, 2, 28), {A}, id="AS-09 28 February"),
    pytest.param(eleve(date(1992, 2, 29)), date(2010, 3, 1), set(), id="AS-09 1 March"),
    # The permit held today is not a fact of the situation: only the admission is, in AS-10 as in AS-11.
    pytest.param(adulte(titre_admission="L313-10-1-salarie"), ENTRETIEN, {C}, id="AS-10"),
    pytest.param(adulte(titre_admission="L313-11"), ENTRETIEN, set(), id="AS-11"),
    pytest.param(employe(pieces=()), ENTRETIEN, set(), id="AS-12"),
    pytest.param(employe(declare_ne_recherche_pas=False), ENTRETIEN, set(), id="AS-13"),
    pytest.param(employe(inscrit_pole_emploi=True), ENTRETIEN, set(), id="AS-14"),
    pytest.param(employe(), ENTRETIEN, {D}, id="AS-15"),
    pytest.param(employe(date_naissance=date(1953, 1, 5), titre_admission="L313-9"), ENTRETIEN, {B, C, D}, id="AS-16"),
    pytest.param(
        employe(pieces=(piece("bulletin_paie", StatutPiece.RECUE, date_document=date(2010, 2, 28)), SIGNEE)),
        ENTRETIEN,
        set(),
        id="AS-17",
    ),
]


@pytest.mark.rule("C.5-motifs")
@pytest.mark.parametrize(("situation", "reference", "motifs"), SCENARIOS)
def test_the_acceptance_scenarios_give_these_grounds(situation, reference, motifs):
    resultat = evaluer(situation, reference)
    assert set(resultat.motifs) == motifs
    assert resultat.exempte is bool(motifs)


@pytest.mark.rule("C.5-d-preuve")
def test_as_12_lists_the_proof_of_activity_and_the_unsigned_declaration():
    assert evaluer(employe(pieces=()), ENTRETIEN).pieces_manquantes == (
        Exigence.JUSTIFICATIF_ACTIVITE,
        Exigence.DECLARATION_NON_RECHERCHE,
    )
    assert evaluer(employe(pieces=(SIGNEE,)), ENTRETIEN).pieces_manquantes == (Exigence.JUSTIFICATIF_ACTIVITE,)


@pytest.mark.rule("C.5-d-recherche")
def test_as_14_shows_the_contradiction():
    contradictions = evaluer(employe(inscrit_pole_emploi=True), ENTRETIEN).contradictions
    assert contradictions == (
        "La personne dit ne pas rechercher d’emploi, mais son inscription à Pôle emploi est en cours.",
    )


@pytest.mark.rule("C.5-motifs")
def test_as_16_ranks_the_main_ground_first():
    resultat = evaluer(employe(date_naissance=date(1953, 1, 5), titre_admission="L313-9"), ENTRETIEN)
    assert resultat.motifs == (B, C, D)
    assert resultat.motif_principal == B


@pytest.mark.rule("C.5-jour-rendez-vous")
def test_as_22_the_ground_met_at_the_appointment_is_announced_at_the_prescription():
    situation = adulte(date_naissance=date(1955, 5, 20))
    assert evaluer(situation, date(2011, 3, 1)).prochain_changement == date(2011, 5, 20)
    assert evaluer(situation, date(2011, 6, 7)).motifs == (B,)


# Ground a

MINEUR = date(1993, 1, 10)


@pytest.mark.rule("C.5-a", "C.5-d-preuve")
@pytest.mark.parametrize(
    ("certificat", "reference", "exempte"),
    [
        pytest.param(CERTIFICAT, date(2010, 8, 30), True, id="R311-26-I-a eve of the end"),
        pytest.param(CERTIFICAT, date(2010, 8, 31), True, id="R311-26-I-a last day included"),
        pytest.param(CERTIFICAT, date(2010, 9, 1), False, id="R311-26-I-a day after the end"),
        pytest.param(
            piece("certificat_scolarite", debut_validite=ENTRETIEN + JOUR), ENTRETIEN, False, id="D begins tomorrow"
        ),
        pytest.param(piece("certificat_scolarite", debut_validite=ENTRETIEN), ENTRETIEN, True, id="D begins today"),
        pytest.param(
            piece("certificat_scolarite", date_document=ENTRETIEN + JOUR), ENTRETIEN, True, id="D same school year"
        ),
        pytest.param(
            piece("certificat_scolarite", date_document=date(2009, 9, 1)), ENTRETIEN, True, id="D first day of the year"
        ),
        pytest.param(
            piece("certificat_scolarite", date_document=date(2009, 8, 31)), ENTRETIEN, False, id="D year before"
        ),
        pytest.param(
            piece("certificat_scolarite", fin_validite=date(2010, 6, 30)), ENTRETIEN, True, id="D only its end is known"
        ),
        pytest.param(piece("certificat_scolarite"), ENTRETIEN, False, id="D no date at all"),
        pytest.param(replace(CERTIFICAT, statut=StatutPiece.RECUE), ENTRETIEN, False, id="C.5 not yet verified"),
        pytest.param(replace(CERTIFICAT, statut=StatutPiece.REJETEE), ENTRETIEN, False, id="C.5 rejected"),
        pytest.param(CONTRAT, ENTRETIEN, False, id="C.5 a work contract proves no schooling"),
    ],
)
def test_a_minor_is_exempt_on_the_days_a_verified_certificate_covers(certificat, reference, exempte):
    resultat = evaluer(eleve(MINEUR, certificat), reference)
    assert (A in resultat.motifs) is exempte
    assert (Exigence.CERTIFICAT_SCOLARITE in resultat.pieces_manquantes) is not exempte


@pytest.mark.rule("C.5-a")
@pytest.mark.parametrize(
    ("le", "covered"),
    [(date(2009, 8, 31), False), (date(2009, 9, 1), True), (date(2010, 8, 31), True), (date(2010, 9, 1), False)],
)
def test_a_school_certificate_without_bounds_speaks_for_its_school_year(le, covered):
    certificat = piece("certificat_scolarite", date_document=date(2009, 11, 2))
    assert (A in evaluer(eleve(MINEUR, certificat), le).motifs) is covered


@pytest.mark.parametrize("annee", [1, 9999])
def test_a_school_year_stops_at_the_ends_of_the_calendar(annee):
    edge = date(annee, 1, 1) if annee == 1 else date(annee, 12, 31)
    certificat = piece("certificat_scolarite", date_document=edge)
    assert evaluer(eleve(edge, certificat), edge).motifs == (A,)


def test_the_first_school_year_of_all_begins_in_september():
    certificat = piece("certificat_scolarite", date_document=date(1, 9, 1))
    assert evaluer(eleve(date.min, certificat), date(1, 8, 31)).motifs == ()


def test_a_minor_without_an_answer_on_schooling_is_asked():
    resultat = evaluer(adulte(date_naissance=MINEUR, scolarise=None, pieces=(CERTIFICAT,)), ENTRETIEN)
    assert not resultat.exempte
    assert resultat.declarations_manquantes == (Declaration.SCOLARISE,)
    assert resultat.pieces_manquantes == ()


def test_an_adult_is_never_asked_about_schooling():
    assert evaluer(adulte(scolarise=None), ENTRETIEN).declarations_manquantes == ()


def test_a_person_born_after_the_reference_date_is_not_exempt():
    assert not evaluer(eleve(ENTRETIEN + JOUR), ENTRETIEN).exempte


# Ground c


@pytest.mark.rule("C.5-c", "C.5-vlsts")
@pytest.mark.parametrize(
    "code",
    [
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
    ],
)
def test_these_permits_of_admission_exempt(code):
    assert evaluer(adulte(titre_admission=code), ENTRETIEN).motifs == (C,)


@pytest.mark.rule("C.5-c", "C.5-vlsts")
@pytest.mark.parametrize("code", ["L313-11", "L314", "VLSTS-VPF", "AUTRE", "", "L313-12"])
def test_these_permits_of_admission_do_not_exempt(code):
    assert evaluer(adulte(titre_admission=code), ENTRETIEN).motifs == ()


@pytest.mark.rule("C.5-titre-reserve")
@pytest.mark.parametrize("code", ["L313-10-1-temporaire", "L313-10-4", "L313-10-5", "L313-10-6"])
def test_a_permit_that_should_not_lead_to_a_contract_exempts_with_a_warning(code):
    copie = piece("copie_titre")
    resultat = evaluer(adulte(titre_admission=code, pieces=(copie,)), ENTRETIEN)
    assert resultat.motifs == (C,)
    assert ["R. 311-19" in phrase for phrase in resultat.avertissements] == [True]


@pytest.mark.parametrize("statut", [None, StatutPiece.RECUE, StatutPiece.REJETEE])
def test_the_recorded_permit_is_enough_and_a_copy_not_verified_is_a_warning(statut):
    pieces = () if statut is None else (piece("copie_titre", statut),)
    resultat = evaluer(adulte(titre_admission="L313-9", pieces=pieces), ENTRETIEN)
    assert resultat.motifs == (C,)
    assert resultat.pieces_manquantes == ()
    assert ["joignez la copie" in phrase for phrase in resultat.avertissements] == [True]


def test_a_verified_copy_of_the_permit_leaves_no_warning():
    copies = (piece("copie_titre", StatutPiece.REJETEE), piece("copie_titre"))
    assert evaluer(adulte(titre_admission="L313-9", pieces=copies), ENTRETIEN).avertissements == ()


# Ground d


@pytest.mark.rule("C.5-d-pieces")
@pytest.mark.parametrize(
    ("preuve", "exempte"),
    [
        pytest.param(piece("contrat_travail"), True, id="D an undated contract is running"),
        pytest.param(piece("contrat_travail", fin_validite=ENTRETIEN), True, id="C.5-7 contract ends that day"),
        pytest.param(piece("contrat_travail", fin_validite=ENTRETIEN - JOUR), False, id="C.5-7 contract ended the eve"),
        pytest.param(piece("contrat_travail", date_document=ENTRETIEN), True, id="C.5-7 contract of that day"),
        pytest.param(
            piece("contrat_travail", date_document=ENTRETIEN + JOUR), False, id="C.5-7 contract of the morrow"
        ),
        pytest.param(
            piece("contrat_travail", date_document=date(2010, 3, 1), debut_validite=ENTRETIEN + JOUR),
            False,
            id="C.5-7 signed, not begun",
        ),
        pytest.param(
            piece("contrat_travail", date_document=date(2010, 3, 1), debut_validite=ENTRETIEN),
            True,
            id="C.5-7 begun that day",
        ),
        pytest.param(
            piece("bulletin_paie", date_document=date(2009, 12, 16)), True, id="C.5-7 pay slip within 3 months"
        ),
        pytest.param(piece("bulletin_paie", date_document=date(2009, 12, 15)), True, id="C.5-7 pay slip of 3 months"),
        pytest.param(piece("bulletin_paie", date_document=date(2009, 12, 14)), False, id="C.5-7 pay slip too old"),
        pytest.param(piece("bulletin_paie", date_document=ENTRETIEN + JOUR), False, id="C.5-7 pay slip of the morrow"),
        pytest.param(piece("bulletin_paie", fin_validite=ENTRETIEN), False, id="C.5-7 undated pay slip"),
        pytest.param(
            piece("attestation_employeur", date_document=date(2009, 12, 15)), True, id="C.5-7 certificate of 3 months"
        ),
        pytest.param(
            piece("attestation_employeur", date_document=date(2009, 12, 14)), False, id="C.5-7 certificate too old"
        ),
        pytest.param(
            piece("attestation_employeur", date_document=ENTRETIEN, debut_validite=ENTRETIEN + JOUR),
            False,
            id="C.5-7 certificate of a future job",
        ),
        pytest.param(
            piece("attestation_employeur", date_document=date(2010, 3, 1), fin_validite=ENTRETIEN - JOUR),
            False,
            id="C.5-7 certificate of a job that ended",
        ),
        pytest.param(piece("extrait_kbis", date_document=date(2008, 1, 1)), True, id="C.5-7 registration, any age"),
        pytest.param(piece("extrait_kbis", StatutPiece.REJETEE), False, id="C.5-7 rejected registration"),
        pytest.param(CERTIFICAT, False, id="C.5-7 a school certificate proves no activity"),
    ],
)
def test_an_activity_is_proved_by_a_verified_document_of_the_day(preuve, exempte):
    resultat = evaluer(employe(pieces=(preuve, SIGNEE)), ENTRETIEN)
    assert (D in resultat.motifs) is exempte
    assert (Exigence.JUSTIFICATIF_ACTIVITE in resultat.pieces_manquantes) is not exempte


@pytest.mark.rule("C.5-d-pieces")
def test_three_months_are_counted_forward_from_the_document():
    bulletin = piece("bulletin_paie", date_document=date(2010, 11, 30))
    assert evaluer(employe(pieces=(bulletin, SIGNEE)), date(2011, 2, 28)).exempte
    assert not evaluer(employe(pieces=(bulletin, SIGNEE)), date(2011, 3, 1)).exempte


def test_one_good_document_is_enough_whatever_the_others():
    perime = piece("bulletin_paie", date_document=date(2009, 1, 31))
    rejete = piece("attestation_employeur", StatutPiece.REJETEE, date_document=ENTRETIEN)
    resultat = evaluer(employe(pieces=(perime, rejete, CONTRAT, SIGNEE)), ENTRETIEN)
    assert resultat.motifs == (D,)
    assert "contrat de travail" in resultat.explication(D).constat


@pytest.mark.rule("C.5-d-preuve")
@pytest.mark.parametrize("statut", [StatutPiece.RECUE, StatutPiece.REJETEE])
def test_a_declaration_not_verified_does_not_exempt(statut):
    resultat = evaluer(employe(pieces=(CONTRAT, replace(SIGNEE, statut=statut))), ENTRETIEN)
    assert not resultat.exempte
    assert resultat.pieces_manquantes == (Exigence.DECLARATION_NON_RECHERCHE,)


@pytest.mark.rule("C.5-d")
@pytest.mark.parametrize("declaration", ["declare_activite", "declare_ne_recherche_pas", "inscrit_pole_emploi"])
def test_an_unanswered_question_on_employment_does_not_exempt_and_is_listed(declaration):
    resultat = evaluer(employe(**{declaration: None}), ENTRETIEN)
    assert not resultat.exempte
    assert resultat.declarations_manquantes == (Declaration(declaration),)
    assert resultat.pieces_manquantes == ()


@pytest.mark.parametrize(
    "answer",
    [{"declare_activite": False}, {"declare_ne_recherche_pas": False}, {"inscrit_pole_emploi": True}],
    ids=["no activity", "seeks a job", "registered"],
)
def test_an_answer_that_rules_the_ground_out_leaves_nothing_to_ask_for(answer):
    unanswered = {"declare_activite": None, "declare_ne_recherche_pas": None, "inscrit_pole_emploi": None}
    resultat = evaluer(adulte(**(unanswered | answer)), ENTRETIEN)
    assert resultat.declarations_manquantes == ()
    assert resultat.pieces_manquantes == ()


# Next change


@pytest.mark.parametrize(
    ("situation", "expected"),
    [
        pytest.param(eleve(date(1992, 6, 20)), date(2010, 6, 20), id="18th birthday"),
        pytest.param(eleve(MINEUR), date(2010, 9, 1), id="end of the certificate"),
        pytest.param(adulte(date_naissance=date(1955, 3, 15)), date(2011, 3, 15), id="56th birthday"),
        pytest.param(adulte(date_naissance=date(1950, 1, 1)), None, id="more than 55 for ever"),
        pytest.param(
            adulte(date_naissance=date(9943, 6, 1)), date(9999, 6, 1), id="56th birthday in the last year of all"
        ),
        pytest.param(
            employe(pieces=(replace(CONTRAT, fin_validite=date(2010, 4, 30)), SIGNEE)),
            date(2010, 5, 1),
            id="end of job",
        ),
        pytest.param(
            employe(pieces=(piece("bulletin_paie", date_document=date(2010, 2, 28)), SIGNEE)),
            date(2010, 5, 29),
            id="pay slip too old",
        ),
        pytest.param(
            employe(pieces=(replace(CONTRAT, debut_validite=date(2010, 4, 1)), SIGNEE)),
            date(2010, 4, 1),
            id="job begins",
        ),
        pytest.param(
            employe(pieces=(replace(CONTRAT, statut=StatutPiece.RECUE, fin_validite=date(2010, 4, 30)), SIGNEE)),
            date(2036, 7, 1),
            id="an unverified document changes nothing",
        ),
        pytest.param(
            employe(pieces=(piece("bulletin_paie"), SIGNEE)), date(2036, 7, 1), id="an undated pay slip changes nothing"
        ),
    ],
)
def test_the_next_day_the_verdict_changes_is_announced(situation, expected):
    assert evaluer(situation, ENTRETIEN).prochain_changement == expected


@pytest.mark.parametrize("type_piece", ["bulletin_paie", "contrat_travail"])
def test_the_end_of_the_calendar_is_not_an_error(type_piece):
    pieces = (piece(type_piece, date_document=date.max), piece("declaration_non_recherche"))
    resultat = evaluer(employe(date_naissance=date(9990, 1, 1), pieces=pieces), date.max)
    assert resultat.motifs == (D,)
    assert resultat.prochain_changement is None
