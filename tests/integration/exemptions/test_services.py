"""Assessing and examining: what is kept, what is refused, who may."""

from datetime import date

import pytest
from django.db import DatabaseError, transaction

from agents.models import Agent
from bilan.models import Bilan
from bilan.states import Etat
from cai.models import Contrat, Signataire
from core import clock
from core.errors import Forbidden, InvalidInput, RuleViolation
from core.models import Evenement
from dossiers.services import cancel_file
from exemptions import services
from exemptions.models import Evaluation, Justificatif
from exemptions.selectors import contrats_to_reexamine
from exemptions.services import Declarations
from tests.factories.cai import make_contrat

JOUR = date(2010, 3, 15)
EN_EMPLOI = Declarations(
    scolarise=False, declare_activite=True, declare_ne_recherche_pas=True, inscrit_pole_emploi=False
)


@pytest.fixture(autouse=True)
def _on_the_day_of_signature() -> object:
    with clock.travel(JOUR):
        yield


def piece(contrat: Contrat, by: Agent, type_piece: str = "contrat_travail", **fields: date) -> Justificatif:
    return services.add_justificatif(contrat=contrat, type_piece=type_piece, **{"date_document": JOUR, **fields}, by=by)


def proven(contrat: Contrat, by: Agent) -> list[Justificatif]:
    return [
        services.verify_justificatif(justificatif=piece(contrat, by, type_piece), by=by)
        for type_piece in ("contrat_travail", "declaration_non_recherche")
    ]


@pytest.mark.rule("C.5-evaluation-scellee")
def test_an_evaluation_keeps_the_facts_it_was_made_on(contrat: Contrat, agent_ofii: Agent) -> None:
    piece(contrat, agent_ofii)

    evaluation = services.evaluate_contrat(contrat=contrat, declarations=EN_EMPLOI, date_reference=JOUR, by=agent_ofii)

    assert evaluation.faits["declare_activite"] is True
    assert evaluation.faits["pieces"] == [
        {
            "type": "contrat_travail",
            "statut": "recue",
            "date_document": "2010-03-15",
            "debut_validite": None,
            "fin_validite": None,
        }
    ]
    assert evaluation.evaluee_par == agent_ofii


@pytest.mark.rule("C.5-evaluation-scellee")
def test_an_evaluation_cannot_be_rewritten(contrat: Contrat, agent_ofii: Agent) -> None:
    evaluation = services.evaluate_contrat(contrat=contrat, declarations=EN_EMPLOI, date_reference=JOUR, by=agent_ofii)

    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        Evaluation.objects.filter(pk=evaluation.pk).update(exempte=True)


@pytest.mark.parametrize(
    ("jour", "told"), [(date(2010, 3, 14), "à partir du 15 mars 2010"), (date(2011, 9, 16), "le 15 septembre 2011")]
)
def test_an_evaluation_outside_interview_and_prorogued_contract_is_refused(
    contrat: Contrat, agent_ofii: Agent, jour: date, told: str
) -> None:
    Contrat.objects.filter(pk=contrat.pk).update(statut="proroge", date_echeance_prorogee=date(2011, 9, 15))

    with pytest.raises(InvalidInput) as refusal:
        services.evaluate_contrat(contrat=contrat, declarations=EN_EMPLOI, date_reference=jour, by=agent_ofii)

    assert told in refusal.value.fields["date_reference"][0].replace("\u00a0", " ")


@pytest.mark.parametrize("role", ["directeur", "correspondant", "conseiller", "agent_ailleurs", "administrateur"])
def test_an_evaluation_needs_the_right_in_this_direction(
    contrat: Contrat, role: str, request: pytest.FixtureRequest
) -> None:
    with pytest.raises(Forbidden):
        services.evaluate_contrat(
            contrat=contrat, declarations=EN_EMPLOI, date_reference=JOUR, by=request.getfixturevalue(role)
        )


def test_a_cancelled_file_is_no_longer_assessed(contrat: Contrat, agent_ofii: Agent) -> None:
    cancel_file(contrat=contrat, motif="doublon", by=agent_ofii)

    with pytest.raises(RuleViolation):
        services.evaluate_contrat(contrat=contrat, declarations=EN_EMPLOI, date_reference=JOUR, by=agent_ofii)


def test_reassessing_uses_the_last_answers_and_the_documents_now_present(contrat: Contrat, agent_ofii: Agent) -> None:
    services.evaluate_contrat(contrat=contrat, declarations=EN_EMPLOI, date_reference=JOUR, by=agent_ofii)
    proven(contrat, agent_ofii)

    again = services.reassess_contrat(contrat=contrat, date_reference=date(2010, 6, 1), by=agent_ofii)

    assert again.motifs == ["en_emploi_non_demandeur"]


