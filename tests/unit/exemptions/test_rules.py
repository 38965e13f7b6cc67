"""Ground by ground, the verdict on its boundary dates: the day before, the day, the day after."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from exemptions.domain.bareme import article
from exemptions.domain.phrases import enumere
from exemptions.domain.resultat import Resultat
from exemptions.domain.rules import evaluer
from exemptions.domain.situation import Declaration, Exigence, Motif, Piece, Situation, StatutPiece, TypePiece

ENTRETIEN = date(2010, 3, 15)
JOUR = timedelta(days=1)

A = Motif.MINEUR_SCOLARISE
B = Motif.PLUS_DE_55_ANS
C = Motif.TITRE_L313_8_9_10
D = Motif.EN_EMPLOI_NON_DEMANDEUR


def piece(type_piece, statut=StatutPiece.VERIFIEE, **dates):
    return Piece(type=TypePiece(type_piece), statut=statut, **dates)


CERTIFICAT = piece("certificat_scolarite", date_document=date(2009, 9, 15), fin_validite=date(2010, 8, 31))
CONTRAT = piece("contrat_travail", date_document=date(2009, 11, 2))
SIGNEE = piece("declaration_non_recherche", date_document=ENTRETIEN)


def adulte(**facts):
    """An adult, not schooled, not employed, admitted as family: the ordinary person of the scenarios."""
    ordinary = {
        "date_naissance": date(1980, 7, 1),
        "titre_admission": "L313-11",
        "scolarise": False,
        "declare_activite": False,
        "declare_ne_recherche_pas": False,
        "inscrit_pole_emploi": False,
    }
    return Situation(**(ordinary | facts))


def employe(**facts):
    """Somebody who declares a job and no search, proves both, and is not registered as a job-seeker."""
    return adulte(**({"declare_activite": True, "declare_ne_recherche_pas": True, "pieces": (CONTRAT, SIGNEE)} | facts))


def eleve(naissance, *pieces):
    return adulte(date_naissance=naissance, scolarise=True, pieces=pieces or (CERTIFICAT,))


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


@pytest.mark.parametrize("annee", [1, 9999])
def test_a_school_year_stops_at_the_ends_of_the_calendar(annee):
    edge = date(annee, 1, 1) if annee == 1 else date(annee, 12, 31)
    certificat = piece("certificat_scolarite", date_document=edge)
    assert evaluer(eleve(edge, certificat), edge).motifs == (A,)


def test_a_minor_without_an_answer_on_schooling_is_asked():
    resultat = evaluer(adulte(date_naissance=MINEUR, scolarise=None, pieces=(CERTIFICAT,)), ENTRETIEN)
    assert not resultat.exempte
    assert resultat.declarations_manquantes == (Declaration.SCOLARISE,)
    assert resultat.pieces_manquantes == ()


def test_an_adult_is_never_asked_about_schooling():
    assert evaluer(adulte(scolarise=None), ENTRETIEN).declarations_manquantes == ()


def test_a_certificate_against_the_declaration_is_a_contradiction_and_not_an_exemption():
    resultat = evaluer(adulte(date_naissance=MINEUR, pieces=(CERTIFICAT,)), ENTRETIEN)
    assert not resultat.exempte
    assert "certificat de scolarité" in resultat.contradictions[0]


def test_a_person_born_after_the_reference_date_is_not_exempt_and_the_error_is_shown():
    resultat = evaluer(eleve(ENTRETIEN + JOUR), ENTRETIEN)
    assert not resultat.exempte
    assert resultat.avertissements == (
        "La date de naissance est postérieure à la date de référence\u00a0: corrigez l’état civil.",
    )


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


def test_an_unknown_permit_code_is_a_warning():
    assert "vérifiez le titre" in evaluer(adulte(titre_admission="L313-12"), ENTRETIEN).avertissements[0]


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


@pytest.mark.parametrize(
    ("answer", "expected"),
    [({"declare_activite": False}, "dit ne pas travailler"), ({"declare_ne_recherche_pas": False}, "dit rechercher")],
    ids=["works after all", "signed the contrary"],
)
def test_a_document_against_the_declaration_is_a_contradiction(answer, expected):
    (contradiction,) = evaluer(employe(**answer), ENTRETIEN).contradictions
    assert expected in contradiction


# Next change


@pytest.mark.parametrize(
    ("situation", "expected"),
    [
        pytest.param(eleve(date(1992, 6, 20)), date(2010, 6, 20), id="18th birthday"),
        pytest.param(eleve(MINEUR), date(2010, 9, 1), id="end of the certificate"),
        pytest.param(adulte(date_naissance=date(1955, 3, 15)), date(2011, 3, 15), id="56th birthday"),
        pytest.param(adulte(date_naissance=date(1950, 1, 1)), None, id="more than 55 for ever"),
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


# Words


def test_a_verdict_is_said_with_the_pronoun_of_the_person():
    resultat = evaluer(adulte(date_naissance=date(1955, 3, 1)), date(2011, 3, 1))
    assert resultat.raison("il") == "il a plus de 55\u00a0ans le 1er mars 2011 (56\u00a0ans)"
    assert resultat.phrase == (
        "La personne est dispensée du bilan\u00a0: la personne a plus de 55\u00a0ans le 1er mars 2011 (56\u00a0ans)."
    )


def test_several_grounds_are_all_said():
    raison = evaluer(employe(date_naissance=date(1953, 1, 5), titre_admission="L313-9"), ENTRETIEN).raison("elle")
    assert raison == (
        "elle a plus de 55\u00a0ans le 15 mars 2010 (57\u00a0ans)\u00a0; "
        "elle a obtenu son admission au séjour par une carte «\u00a0profession artistique et culturelle\u00a0» "
        "(L. 313-9)\u00a0; "
        "elle travaille, comme le prouve une pièce vérifiée (contrat de travail), "
        "et déclare ne pas rechercher d’emploi"
    )


def test_a_bilan_that_is_due_says_what_is_still_to_be_brought_and_asked():
    resultat = evaluer(employe(inscrit_pole_emploi=None, pieces=()), ENTRETIEN)
    assert resultat.phrase == (
        "Le bilan est à proposer\u00a0: aucun des quatre cas de dispense n’est établi le 15 mars 2010\u00a0; "
        "à fournir ou à vérifier\u00a0: justificatif d’activité professionnelle et déclaration signée de ne pas "
        "rechercher d’emploi\u00a0; à demander\u00a0: inscription à Pôle emploi comme demandeur d’emploi."
    )


def test_a_bilan_that_is_due_without_any_missing_document_says_just_that():
    raison = evaluer(adulte(), ENTRETIEN).raison()
    assert raison == "aucun des quatre cas de dispense n’est établi le 15 mars 2010"


@pytest.mark.parametrize(
    ("situation", "motif", "expected"),
    [
        (adulte(), A, "La personne a 29\u00a0ans le 15 mars 2010, et ce cas ne vise que les moins de 18\u00a0ans."),
        (adulte(), B, "La personne n’a pas plus de 55\u00a0ans le 15 mars 2010 (29\u00a0ans)."),
        (
            adulte(),
            C,
            "La personne a obtenu son admission au séjour par une carte «\u00a0vie privée et familiale\u00a0» "
            "(L. 313-11), qui ne dispense pas du bilan.",
        ),
        (adulte(), D, "La personne dit ne pas avoir d’activité professionnelle."),
    ],
    ids="abcd",
)
def test_each_ground_says_why_it_is_not_satisfied(situation, motif, expected):
    explication = evaluer(situation, ENTRETIEN).explication(motif)
    assert explication.phrase == expected
    assert explication.article == article(motif)
    assert not explication.satisfait


def test_the_facts_used_are_listed_with_the_fate_of_each_document():
    perime = piece("bulletin_paie", date_document=date(2009, 1, 31))
    tardif = piece("attestation_employeur", date_document=date(2010, 4, 1))
    sans_date = piece("bulletin_paie")
    recu = piece("extrait_kbis", StatutPiece.RECUE)
    rejete = piece("contrat_travail", StatutPiece.REJETEE)
    faits = evaluer(employe(pieces=(perime, tardif, sans_date, recu, rejete, SIGNEE)), ENTRETIEN).explication(D).faits
    assert faits == (
        "Activité professionnelle\u00a0: oui",
        "Absence de recherche d’emploi\u00a0: oui",
        "Inscription à Pôle emploi comme demandeur d’emploi\u00a0: non",
        "Bulletin de paie\u00a0: document valable seulement jusqu’au 30 avril 2009",
        "Attestation de l’employeur\u00a0: document valable seulement à partir du 1er avril 2010",
        "Bulletin de paie\u00a0: document sans date, période inconnue",
        "Extrait Kbis ou immatriculation\u00a0: document reçu, pas encore vérifié",
        "Contrat de travail\u00a0: document rejeté",
        "Déclaration signée de ne pas rechercher d’emploi\u00a0: document vérifié et valable le 15 mars 2010",
    )


def test_the_copy_of_the_permit_is_listed_among_the_facts():
    copie = piece("copie_titre", StatutPiece.RECUE)
    faits = evaluer(adulte(pieces=(copie,)), ENTRETIEN).explication(C).faits
    assert faits[1] == "Copie du titre de séjour\u00a0: reçue, à vérifier"


@pytest.mark.parametrize(
    ("termes", "expected"), [((), ""), (("a",), "a"), (("a", "b"), "a et b"), ("abc", "a, b et c")]
)
def test_an_enumeration_reads_as_french(termes, expected):
    assert enumere(termes) == expected


# Snapshots


def test_a_situation_and_its_verdict_come_back_from_their_snapshots():
    situation = employe(pieces=(CERTIFICAT, CONTRAT, SIGNEE))
    resultat = evaluer(situation, ENTRETIEN)
    assert Situation.from_dict(situation.to_dict()) == situation
    assert Resultat.from_dict(resultat.to_dict()) == resultat


def test_a_verdict_that_exempts_for_ever_comes_back_too():
    resultat = evaluer(adulte(date_naissance=date(1950, 1, 1)), ENTRETIEN)
    assert Resultat.from_dict(resultat.to_dict()) == resultat


def test_a_snapshot_says_the_verdict_to_whoever_reads_it():
    values = evaluer(adulte(), ENTRETIEN).to_dict()
    assert (values["exempte"], values["motif_principal"], values["motifs"]) == (False, None, [])


def test_the_least_a_situation_can_say_is_a_birth_date_and_a_permit():
    situation = Situation.from_dict({"date_naissance": "1980-07-01", "titre_admission": "L314"})
    assert situation == Situation(date_naissance=date(1980, 7, 1), titre_admission="L314")
    with pytest.raises(KeyError):
        Situation.from_dict({"date_naissance": "1980-07-01"})


def test_a_document_of_an_unknown_type_is_refused():
    with pytest.raises(ValueError):
        Piece.from_dict({"type": "passeport", "statut": "verifiee"})