@pytest.mark.rule("C.5-pure")
def test_a_check_stores_nothing(contrat: Contrat) -> None:
    resultat = services.assess(contrat, JOUR)

    assert not resultat.exempte
    assert not Evaluation.objects.exists()


def test_a_simulation_reads_facts_of_no_file() -> None:
    resultat = services.simulate(
        faits={"date_naissance": "1950-01-01", "titre_admission": "L313-11"}, date_reference=JOUR
    )

    assert [motif.value for motif in resultat.motifs] == ["plus_de_55_ans"]


@pytest.mark.parametrize(
    "faits",
    [
        {},
        {"date_naissance": "hier", "titre_admission": "L314"},
        {"date_naissance": "1980-01-01", "titre_admission": "L314", "pieces": [{"type": "rien", "statut": "recue"}]},
        {"date_naissance": None, "titre_admission": "L314"},
    ],
)
def test_a_simulation_refuses_what_cannot_be_read(faits: dict[str, object]) -> None:
    with pytest.raises(InvalidInput):
        services.simulate(faits=faits, date_reference=JOUR)


# --- documents -----------------------------------------------------------------------------------


def test_a_document_waits_for_its_examination(contrat: Contrat, agent_ofii: Agent) -> None:
    received = piece(contrat, agent_ofii)

    assert (received.statut, received.recue_le, received.examinee_par) == ("recue", JOUR, None)


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"type_piece": "passeport"}, "type_piece"),
        ({"date_document": date(2010, 3, 16)}, "date_document"),
        ({"fin_validite": date(2010, 3, 14)}, "fin_validite"),
    ],
)
def test_an_impossible_document_is_refused_at_its_field(
    contrat: Contrat, agent_ofii: Agent, fields: dict[str, object], field: str
) -> None:
    values = {"type_piece": "contrat_travail", "date_document": JOUR, **fields}

    with pytest.raises(InvalidInput) as refusal:
        services.add_justificatif(contrat=contrat, **values, by=agent_ofii)

    assert list(refusal.value.fields) == [field]


def test_a_rejection_says_why_and_may_be_reversed(contrat: Contrat, agent_ofii: Agent) -> None:
    received = piece(contrat, agent_ofii)

    rejected = services.reject_justificatif(justificatif=received, motif=" Illisible ", by=agent_ofii)
    assert (rejected.statut, rejected.motif_rejet) == ("rejetee", "Illisible")

    verified = services.verify_justificatif(justificatif=received, by=agent_ofii)
    assert (verified.statut, verified.motif_rejet) == ("verifiee", "")


@pytest.mark.parametrize("motif", ["", "   ", "x" * 201])
def test_a_rejection_without_a_proper_reason_is_refused(contrat: Contrat, agent_ofii: Agent, motif: str) -> None:
    with pytest.raises(InvalidInput):
        services.reject_justificatif(justificatif=piece(contrat, agent_ofii), motif=motif, by=agent_ofii)


def test_a_document_is_not_verified_twice(contrat: Contrat, agent_ofii: Agent) -> None:
    verified = services.verify_justificatif(justificatif=piece(contrat, agent_ofii), by=agent_ofii)

    with pytest.raises(RuleViolation):
        services.verify_justificatif(justificatif=verified, by=agent_ofii)


def test_the_examination_of_a_document_needs_the_right(
    contrat: Contrat, agent_ofii: Agent, directeur: Agent, agent_ailleurs: Agent
) -> None:
    received = piece(contrat, agent_ofii)

    for stranger in (directeur, agent_ailleurs):
        with pytest.raises(Forbidden):
            services.verify_justificatif(justificatif=received, by=stranger)


def test_documents_and_evaluations_are_told_in_the_journal(contrat: Contrat, agent_ofii: Agent) -> None:
    services.reject_justificatif(justificatif=piece(contrat, agent_ofii), motif="Illisible", by=agent_ofii)
    proven(contrat, agent_ofii)
    services.evaluate_contrat(contrat=contrat, declarations=EN_EMPLOI, date_reference=JOUR, by=agent_ofii)

    names = list(Evenement.objects.filter(dossier=contrat.pk).values_list("nom", flat=True))[2:]
    assert names == [
        "justificatif.recu", "justificatif.rejete", "justificatif.recu", "justificatif.verifie",
        "justificatif.recu", "justificatif.verifie", "exemption.evaluee",
    ]  # fmt: skip


# --- exemptions to look at again -------------------------------------------------------------------


@pytest.mark.rule("C.5-reexamen")
def test_an_exemption_by_school_is_to_be_looked_at_again_on_the_18th_birthday(agent_ofii: Agent) -> None:
    contrat = make_contrat(
        by=agent_ofii, date_naissance=date(1992, 6, 20), representant_nom="Awa Diallo", representant_qualite="mère"
    )
    certificate = piece(contrat, agent_ofii, "certificat_scolarite")
    services.verify_justificatif(justificatif=certificate, by=agent_ofii)
    services.evaluate_contrat(
        contrat=contrat, declarations=Declarations(scolarise=True), date_reference=JOUR, by=agent_ofii
    )

    assert contrat not in contrats_to_reexamine(date(2010, 6, 19))
    assert contrat in contrats_to_reexamine(date(2010, 6, 20))


@pytest.mark.rule("C.5-reexamen")
def test_an_exemption_by_employment_is_to_be_looked_at_again_when_its_proof_is_rejected(
    contrat: Contrat, agent_ofii: Agent
) -> None:
    documents = proven(contrat, agent_ofii)
    services.evaluate_contrat(contrat=contrat, declarations=EN_EMPLOI, date_reference=JOUR, by=agent_ofii)
    assert contrat not in contrats_to_reexamine(JOUR)

    with clock.travel(date(2010, 4, 1)):
        services.reject_justificatif(justificatif=documents[0], motif="Faux", by=agent_ofii)

    assert contrat in contrats_to_reexamine(date(2010, 4, 1))


@pytest.mark.rule("C.5-reexamen")
def test_an_exemption_that_also_rests_on_age_never_lapses(agent_ofii: Agent) -> None:
    contrat = make_contrat(by=agent_ofii, date_naissance=date(1950, 1, 1))
    documents = proven(contrat, agent_ofii)
    services.evaluate_contrat(contrat=contrat, declarations=EN_EMPLOI, date_reference=JOUR, by=agent_ofii)

    with clock.travel(date(2010, 4, 1)):
        services.reject_justificatif(justificatif=documents[0], motif="Faux", by=agent_ofii)

    assert contrat not in contrats_to_reexamine(date(2010, 4, 1))


def test_an_exemption_is_to_be_looked_at_again_once_the_birth_or_the_permit_was_corrected(agent_ofii: Agent) -> None:
    contrat = make_contrat(by=agent_ofii, date_naissance=date(1950, 1, 1))
    services.evaluate_contrat(contrat=contrat, declarations=Declarations(), date_reference=JOUR, by=agent_ofii)
    assert contrat not in contrats_to_reexamine(JOUR)

    Signataire.objects.filter(pk=contrat.signataire_id).update(date_naissance=date(1951, 1, 1))
    assert contrat in contrats_to_reexamine(JOUR)

    services.evaluate_contrat(contrat=contrat, declarations=Declarations(), date_reference=JOUR, by=agent_ofii)
    assert contrat not in contrats_to_reexamine(JOUR)

    Contrat.objects.filter(pk=contrat.pk).update(titre_admission="L313-8")
    assert contrat in contrats_to_reexamine(JOUR)


def test_an_exemption_assessed_again_without_ground_is_not_forgotten_the_next_day(
    contrat: Contrat, agent_ofii: Agent
) -> None:
    proven(contrat, agent_ofii)
    services.evaluate_contrat(contrat=contrat, declarations=EN_EMPLOI, date_reference=JOUR, by=agent_ofii)
    le = date(2010, 4, 1)
    with clock.travel(le):
        services.evaluate_contrat(contrat=contrat, declarations=Declarations(), date_reference=le, by=agent_ofii)

    assert contrat in contrats_to_reexamine(date(2010, 4, 2))


def test_an_ended_contract_leaves_the_list(contrat: Contrat, agent_ofii: Agent) -> None:
    documents = proven(contrat, agent_ofii)
    services.evaluate_contrat(contrat=contrat, declarations=EN_EMPLOI, date_reference=JOUR, by=agent_ofii)
    with clock.travel(date(2010, 4, 1)):
        services.reject_justificatif(justificatif=documents[0], motif="Faux", by=agent_ofii)

    assert contrat in contrats_to_reexamine(date(2011, 3, 15))
    assert contrat not in contrats_to_reexamine(date(2011, 3, 16))


def test_assessing_changes_no_state_of_the_bilan(contrat: Contrat, bilan: Bilan, agent_ofii: Agent) -> None:
    services.evaluate_contrat(contrat=contrat, declarations=EN_EMPLOI, date_reference=JOUR, by=agent_ofii)

    assert Bilan.objects.get(pk=bilan.pk).etat == Etat.A_EVALUER
